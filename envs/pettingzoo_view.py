"""The PettingZoo view of an environment: a thin layer over a batch of one. No rule lives here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils import wrappers
from pettingzoo.utils.conversions import parallel_to_aec

from .batch import BatchEnv
from .errors import BadParameter
from .factory import make
from .signals import OPPORTUNITY, context_space
from .spec import GroupSpec
from .timestep import TimeStep
from .viewer import Window, check_display

RENDER_FPS = 8


class ParallelView(ParallelEnv):
    """One copy of a BatchEnv as a PettingZoo ParallelEnv.

    Agents that terminate leave `agents` in that very step. With action masks an observation is a dict of `observation` and `action_mask` (int8; a tuple
    of parts for MultiDiscrete), and the mask is in the agent's info as well. In the last step of an episode every agent's info has the episode's `metrics`, None where one is undefined.
    Where the environment has public signals, every agent's info has those of the step, as `signals`. Where sanctions are public (see `signals`), `context` stands
    there too, `(n, *shape)` of the dtype of observations: for each agent of the world with an opportunity what it saw when it decided, zeros for all others.

    Raises:
        BadParameter: the environment has no such render mode, or there is no display for `human`.
    """

    def __init__(self, env: BatchEnv, render_mode: str | None = None):
        self.env = env
        self.metadata = {
            "name": env.spec.id,
            "render_modes": render_modes(env),
            "is_parallelizable": True,
            "render_fps": RENDER_FPS,
        }
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            allowed = ", ".join(self.metadata["render_modes"]) or "none"
            raise BadParameter(f"render_mode is '{render_mode}'; '{env.spec.id}' has {allowed}")
        if render_mode == "human":
            check_display("take the render_mode rgb_array")
        self.render_mode = render_mode
        self.max_cycles = env.spec.horizon
        self.possible_agents = [agent for group in env.spec.groups for agent in group.agents]
        self.agents: list[str] = []
        self._observation_spaces = {
            agent: _observation_space(group) for group in env.spec.groups for agent in group.agents
        }
        self._action_spaces = {
            agent: _copy_space(group.action_space) for group in env.spec.groups for agent in group.agents
        }
        self._actions = {
            group.name: np.zeros((1, group.size, *group.action_shape), group.action_dtype) for group in env.spec.groups
        }
        self._place = {agent: (group.name, i) for group in env.spec.groups for i, agent in enumerate(group.agents)}
        self._frames: NDArray[Any] | None = (
            None  # (n, *shape) what all agents of the world see now: the environment's own array
        )
        self._before: NDArray[Any] | None = None  # (n, *shape) what they saw before the step
        space = context_space(env.spec)
        if space is not None:
            self._before = np.zeros(((env.spec.world or env.spec).num_agents, *space.shape), space.dtype)
        self._window: Any = None
        if env.spec.state_shape is not None:
            self.state_space = spaces.Box(-np.inf, np.inf, env.spec.state_shape, np.float32)

    def observation_space(self, agent: str) -> spaces.Space:
        """The same object at every call."""
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space:
        """The same object at every call."""
        return self._action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Begin an episode; with a seed the random stream starts anew."""
        step = self.env.reset(seed)
        self._frames = None if step.frames is None else step.frames[0]
        self.agents = list(self.possible_agents)
        if self.render_mode == "human":
            self.render()
        return self._see(step), self._infos(step)

    def step(
        self, actions: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Advance one step.

        Args:
            actions: agent to action, for every agent in `agents` that must act; entries of others are ignored.

        Raises:
            KeyError: the action of an agent that must act is missing.
            ValueError: an action lies outside its space.
        """
        if not self.agents:
            return {}, {}, {}, {}, {}
        for group in self.env.spec.groups:
            self._fill(group, actions)
        if self._before is not None and self._frames is not None:
            np.copyto(self._before, self._frames)  # the step overwrites them
        step = self.env.step(self._actions)
        observations = self._see(step)
        rewards: dict[str, float] = {}
        terminations: dict[str, bool] = {}
        for group in self.env.spec.groups:
            rows = step.groups[group.name]
            rewards.update(zip(group.agents, rows.reward[0].tolist()))
            terminations.update(zip(group.agents, rows.terminated[0].tolist()))
        if len(self.agents) < len(self.possible_agents):
            rewards = {agent: rewards[agent] for agent in self.agents}
            terminations = {agent: terminations[agent] for agent in self.agents}
        truncations = dict.fromkeys(self.agents, bool(step.truncated[0]))
        infos = self._infos(step)
        if step.last[0]:
            self.agents = []
        elif any(terminations.values()):
            self.agents = [agent for agent in self.agents if not terminations[agent]]
        if self.render_mode == "human":
            self.render()
        return observations, rewards, terminations, truncations, infos

    def render(self) -> NDArray[np.uint8] | str | None:
        """What `render_mode` says: a picture `(height, width, 3)` uint8, a string, or None and a window."""
        if self.render_mode is None:
            return None
        if self.render_mode == "ansi":
            return self.env.text(0)
        picture = self.env.draw(0)
        if self.render_mode == "rgb_array":
            return picture
        if self._window is None:
            self._window = Window(self.env.spec.id, RENDER_FPS)
        self._window.show(picture)
        return None

    def state(self) -> NDArray[np.float32]:
        """The global state, `(*state_shape,)` float32, where the environment has one."""
        if self.env.global_state is None:
            raise NotImplementedError(f"'{self.env.spec.id}' has no global state")
        return self.env.global_state[0].copy()

    def close(self) -> None:
        """Close the window and the environment."""
        if self._window is not None:
            self._window.close()
            self._window = None
        self.env.close()

    def _fill(self, group: GroupSpec, actions: Mapping[str, Any]) -> None:
        into = self._actions[group.name][0]
        everyone = len(self.agents) == len(self.possible_agents)
        present = group.agents if everyone else [agent for agent in self.agents if self._place[agent][0] == group.name]
        try:
            given = [actions[agent] for agent in present]
        except KeyError as error:
            raise KeyError(f"the action of {error.args[0]} is missing; give one for every agent in `agents`") from None
        rows = _as_rows(group, present, given)
        if everyone:
            into[:] = rows
        else:
            into[[self._place[agent][1] for agent in present]] = rows

    def _see(self, step: TimeStep) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for group in self.env.spec.groups:
            rows = step.groups[group.name]
            observation = rows.observation[0].copy()  # one copy for all agents; each gets a view of its own row
            if rows.action_mask is None or group.optional_mask:
                seen.update(zip(group.agents, observation))
            else:
                masks = _masks(group, rows.action_mask[0])
                seen.update(
                    (a, {"observation": o, "action_mask": m}) for a, o, m in zip(group.agents, observation, masks)
                )
        return seen if len(seen) == len(self.agents) else {agent: seen[agent] for agent in self.agents}

    def _infos(self, step: TimeStep) -> dict[str, dict[str, Any]]:
        infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        for group in self.env.spec.groups:
            mask = step.groups[group.name].action_mask
            if mask is not None:
                needed = ~mask[0].all(axis=1) if group.optional_mask else np.ones(group.size, np.bool_)
                for agent, row, told in zip(group.agents, _masks(group, mask[0]), needed.tolist()):
                    if agent in infos and told:
                        infos[agent]["action_mask"] = row
        if step.signals:
            heard = {name: value[0].copy() for name, value in step.signals.items()}
            if self._before is not None:
                heard["context"] = self._contexts(step.signals[OPPORTUNITY][0])
            for info in infos.values():
                info["signals"] = heard
        if step.last[0]:
            for info in infos.values():
                info["metrics"] = {
                    name: None if np.isnan(value[0]) else float(value[0]) for name, value in step.metrics.items()
                }
        return infos

    def _contexts(self, opportunity: NDArray[np.float32]) -> NDArray[Any]:
        """What agents with an opportunity saw before the step; zeros, which cost nothing, for the others."""
        assert self._before is not None
        context = np.zeros(self._before.shape, self._before.dtype)
        for i, given in enumerate(opportunity.tolist()):
            if given:
                context[i] = self._before[i]
        return context


def _as_rows(group: GroupSpec, agents: Sequence[str], given: list[Any]) -> NDArray[Any]:
    """Actions as an array `(len(agents), *action_shape)`; NumPy would round numbers that are not whole without a word."""
    kinds = "iub" if group.action_dtype.kind == "i" else "iubf"
    try:
        rows = np.asarray(given)
        if not given or (rows.dtype.kind in kinds and rows.shape[1:] == group.action_shape):
            return rows
    except ValueError:  # of unequal lengths
        pass
    for agent, action in zip(agents, given):
        one = np.asarray(action)
        if one.dtype.kind not in kinds or one.shape != group.action_shape:
            raise ValueError(f"action of {agent} is {action}; allowed is {group.action_space}")
    return np.stack([np.asarray(action) for action in given])


def render_modes(env: BatchEnv) -> list[str]:
    """The modes that the environment's class has a picture or a text for."""
    cls = type(env)
    pictures = ["human", "rgb_array"] if cls.draw is not BatchEnv.draw else []
    return pictures + (["ansi"] if cls.text is not BatchEnv.text else [])


def _copy_space(space: spaces.Space) -> Any:
    """A space of its own for each agent, so that seeding one leaves the others alone."""
    if isinstance(space, spaces.Discrete):
        return spaces.Discrete(int(space.n), start=int(space.start))
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(space.nvec, start=space.start)
    assert isinstance(space, spaces.Box)
    return spaces.Box(space.low, space.high, space.shape, space.dtype.type)


def _observation_space(group: GroupSpec) -> spaces.Space:
    box = _copy_space(group.observation_space)
    if not group.has_action_mask or group.optional_mask:
        return box
    if isinstance(group.action_space, spaces.MultiDiscrete):
        mask = spaces.Tuple([spaces.Box(0, 1, (int(size),), np.int8) for size in group.action_space.nvec])
    else:
        mask = spaces.Box(0, 1, (group.num_choices,), np.int8)
    return spaces.Dict({"observation": box, "action_mask": mask})


def _masks(group: GroupSpec, rows: NDArray[np.bool_]) -> list[Any]:
    """The masks of all agents as Gymnasium's `sample` wants them: an int8 array, or a tuple of them for a MultiDiscrete."""
    masks = rows.astype(np.int8)
    if isinstance(group.action_space, spaces.MultiDiscrete):
        return list(zip(*np.split(masks, np.cumsum(group.action_space.nvec)[:-1], axis=1)))
    return list(masks)


def parallel_env(id: str, render_mode: str | None = None, **parameters: Any) -> ParallelView:
    """The environment `id` as PettingZoo's ParallelEnv.

    Args:
        render_mode: `human`, `rgb_array`, `ansi`, or None.
        parameters: fields of the task's parameter dataclass.

    Raises:
        UnknownName, BadParameter: as `make`.
    """
    return ParallelView(make(id, 1, **parameters), render_mode)


def raw_env(id: str, render_mode: str | None = None, **parameters: Any) -> AECEnv:
    """The environment `id` as PettingZoo's AECEnv, by PettingZoo's own conversion."""
    return parallel_to_aec(parallel_env(id, render_mode, **parameters))


def env(id: str, render_mode: str | None = None, **parameters: Any) -> AECEnv:
    """`raw_env` with PettingZoo's usual wrappers: see `aec_view`."""
    return aec_view(parallel_env(id, render_mode, **parameters))


def aec_view(view: ParallelView) -> AECEnv:
    """A view as AECEnv; actions out of bounds are errors, and so is a wrong order of calls."""
    return wrappers.OrderEnforcingWrapper(_BoundsWrapper(parallel_to_aec(view)))


class _BoundsWrapper(wrappers.BaseWrapper):
    """Names an action outside its space at once; PettingZoo's own wrappers clip it, or say less."""

    def step(self, action: Any) -> None:
        agent = self.agent_selection
        if not (self.terminations[agent] or self.truncations[agent]):
            space = self.action_space(agent)
            given = np.asarray(action, space.dtype) if isinstance(space, spaces.Box) and action is not None else action
            if not space.contains(given):
                raise ValueError(f"action of {agent} is {action}; allowed is {space}")
        super().step(action)


def entry_points(id: str) -> tuple[Callable[..., ParallelView], Callable[..., AECEnv], Callable[..., AECEnv]]:
    """`parallel_env`, `env` and `raw_env` of one task, for its module; each takes `render_mode` and the task's parameters."""

    def bound(factory: Callable[..., Any]) -> Callable[..., Any]:
        def build(render_mode: str | None = None, **parameters: Any) -> Any:
            return factory(id, render_mode, **parameters)

        build.__doc__ = factory.__doc__
        return build

    return bound(parallel_env), bound(env), bound(raw_env)
