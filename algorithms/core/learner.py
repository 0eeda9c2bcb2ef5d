"""The contract of everything that acts: learners, and scripted policies, which act alone.

A learner belongs to one group. The trainer calls `act` on every step and `learn` on every rollout, and keeps what
`state_dict` gives. It does not know which kind of learner it has.
"""

import hashlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...envs.core.spec import EnvSpec, GroupSpec
from ...envs.core.timestep import GroupStep
from ...envs.errors import Failure
from . import forks  # noqa: F401 (it watches over forks of this process)
from .rollout import Rollout


class Information(Enum):
    """What training may see. The trainer builds rollouts from this declaration, and `tests` prove that it holds."""

    LOCAL = "local"
    """Each agent's own observations, actions and rewards."""
    PUBLIC = "public"
    """These, and the environment's public signals."""
    JOINT = "joint"
    """Everything, global state and the other groups included: centralized training."""


class Decision(NamedTuple):
    """What a learner does in one step."""

    action: NDArray[Any]  # (num_envs, n, *action_shape) int64 or float32; anything legal in rows that need not act
    memory: Any = None  # tensors, or None: given back at the next step
    record: Mapping[str, NDArray[Any]] = MappingProxyType({})  # (num_envs, n, ...) given back at `learn`


class Diverged(Failure):
    """Learning went to NaN or infinity: names the group, the agent and the quantity."""

    def __init__(self, group: str, agent: str, quantity: str, value: float):
        super().__init__(
            f"the learner of '{group}' diverged: {quantity} of {agent} is {value}; a lower learning rate may help"
        )


@dataclass(frozen=True)
class Setup:
    """What a learner is built for."""

    env: EnvSpec
    group: GroupSpec
    seed: int = 0
    """Seed of the learner's own random streams."""
    num_updates: int = 1
    """Calls of `learn` in the whole run, for schedules."""
    num_envs: int = 1
    """Envs, instances of the environment, that are stepped together; with `rollout_length`, what a replay has to be sized for."""
    rollout_length: int = 1
    """Steps of each env between two calls of `learn`."""
    device: str = "cpu"
    env_parameters: Any = None
    """The parameters of the environment, for planners that know the rules."""


@dataclass(frozen=True)
class NoSettings:
    """A learner without settings."""


class Learner(ABC):
    """Base class of learners and scripted policies.

    Write `act`, and `learn` if it learns. Draw random numbers from `self.stream(name)` alone: its state is part of `state_dict`.
    """

    Settings: ClassVar[type] = NoSettings
    """A frozen dataclass; its fields with their docstrings are the algorithm's options."""
    information: ClassVar[Information] = Information.LOCAL
    learns: ClassVar[bool] = True
    """False for scripted policies: the trainer collects no rollouts for them."""
    reads_world: ClassVar[bool] = False
    """True for planners: `act` gets the environment's whole state as `step.world`."""

    def __init__(self, setup: Setup, settings: Any):
        self.setup = setup
        self.settings = settings
        self.group = setup.group
        self._streams: dict[str, torch.Generator] = {}
        self._seed = setup.seed

    @classmethod
    def plays(cls, group: GroupSpec) -> bool:
        """Whether it can play such a group at all; only scripted policies choose."""
        return True

    @abstractmethod
    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        """Choose the actions of all agents of the group in all envs.

        Args:
            step: arrays `(num_envs, n, ...)`, overwritten by the next step. Memory must be cleared where `step.first`.
            memory: what the last decision returned, or `initial_memory(num_envs)`.
            greedy: choose the most likely action instead of drawing one.
        """

    def learn(self, rollout: Rollout) -> dict[str, float]:
        """Learn from a rollout; returns metrics by name. A name ending in `/<agent>` is one agent's."""
        return {}

    def estimate(self, rollout: Rollout) -> NDArray[np.float32] | None:
        """What it expects from each observation of a rollout on: the discounted return on the scale of the rewards, `(T + 1, E, n)`.

        The team's where it learns for a team; anything in rows of inactive agents; None if it keeps no such estimate.
        """
        return None

    def prepare(self) -> None:  # noqa: B027 (most learners have nothing to reserve)
        """Called once before a training begins: reserve what only learning needs. Raises UserError if it cannot be had."""

    def announce(self) -> list[str]:
        """Sentences for the person who starts a run, such as how much memory a replay takes."""
        return []

    def initial_memory(self, num_envs: int) -> Any:
        """Memory before the first step: tensors, nested in tuples or dicts, or None."""
        return None

    def stream(self, name: str) -> torch.Generator:
        """This learner's random stream `name`, seeded from the run's seed and the name when first used."""
        if name not in self._streams:
            self._streams[name] = torch.Generator().manual_seed(derive_seed(self._seed, name))
        return self._streams[name]

    def reseed(self, seed: int) -> None:
        """Start all streams anew, for an evaluation with draws of its own."""
        self._seed = seed
        for name, generator in self._streams.items():
            generator.manual_seed(derive_seed(seed, name))

    def state_dict(self) -> dict[str, Any]:
        """Everything that training changes: tensors, numbers and strings in nested dicts. Extend it in subclasses."""
        return {"streams": {name: generator.get_state() for name, generator in self._streams.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave; a stream it does not hold had not begun, and begins anew."""
        self._streams.clear()
        for name, value in state["streams"].items():
            self.stream(name).set_state(value)

    def experience(self) -> dict[str, Any]:
        """What only further learning needs and is large, such as a replay: in the checkpoints that a run resumes from, and nowhere else."""
        return {}

    def load_experience(self, state: dict[str, Any]) -> None:  # noqa: B027
        """Take over what `experience` gave."""


def summarize(group: GroupSpec, metrics: Mapping[str, torch.Tensor]) -> dict[str, float]:
    """Means of metrics `(m,)` over the networks; m is the number of agents, or 1 where one network serves all.

    Raises:
        Diverged: one of them is no finite number; where each agent has a network, the text names the agent.
    """
    for name, values in metrics.items():
        if not bool(values.isfinite().all()):
            index = int((~values.isfinite()).nonzero()[0])
            agent = group.agents[index] if len(values) == group.size else "all"
            raise Diverged(group.name, agent, name, float(values[index]))
    return {name: float(values.mean()) for name, values in metrics.items()}


def annealed(rate: float, updates: int, num_updates: int) -> float:
    """A step size that falls linearly from `rate` to 0 over `num_updates`, after `updates` of them."""
    return rate * max(1 - updates / max(num_updates, 1), 0.0)


def warn_if_over(group: str, updates: int, num_updates: int) -> None:
    """Warn that a step size that is annealed has come to 0, so that learning changes nothing any more."""
    if updates >= num_updates:
        warnings.warn(
            f"the learner of '{group}' learns nothing any more: its learning rate fell to 0 over num_updates = {num_updates} updates, and {updates} are made, "
            "those of a loaded state included; build it for more updates, or with anneal=False",
            stacklevel=3,
        )


def derive_seed(seed: int, *names: str) -> int:
    """A seed in [0, 2**63) for the stream called `names`, from the run's seed: one run seed, many unrelated streams."""
    text = "/".join([str(seed), *names])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def to_tensor(array: NDArray[Any], device: str | torch.device = "cpu") -> torch.Tensor:
    """A tensor over the same memory (on the CPU); copy it if it has to outlive the environment's next step."""
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)
