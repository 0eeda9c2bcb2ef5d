"""Encircle as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.grid_canvas import Board
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, PREY, WALL
from . import rules
from .config import EncircleConfig, last_start
from .draw import mark_catch
from .rules import FIRST


class Encircle(SwarmBenchTask):
    """Agents catch a prey that is twice as fast by taking all four cells beside it.

    Rules:
        Agents begin in the upper left quarter of the map, the prey in the lower right one. The prey
        sees everything and flees by rules of its own; see `prey`. It is caught once all four cells
        beside it are taken, by agents or walls. Then another prey appears. The score counts the
        catches. Pushing, messages and text views are those of `SwarmBenchTask`.

    Observation:
        Planes of the square of `view` x `view` cells around the agent, 255 or 0 except for shares.
        The middle cell of planes 0 to 2, the agent's own, is empty. With `message_size` follow
        planes of the messages from 1 on: the share of agents within view that have just sent it.

        | index | value | range |
        | --- | --- | --- |
        | 0 | wall | 0 or 255 |
        | 1 | other agent | 0 or 255 |
        | 2 | prey | 0 or 255 |
        | 3 | own row / (`height` - 1), in all cells | 0 to 255 |
        | 4 | own column / (`width` - 1), in all cells | 0 to 255 |
        | 5 | share of `max_cycles` gone, in all cells | 0 to 255 |

        Global state: a plane of the map for the prey; whether it is on the map, row, column and 1
        for every agent; then the time.

    Reward:
        The same for all: the change of the score, and as shaping, times `shaping`, half the change
        of the closeness of the nearest agents to the four cells beside the prey, which a new prey
        sets back. The last step takes the shaping back.

    Metrics:
        | name | value |
        | --- | --- |
        | score | number of catches |
        | first_catch | steps until the first catch; `max_cycles` without one |

    Differences from the source:
        Rewards are our own definition.

    Source:
        Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025): the task Pursuit.
    """

    Config = EncircleConfig
    config: EncircleConfig
    shown = (WALL, AGENT, PREY)
    mapped = (PREY,)
    prey = 1
    num_counters = rules.COUNTERS
    metric_names = ("score", "first_catch")

    def _begin(self, where: NDArray[np.bool_]) -> None:
        last = last_start(self.config.height), last_start(self.config.width)
        rules.begin(self.state, self.constants, *last, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance(self.state, self.constants, self.scratch, reward, where=where)

    def _measure(self) -> dict[str, NDArray[Any]]:
        first = self.state.env_counters[:, FIRST]
        return {
            **super()._measure(),
            "first_catch": np.where(first > 0, first, self.config.max_cycles).astype(np.float64),
        }

    def _mark(self, board: Board, env: int) -> None:
        mark_catch(board, self.state, env)


parallel_env, env, raw_env = entry_points("swarm/encircle-v0")
