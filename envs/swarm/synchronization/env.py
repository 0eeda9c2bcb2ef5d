"""Synchronization as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.grid_canvas import Board
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, AGENT_OFF, MOVE_NAMES, WALL
from . import rules
from .config import SynchronizationConfig
from .draw import mark_point
from .rules import LAST, UNSET


class Synchronization(SwarmBenchTask):
    """Agents bring their lights to agreement, again and again, now all on, now all off.

    Rules:
        Each agent has a light, which it switches instead of moving. The score rises by 1 in every
        step after which all lights are on, or all off, and the last point was not for the same
        state. Lights are drawn at the beginning; if they happen to agree then, they can be scored
        in the first step. Pushing, messages and text views are those of `SwarmBenchTask`.

    Observation:
        Planes of the square of `view` x `view` cells around the agent, 255 or 0 except for shares.
        The middle cell of planes 0 to 2, the agent's own, is empty. With `message_size` follow
        planes of the messages from 1 on: the share of agents within view that have just sent it.

        | index | value | range |
        | --- | --- | --- |
        | 0 | wall | 0 or 255 |
        | 1 | other agent whose light is on | 0 or 255 |
        | 2 | other agent whose light is off | 0 or 255 |
        | 3 | own light is on, in all cells | 0 or 255 |
        | 4 | own row / (`height` - 1), in all cells | 0 to 255 |
        | 5 | own column / (`width` - 1), in all cells | 0 to 255 |
        | 6 | share of `max_cycles` gone, in all cells | 0 to 255 |

        Global state: whether it is on the map, row, column and light of every agent; then the time.

    Actions:
        With `message_size` pairs of a move and a message, 0 for silence.

        | index | action |
        | --- | --- |
        | 0 | up |
        | 1 | down |
        | 2 | left |
        | 3 | right |
        | 4 | stay |
        | 5 | switch the own light, without moving |

    Reward:
        The same for all: the change of the score, and as shaping, times `shaping`, half the change
        of the share of lights that are as the next point wants them. The last step takes the
        shaping back.

    Metrics:
        | name | value |
        | --- | --- |
        | score | number of points |
        | agreement | share of lights in the majority at the end |
        | rate | points per step |

    Differences from the source:
        Rewards are our own definition.

    Source:
        Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025): the task Synchronization.
    """

    Config = SynchronizationConfig
    config: SynchronizationConfig
    shown = (WALL, AGENT, AGENT_OFF)
    moves = (*MOVE_NAMES, "SWITCH")
    lights = True
    num_counters = rules.COUNTERS
    metric_names = ("score", "agreement", "rate")

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance(self.state, self.constants, self.scratch, reward, where=where)

    def _measure(self) -> dict[str, NDArray[Any]]:
        lit = self.state.on.mean(axis=1)
        return {
            **super()._measure(),
            "agreement": np.maximum(lit, 1 - lit),
            "rate": self.state.score / np.maximum(self.state.elapsed, 1),
        }

    def _lines(self, env: int, agent: int | None) -> list[str]:
        if agent is not None:
            return [f"light on: {bool(self.state.on[env, agent])}"]
        last = self.state.env_counters[env, LAST]
        wanted = "all alike" if last == UNSET else "all off" if last == 1 else "all on"
        return [f"{self.state.on[env].sum()} of {self.config.num_agents} on", f"wanted: {wanted}"]

    def _mark(self, board: Board, env: int) -> None:
        mark_point(board, self.state, env)


parallel_env, env, raw_env = entry_points("swarm/synchronization-v0")
