"""Agents of a batch as rows of one array, for libraries whose envs have one agent each.

Row `env * num_agents + agent` belongs to an agent, as SuperSuit lays them out: agents of all
groups, in the order of the groups, and then the next env.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..core.spec import ActionSpace, GroupSpec
from ..errors import BadParameter


class RowStep(NamedTuple):
    """One step of every row; the arrays are the caller's own.

    A row's episode ends when its agent terminates. Until the env's episode ends, the row waits: its
    observation is 0, its reward 0, its action ignored. That waiting is an episode of its own, which
    terminates with the env's.
    """

    observation: NDArray[Any]  # (rows, *shape)
    reward: NDArray[np.float32]  # (rows,)
    terminated: NDArray[np.bool_]  # (rows,) the row's episode ended in this step: no value beyond
    truncated: NDArray[np.bool_]  # (rows,) the env's episode was cut in this step
    last: NDArray[np.bool_]  # (num_envs,) the env's episode ended in this step
    metrics: Mapping[str, NDArray[np.float64]]  # (num_envs,) outcomes where `last`, else NaN


class AgentRows:
    """Rows of a batch: their spaces, and translation of steps and actions.

    Args:
        flatten: observations become vectors `(f,)` of float32; whole numbers are divided by the
            largest that their space allows.

    Raises:
        BadParameter: groups differ in their action spaces, or in rank or dtype of observations.
    """

    def __init__(self, env: BatchEnv, flatten: bool = False):
        self.env = env
        self.num_agents = env.spec.num_agents
        self.num_rows = env.num_envs * self.num_agents
        groups = env.spec.groups
        self.action_space = _common_action_space(env.spec.id, groups)
        self._spaces = [flat_space(g.observation_space) if flatten else g.observation_space for g in groups]
        self.observation_space = _padded_space(env.spec.id, groups, self._spaces)
        self._scales = [scale_of(group.observation_space) if flatten else 1.0 for group in groups]
        ends = np.cumsum([group.size for group in groups]).tolist()
        self._columns = [slice(end - group.size, end) for group, end in zip(groups, ends)]
        self._ended = np.zeros((env.num_envs, self.num_agents), np.bool_)  # earlier in the episode
        self._waits = np.zeros((env.num_envs, self.num_agents), np.bool_)

    def reset(self, seed: int | None) -> NDArray[Any]:
        """First observations of new episodes in all envs, `(rows, *shape)`."""
        self.env.reset(seed)
        return self._begun(np.ones(self.env.num_envs, np.bool_))

    def begin(self, where: NDArray[np.bool_]) -> NDArray[Any]:
        """Observations after new episodes began in the envs `where`, `(num_envs,)`.

        The other rows are as they were, and 0 where they wait.
        """
        if where.any():
            self.env.begin(where)
        return self._begun(where)

    def step(self, actions: Any) -> RowStep:
        """Advance every env one step by `actions`, `(rows, *action_shape)`.

        Raises:
            ValueError: the actions have another shape, or one lies outside its space.
        """
        given = np.asarray(actions)
        shape = self.action_space.shape or ()
        if given.shape != (self.num_rows, *shape):
            raise ValueError(f"actions have shape {given.shape}; expected {(self.num_rows, *shape)}")
        given = given.reshape(self.env.num_envs, self.num_agents, *shape)
        step = self.env.step({g.name: given[:, own] for g, own in zip(self.env.spec.groups, self._columns)})
        self._ended[step.first] = self._waits[step.first] = False  # the step began their episodes
        before, last = self._ended, step.last[:, None]
        terminated = self._joined("terminated")
        rows = RowStep(
            self._observation(),
            self._joined("reward").reshape(-1).copy(),
            np.where(before, last, terminated).reshape(-1),
            (step.truncated[:, None] & ~before).reshape(-1),
            step.last.copy(),
            step.metrics,
        )
        self._ended = terminated.copy()
        self._waits = terminated & ~self._joined("active") & ~last
        return rows

    @property
    def active(self) -> NDArray[np.bool_]:
        """Rows whose agents must act now, `(rows,)`."""
        return self._joined("active").reshape(-1).copy()

    def of_envs(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of envs, `(num_envs, ...)`, for their rows."""
        return values.repeat(self.num_agents, axis=0)

    def masks(self) -> NDArray[np.bool_]:
        """Legal actions of the rows now, `(rows, num_choices)`; parts of a MultiDiscrete in a row.

        Rows that need not act have one choice, the first of every part. So a policy that reads the
        masks learns nothing from its actions there.

        Raises:
            AttributeError: the actions are a Box.
        """
        choices = self.env.spec.groups[0].num_choices
        if not choices:
            raise AttributeError(
                f"actions of '{self.env.spec.id}' are {self.action_space}; masks need numbered actions"
            )
        found = np.ones((self.env.num_envs, self.num_agents, choices), np.bool_)
        for group, own in zip(self.env.groups.values(), self._columns):
            if group.action_mask is not None:
                found[:, own] = group.action_mask
        sizes = self.action_space.nvec if isinstance(self.action_space, spaces.MultiDiscrete) else [choices]
        one_choice = np.isin(np.arange(choices), np.cumsum([0, *sizes[:-1]]))
        found[~self._joined("active")] = one_choice
        return found.reshape(self.num_rows, choices)

    def _begun(self, where: NDArray[np.bool_]) -> NDArray[Any]:
        """Observations where episodes began; an agent that is not there from the first waits."""
        terminated = self._joined("terminated")
        self._ended[where] = terminated[where]
        self._waits[where] = (terminated & ~self._joined("active"))[where]
        return self._observation()

    def _joined(self, field: str) -> NDArray[Any]:
        """A field of all groups, `(num_envs, num_agents)`; of one group, its own array."""
        parts = [getattr(group, field) for group in self.env.groups.values()]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _observation(self) -> NDArray[Any]:
        """Observations of the rows, 0 beyond the shape of a group's own and where agents wait."""
        shape, envs = self.observation_space.shape, self.env.num_envs
        rows = np.zeros((envs, self.num_agents, *shape), self.observation_space.dtype)
        for group, own, space, scale in zip(self.env.groups.values(), self._columns, self._spaces, self._scales):
            part = rows[(slice(None), own, *map(slice, space.shape))]
            np.copyto(part, group.observation.reshape(part.shape), casting="unsafe")
            if scale != 1:
                part *= scale
        if self._waits.any():
            rows[self._waits] = 0
        return rows.reshape(self.num_rows, *shape)


def scale_of(space: spaces.Box) -> float:
    """Factor that brings whole numbers of a space to at most 1; 1 for floats."""
    largest = float(np.max(space.high))
    return 1 / largest if space.dtype.kind in "iu" and largest > 1 else 1.0


def flat_space(space: spaces.Box) -> spaces.Box:
    """The space of flat observations, `(f,)` float32: see `AgentRows`."""
    scale = np.float32(scale_of(space))
    low, high = (bound.astype(np.float32).reshape(-1) * scale for bound in (space.low, space.high))
    return spaces.Box(low, high, dtype=np.float32)


def _common_action_space(id: str, groups: tuple[GroupSpec, ...]) -> ActionSpace:
    """The action space of all groups. Raises BadParameter if they differ."""
    first = groups[0].action_space
    if any(group.action_space != first for group in groups):
        listed = ", ".join(f"{group.name} {group.action_space}" for group in groups)
        raise BadParameter(
            f"'{id}' has groups with action spaces {listed}; rows of agents need one space, "
            "so take torchrl_env, parallel_env, or a scenario with bots in the other groups"
        )
    return first


def _padded_space(id: str, groups: tuple[GroupSpec, ...], of: list[spaces.Box]) -> spaces.Box:
    """The smallest space that holds observations of all groups, with zeros behind the shorter ones.

    Raises BadParameter if they differ in rank or dtype.
    """
    if len(of) == 1:
        return of[0]
    if len({(len(space.shape), space.dtype) for space in of}) > 1:
        listed = ", ".join(f"{group.name} {space.shape} {space.dtype}" for group, space in zip(groups, of))
        raise BadParameter(
            f"'{id}' has groups with observations {listed}; take flatten=True, which brings them to vectors"
        )
    shape = tuple(np.max([space.shape for space in of], axis=0).tolist())
    low, high = np.zeros(shape, of[0].dtype), np.zeros(shape, of[0].dtype)
    for space in of:
        part = tuple(map(slice, space.shape))
        low[part] = np.minimum(low[part], space.low)
        high[part] = np.maximum(high[part], space.high)
    return spaces.Box(low, high, dtype=of[0].dtype.type)
