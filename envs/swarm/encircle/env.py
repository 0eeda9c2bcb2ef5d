"""Encircle as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.grid_canvas import Board
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, PREY, WALL
from . import rules
from .draw import mark_catch
from .rules import FIRST, EncircleParameters, last_start


class Encircle(SwarmBenchTask):
    """Agents catch a prey that is twice as fast by taking all four cells beside it; walls help. Then another prey appears.

    The benchmark's score counts the catches. The prey sees everything and flees by rules of its own; see `prey`. Agents begin in the upper left
    quarter of the map, the prey in the lower right one.

    Observation, actions, global state and messages are those of `SwarmBenchTask`; the planes of symbols are walls, other agents and the prey, which is
    seen within the view alone. All agents are paid the same: what the score gained, and as shaping half the change of how
    close the nearest agents are to the four cells beside the prey, which a new prey sets back.

    Metrics: `score`; `first_catch`, steps until the first catch, `max_cycles` without one.

    Source: SwarmBench's Pursuit.

    Raises:
        BadParameter: the parameters are out of range, or leave no room for the agents.
    """

    Parameters = EncircleParameters
    parameters: EncircleParameters
    shown = (WALL, AGENT, PREY)
    mapped = (PREY,)
    prey = 1
    numbers = rules.NUMBERS
    metric_names = ("score", "first_catch")

    def _begin(self, where: NDArray[np.bool_]) -> None:
        last = last_start(self.parameters.height), last_start(self.parameters.width)
        rules.begin_copies(self.state, self.constants, *last, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance_copies(self.state, self.constants, self.scratch, where, reward)

    def _measure(self) -> dict[str, NDArray[Any]]:
        first = self.state.tally[:, FIRST]
        return {
            **super()._measure(),
            "first_catch": np.where(first > 0, first, self.parameters.max_cycles).astype(np.float64),
        }

    def _mark(self, board: Board, copy: int) -> None:
        mark_catch(board, self.state, copy)


parallel_env, env, raw_env = entry_points("swarm/encircle-v0")
