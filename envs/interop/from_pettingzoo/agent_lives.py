"""Lives of agents in an episode: their start, their end and its kind, and their return."""

from enum import IntEnum


class Life(IntEnum):
    """Stage of an agent in the episode."""

    ABSENT = 0
    """It has not come yet."""
    GOING = 1
    TERMINATED = 2
    CUT_OFF = 3
    """It was truncated, while others may go on."""
    BACK = 4
    """It goes on again after it was cut off, since this very step."""


class Books:
    """The lives of `agents` agents in one environment.

    An agent that is back after its end begins a new life. After a termination nothing flows between
    the two by itself; after a truncation the step of the return counts as the termination of the
    old life.
    """

    def __init__(self, agents: int):
        self.lives = [Life.ABSENT] * agents

    def begin(self) -> None:
        """A new episode."""
        self.lives = [Life.ABSENT] * len(self.lives)

    def follow(self, k: int, goes_on: bool, terminated: bool, truncated: bool) -> tuple[Life, Life]:
        """Note what agent `k` does in a step; returns its life before and after."""
        before = now = self.lives[k]
        if goes_on:
            now = Life.BACK if before == Life.CUT_OFF else Life.GOING
        elif terminated:
            now = Life.TERMINATED
        elif truncated and before != Life.TERMINATED:
            now = Life.CUT_OFF
        self.lives[k] = now
        return before, now
