"""Signals that ask a run to stop: Ctrl-C, `kill`, a scheduler, and a terminal that goes away."""

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
    """Signals that end a run.

    SIGHUP is one of them unless it is ignored, as under `nohup`. So is SIGUSR1, by which Slurm
    announces the end of a job's time.
    """
    others = [getattr(signal, name, None) for name in ("SIGHUP", "SIGUSR1")]
    heeded = [number for number in others if number and signal.getsignal(number) is not signal.SIG_IGN]
    return (signal.SIGINT, signal.SIGTERM, *heeded)


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
