"""Infos of the PettingZoo views, in three forms: `flat`, `full` and `none`.

TorchRL and BenchMARL make a tensor of every value, under the keys of the first reset. So `flat`,
the default, has the same keys in every step, and numbers and arrays behind them.
"""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.spec import EnvSpec, GroupSpec
from ...core.timestep import TimeStep
from ...errors import BadParameter

FORMS = ("flat", "full", "none")
MASK, SIGNALS, METRICS = "action_mask", "signals", "metrics"
DEFINED = f"{METRICS}_defined"


class Info(dict[str, Any]):
    """One agent's info in the form `flat`, which answers for the keys of `full` as well.

    `info["signals"]`, `info["metrics"]` and `info["action_mask"]` are what `full` has, where it has
    them. They are no items: `info.items()`, `dict(info)` and `**info` have the flat keys alone.
    """

    __slots__ = ("_full",)
    _full: "dict[str, Any] | tuple[_Content, int, str]"  # or what to ask for it: few ever look

    def __init__(self, items: dict[str, Any], full: dict[str, Any]):
        super().__init__(items)
        self._full = full

    @property
    def full(self) -> dict[str, Any]:
        """The same info in the form `full`."""
        if isinstance(self._full, tuple):
            content, i, agent = self._full
            self._full = content.full(i, agent)
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


_new_info = Info.__new__


class _Content:
    """Content of the infos of one step.

    No two agents get a dict or an array that one of them could write to.
    """

    __slots__ = ("context", "masks", "metrics", "signals")

    def __init__(self, step: TimeStep, number: int, masks: dict[str, Any] | None, context: NDArray[Any] | None):
        self.masks = masks
        self.signals = {name: value.repeat(number, axis=0) for name, value in step.signals.items()}  # a row for each
        self.context = context
        self.metrics = None
        if step.last[0]:
            self.metrics = {
                name: None if np.isnan(value[0]) else float(value[0]) for name, value in step.metrics.items()
            }

    @property
    def tells_more(self) -> bool:
        """Tell whether infos in the form `full` have anything."""
        return bool(self.masks or self.signals or self.metrics is not None)

    def full(self, i: int, agent: str) -> dict[str, Any]:
        """The info of an agent, with row i, in the form `full`."""
        info: dict[str, Any] = {}
        if self.masks is not None and agent in self.masks:
            info[MASK] = self.masks[agent]
        if self.signals:
            info[SIGNALS] = {name: rows[i] for name, rows in self.signals.items()}
            if self.context is not None:
                info[SIGNALS]["context"] = self.context
        if self.metrics is not None:
            info[METRICS] = dict(self.metrics)
        return info


class InfoWriter:
    """Writes the infos of one env in one form.

    Args:
        masks_here: observations have no masks, so `flat` and `none` have them as items, in one
            array.

    Raises:
        BadParameter: there is no such form.
    """

    def __init__(self, spec: EnvSpec, form: str, masks_here: bool):
        if form not in FORMS:
            raise BadParameter(f"infos is {form!r}; allowed is {', '.join(FORMS)}")
        self.form = form
        self._spec = spec
        self._masked = any(group.has_action_mask for group in spec.groups)
        self._items_of = [group for group in spec.groups if group.has_action_mask and masks_here]
        self._no_metrics = {f"{METRICS}/{name}": 0.0 for name in spec.metrics}
        self._keys = ([DEFINED] if spec.metrics else []) + [f"{SIGNALS}/{name}" for name in spec.signals]

    def write(self, agents: list[str], step: TimeStep, context: NDArray[Any] | None) -> dict[str, dict[str, Any]]:
        """The infos of `agents` for a step.

        Args:
            context: `(n, *shape)` what agents with an opportunity to sanction saw; None where that
                is not public.
        """
        if self.form == "none":
            return self._with_items({agent: {} for agent in agents}, step)
        content = _Content(step, len(agents), self._masks(step) if self._masked else None, context)
        if self.form == "full":
            return {agent: content.full(i, agent) for i, agent in enumerate(agents)}
        return self._with_items(self._flat(agents, content), step)

    def _flat(self, agents: list[str], content: _Content) -> dict[str, dict[str, Any]]:
        metrics = self._no_metrics
        defined = np.zeros((len(agents), len(metrics)), np.float32)
        if content.metrics is not None:
            metrics = {f"{METRICS}/{name}": content.metrics.get(name) or 0.0 for name in self._spec.metrics}
            defined[:] = [content.metrics.get(name) is not None for name in self._spec.metrics]
        columns = ([defined] if metrics else []) + [*content.signals.values()]
        infos: dict[str, dict[str, Any]] = {}
        if content.tells_more:
            for i, agent in enumerate(agents):
                infos[agent] = info = _new_info(Info)  # as its __init__, in half the time
                info._full = (content, i, agent)
                info.update(metrics)
        else:
            infos = {agent: metrics.copy() for agent in agents}
        for key, rows in zip(self._keys, columns):
            for info, row in zip(infos.values(), rows):
                info[key] = row
        return infos

    def _masks(self, step: TimeStep) -> dict[str, Any]:
        """Agent to mask.

        Of groups whose masks nobody has announced, those that forbid something.
        """
        masks: dict[str, Any] = {}
        for group in self._spec.groups:
            rows = step.groups[group.name].action_mask
            if rows is None:
                continue
            forbids = ~rows[0].all(axis=1)
            named = [*zip(group.agents, mask_rows(group, rows[0]))]
            masks.update(named if not group.optional_mask else [named[i] for i in np.flatnonzero(forbids)])
        return masks

    def _with_items(self, infos: dict[str, dict[str, Any]], step: TimeStep) -> dict[str, dict[str, Any]]:
        """Add the masks that observations lack, each in one array."""
        for group in self._items_of:
            rows = step.groups[group.name].action_mask
            assert rows is not None
            for agent, row in zip(group.agents, rows[0].astype(np.int8)):
                if agent in infos:
                    infos[agent][MASK] = row
        return infos


def mask_rows(group: GroupSpec, rows: NDArray[np.bool_]) -> list[Any]:
    """Masks of a group for Gymnasium's `sample`: int8 arrays.

    For a MultiDiscrete, tuples of them.
    """
    masks = rows.astype(np.int8)
    if isinstance(group.action_space, spaces.MultiDiscrete):
        return list(zip(*np.split(masks, np.cumsum(group.action_space.nvec)[:-1], axis=1)))
    return list(masks)
