"""Flocking as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.grid_canvas import Board
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, WALL
from . import rules
from .cost import allocate_cost_scratch
from .draw import mark_formation
from .rules import BEST, COST, INITIAL, FlockingParameters, hollow_square, side_of


class Flocking(SwarmBenchTask):
    """Agents arrange themselves in a hollow square of side num_agents // 4 + 1, anywhere on the map; agents left over may stand anywhere.

    The cost is the least number of steps that would bring agents onto all cells of the square, over the places where it may stand (see
    `cost`). The benchmark's score is the cost at the beginning less the lowest cost so far. An episode ends when the cost is 0.

    Observation, actions, global state and messages are those of `SwarmBenchTask`; the planes of symbols are walls and other agents. All agents
    are paid the same: what the score gained, and as shaping minus what the cost is above its lowest. With `shaping` 1 that is what the
    cost has fallen in the step, and the end gives back what was lost since the lowest.

    Metrics: `score`; `formed`, 1 if the square was completed; `cost`, at the end; `share`, the score as a share of the cost at the beginning.

    Source: SwarmBench's Flocking. There an episode may begin in formation and then has no step; here the agents are placed again.

    Raises:
        BadParameter: the parameters are out of range, or the formation does not fit between the walls.
    """

    Parameters = FlockingParameters
    parameters: FlockingParameters
    shown = (WALL, AGENT)
    numbers = rules.NUMBERS
    metric_names = ("score", "formed", "cost", "share")

    def __init__(self, id: str, num_envs: int, parameters: FlockingParameters):
        p = parameters
        self.side = side_of(p.num_agents)
        self.formation = hollow_square(self.side)
        self.work = allocate_cost_scratch(num_envs, p.height, p.width, len(self.formation), p.num_agents, self.side)
        super().__init__(id, num_envs, parameters)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, self.formation, self.side, self.work, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance_copies(
            self.state, self.constants, self.scratch, self.formation, self.side, self.work, where, reward
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        tally = self.state.tally
        return {
            **super()._measure(),
            "formed": (tally[:, COST] == 0).astype(np.float64),
            "cost": tally[:, COST].astype(np.float64),
            "share": self.state.score / np.maximum(tally[:, INITIAL], 1),
        }

    def _lines(self, copy: int, agent: int | None) -> list[str]:
        if agent is None:
            return [f"cost: {self.state.tally[copy, COST]} (lowest {self.state.tally[copy, BEST]})"]
        rows = [
            "".join("A" if r in (0, self.side - 1) or q in (0, self.side - 1) else "." for q in range(self.side))
            for r in range(self.side)
        ]
        return ["Form this shape with others, anywhere:", *rows]

    def _mark(self, board: Board, copy: int) -> None:
        mark_formation(board, self.state, copy, self.formation)


parallel_env, env, raw_env = entry_points("swarm/flocking-v0")
