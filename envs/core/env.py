"""BatchEnv: `num_envs` independent envs of one task, stepped together.

A task writes five hooks (`_allocate`, `_begin`, `_advance`, `_observe`, `_measure`); this class
owns everything at the edges of an episode once: seeding, autoreset, the horizon, action checks,
snapshots.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from copyreg import __newobj__  # type: ignore[attr-defined]
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..kernels import forks  # noqa: F401 (it watches over forks of this process)
from ..utils.renamed import Renamed, adopt, renamed_keywords
from .copying import reduced
from .random_streams import fresh_seed, seed_streams
from .spec import EnvSpec, GroupSpec
from .system_memory import bytes_of_step, check_memory
from .timestep import GroupStep, TimeStep
from .validation import check_count

StateT = TypeVar("StateT", bound=Any)
Actions = Mapping[str, NDArray[Any]] | NDArray[Any]
FEWER_ENVS = "fewer envs (num_envs, or episodes that are played side by side) need less"
REQUIRED_STATE = ("stream", "elapsed", "over")
OURS = __name__.rpartition(".core.")[0] + "."


class BatchEnv(ABC, Generic[StateT]):
    """Base class of every environment.

    All that evolves lives in `state`, a NamedTuple of arrays with the env as first axis. It has at
    least `stream` (num_envs, 4) uint64, `elapsed` (num_envs,) int32 and `over` (num_envs,) bool,
    which this class keeps.

    `copy.copy`, `copy.deepcopy` and pickles give an env of its own that goes on exactly as this one
    would. It is built anew by the class, with the arguments that this one was given. An env that is
    not `resumable` is copied with all its attributes, which must not be views of each other then.

    Raises:
        BadParameter: `num_envs` is below 1, or so many do not fit in memory.
        ValueError: the state lacks a required field.
    """

    Config: ClassVar[type | None] = None
    """Frozen dataclass whose fields are the options of the task."""
    Parameters = Renamed("Config")
    parameters = Renamed("config")

    trail_length: ClassVar[int] = 0
    """Number of earlier states that `draw` takes as its option `trail`, to show motion."""

    former_fields: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Fields of the state by the names that checkpoints of earlier releases have."""

    needs_state: bool = True
    """True if anybody reads the global state.

    A caller that does not read it sets this to False. An environment with an expensive global state
    then leaves it undefined.
    """

    state: StateT
    _may_write_actions: ClassVar[bool] = True
    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *positional: Any, **named: Any) -> Self:
        """Keep the arguments, from which copies are built."""
        env = super().__new__(cls)
        env._arguments = positional, named
        return env

    @renamed_keywords(parameters="config")
    def __init__(self, spec: EnvSpec, num_envs: int, config: Any = None):
        check_count(num_envs)
        check_memory(f"a step of {num_envs:,} envs of '{spec.id}'", num_envs * bytes_of_step(spec), FEWER_ENVS)
        self.spec = spec
        self.num_envs = num_envs
        self.config = config
        self.truncated = np.zeros(num_envs, np.bool_)
        self.first = np.zeros(num_envs, np.bool_)
        self.last = np.zeros(num_envs, np.bool_)
        self.groups = {group.name: self._allocate_group(group) for group in spec.groups}
        self.global_state = None if spec.state_shape is None else np.zeros((num_envs, *spec.state_shape), np.float32)
        self.signals = {name: np.zeros((num_envs, *shape), np.float32) for name, shape in spec.signals.items()}
        self.state = self._allocate()
        missing = [name for name in REQUIRED_STATE if not hasattr(self.state, name)]
        if missing:
            raise ValueError(
                f"the state of '{spec.id}' lacks {', '.join(missing)}; every state has {', '.join(REQUIRED_STATE)}"
            )
        self._seeded = False

    def __init_subclass__(cls, **options: Any):
        super().__init_subclass__(**options)
        cls._may_write_actions = not cls.__module__.startswith(OURS)
        adopt(cls, Parameters="Config")

    def __reduce__(self) -> tuple[Any, ...]:
        if self.spec.resumable:
            return reduced(self)
        return __newobj__, (type(self),), vars(self)  # what keeps its state to itself is copied as it is

    def __copy__(self) -> Self:
        return deepcopy(self)

    # What a task writes.

    @abstractmethod
    def _allocate(self) -> StateT:
        """Return the state with arrays of the right shape; contents do not matter yet."""

    @abstractmethod
    def _begin(self, where: NDArray[np.bool_]) -> None:
        """Start a new episode in the envs `where` (num_envs,): write their state.

        `elapsed` is already 0.
        """

    @abstractmethod
    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        """Move the envs `where` one step: write state, rewards and signals.

        They are `self.state`, `reward` in `self.groups`, and `self.signals`; the last two come
        zeroed. `actions` are checked: `(num_envs, n, *action_shape)`, int64 or float32; rows of
        agents that need not act hold anything legal. The arrays are the env's own, to write to as
        well. Classes of this package get the caller's instead, which saves a copy: they only read.
        """

    @abstractmethod
    def _observe(self) -> None:
        """Write observations of every env into `self.groups`, from the state.

        A task that has them also writes `terminated`, `active`, `action_mask` and
        `self.global_state`, which start out as False, True, True and 0.
        """

    def _truncated(self) -> NDArray[np.bool_]:
        """Envs whose episode is cut off now, `(num_envs,)`.

        That is at the horizon unless a task says otherwise.
        """
        horizon = self.spec.horizon
        return self.state.elapsed >= horizon if horizon is not None else np.zeros(self.num_envs, np.bool_)

    def _measure(self) -> dict[str, NDArray[Any]]:
        """Outcomes of the current episodes, name to `(num_envs,)`: a pure function of the state.

        Called when an episode ends.
        """
        return {}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture of one env, `(height, width, 3)` uint8."""
        raise NotImplementedError(f"'{self.spec.id}' has no picture; write draw(copy) to give it one")

    def announce(self) -> list[str]:
        """Sentences for the person who starts a run, such as how spaces are translated."""
        return []

    def text(self, copy: int = 0) -> str:
        """One env in characters, for the `ansi` render mode."""
        raise NotImplementedError(f"'{self.spec.id}' has no text view; write text(copy) to give it one")

    # What everyone calls.

    def reset(self, seed: int | None = None) -> TimeStep:
        """Start new episodes in all envs.

        With a seed the streams start anew; without one they go on.
        """
        if seed is not None or not self._seeded:
            seed_streams(self.state.stream, fresh_seed() if seed is None else seed)
            self._seeded = True
        everywhere = np.ones(self.num_envs, np.bool_)
        self._clear_events()
        self.state.elapsed[:] = 0
        self._begin(everywhere)
        return self._refresh()

    def step(self, actions: Actions) -> TimeStep:
        """Advance every env one step.

        Envs whose episode ended begin a new one instead and ignore their actions.

        The actions are not written to, and not kept. The arrays of the time step are the env's own,
        and the next step writes into them, and so into tensors made of them by `torch.from_dlpack`
        or `torch.from_numpy`: copy what you keep.

        Args:
            actions: group name to `(num_envs, n, *action_shape)`; a bare array will do where there
                is one group.

        Raises:
            ValueError: an action of an agent that must act has the wrong shape or lies outside its
                space.
            RuntimeError: the environment was never reset.
        """
        self.require_reset()
        checked = self._check_actions(actions)
        ended = self.state.over.copy()
        self._clear_events()
        if ended.any():
            self.state.elapsed[ended] = 0
            self._begin(ended)
        going = ~ended
        self._advance(checked, going)
        self.state.elapsed[going] += 1
        return self._refresh()

    def begin(self, where: NDArray[np.bool_]) -> TimeStep:
        """Begin new episodes in some envs, without a step of the others.

        A loop that calls `begin(step.last.copy())` after steps that end episodes has Gymnasium's
        SAME_STEP, and plays the same episodes as one that leaves it to the next step.

        Args:
            where: `(num_envs,)` bool.

        Returns:
            the time step, in which the other envs are as they were.

        Raises:
            RuntimeError: the environment was never reset.
        """
        self.require_reset()
        for group in self.groups.values():
            group.reward[where] = 0
        for signal in self.signals.values():
            signal[where] = 0
        self.state.elapsed[where] = 0
        self._begin(where)
        return self._refresh()

    def require_reset(self) -> None:
        """Raise RuntimeError if the environment was never reset."""
        if not self._seeded:
            raise RuntimeError(f"step() before reset() in '{self.spec.id}'; call reset(seed) once first")

    @property
    def world_state(self) -> Any:
        """The state that scripted policies read."""
        return self.state

    def required_state(self) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.bool_]]:
        """New arrays for the three fields that every state has: `stream`, `elapsed`, `over`."""
        e = self.num_envs
        return np.zeros((e, 4), np.uint64), np.zeros(e, np.int32), np.zeros(e, np.bool_)

    def snapshot(self) -> StateT:
        """A copy of everything that evolves."""
        return type(self.state)(*(np.array(value) for value in self.state))

    def state_of(self, fields: Mapping[str, Any]) -> StateT:
        """A state of fields by name, each by its name of today or of an earlier release."""
        return type(self.state)(**{self.former_fields.get(name, name): value for name, value in fields.items()})

    def restore(self, state: StateT) -> TimeStep:
        """Put a snapshot back and return its time step, with rewards and signals of 0.

        Raises:
            ValueError: a field is missing or its shape or dtype differs from this environment's.
        """
        for name, own, given in zip(self.state._fields, self.state, state, strict=True):
            if np.shape(given) != own.shape or np.asarray(given).dtype != own.dtype:
                raise ValueError(
                    f"snapshot field '{name}' is {np.asarray(given).dtype}{np.shape(given)}; this '{self.spec.id}' has {own.dtype}{own.shape}"
                )
        for own, given in zip(self.state, state):
            np.copyto(own, given)
        self._seeded = True
        self._clear_events()
        return self._refresh()

    def close(self) -> None:
        """Release what the environment holds outside its arrays."""

    # What this class keeps to itself.

    def _allocate_group(self, group: GroupSpec) -> GroupStep:
        rows = (self.num_envs, group.size)
        return GroupStep(
            observation=np.zeros((*rows, *group.observation_space.shape), group.observation_space.dtype),
            action_mask=np.ones((*rows, group.num_choices), np.bool_) if group.has_action_mask else None,
            reward=np.zeros(rows, np.float32),
            terminated=np.zeros(rows, np.bool_),
            active=np.ones(rows, np.bool_),
            truncated=self.truncated,
            first=self.first,
        )

    def _clear_events(self) -> None:
        for group in self.groups.values():
            group.reward.fill(0)
        for signal in self.signals.values():
            signal.fill(0)

    def _refresh(self) -> TimeStep:
        state: Any = self.state
        np.equal(state.elapsed, 0, out=self.first)
        np.copyto(self.truncated, self._truncated())
        self._observe()
        first, *others = self.groups.values()
        first.terminated.all(axis=1, out=state.over)
        for group in others:
            np.logical_and(state.over, group.terminated.all(axis=1), out=state.over)
        np.logical_or(state.over, self.truncated, out=state.over)
        np.copyto(self.last, state.over)  # what is handed out may be written to, the state not
        metrics = {}
        if state.over.any():
            metrics = {name: np.where(state.over, value, np.nan) for name, value in self._measure().items()}
            if metrics.keys() != set(self.spec.metrics) and not self.spec.open_metrics:
                raise ValueError(
                    f"_measure of '{self.spec.id}' returned the metrics {list(metrics)}; its spec names {list(self.spec.metrics)}"
                )
        return TimeStep(
            self.groups,
            self.truncated,
            self.first,
            self.last,
            self.global_state,
            self.signals,
            metrics,
            self.all_observations(),
        )

    def all_observations(self) -> NDArray[Any] | None:
        """The observations of all agents, bots included, `(num_envs, n, *shape)`.

        The result is None for several groups.
        """
        return next(iter(self.groups.values())).observation if len(self.groups) == 1 else None

    def _check_actions(self, actions: Actions) -> dict[str, NDArray[Any]]:
        if not isinstance(actions, Mapping):
            only, *others = self.spec.groups
            if others:
                names = ", ".join(group.name for group in self.spec.groups)
                raise ValueError(f"'{self.spec.id}' has the groups {names}; give step() a dict with an array for each")
            actions = {only.name: actions}
        return {group.name: self._check_group(group, actions) for group in self.spec.groups}

    def _check_group(self, group: GroupSpec, actions: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        if group.name not in actions:
            raise ValueError(f"actions lack the group '{group.name}'; they hold {', '.join(actions) or 'nothing'}")
        given = np.asarray(actions[group.name])
        shape = (self.num_envs, group.size, *group.action_shape)
        if given.shape != shape:
            raise ValueError(f"actions of '{group.name}' have shape {given.shape}; expected {shape}")
        if given.dtype.kind not in ("iub" if group.action_dtype.kind == "i" else "iubf"):
            raise ValueError(f"actions of '{group.name}' have dtype {given.dtype}; expected {group.action_dtype}")
        action = np.ascontiguousarray(given, group.action_dtype)
        if not action.flags.writeable or (self._may_write_actions and np.may_share_memory(action, given)):
            action = action.copy()
        outside = _outside(group, action)
        if outside.any():
            must_act = self.groups[group.name].active & ~self.state.over[:, None]
            bad = np.argwhere(outside.reshape(self.num_envs, group.size, -1).any(axis=2) & must_act)
            if len(bad):
                copy, agent = bad[0]
                raise ValueError(
                    f"action of {group.agents[agent]} in copy {copy} is {action[copy, agent]}; allowed is {group.action_space}"
                )
            action = np.where(outside, np.zeros((), action.dtype), action)
        return action


def _outside(group: GroupSpec, action: NDArray[Any]) -> NDArray[np.bool_]:
    space = group.action_space
    if isinstance(space, spaces.Discrete):
        return (action < space.start) | (action >= space.start + space.n)
    if isinstance(space, spaces.MultiDiscrete):
        return (action < space.start) | (action >= space.start + space.nvec)
    return ~((action >= space.low) & (action <= space.high))  # the negation catches NaN
