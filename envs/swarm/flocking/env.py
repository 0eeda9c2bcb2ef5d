"""Flocking as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.grid_canvas import Board
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, WALL
from . import rules
from .config import FlockingConfig, side_of
from .cost import allocate_cost_scratch
from .draw import mark_formation
from .rules import BEST, COST, INITIAL, hollow_square


class Flocking(SwarmBenchTask):
    """Agents arrange themselves in a hollow square, anywhere on the map.

    Rules:
        The square has `num_agents` // 4 + 1 cells on a side; agents left over may stand anywhere.
        The cost is the least number of steps that would bring agents onto all cells of the square,
        over the places where it may stand (see `cost`). The score is the cost at the beginning less
        the lowest cost so far. Pushing, messages and text views are those of `SwarmBenchTask`.

    Observation:
        Planes of the square of `view` x `view` cells around the agent, 255 or 0 except for shares.
        The middle cell of planes 0 and 1, the agent's own, is empty. With `message_size` follow
        planes of the messages from 1 on: the share of agents within view that have just sent it.

        | index | value | range |
        | --- | --- | --- |
        | 0 | wall | 0 or 255 |
        | 1 | other agent | 0 or 255 |
        | 2 | own row / (`height` - 1), in all cells | 0 to 255 |
        | 3 | own column / (`width` - 1), in all cells | 0 to 255 |
        | 4 | share of `max_cycles` gone, in all cells | 0 to 255 |

        Global state: whether it is on the map, row, column and 1 for every agent; then the time.

    Reward:
        The same for all: the rise of the score, and as shaping, times `shaping`, the change of the
        potential, which is the lowest cost less the present one. With `shaping` 1 that is the fall
        of the cost in the step, and the end gives back the rise since the lowest cost.

    End:
        All agents terminate when the cost is 0. An episode is truncated after `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | score | cost at the beginning less the lowest cost |
        | formed | 1 if the square was completed, else 0 |
        | cost | cost at the end |
        | share | score as a share of the cost at the beginning |

    Differences from the source:
        There an episode may begin in formation and then has no step; here the agents are placed
        again. Rewards are our own definition.

    Source:
        Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025): the task Flocking.
    """

    Config = FlockingConfig
    config: FlockingConfig
    shown = (WALL, AGENT)
    num_counters = rules.COUNTERS
    metric_names = ("score", "formed", "cost", "share")

    def __init__(self, id: str, num_envs: int, config: FlockingConfig):
        p = config
        self.side = side_of(p.num_agents)
        self.formation = hollow_square(self.side)
        self.work = allocate_cost_scratch(num_envs, p.height, p.width, len(self.formation), p.num_agents, self.side)
        super().__init__(id, num_envs, config)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.formation, self.side, self.work, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance(
            self.state, self.constants, self.scratch, self.formation, self.side, self.work, reward, where=where
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        counters = self.state.env_counters
        return {
            **super()._measure(),
            "formed": (counters[:, COST] == 0).astype(np.float64),
            "cost": counters[:, COST].astype(np.float64),
            "share": self.state.score / np.maximum(counters[:, INITIAL], 1),
        }

    def _lines(self, env: int, agent: int | None) -> list[str]:
        if agent is None:
            return [f"cost: {self.state.env_counters[env, COST]} (lowest {self.state.env_counters[env, BEST]})"]
        rows = [
            "".join("A" if r in (0, self.side - 1) or q in (0, self.side - 1) else "." for q in range(self.side))
            for r in range(self.side)
        ]
        return ["Form this shape with others, anywhere:", *rows]

    def _mark(self, board: Board, env: int) -> None:
        mark_formation(board, self.state, env, self.formation)


parallel_env, env, raw_env = entry_points("swarm/flocking-v0")
