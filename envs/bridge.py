"""The bridge: any PettingZoo environment as a BatchEnv.

Its state is its own and cannot be copied, so a snapshot holds the random streams alone, and `restore` begins new episodes. Copies are
stepped one after the other, at the environment's own speed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils.conversions import aec_to_parallel

from .batch import BatchEnv
from .errors import BadParameter
from .spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from .streams import draw_below
from .timestep import TimeStep

BRIDGE_PREFIX = "pettingzoo:"
SEEDS = 2**31


@dataclass(frozen=True)
class BridgeParameters:
    """Options of a PettingZoo environment."""

    arguments: dict[str, Any] = field(default_factory=dict)
    """Keyword arguments for the environment's factory."""


class BridgeState(NamedTuple):
    """What the bridge itself keeps; the environments keep the rest to themselves."""

    stream: NDArray[np.uint64]  # (num_envs, 4)
    elapsed: NDArray[np.int32]  # (num_envs,)
    over: NDArray[np.bool_]  # (num_envs,)
    cut: NDArray[np.bool_]  # (num_envs,) the episode was truncated


class Bridge(BatchEnv[BridgeState]):
    """`num_envs` PettingZoo environments in step.

    Agents with equal spaces form a group: `agents` if there is one, else named after its agents. An agent that leaves is no longer active. An
    episode ends when nobody goes on: terminated if all agents did, else truncated. An agent that is truncated while others go on waits from then on, so
    that nothing is concluded from the step that cut it off.

    Raises:
        BadParameter: the factory does not take the arguments, or a space is of a kind that learners cannot read.
    """

    Parameters = BridgeParameters

    def __init__(self, id: str, factory: Callable[..., Any], num_envs: int, parameters: BridgeParameters | None = None):
        parameters = parameters or BridgeParameters()
        self._factory = factory
        # A single copy may be asked for pictures; many are there to be fast.
        self._envs = [
            _build(id, factory, parameters.arguments, pictures=num_envs == 1) for _ in range(max(num_envs, 1))
        ]
        self._groups = _group_agents(self._envs[0])
        _, infos = self._envs[0].reset(seed=0)  # masks may stand in the infos, which no space announces
        self._readers = {name: _Reader(id, self._envs[0], agents, infos) for name, agents in self._groups.items()}
        groups = tuple(
            GroupSpec(
                name=name,
                size=len(agents),
                observation_space=self._readers[name].space,
                action_space=_action_space(id, self._envs[0], agents[0]),
                has_action_mask=self._readers[name].has_mask,
                agents=tuple(agents),
                shared_reward=False,  # PettingZoo does not say it
            )
            for name, agents in self._groups.items()
        )
        super().__init__(EnvSpec(id, groups, horizon=None, resumable=False), num_envs, parameters)
        self._place = {agent: (name, i) for name, agents in self._groups.items() for i, agent in enumerate(agents)}
        self._picture: Any = None

    def _allocate(self) -> BridgeState:
        return BridgeState(*self.required_state(), np.zeros(self.num_envs, np.bool_))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        seeds = draw_below(self.state.stream, SEEDS, where=where)
        for c in np.flatnonzero(where).tolist():
            observations, infos = self._envs[c].reset(seed=int(seeds[c]))
            self.state.cut[c] = False
            for group in self.groups.values():
                group.terminated[c] = False
            self._write(c, observations, infos, self._envs[c].agents)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        for c in np.flatnonzero(where).tolist():
            env = self._envs[c]
            chosen = {agent: self._action(actions, agent, c) for agent in env.agents}
            observations, rewards, terminations, truncations, infos = env.step(chosen)
            for agent, reward in rewards.items():
                name, i = self._place[agent]
                self.groups[name].reward[c, i] = reward
            for agent, ended in terminations.items():
                if ended:
                    name, i = self._place[agent]
                    self.groups[name].terminated[c, i] = True
            going = [agent for agent in observations if not terminations.get(agent) and not truncations.get(agent)]
            cut = [agent for agent in observations if truncations.get(agent) and not terminations.get(agent)]
            everyone_terminated = all(group.terminated[c].all() for group in self.groups.values())
            self.state.cut[c] = not going and not everyone_terminated
            self._write(c, observations, infos, going or cut)

    def _observe(self) -> None:
        """Everything is written where it happens, in `_begin` and `_advance`."""

    def _truncated(self) -> NDArray[np.bool_]:
        return self.state.cut

    def restore(self, state: BridgeState) -> TimeStep:
        """Take over the random streams of a snapshot, and begin new episodes."""
        for own, given in zip(self.state, state):
            np.copyto(own, given)
        self._seeded = True
        return self.reset()

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture by the environment itself, `(height, width, 3)` uint8; NotImplementedError if it has none."""
        picture = self._envs[copy].render()
        if not isinstance(picture, np.ndarray):
            raise NotImplementedError(f"'{self.spec.id}' draws no rgb_array; its factory may want arguments for that")
        return picture

    def close(self) -> None:
        """Close the environments."""
        for env in self._envs:
            env.close()

    def _action(self, actions: dict[str, NDArray[Any]], agent: str, c: int) -> Any:
        name, i = self._place[agent]
        action = actions[name][c, i]
        return int(action) if np.ndim(action) == 0 else action

    def _write(self, c: int, observations: Mapping[str, Any], infos: Mapping[str, Any], active: list[str]) -> None:
        for name, group in self.groups.items():
            group.active[c] = False
            group.observation[c] = 0
            if group.action_mask is not None:
                group.action_mask[c] = True
            reader = self._readers[name]
            for i, agent in enumerate(self._groups[name]):
                if agent not in observations:
                    continue
                group.observation[c, i] = reader.read(observations[agent])
                group.active[c, i] = agent in active
                mask = reader.mask(observations[agent], infos.get(agent, {}))
                if group.action_mask is not None and mask is not None:
                    group.action_mask[c, i] = mask


class _Reader:
    """Turns what an agent of a group observes into an array that learners read."""

    def __init__(self, id: str, env: ParallelEnv, agents: list[str], infos: Mapping[str, Any]):
        space = env.observation_space(agents[0])
        self._in_dict = False
        if isinstance(space, spaces.Dict) and {"observation", "action_mask"} <= set(space.spaces):
            self._in_dict = True
            space = space["observation"]
        self.has_mask = self._in_dict or all("action_mask" in infos.get(agent, {}) for agent in agents)
        self._categories = int(space.n) if isinstance(space, spaces.Discrete) else 0
        self._start = int(space.start) if isinstance(space, spaces.Discrete) else 0
        self._channels_last = False
        self.space = self._as_box(id, agents[0], space)

    def _as_box(self, id: str, agent: str, space: spaces.Space) -> spaces.Box:
        if isinstance(space, spaces.Discrete):
            return spaces.Box(0, 1, (self._categories,), np.float32)
        if not isinstance(space, spaces.Box) or len(space.shape) not in (0, 1, 2, 3):
            raise BadParameter(
                f"agent '{agent}' of '{id}' observes {space}; allowed is a Box of rank 0 to 3, Discrete, or a Dict with an action_mask"
            )
        shape = space.shape or (1,)
        low, high = np.reshape(space.low, shape), np.reshape(space.high, shape)
        # Pictures with the colours last are turned, for learners read channels first.
        self._channels_last = len(shape) == 3 and shape[2] in (1, 3) and shape[0] not in (1, 3)
        if self._channels_last:
            low, high = np.moveaxis(low, 2, 0), np.moveaxis(high, 2, 0)
        dtype = np.uint8 if space.dtype == np.uint8 else np.float32
        return spaces.Box(low.astype(dtype), high.astype(dtype), dtype=dtype)

    def read(self, observation: Any) -> NDArray[Any]:
        """The observation as an array of `space`."""
        if self._in_dict:
            observation = observation["observation"]
        if self._categories:
            return np.eye(self._categories, dtype=np.float32)[int(observation) - self._start]
        array = np.asarray(observation)
        return np.moveaxis(array, 2, 0) if self._channels_last else array

    def mask(self, observation: Any, info: Mapping[str, Any]) -> Any:
        """The action mask, or None."""
        mask = observation["action_mask"] if self._in_dict else info.get("action_mask")
        return np.concatenate(mask) if isinstance(mask, tuple) else mask  # a MultiDiscrete has a mask for each part


def _build(id: str, factory: Callable[..., Any], arguments: Mapping[str, Any], pictures: bool) -> ParallelEnv:
    try:
        env = factory(**{"render_mode": "rgb_array"} | dict(arguments)) if pictures else factory(**arguments)
    except TypeError as error:
        if pictures:
            return _build(id, factory, arguments, pictures=False)
        raise BadParameter(f"'{id}' does not take the arguments {dict(arguments)}: {error}") from error
    if isinstance(env, AECEnv):
        env = aec_to_parallel(env)
    if not isinstance(env, ParallelEnv):
        raise BadParameter(
            f"the factory of '{id}' returns {type(env).__name__}; allowed is a PettingZoo ParallelEnv or AECEnv"
        )
    return env


def _group_agents(env: ParallelEnv) -> dict[str, list[str]]:
    """Agents by equal spaces: one group is `agents`, several are called after the agents' common name, numbered where that is taken."""
    groups: list[list[str]] = []
    for agent in env.possible_agents:
        for group in groups:
            if _spaces(env, group[0]) == _spaces(env, agent):
                group.append(agent)
                break
        else:
            groups.append([agent])
    if len(groups) == 1:
        return {DEFAULT_GROUP: groups[0]}
    named: dict[str, list[str]] = {}
    for group in groups:
        stems = {re.sub(r"_?\d+$", "", agent) for agent in group}
        stem = stems.pop() if len(stems) == 1 else "_".join(key for key, _ in groupby(sorted(stems)))
        plural = f"{stem[:-1]}ies" if stem.endswith("y") else f"{stem}s"
        name, number = plural, 2
        while name in named:
            name, number = f"{plural}_{number}", number + 1
        named[name] = group
    return named


def _spaces(env: ParallelEnv, agent: str) -> tuple[spaces.Space, spaces.Space]:
    return env.observation_space(agent), env.action_space(agent)


def _action_space(id: str, env: ParallelEnv, agent: str) -> Any:
    space = env.action_space(agent)
    if not isinstance(space, (spaces.Discrete, spaces.MultiDiscrete, spaces.Box)):
        raise BadParameter(f"agent '{agent}' of '{id}' acts in {space}; allowed is Discrete, MultiDiscrete or Box")
    return space
