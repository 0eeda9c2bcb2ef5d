"""Errors about an environment that breaks PettingZoo's form or its own declarations."""

import traceback
from typing import Any

from ....errors import UserError
from .values import short


class BrokenEnvironment(UserError, ValueError):
    """An environment breaks PettingZoo's form or its own spaces, or fails while it is built."""


class Reporter:
    """Builds errors that name the environment and the place.

    `step` is the number of the step in its episode, 0 for the reset.
    """

    def __init__(self, id: str):
        self.id = id

    def misfit(
        self, method: str, step: int, agent: Any, quantity: str, reason: Any, declared: str
    ) -> BrokenEnvironment:
        """A value that does not fit: `reason` goes on from "a reward that"."""
        when = "" if step == 0 else f" at step {step}"
        return BrokenEnvironment(
            f"'{self.id}': {method}() gives the agent {agent!r}{when} {quantity} that {reason}; {declared}"
        )

    def form(self, method: str, step: int, what: str, asked: str) -> BrokenEnvironment:
        """A result of another form than PettingZoo's."""
        when = "" if step == 0 else f" at step {step}"
        return BrokenEnvironment(f"'{self.id}': {method}() {what}{when}; PettingZoo asks for {asked}")


def failure(error: BaseException) -> str:
    """An exception of the environment's own in short, with the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' if text else ''}{text}{where}"


__all__ = ["BrokenEnvironment", "Reporter", "failure", "short"]
