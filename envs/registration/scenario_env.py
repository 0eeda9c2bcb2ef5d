"""Scenario env: a base environment in which bots play some of the agents."""

import dataclasses
from collections import namedtuple
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.config import Config
from ..core.env import BatchEnv
from ..core.scripted_policy import ScriptedPolicy
from ..core.spec import EnvSpec, GroupSpec
from ..core.timestep import GroupStep
from ..errors import BadParameter, UnknownName
from .registry import algorithms
from .scenario import Scenario

FOCAL, BACKGROUND = "focal_return", "background_return"


class NoChance:
    """Stand-in for a scripted policy's generator, which raises when it is used.

    The trace of an env depends on its seed, its index and the focal actions, and on nothing else.
    """

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        raise BadParameter(
            f"the bot '{self._name}' draws from a generator; a bot of a scenario has to take chance from the state, with streams.hash_below"
        )


class SeatedEnv(BatchEnv[Any]):
    """A base environment in which bots play the agents that are not focal.

    Its groups are the focal ones of the scenario. Their agents keep the names that they have in the
    base environment, and their arrays are parts of the base arrays. Signals and global state are
    those of the base environment, of all agents; `GroupSpec.places` has the rows of a group. Bots
    act on the state that focal agents act on. An episode ends when the base episode ends, or once
    all focal agents have ended.

    Metrics: those of the base environment, and `focal_return` and `background_return`, the mean
    return of an agent of each kind (background: NaN without bots).

    Raises:
        BadParameter: the base environment is a scenario itself, hides its state, has several groups
            or another number of agents than the scenario; an agent has two roles; or a bot is
            unknown, no scripted policy, or one that does not play this environment.
    """

    def __init__(self, id: str, scenario: Scenario, world: BatchEnv):
        self.world = world
        self._group = _only_group(id, world.spec)
        self._places = _seat(id, scenario, world.spec, self._group)
        self._bots = {
            name: (_bot(id, own.policy, world, self._group), NoChance(own.policy))
            for name, own in scenario.seats.items()
            if own.policy
        }
        focal = tuple(
            dataclasses.replace(
                self._group,
                name=name,
                size=len(self._places[name]),
                agents=tuple(self._group.agents[i] for i in self._places[name]),
                places=self._places[name],
            )
            for name, own in scenario.seats.items()
            if not own.policy
        )
        self._rows = {name: _as_slice(places) for name, places in self._places.items()}
        metrics = (*world.spec.metrics, FOCAL, BACKGROUND)
        spec = dataclasses.replace(world.spec, id=id, groups=focal, metrics=metrics, world=world.spec)
        self.trail_length = world.trail_length  # type: ignore[misc]
        self.former_fields = world.former_fields  # type: ignore[misc]
        super().__init__(spec, world.num_envs, world.config)
        self.signals = world.signals
        self.global_state = world.global_state
        shape = (world.num_envs, self._group.size, *self._group.action_shape)
        self._actions = np.zeros(shape, self._group.action_dtype)

    @property
    def world_state(self) -> Any:
        """The state as the base environment's own scripted policies read it."""
        return self.world.state

    def _allocate(self) -> Any:
        world = self.world.state
        gained = np.zeros((self.world.num_envs, self._group.size))  # reward of each agent in this episode
        return _state_class(type(world).__name__, (*world._fields, "gained"))(*world, gained)

    def _allocate_group(self, group: GroupSpec) -> GroupStep:
        """Views of the base arrays if the agents lie in a row, which is free; else new arrays."""
        rows, whole = self._rows[group.name], self.world.groups[self._group.name]
        if not isinstance(rows, slice):
            return super()._allocate_group(group)
        return GroupStep(
            observation=whole.observation[:, rows],
            action_mask=None if whole.action_mask is None else whole.action_mask[:, rows],
            reward=whole.reward[:, rows],
            terminated=whole.terminated[:, rows],
            active=whole.active[:, rows],
            truncated=self.truncated,
            first=self.first,
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        self.state.gained[where] = 0
        self.world._begin(where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        for name, rows in self._rows.items():
            self._actions[:, rows] = actions[name] if name in actions else self._choose(name)[:, rows]
        self.world._clear_events()
        self.world._advance(self.world._check_actions({self._group.name: self._actions}), where)
        reward = self.world.groups[self._group.name].reward
        self.state.gained[where] += reward[where]
        for name, rows in self._copied():
            np.copyto(self.groups[name].reward, reward[:, rows])

    def _choose(self, name: str) -> NDArray[Any]:
        """Actions of the bots of a group.

        They choose for all agents of the base environment, and the group takes its own. Raises
        BadParameter if they cannot.
        """
        policy, no_chance = self._bots[name]
        action = np.asarray(policy.act(self.world.state, no_chance))  # type: ignore[arg-type]
        if action.shape != self._actions.shape:
            raise BadParameter(
                f"the bots '{name}' of '{self.spec.id}' gave actions of shape {action.shape}; expected {self._actions.shape}, for all agents of the world"
            )
        return action

    def all_observations(self) -> NDArray[Any] | None:
        """Observations of the base environment."""
        return self.world.all_observations()

    def _copied(self) -> list[tuple[str, Any]]:
        """The focal groups whose arrays are not parts of the base arrays, with their rows."""
        return [(name, self._rows[name]) for name in self.groups if not isinstance(self._rows[name], slice)]

    def _observe(self) -> None:
        np.copyto(self.world.first, self.first)
        np.copyto(self.world.truncated, self.truncated)
        self.world._observe()
        whole = self.world.groups[self._group.name]
        for name, rows in self._copied():
            own = self.groups[name]
            np.copyto(own.observation, whole.observation[:, rows])
            np.copyto(own.terminated, whole.terminated[:, rows])
            np.copyto(own.active, whole.active[:, rows])
            if own.action_mask is not None and whole.action_mask is not None:
                np.copyto(own.action_mask, whole.action_mask[:, rows])

    def _truncated(self) -> NDArray[np.bool_]:
        return self.world._truncated()

    def _measure(self) -> dict[str, NDArray[Any]]:
        focal = [i for name in self.groups for i in self._places[name]]
        others = [i for i in range(self._group.size) if i not in focal]
        gained = self.state.gained
        background = gained[:, others].mean(axis=1) if others else np.full(self.num_envs, np.nan)
        return {**self.world._measure(), FOCAL: gained[:, focal].mean(axis=1), BACKGROUND: background}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """Picture of the base environment."""
        return self.world.draw(copy, **options)

    def text(self, copy: int = 0) -> str:
        """The base environment in characters."""
        return self.world.text(copy)

    def close(self) -> None:
        """Release what the base environment holds."""
        self.world.close()


@cache
def _state_class(name: str, fields: tuple[str, ...]) -> type:
    """One class for all scenarios of a base environment, so that their snapshots fit each other."""
    cls: Any = namedtuple(f"Seated{name}", fields)  # type: ignore[misc]
    # Pickle finds classes by their names in a module, which one that is made here has not.
    cls.__reduce__ = lambda state: (_state, (name, fields, *state))
    return cls


def _state(name: str, fields: tuple[str, ...], *values: Any) -> Any:
    return _state_class(name, fields)(*values)


def _only_group(id: str, world: EnvSpec) -> GroupSpec:
    if world.world is not None:
        raise BadParameter(f"the scenario '{id}' is of '{world.id}', which is a scenario itself; name its world")
    if not world.resumable:
        raise BadParameter(
            f"the scenario '{id}' is of '{world.id}', which keeps its state to itself, so that bots cannot read it"
        )
    if len(world.groups) != 1:
        names = ", ".join(group.name for group in world.groups)
        raise BadParameter(
            f"the scenario '{id}' is of '{world.id}', which has the groups {names}; allowed are worlds with one group"
        )
    return world.groups[0]


def _seat(id: str, scenario: Scenario, world: EnvSpec, group: GroupSpec) -> dict[str, tuple[int, ...]]:
    """Group name to its agents in the base environment."""
    given = [i for own in scenario.seats.values() for i in own.agents]
    free = [i for i in range(group.size) if i not in given]
    wanted = len(given) + sum(own.number for own in scenario.seats.values())
    if wanted != group.size or len(set(given)) != len(given) or any(not 0 <= i < group.size for i in given):
        raise BadParameter(
            f"the scenario '{id}' has seats for {wanted} agents{f' ({given} by number)' if given else ''}; "
            f"its world '{world.id}' has {group.size}, which all need one seat each"
        )
    places = {}
    for name, own in scenario.seats.items():
        places[name] = own.agents or tuple(free[: own.number])
        free = free[own.number :]
    return places


def _bot(id: str, name: str, world: BatchEnv, group: GroupSpec) -> ScriptedPolicy:
    """The scripted policy `name`, built for the whole base environment."""
    try:
        target = algorithms.find(name).load()
        if isinstance(target, type) and issubclass(target, ScriptedPolicy):
            return target.built_for(name, world.spec, group, world.config)
    except (UnknownName, BadParameter) as error:
        raise BadParameter(f"the scenario '{id}' has the bot '{name}'. {error}") from error
    raise BadParameter(f"the scenario '{id}' has the bot '{name}', which is no scripted policy")


def _as_slice(places: tuple[int, ...]) -> Any:
    """The rows of a group: a slice where they lie evenly, with which arrays are not copied."""
    first, last = places[0], places[-1]
    every = places[1] - first if len(places) > 1 else 1
    even = every > 0 and places == tuple(range(first, last + 1, every))
    return slice(first, last + 1, every) if even else list(places)


@cache
def _with_defaults(cls: type, changed: tuple[tuple[str, Any], ...]) -> type:
    values = dict(changed)
    fields = [field for field in dataclasses.fields(cls) if field.name in values]
    annotations = {field.name: field.type for field in fields}
    defaults = {own.name: dataclasses.field(default=values[own.name], metadata=own.metadata) for own in fields}
    body = {**defaults, "__annotations__": annotations, "__doc__": cls.__doc__, "__module__": cls.__module__}
    if issubclass(cls, Config):
        body["pinned"] = {**cls.pinned, **values}  # above what a preset says
    body["__reduce__"] = lambda own: (_with_values, (cls, changed, _initial(own)))  # as for the classes of states
    return dataclasses.dataclass(frozen=True)(type(cls.__name__, (cls,), body))


def _initial(config: Any) -> dict[str, Any]:
    fields = dataclasses.fields(config)
    return {field.name: getattr(config, field.name) for field in fields if field.init}


def _with_values(cls: type, changed: tuple[tuple[str, Any], ...], values: dict[str, Any]) -> Any:
    return _with_defaults(cls, changed)(**values)


def config_with(cls: type, given: Any, names: Mapping[str, Any]) -> type:
    """The dataclass `cls` with values of its instance `given` as the defaults of `names`."""
    return _with_defaults(cls, tuple((name, getattr(given, name)) for name in names)) if names else cls
