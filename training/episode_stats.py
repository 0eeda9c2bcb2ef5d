"""Returns, lengths and outcomes of the episodes that end while training goes on."""

from typing import Any

import numpy as np

from ..envs.core.timestep import TimeStep
from .confidence_intervals import mean_of_defined


class EpisodeTotals:
    """Adds up rewards in every copy, and averages over the episodes that ended since it was last asked."""

    def __init__(self, num_envs: int, groups: list[str]):
        self._returns = {group: np.zeros(num_envs) for group in groups}
        self._lengths = np.zeros(num_envs, np.int64)
        self._ended: dict[str, list[float]] = {}

    def add(self, step: TimeStep) -> None:
        """Take in one step."""
        for group, total in self._returns.items():
            total += step.groups[group].reward.mean(axis=1)
        self._lengths += ~step.first
        if not step.last.any():
            return
        columns = {"return": np.mean(list(self._returns.values()), axis=0), "length": self._lengths, **step.metrics}
        if len(self._returns) > 1:
            columns |= {f"return/{group}": total for group, total in self._returns.items()}
        for name, values in columns.items():
            self._ended.setdefault(f"episode/{name}", []).extend(np.asarray(values, np.float64)[step.last].tolist())
        for total in [*self._returns.values(), self._lengths]:
            total[step.last] = 0

    def flush(self) -> dict[str, float]:
        """Means over the episodes that ended, by name, and how many did; empty if none. Starts anew.

        An outcome is averaged over the episodes in which it is defined, and missing if there is none.
        """
        ended, self._ended = self._ended, {}
        if not ended:
            return {}
        means = {name: mean_of_defined(values) for name, values in ended.items()}
        means = {name: mean for name, mean in means.items() if not np.isnan(mean)}
        return means | {"episode/count": float(len(ended["episode/length"]))}

    def copy(self) -> "EpisodeTotals":
        """Another with the same sums, and no episodes that ended; call it right after `flush`."""
        other = EpisodeTotals(len(self._lengths), list(self._returns))
        other.load_state_dict(self.state_dict())
        return other

    def clear(self) -> None:
        """Forget the episodes under way."""
        for total in [*self._returns.values(), self._lengths]:
            total[:] = 0

    def state_dict(self) -> dict[str, Any]:
        """The sums of the episodes under way; call it right after `flush`."""
        return {"returns": self._returns, "lengths": self._lengths}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        for group, total in self._returns.items():
            total[:] = state["returns"][group]
        self._lengths[:] = state["lengths"]
