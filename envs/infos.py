"""Infos of the PettingZoo views, in three forms: `flat`, `full` and `none`.

TorchRL and BenchMARL make a tensor of every value, under the keys of the first reset. So `flat`, the
default, has the same keys in every step, and numbers and arrays behind them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .errors import BadParameter
from .spec import EnvSpec, GroupSpec
from .timestep import TimeStep

FORMS = ("flat", "full", "none")
MASK, SIGNALS, METRICS = "action_mask", "signals", "metrics"
DEFINED = f"{METRICS}_defined"


class Info(dict[str, Any]):
    """One agent's info in the form `flat`, which answers for the keys of `full` as well.

    `info["signals"]`, `info["metrics"]` and `info["action_mask"]` are what `full` has, where it has them.
    They are no items: `info.items()`, `dict(info)` and `**info` have the flat keys alone.
    """

    __slots__ = ("_full",)

    def __init__(self, items: dict[str, Any], full: Callable[[], dict[str, Any]] | dict[str, Any]):
        super().__init__(items)
        self._full = full

    @property
    def full(self) -> dict[str, Any]:
        """The same info in the form `full`."""
        if callable(self._full):
            self._full = self._full()
        return self._full

    def __missing__(self, key: str) -> Any:
        return self.full[key]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (key in (MASK, SIGNALS, METRICS) and key in self.full)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key of `flat` or of `full`."""
        return self[key] if key in self else default  # noqa: SIM401 (it is the method itself)

    def __reduce__(self) -> tuple[Any, ...]:
        return Info, (dict(self.items()), self.full)


class _Told:
    """What the infos of one step tell. No two agents get a dict or an array that one of them could write to."""

    def __init__(self, agents: list[str], step: TimeStep, masks: dict[str, Any], context: NDArray[Any] | None):
        self._masks = [masks.get(agent) for agent in agents]
        self.signals = {
            name: np.repeat(value, len(agents), axis=0) for name, value in step.signals.items()
        }  # a row for each agent
        self._context = context
        self.metrics = None
        if step.last[0]:
            self.metrics = {
                name: None if np.isnan(value[0]) else float(value[0]) for name, value in step.metrics.items()
            }

    def full(self, i: int) -> dict[str, Any]:
        """The info of agent i in the form `full`."""
        info: dict[str, Any] = {}
        if self._masks[i] is not None:
            info[MASK] = self._masks[i]
        if self.signals:
            info[SIGNALS] = {name: rows[i] for name, rows in self.signals.items()}
            if self._context is not None:
                info[SIGNALS]["context"] = self._context
        if self.metrics is not None:
            info[METRICS] = dict(self.metrics)
        return info


class InfoWriter:
    """Writes the infos of one env in one form.

    Args:
        masks_here: observations have no masks, so `flat` and `none` have them as items, in one array.

    Raises:
        BadParameter: there is no such form.
    """

    def __init__(self, spec: EnvSpec, form: str, masks_here: bool):
        if form not in FORMS:
            raise BadParameter(f"infos is {form!r}; allowed is {', '.join(FORMS)}")
        self.form = form
        self._spec = spec
        self._masks_here = masks_here
        self._no_metrics = {f"{METRICS}/{name}": 0.0 for name in spec.metrics}

    def write(self, agents: list[str], step: TimeStep, context: NDArray[Any] | None) -> dict[str, dict[str, Any]]:
        """The infos of `agents` for a step.

        Args:
            context: `(n, *shape)` what agents with an opportunity to sanction saw; None where that is not public.
        """
        if self.form == "none":
            here = self._items(step)
            return {agent: {MASK: here[agent]} if agent in here else {} for agent in agents}
        told = _Told(agents, step, self._masks(step), context)
        if self.form == "full":
            return {agent: told.full(i) for i, agent in enumerate(agents)}
        return self._flat(agents, step, told)

    def _flat(self, agents: list[str], step: TimeStep, told: _Told) -> dict[str, dict[str, Any]]:
        metrics = self._no_metrics
        defined = np.zeros((len(agents), len(metrics)), np.float32)
        if told.metrics is not None:
            metrics = {f"{METRICS}/{name}": told.metrics.get(name) or 0.0 for name in self._spec.metrics}
            defined[:] = [told.metrics.get(name) is not None for name in self._spec.metrics]
        signals = {f"{SIGNALS}/{name}": rows for name, rows in told.signals.items()}
        masks = self._items(step)
        infos: dict[str, dict[str, Any]] = {}
        for i, agent in enumerate(agents):
            infos[agent] = info = Info(metrics, partial(told.full, i))
            if metrics:
                info[DEFINED] = defined[i]
            for name, rows in signals.items():
                info[name] = rows[i]
            if agent in masks:
                info[MASK] = masks[agent]
        return infos

    def _masks(self, step: TimeStep) -> dict[str, Any]:
        """Agent to mask; of groups whose masks nobody has announced, those that forbid something."""
        masks: dict[str, Any] = {}
        for group in self._spec.groups:
            rows = step.groups[group.name].action_mask
            if rows is None:
                continue
            forbids = ~rows[0].all(axis=1)
            told = [*zip(group.agents, mask_rows(group, rows[0]))]
            masks.update(told if not group.optional_mask else [told[i] for i in np.flatnonzero(forbids)])
        return masks

    def _items(self, step: TimeStep) -> dict[str, NDArray[np.int8]]:
        """Agent to mask in one array, of the groups whose observations have none."""
        masks: dict[str, NDArray[np.int8]] = {}
        for group in self._spec.groups:
            rows = step.groups[group.name].action_mask
            if rows is not None and (self._masks_here or group.optional_mask):
                masks.update(zip(group.agents, rows[0].astype(np.int8)))
        return masks


def mask_rows(group: GroupSpec, rows: NDArray[np.bool_]) -> list[Any]:
    """The masks of a group as Gymnasium's `sample` wants them: int8 arrays, or tuples of them for a MultiDiscrete."""
    masks = rows.astype(np.int8)
    if isinstance(group.action_space, spaces.MultiDiscrete):
        return list(zip(*np.split(masks, np.cumsum(group.action_space.nvec)[:-1], axis=1)))
    return list(masks)
