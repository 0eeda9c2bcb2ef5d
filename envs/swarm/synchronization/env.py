"""Synchronization as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.grid_canvas import Board
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, AGENT_OFF, MOVE_NAMES, WALL
from . import rules
from .draw import mark_point
from .rules import LAST, UNSET, SynchronizationParameters


class Synchronization(SwarmBenchTask):
    """Each agent has a light. All lights alike is worth a point, then all alike the other way, and so on.

    The benchmark's score rises by 1 in every step after which all lights are on, or all off, and the last point was not for the
    same state. Lights are drawn at the beginning; if they happen to agree then, they can be scored in the first step.

    Observation, actions, global state and messages are those of `SwarmBenchTask`; there is a sixth move, SWITCH, which turns the agent's own
    light over and does not move it. The planes of symbols are walls, other agents that are lit, and other agents that are not. All agents are
    paid the same: what the score gained, and as shaping half the change of the share of lights that are as the next point wants them.

    Metrics: `score`; `agreement`, the share of lights in the majority at the end; `rate`, points a step.

    Source: SwarmBench's Synchronization.

    Raises:
        BadParameter: the parameters are out of range, or leave no room for the agents.
    """

    Parameters = SynchronizationParameters
    parameters: SynchronizationParameters
    shown = (WALL, AGENT, AGENT_OFF)
    moves = (*MOVE_NAMES, "SWITCH")
    lights = True
    numbers = rules.NUMBERS
    metric_names = ("score", "agreement", "rate")

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance_copies(self.state, self.constants, self.scratch, where, reward)

    def _measure(self) -> dict[str, NDArray[Any]]:
        lit = self.state.on.mean(axis=1)
        return {
            **super()._measure(),
            "agreement": np.maximum(lit, 1 - lit),
            "rate": self.state.score / np.maximum(self.state.elapsed, 1),
        }

    def _lines(self, copy: int, agent: int | None) -> list[str]:
        if agent is not None:
            return [f"light on: {bool(self.state.on[copy, agent])}"]
        last = self.state.tally[copy, LAST]
        wanted = "all alike" if last == UNSET else "all off" if last == 1 else "all on"
        return [f"{self.state.on[copy].sum()} of {self.parameters.num_agents} on", f"wanted: {wanted}"]

    def _mark(self, board: Board, copy: int) -> None:
        mark_point(board, self.state, copy)


parallel_env, env, raw_env = entry_points("swarm/synchronization-v0")
