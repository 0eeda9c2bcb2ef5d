"""Contract of learners, and of scripted policies, which only act.

A learner belongs to one group. The trainer calls `act` on every step and `learn` on every rollout,
and saves the result of `state_dict`. It does not depend on the kind of learner.
"""

import hashlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...envs.core.spec import EnvSpec, GroupSpec
from ...envs.core.timestep import GroupStep
from ...envs.errors import BadParameter, Failure
from ...envs.utils.renamed import Renamed, adopt, renamed_keywords
from . import forks  # noqa: F401 (registers the hooks that detect forks)
from .policy_graph import NotExportable, PolicyGraph
from .rollout import Rollout


class Information(Enum):
    """Information available to training.

    The trainer builds rollouts from this declaration, and tests verify that it holds.
    """

    LOCAL = "local"
    """Each agent's own observations, actions and rewards."""
    PUBLIC = "public"
    """These, and the environment's public signals."""
    JOINT = "joint"
    """All data, global state and the other groups included: centralized training."""


class _Decision(NamedTuple):
    # (num_envs, n, *action_shape) int64 or float32; any legal action in rows that need not act
    action: NDArray[Any]
    hidden_state: Any = None  # tensors, or None: passed to `act` at the next step
    # (num_envs, n, ...), passed to `learn`
    record: Mapping[str, NDArray[Any]] = MappingProxyType({})


class Decision(_Decision):
    """Actions of one step, with the hidden state and the data to record.

    `memory` is an alias of `hidden_state`, the name of earlier releases.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers know the fields

        def __new__(cls, action, hidden_state=None, record=_Decision._field_defaults["record"], *, memory=None):
            return super().__new__(cls, action, memory if hidden_state is None else hidden_state, record)

    @property
    def memory(self) -> Any:
        """The hidden state."""
        return self.hidden_state


class Diverged(Failure):
    """Divergence of learning to NaN or infinity; names the group, the agent and the quantity."""

    def __init__(self, group: str, agent: str, quantity: str, value: float):
        super().__init__(
            f"the learner of '{group}' diverged: {quantity} of {agent} is {value}; a lower learning rate may help"
        )


class DoesNotFit(BadParameter):
    """A base whose parameters the learner cannot start with; the text names the tensors."""


@dataclass(frozen=True)
class Context:
    """Context that a learner is built for."""

    env: EnvSpec
    group: GroupSpec
    seed: int = 0
    """Seed of the learner's own random streams."""
    num_updates: int = 1
    """Calls of `learn` in the whole run."""
    num_envs: int = 1
    """Parallel envs; with `rollout_length` they determine the least size of a replay."""
    rollout_length: int = 1
    """Steps of each env between two calls of `learn`."""
    device: str = "cpu"
    env_config: Any = None
    """Config of the environment, for planners, which use its rules."""
    base: "Learner | None" = None
    """Learner of another run, as trained there, that this one starts from; it is given at the start
    of a run alone, so a learner that goes on needing it keeps its state in its own `state_dict`."""
    schedule_start: int = 0
    """Calls of `learn` before schedules begin; not 0 in some runs that were extended."""
    schedule_length: int = 0
    """Calls of `learn` over which schedules run; 0 for all that are left."""
    env_parameters = Renamed("env_config")

    def schedule(self, updates: int) -> tuple[int, int]:
        """Position and length of schedules after `updates` calls of `learn`.

        A schedule of a given length stays at the position of its last call.
        """
        position = max(updates - self.schedule_start, 0)
        if self.schedule_length:
            return min(position, self.schedule_length - 1), self.schedule_length
        return position, max(self.num_updates - self.schedule_start, 1)


Context.__init__ = renamed_keywords(env_parameters="env_config")(Context.__init__)
Setup = Context
"""Name of earlier releases."""


@dataclass(frozen=True)
class NoConfig:
    """A learner without options."""


class Learner(ABC):
    """Base class of learners and scripted policies.

    Implement `act`, and `learn` for a policy that learns. Draw random numbers from
    `self.stream(name)` alone: its state is part of `state_dict`.
    """

    Config: ClassVar[type] = NoConfig
    """Config, or another frozen dataclass; its fields with their docstrings are the algorithm's
    options.
    """
    Settings = Renamed("Config")
    settings = Renamed("config")
    setup = Renamed("context")
    information: ClassVar[Information] = Information.LOCAL
    learns: ClassVar[bool] = True
    """False for scripted policies: the trainer collects no rollouts for them."""
    reads_env_state: ClassVar[bool] = False
    """True for planners: `act` gets the environment's whole state as `step.env_state`."""
    reads_world = Renamed("reads_env_state")

    @renamed_keywords(setup="context", settings="config")
    def __init__(self, context: Context, config: Any):
        self.context = context
        self.config = config
        self.group = context.group
        self._streams: dict[str, torch.Generator] = {}
        self._seed = context.seed

    @classmethod
    def plays(cls, group: GroupSpec) -> bool:
        """Return True if the policy can play such a group; only scripted policies restrict it."""
        return True

    @abstractmethod
    def act(self, step: GroupStep, hidden_state: Any, greedy: bool = False) -> Decision:
        """Choose the actions of all agents of the group in all envs.

        Args:
            step: arrays `(num_envs, n, ...)`, overwritten by the next step.
            hidden_state: that of the last decision, or `initial_hidden_state(num_envs)`. It must be
                cleared where `step.first`.
            greedy: choose the most likely action instead of drawing one.
        """

    def learn(self, rollout: Rollout) -> dict[str, float]:
        """Learn from a rollout.

        Returns metrics by name. A name that ends in `/<agent>` is one agent's.
        """
        return {}

    def estimate(self, rollout: Rollout) -> NDArray[np.float32] | None:
        """Estimate the discounted return from each observation of a rollout, on the reward scale.

        Returns:
            float32 `(T + 1, E, n)`, the team's return for learners of a team reward. Rows of
            inactive agents may hold anything. None without such an estimate.
        """
        return None

    def export_policy(self, graph: PolicyGraph) -> None:
        """Describe the computation of greedy actions, so that `stigmergy export` can save it.

        Add nodes and parameters, then call `graph.finish`.

        Raises:
            NotExportable: the policy has no such description.
        """
        raise NotExportable(
            f"the policy of '{self.group.name}' cannot be exported: {type(self).__name__} has no export_policy, which describes its network"
        )

    def prepare(self) -> None:  # noqa: B027 (most learners have nothing to reserve)
        """Reserve the resources that only learning needs; called once before training.

        Raises:
            UserError: the resources are not available.
        """

    def start_from(self, base: "Learner") -> None:
        """Take the parameters of `base`, and nothing else: no optimizer, experience or schedule.

        Called once, before training, where the config names a base.

        Raises:
            DoesNotFit: `base` is of another kind, or has other tensors.
        """
        raise DoesNotFit(f"{type(self).__name__} does not define `start_from`, so it starts from no other run")

    def announce(self) -> list[str]:
        """Messages for the user at the start of a run, such as the memory that a replay takes."""
        return []

    def initial_hidden_state(self, num_envs: int) -> Any:
        """Hidden state before the first step: tensors, nested in tuples or dicts, or None."""
        return None

    initial_memory = initial_hidden_state

    def __init_subclass__(cls, **options: Any):
        """Take names of earlier releases, such as `Settings`, for the present ones."""
        super().__init_subclass__(**options)
        adopt(cls, Settings="Config", reads_world="reads_env_state")
        old, new = (cls.__dict__.get(name) for name in ("initial_memory", "initial_hidden_state"))
        if new is not None:
            cls.initial_memory = new
        elif old is not None:
            cls.initial_hidden_state = old

    def stream(self, name: str) -> torch.Generator:
        """Random stream `name` of this learner.

        It is seeded from the run's seed and the name when first used.
        """
        if name not in self._streams:
            self._streams[name] = torch.Generator().manual_seed(derive_seed(self._seed, name))
        return self._streams[name]

    def reseed(self, seed: int) -> None:
        """Restart all streams from another seed, such as that of an evaluation."""
        self._seed = seed
        for name, generator in self._streams.items():
            generator.manual_seed(derive_seed(seed, name))

    def state_dict(self) -> dict[str, Any]:
        """State that training changes: tensors, numbers and strings in nested dicts.

        Subclasses extend it.
        """
        return {"streams": {name: generator.get_state() for name, generator in self._streams.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state that `state_dict` returned.

        A stream that it does not hold starts from its seed.
        """
        self._streams.clear()
        for name, value in state["streams"].items():
            self.stream(name).set_state(value)

    def experience(self) -> dict[str, Any]:
        """Large state that only further learning needs, such as a replay.

        It is part of the checkpoints that a run resumes from, and of no other file.
        """
        return {}

    def load_experience(self, state: dict[str, Any]) -> None:  # noqa: B027
        """Restore the state that `experience` returned."""


def summarize(group: GroupSpec, metrics: Mapping[str, torch.Tensor]) -> dict[str, float]:
    """Means of metrics `(m,)` over the networks.

    m is the number of agents, or 1 where all share one network.

    Raises:
        Diverged: a value is not finite. Where each agent has a network, the text names the agent.
    """
    for name, values in metrics.items():
        if not bool(values.isfinite().all()):
            index = int((~values.isfinite()).nonzero()[0])
            agent = group.agents[index] if len(values) == group.size else "all"
            raise Diverged(group.name, agent, name, float(values[index]))
    return {name: float(values.mean()) for name, values in metrics.items()}


def annealed(rate: float, updates: int, num_updates: int) -> float:
    """Step size after `updates` updates, in a linear fall from `rate` to 0 over `num_updates`."""
    return rate * max(1 - updates / max(num_updates, 1), 0.0)


def warn_if_over(group: str, updates: int, num_updates: int) -> None:
    """Warn that an annealed step size has reached 0, so that learning changes nothing any more."""
    if updates >= num_updates:
        warnings.warn(
            f"the learner of '{group}' learns nothing any more: its learning rate fell to 0 over num_updates = {num_updates} updates, and {updates} are made, "
            "those of a loaded state included; build it for more updates, or with anneal=False",
            stacklevel=3,
        )


def derive_seed(seed: int, *names: str) -> int:
    """Derive a seed in [0, 2**63) for the stream called `names` from the run's seed.

    One seed of a run gives many unrelated streams.
    """
    text = "/".join([str(seed), *names])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def to_tensor(array: NDArray[Any], device: str | torch.device = "cpu") -> torch.Tensor:
    """Convert an array to a tensor, over the same memory on the CPU.

    Copy the tensor if it is needed after the environment's next step.
    """
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)
