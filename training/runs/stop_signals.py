"""Signals that ask a run to stop: Ctrl-C, `kill`, and a terminal that goes away."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stopped(KeyboardInterrupt):
    """Signal that asked to stop while no work has to be finished first."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


def stop_signals() -> tuple[int, ...]:
    """Signals that end a run. SIGHUP is one of them unless it is ignored, as under `nohup`."""
    signals = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        signals.append(hangup)
    return tuple(signals)


@contextmanager
def handled(numbers: tuple[int, ...], first: Callable[[int], None]) -> Iterator[None]:
    """Call `first` with the first of these signals; restore the old handlers for the second.

    Nothing changes outside the main thread, whose handlers belong to other code.
    """
    before: dict[int, Any] = {}

    def back() -> None:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def handle(number: int, frame: FrameType | None) -> None:
        back()
        first(number)

    try:
        for number in numbers:
            before[number] = signal.signal(number, handle)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        back()


def leave(number: int) -> None:
    """Raise Stopped."""
    raise Stopped(number)
