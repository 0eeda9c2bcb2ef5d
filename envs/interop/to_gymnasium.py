"""Batches as Gymnasium's VectorEnv: one agent is one row."""

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..errors import BadParameter
from .agent_rows import AgentRows, RowStep
from .render_modes import RENDER_FPS, check_render_mode, frames, modes_without_window

MODES = {"next_step": AutoresetMode.NEXT_STEP, "same_step": AutoresetMode.SAME_STEP}


class GymnasiumVecEnv(VectorEnv):
    """A batch as Gymnasium's VectorEnv, without a loop over envs or agents.

    `num_envs` counts rows, `batch.num_envs * num_agents`; see `AgentRows`. All that comes back is
    the caller's own. `batch` is the BatchEnv below, with the public signals and the global state.

    Infos, each `(rows, ...)`: `active`, the rows whose agents must act now; `action_mask` int8,
    where the task has masks; and after an env's last step `metrics/NAME`, which counts where
    `_metrics/NAME` is True. With `same_step` also `final_obs`, the last observations of rows whose
    episode ended, where `_final_obs` is True.

    Args:
        autoreset: `next_step`, so that the step after an env's last one ignores its actions and
            gives first observations; or `same_step`, so that the last step gives them itself.
        flatten: observations become vectors; see `AgentRows`.
        render_mode: `rgb_array`, `ansi`, or None; `render` gives a frame for each env.

    Raises:
        BadParameter: as `AgentRows`; there is no such mode.
    """

    def __init__(
        self, env: BatchEnv, autoreset: str = "next_step", flatten: bool = False, render_mode: str | None = None
    ):
        if autoreset not in MODES:
            raise BadParameter(f"autoreset is {autoreset!r}; allowed is {', '.join(MODES)}")
        self.batch = env
        check_render_mode(env.spec.id, render_mode, modes_without_window(env))
        self.render_mode = render_mode
        self.metadata = {
            "name": env.spec.id,
            "render_modes": modes_without_window(env),
            "render_fps": RENDER_FPS,
            "autoreset_mode": MODES[autoreset],
        }
        self.rows = AgentRows(env, flatten)
        self.num_envs = self.rows.num_rows
        self.single_observation_space = self.rows.observation_space
        self.single_action_space = self.rows.action_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._same_step = autoreset == "same_step"
        self._masked = any(group.has_action_mask for group in env.spec.groups)

    def reset(  # type: ignore[override]
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Begin new episodes in all envs; with a seed the random streams start anew.

        Raises:
            BadParameter: the seed is no whole number.
        """
        if not (seed is None or isinstance(seed, (int, np.integer))):
            raise BadParameter(f"seed is {seed!r}; allowed is one whole number for all envs, or None")
        super().reset(seed=seed)
        observation = self.rows.reset(None if seed is None else int(seed))
        return observation, self._infos()

    def step(
        self, actions: Any
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Advance every env one step by `actions`, `(rows, *action_shape)`.

        Returns:
            observations `(rows, *shape)`, rewards float32, terminated, truncated, and infos.

        Raises:
            ValueError: the actions have another shape, or one lies outside its space.
            RuntimeError: the environment was never reset.
        """
        rows = self.rows.step(actions)
        more = self._outcomes(rows) if rows.last.any() else {}
        observation = rows.observation
        if self._same_step:
            ended = rows.terminated | rows.truncated
            if ended.any():
                more |= {"final_obs": observation, "_final_obs": ended}
                observation = self.rows.begin(rows.last)
        return observation, rows.reward, rows.terminated, rows.truncated, self._infos() | more

    def action_masks(self) -> NDArray[np.bool_]:
        """Legal actions of the rows, `(rows, num_choices)` bool; see `AgentRows.masks`."""
        return self.rows.masks()

    def render(self) -> tuple[Any, ...] | None:
        """A frame for each env, or None without a render mode."""
        return None if self.render_mode is None else tuple(frames(self.batch, self.render_mode))

    def close_extras(self, **options: Any) -> None:
        """Close the batch."""
        self.batch.close()

    def _infos(self) -> dict[str, Any]:
        infos: dict[str, Any] = {"active": self.rows.active}
        if self._masked:
            infos["action_mask"] = self.rows.masks().astype(np.int8)
        return infos

    def _outcomes(self, step: RowStep) -> dict[str, Any]:
        """Metrics of episodes that end in this step; 0 and not marked where undefined."""
        infos: dict[str, Any] = {}
        for name, values in step.metrics.items():
            defined = self.rows.of_envs(step.last & ~np.isnan(values))
            infos[f"metrics/{name}"] = np.where(defined, self.rows.of_envs(values), 0)
            infos[f"_metrics/{name}"] = defined
        return infos
