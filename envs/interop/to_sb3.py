"""Batches as Stable-Baselines3's VecEnv: one agent is one row.

This module is imported where Stable-Baselines3 is installed; `sb3_vec_env` sees to that.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv  # pyright: ignore[reportMissingImports] (an extra)

from ..core.env import BatchEnv
from .agent_rows import AgentRows, RowStep
from .render_modes import check_render_mode, frames

MASKS = "action_masks"


class SB3VecEnv(VecEnv):
    """A batch as Stable-Baselines3's VecEnv, without a loop over envs or agents.

    `num_envs` counts rows, `batch.num_envs * num_agents`; see `AgentRows` for their order, and for
    rows whose agents have terminated. New episodes begin in the step that ends the last ones.
    `batch` is the BatchEnv below.

    The info of a row has something only where the row's episode ended: `terminal_observation`;
    `TimeLimit.truncated`, True where the env's episode was cut and the agent had not terminated;
    and, where the env's episode ended, `metrics`, name to number without undefined ones.

    `action_masks` of sb3-contrib allow one action to rows that need not act, so that MaskablePPO
    learns nothing from what they do. PPO takes such rows for rows like any other.

    Args:
        flatten: observations become vectors; see `AgentRows`.
        render_mode: `rgb_array` or None.

    Raises:
        BadParameter: as `AgentRows`; the environment has no such render mode.
    """

    def __init__(self, env: BatchEnv, flatten: bool = False, render_mode: str | None = None):
        pictures = ["rgb_array"] if type(env).draw is not BatchEnv.draw else []
        check_render_mode(env.spec.id, render_mode, pictures)
        self.batch = env
        self.render_mode = render_mode
        self.rows = AgentRows(env, flatten)
        self._actions: NDArray[Any] | None = None
        super().__init__(self.rows.num_rows, self.rows.observation_space, self.rows.action_space)

    def reset(self) -> NDArray[Any]:
        """First observations of new episodes, `(rows, *shape)`; seeded by `seed` called before."""
        observation = self.rows.reset(self._seeds[0])
        self.reset_infos = [{} for _ in range(self.num_envs)]
        self._reset_seeds()
        self._reset_options()
        return observation

    def step_async(self, actions: NDArray[Any]) -> None:
        """Take the actions `(rows, *action_shape)` of the next step."""
        self._actions = actions

    def step_wait(self) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Advance every env one step.

        Returns:
            observations `(rows, *shape)`, rewards `(rows,)` float32, ends of episodes `(rows,)`
            bool, and an info for each row.

        Raises:
            ValueError: the actions have another shape, or one lies outside its space.
        """
        step = self.rows.step(self._actions)
        ended = step.terminated | step.truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        observation = step.observation
        if ended.any():
            self._tell(step, np.flatnonzero(ended), infos)
            observation = self.rows.begin(step.last)
        return observation, step.reward, ended, infos

    def action_masks(self) -> NDArray[np.bool_]:
        """Legal actions of the rows, `(rows, num_choices)` bool; see `AgentRows.masks`."""
        return self.rows.masks()

    def close(self) -> None:
        """Close the batch."""
        self.batch.close()

    def get_images(self) -> list[NDArray[np.uint8]]:
        """A picture of each env."""
        return frames(self.batch, self.render_mode)

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """An attribute of this class or of the batch, the same for every row.

        Raises:
            AttributeError: neither has it, or the actions have no masks.
        """
        if attr_name == MASKS and not self.batch.spec.groups[0].num_choices:
            raise AttributeError(f"actions of '{self.batch.spec.id}' are {self.action_space}, which has no masks")
        found = getattr(self if hasattr(type(self), attr_name) or attr_name in vars(self) else self.batch, attr_name)
        return [found for _ in self._chosen(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """AttributeError: rows are parts of one batch, and have no attributes of their own."""
        raise AttributeError(f"'{attr_name}' cannot be set in rows of one batch; make the env with other options")

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """Rows of the result of `action_masks`.

        Raises:
            AttributeError: it is another method.
        """
        if method_name != MASKS:
            raise AttributeError(f"rows of a batch have the method {MASKS}, not '{method_name}'; `batch` has others")
        masks = self.action_masks()
        return [masks[row] for row in self._chosen(indices)]

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """False for every row."""
        return [False for _ in self._chosen(indices)]

    def _chosen(self, indices: Any) -> Iterable[int]:
        return self._get_indices(indices)

    def _tell(self, step: RowStep, rows: NDArray[np.intp], infos: list[dict[str, Any]]) -> None:
        """Write the infos of the rows whose episodes ended."""
        limited = (step.truncated & ~step.terminated)[rows].tolist()
        for row, cut, observation in zip(rows.tolist(), limited, step.observation[rows]):
            infos[row] = {"terminal_observation": observation, "TimeLimit.truncated": cut}
        for c in np.flatnonzero(step.last).tolist():
            outcomes = {name: float(values[c]) for name, values in step.metrics.items() if not np.isnan(values[c])}
            for row in range(c * self.rows.num_agents, (c + 1) * self.rows.num_agents):
                infos[row]["metrics"] = dict(outcomes)
