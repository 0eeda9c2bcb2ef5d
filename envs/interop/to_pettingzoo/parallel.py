"""The PettingZoo view of an environment: a thin layer over a batch of one. No rule lives here."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from math import prod
from typing import Any, Self

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from ...core.env import BatchEnv
from ...core.random_streams import fresh_seed
from ...core.sanction_signals import OPPORTUNITY, context_space
from ...core.spec import GroupSpec
from ...core.timestep import TimeStep
from ...errors import BadParameter
from ...rendering.window import Window, check_display
from ..render_modes import RENDER_FPS, WINDOW, check_render_mode, render_modes
from .infos import InfoWriter, mask_rows


class ParallelView(ParallelEnv):
    """One env of a BatchEnv as a PettingZoo ParallelEnv.

    Agents that terminate leave `agents` in that very step. With action masks an observation is a
    dict of `observation` and `action_mask`: int8, or a tuple with a mask for each part of a
    MultiDiscrete, as Gymnasium's `sample(mask)` takes them. Copies and pickles are views of their
    own that go on exactly as this one would; a window stays with the first.

    Args:
        infos: `flat`, `full` or `none`.
            `flat` has the same keys for every agent in every step: `signals/NAME`, a float32 array,
            for every public signal of the step; `metrics/NAME`, a number, for every outcome of the
            episode; and `metrics_defined`, float32, 1 for each of these that counts. Outcomes are 0
            before an episode's last step and where they are undefined.
            `full` has `action_mask`, the dict `signals`, and in an episode's last step the dict
            `metrics`, None where one is undefined. Where sanctions are public (see `signals.py`)
            `context` stands among the signals, `(n, *shape)` of the dtype of observations: for each
            agent with an opportunity what it saw when it decided, zeros for all others; read-only.
            Infos in the form `flat` answer for these keys, too.
            `none` has nothing, and costs least.
        masks: `observation`; or `infos`, for libraries that want plain observations. Then
            `action_mask` is an item of the infos, in the forms `flat` and `none` one int8 array for
            all parts of a MultiDiscrete.

    Raises:
        BadParameter: the environment has no such render mode, there is no display for `human`, or
            there is no such form.
    """

    def __init__(self, env: BatchEnv, render_mode: str | None = None, infos: str = "flat", masks: str = "observation"):
        self.env = env
        self.metadata = {
            "name": env.spec.id,
            "render_modes": render_modes(env),
            "is_parallelizable": True,
            "render_fps": RENDER_FPS,
        }
        check_render_mode(env.spec.id, render_mode, render_modes(env))
        if render_mode == WINDOW:
            check_display("take the render_mode rgb_array")
        if masks not in ("observation", "infos"):
            raise BadParameter(f"masks is {masks!r}; allowed is observation, infos")
        self.render_mode = render_mode
        self.max_cycles = env.spec.horizon
        self.possible_agents = [agent for group in env.spec.groups for agent in group.agents]
        self.agents: list[str] = []
        self._infos = InfoWriter(env.spec, infos, masks_here=masks == "infos")
        self._masks_seen = masks == "observation"
        self.observation_spaces: dict[str, spaces.Space] = {
            agent: _observation_space(group, self._masks_seen) for group in env.spec.groups for agent in group.agents
        }
        self.action_spaces: dict[str, spaces.Space] = {
            agent: _copy_space(group.action_space) for group in env.spec.groups for agent in group.agents
        }
        self._actions = {
            group.name: np.zeros((1, group.size, *group.action_shape), group.action_dtype) for group in env.spec.groups
        }
        self._place = {agent: (group.name, i) for group in env.spec.groups for i, agent in enumerate(group.agents)}
        # (n, *shape) observations of all agents of the base env before the step
        self._before: NDArray[Any] | None = None
        space = context_space(env.spec)
        if space is not None and infos != "none":
            self._before = np.zeros(((env.spec.world or env.spec).num_agents, *space.shape), space.dtype)
        self._window: Any = None
        self._np_random: np.random.Generator | None = None
        shape = env.spec.state_shape or (sum(g.size * prod(g.observation_space.shape) for g in env.spec.groups),)
        self.state_space = spaces.Box(-np.inf, np.inf, shape, np.float32)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_window": None}

    def __copy__(self) -> Self:
        return deepcopy(self)

    @property
    def np_random(self) -> np.random.Generator:
        """A generator for wrappers that draw, which `reset` seeds.

        The env has streams of its own.
        """
        if self._np_random is None:
            self._np_random = np.random.default_rng(fresh_seed())
        return self._np_random

    @np_random.setter
    def np_random(self, generator: np.random.Generator) -> None:
        self._np_random = generator

    def observation_space(self, agent: str) -> spaces.Space:
        """The same object at every call."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space:
        """The same object at every call."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Begin an episode; with a seed the random stream starts anew."""
        step = self.env.reset(seed)
        if seed is not None:
            self._np_random = np.random.default_rng(seed)
        self.agents = list(self.possible_agents)
        if self.render_mode == WINDOW:
            self.render()
        return self._see(step), self._tell(step)

    def step(
        self, actions: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Advance one step.

        Args:
            actions: agent to action, for every agent in `agents` that must act; entries of others
                are ignored.

        Raises:
            KeyError: the action of an agent that must act is missing.
            ValueError: an action lies outside its space.
            RuntimeError: the environment was never reset.
        """
        if not self.agents:
            self.env.require_reset()
            return {}, {}, {}, {}, {}
        for group in self.env.spec.groups:
            self._fill(group, actions)
        now = None if self._before is None else self.env.all_observations()
        if self._before is not None and now is not None:
            np.copyto(self._before, now[0])  # the step overwrites them
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
        infos = self._tell(step)
        if step.last[0]:
            self.agents = []
        elif any(terminations.values()):
            self.agents = [agent for agent in self.agents if not terminations[agent]]
        if self.render_mode == WINDOW:
            self.render()
        return observations, rewards, terminations, truncations, infos

    def render(self) -> NDArray[np.uint8] | str | None:
        """Render a picture `(height, width, 3)` uint8, a string, or None and a window."""
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
        """The global state, an element of `state_space`.

        Where the environment has none, it is the observations of all agents in a row, float32.
        """
        if self.env.global_state is not None:
            return self.env.global_state[0].copy()
        rows = [group.observation[0].ravel() for group in self.env.groups.values()]
        return np.concatenate(rows, dtype=np.float32)

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
            if rows.action_mask is None or group.optional_mask or not self._masks_seen:
                seen.update(zip(group.agents, observation))
            else:
                masks = mask_rows(group, rows.action_mask[0])
                seen.update(
                    (a, {"observation": o, "action_mask": m}) for a, o, m in zip(group.agents, observation, masks)
                )
        return seen if len(seen) == len(self.agents) else {agent: seen[agent] for agent in self.agents}

    def _tell(self, step: TimeStep) -> dict[str, dict[str, Any]]:
        context = None if self._before is None else self._contexts(step.signals[OPPORTUNITY][0])
        return self._infos.write(self.agents, step, context)

    def _contexts(self, opportunity: NDArray[np.float32]) -> NDArray[Any]:
        """Observations before the step of agents with an opportunity.

        Zeros, which cost nothing, for the others.
        """
        assert self._before is not None
        context = np.zeros(self._before.shape, self._before.dtype)
        for i, given in enumerate(opportunity.tolist()):
            if given:
                context[i] = self._before[i]
        context.flags.writeable = False  # it is large, and all agents get the same one
        return context


def _as_rows(group: GroupSpec, agents: Sequence[str], given: list[Any]) -> NDArray[Any]:
    """Actions as an array `(len(agents), *action_shape)`.

    NumPy would round numbers that are not whole without a word.
    """
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


def _copy_space(space: spaces.Space) -> Any:
    """A space of its own for each agent, so that seeding one leaves the others alone."""
    if isinstance(space, spaces.Discrete):
        return spaces.Discrete(int(space.n), start=int(space.start))
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(space.nvec, start=space.start)
    assert isinstance(space, spaces.Box)
    return spaces.Box(space.low, space.high, space.shape, space.dtype.type)


def _observation_space(group: GroupSpec, with_mask: bool) -> spaces.Space:
    box = _copy_space(group.observation_space)
    if not group.has_action_mask or group.optional_mask or not with_mask:
        return box
    if isinstance(group.action_space, spaces.MultiDiscrete):
        mask = spaces.Tuple([spaces.Box(0, 1, (int(size),), np.int8) for size in group.action_space.nvec])
    else:
        mask = spaces.Box(0, 1, (group.num_choices,), np.int8)
    return spaces.Dict({"observation": box, "action_mask": mask})
