"""Returns and lengths of episodes: running totals, and means over ended episodes of training."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.core.timestep import TimeStep
from .confidence_intervals import mean_of_defined


def episode_columns(returns: Mapping[str, NDArray[Any]], lengths: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Name the returns and lengths `(num_envs,)` of episodes as they are logged.

    `return` is the mean over the groups; with several groups each has its `return/GROUP` too.
    """
    columns = {"return": np.mean(list(returns.values()), axis=0), "length": lengths}
    if len(returns) > 1:
        columns |= {f"return/{group}": values for group, values in returns.items()}
    return columns


class RunningTotals:
    """Returns and lengths of the running episodes, one in each env.

    Attributes:
        returns: group name to float64 `(num_envs,)`, rewards summed over steps, mean over the
            group's agents.
        lengths: int64 `(num_envs,)`, steps.
    """

    def __init__(self, num_envs: int, groups: Iterable[str]):
        self.returns = {group: np.zeros(num_envs) for group in groups}
        self.lengths = np.zeros(num_envs, np.int64)

    def add(self, step: TimeStep, envs: NDArray[np.bool_] | slice = slice(None)) -> None:
        """Add the rewards of one step in the chosen `envs`.

        The first step of an episode adds no length.
        """
        for group, total in self.returns.items():
            total[envs] += step.groups[group].reward[envs].mean(axis=1)
        self.lengths[envs] += ~step.first[envs]

    def clear(self, envs: NDArray[np.bool_] | slice = slice(None)) -> None:
        """Set the totals of the chosen `envs` to 0."""
        for total in [*self.returns.values(), self.lengths]:
            total[envs] = 0


class EpisodeTotals:
    """Means over the episodes that ended since the last `flush`.

    The envs begin the next episode by themselves.
    """

    def __init__(self, num_envs: int, groups: list[str]):
        self._running = RunningTotals(num_envs, groups)
        self._ended: dict[str, list[float]] = {}

    def add(self, step: TimeStep) -> None:
        """Add one step."""
        self._running.add(step)
        if not step.last.any():
            return
        columns = {**episode_columns(self._running.returns, self._running.lengths), **step.metrics}
        for name, values in columns.items():
            self._ended.setdefault(f"episode/{name}", []).extend(np.asarray(values, np.float64)[step.last].tolist())
        self._running.clear(step.last)

    def flush(self) -> dict[str, float]:
        """Return the means over the ended episodes by name, and their number; then start anew.

        The dict is empty if no episode ended. An outcome is averaged over the episodes in which it
        is defined, and missing if there is none.
        """
        ended, self._ended = self._ended, {}
        if not ended:
            return {}
        means = {name: mean_of_defined(values) for name, values in ended.items()}
        means = {name: mean for name, mean in means.items() if not np.isnan(mean)}
        return means | {"episode/count": float(len(ended["episode/length"]))}

    def copy(self) -> "EpisodeTotals":
        """Copy the sums, without ended episodes; call it right after `flush`."""
        other = EpisodeTotals(len(self._running.lengths), list(self._running.returns))
        other.load_state_dict(self.state_dict())
        return other

    def clear(self) -> None:
        """Drop the running episodes."""
        self._running.clear()

    def state_dict(self) -> dict[str, Any]:
        """Sums of the running episodes; call it right after `flush`."""
        return {"returns": self._running.returns, "lengths": self._running.lengths}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the sums from `state_dict`."""
        for group, total in self._running.returns.items():
            total[:] = state["returns"][group]
        self._running.lengths[:] = state["lengths"]
