"""Callbacks: code of users that follows a training, and may stop it early."""

import copy
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numba
import numpy as np
import torch
from numpy.typing import NDArray

from ..envs.errors import BadParameter


@dataclass(frozen=True)
class Report:
    """Report of one update."""

    update: int
    num_updates: int
    steps: int
    """Environment steps so far, summed over the envs."""
    metrics: dict[str, float]
    """Metrics of this update by name, as in `metrics.csv`."""
    seconds: dict[str, float]
    """Seconds by phase: env, act, learn, other; and `total`."""
    agent_steps: int
    """Decisions of agents in this update."""
    notes: tuple[str, ...] = ()
    """Sentences on unexpected events."""


@dataclass(frozen=True)
class SessionInfo:
    """Session of training that begins."""

    folder: Path
    """The run folder."""
    config: Mapping[str, Any]
    """Resolved config, as plain values."""
    update: int
    """Updates that earlier sessions have made."""
    num_updates: int
    """Updates of the whole run."""
    steps: int
    """Environment steps that earlier sessions have made, summed over the envs."""


@dataclass(frozen=True)
class EvaluationReport:
    """Report of an evaluation during training."""

    update: int
    steps: int
    outcomes: Mapping[str, NDArray[np.float64]]
    """Outcome, such as `return`, to its values, `(episodes,)`; NaN where an episode has none."""
    best: bool
    """True if it is the best evaluation so far, whose policy was saved."""


@dataclass(frozen=True)
class SessionEnd:
    """End of a session of training."""

    reason: str
    """`finished`, `stopped` (by a signal or a callback), or `failed`."""
    update: int
    steps: int
    signal: int | None = None
    """Number of the signal that stopped it."""
    error: str = ""
    """Type and message of the exception by which it failed."""


class Callback:
    """Base class of callbacks; override the methods of interest.

    A method that returns True stops the training once the update is whole and its state saved; the
    run can be resumed. What a method gets is its own copy. A callback cannot change what is learnt:
    the global random streams of Python, NumPy and torch, the numbers of threads and torch's default
    dtype are restored after each call. An exception ends the training with the state saved.
    """

    def on_start(self, session: SessionInfo) -> bool | None:
        """Follow the start of a session, new or resumed."""

    def on_update(self, report: Report) -> bool | None:
        """Follow an update, once it is logged."""

    def on_evaluation(self, evaluation: EvaluationReport) -> bool | None:
        """Follow an evaluation; the `on_update` of its update comes after it."""

    def on_checkpoint(self, path: Path) -> bool | None:
        """Follow a checkpoint that was written to `path`, `best.checkpoint` included."""

    def on_end(self, end: SessionEnd) -> bool | None:
        """Follow the end of a session, with all state saved."""


@dataclass
class _OnUpdate(Callback):
    """Plain function as a callback."""

    function: Callable[[Report], Any]

    def on_update(self, report: Report) -> bool | None:
        return self.function(report)


AnyCallback = Callback | Callable[[Report], Any]


@dataclass
class Callbacks:
    """Several callbacks, called in their order.

    Raises:
        BadParameter: one is neither a Callback nor a function.
    """

    given: Sequence[AnyCallback] = ()
    stop: bool = False
    """True once one of them has asked to stop."""
    _all: list[Callback] = field(default_factory=list)

    def __post_init__(self):
        for own in self.given:
            if isinstance(own, type) or not (isinstance(own, Callback) or callable(own)):
                raise BadParameter(
                    f"callbacks: {own!r} is neither a Callback nor a function of a report"
                    f"{'; give an object of the class' if isinstance(own, type) else ''}"
                )
            self._all.append(own if isinstance(own, Callback) else _OnUpdate(own))

    def call(self, method: str, subject: Any) -> None:
        """Call a method of every callback with a copy of `subject`; note if one asks to stop."""
        for own in self._all:
            with unchanged_process():
                asked = getattr(own, method)(copy.deepcopy(subject))
            if isinstance(asked, (bool, np.bool_)) and asked:
                self.stop = True


@contextmanager
def unchanged_process() -> Iterator[None]:
    """Restore global state on which computations may depend."""
    streams = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 (those of users)
    on_device = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    threads, dtype, gradients = torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()
    kernel_threads = numba.get_num_threads()
    try:
        yield
    finally:
        random.setstate(streams[0])
        np.random.set_state(streams[1])  # noqa: NPY002
        torch.set_rng_state(streams[2])
        if on_device:
            torch.cuda.set_rng_state_all(on_device)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if numba.get_num_threads() != kernel_threads:
            numba.set_num_threads(kernel_threads)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(gradients)
