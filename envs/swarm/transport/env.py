"""SwarmBench's transport as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..swarmbench.config import SwarmBenchParameters
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.state import GONE
from ..swarmbench.symbols import AGENT, BOX, OUTSIDE, WALL
from .rules import (
    ESCAPED,
    PHASES,
    PROGRESS,
    TransportParameters,
    advance_copies,
    begin_copies,
    box_shapes,
    build_layouts,
)


class Transport(SwarmBenchTask):
    """Agents push a box out of the only gap in the walls, at least five of them together, and leave through it.

    Observation, actions and global state as in `SwarmBenchTask`; planes of symbols: outside, wall, box, agent.

    Rewards: an agent that leaves in the step that begins after `t` steps is paid (max_cycles - t) / max_cycles, and the score is the sum of
    that over the agents. Agents are not paid for others who leave: one that is outside gets nothing more, so that would pay
    for leaving last. Shaping, for each agent by itself: 0.4 for the first move of the box and 0.075 for the next three, up to 0.15 for being nearer to
    where it is pushed next, 0.15 while pushing at it in the right direction, and what is missing to 1 in all when the box is out. So shaping adds
    up to 1 in every episode with a score above 0, and to less in others, and episodes are in the order of their scores.

    An episode ends when all agents are outside. Episode metrics: `score`; `escaped`, the share of agents that left; `box_moves`, the moves of the box towards
    the outside, of 5.

    Source: Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025); rewards are our own definition, the benchmark has none.
    """

    Parameters = TransportParameters
    shown = (OUTSIDE, WALL, BOX, AGENT)
    mapped = (WALL, BOX)
    numbers = 2
    shapes = box_shapes()
    metric_names = ("score", "escaped", "box_moves")

    def __init__(self, id: str, num_envs: int, parameters: SwarmBenchParameters):
        self.layouts = build_layouts(parameters.height, parameters.width)
        super().__init__(id, num_envs, parameters)

    def _pays_alike(self, p: SwarmBenchParameters) -> bool:
        """Who leaves is paid for it alone."""
        return False

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.layouts, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        advance_copies(self.state, self.constants, self.layouts, self.scratch, where, reward)

    def _measure(self) -> dict[str, NDArray[Any]]:
        tally = self.state.tally.astype(np.float64)
        escaped = tally[:, ESCAPED] / self.parameters.num_agents
        return super()._measure() | {"escaped": escaped, "box_moves": tally[:, PROGRESS]}

    def _lines(self, copy: int, agent: int | None) -> list[str]:
        if agent is not None:
            return []
        tally = self.state.tally[copy]
        box = "out" if self.state.box[copy, 0] == GONE else f"{tally[PROGRESS]} of {PHASES}"
        return [f"box {box}", f"escaped {tally[ESCAPED]}"]


parallel_env, env, raw_env = entry_points("swarm/transport-v0")
