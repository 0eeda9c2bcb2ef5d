"""The differential game's rules: two agents choose a number each, once, and are paid by a landscape with two hills."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import check_within

HILL, WIDE_HILL = 5.0, -5.0
"""Both agents' numbers at the top of the narrow hill and of the wide one."""
HIGHEST, LOCAL = 10.0, 0.0
"""What is paid there."""


@dataclass(frozen=True)
class DifferentialParameters:
    """Options of the differential game.

    Raises:
        BadParameter: a value is out of range.
    """

    action_range: float = 100.0
    """Actions lie between this and its negative; 5 or more, so that both hills are within reach."""

    def __post_init__(self):
        check_within("action_range", self.action_range, HILL, 1e6)


class State(NamedTuple):
    """Two agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy; nothing is drawn from it
    elapsed: NDArray[np.int32]  # (num_envs,) 0 before the choice, 1 after it
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    action: NDArray[np.float32]  # (num_envs, 2) what was chosen; means nothing before
    paid: NDArray[np.float64]  # (num_envs,) what it paid


def payoff(u1: NDArray[np.floating], u2: NDArray[np.floating]) -> NDArray[np.float64]:
    """What both agents are paid: the higher of the wide hill around (-5, -5) and the narrow one around (5, 5)."""
    u1, u2 = np.asarray(u1, np.float64), np.asarray(u2, np.float64)
    wide = -0.8 * (((u1 - WIDE_HILL) / 3) ** 2 + ((u2 - WIDE_HILL) / 3) ** 2)
    narrow = HIGHEST - (u1 - HILL) ** 2 - (u2 - HILL) ** 2
    return np.maximum(wide, narrow)


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Start episodes in the copies `where`."""
    state.action[where] = 0
    state.paid[where] = 0


def advance(state: State, action: NDArray[np.float32], where: NDArray[np.bool_]) -> None:
    """Let both agents of the copies `where` choose."""
    state.action[where] = action[where]
    state.paid[where] = payoff(action[where, 0], action[where, 1])
