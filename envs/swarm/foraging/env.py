"""SwarmBench's foraging as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, AGENT_OFF, FOOD, NEST, OUTSIDE, WALL
from .rules import PICKED, ForagingParameters, advance_copies, begin_copies, build_layouts


class Foraging(SwarmBenchTask):
    """Agents carry food through a maze to their nest, piece by piece; the food never runs out.

    Observation, actions and global state as in `SwarmBenchTask`; planes of symbols: outside, wall, agent that carries food, agent that does not,
    food, nest; an agent's light is on while it carries. An agent in one of the four cells beside food takes a piece if it has none; beside the nest it leaves
    it there, which adds 1 to the score.

    Rewards: the change of the score, for every agent. Shaping, for each agent by itself: the change of how far it is on its round, which
    is 0 at the longest way to the food, 1/2 beside food and 1 beside the nest with food; the last step takes back what it was paid.

    An episode ends at `max_cycles` alone. Episode metrics: `score`, pieces in the nest; `picked`, pieces taken.

    Source: Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025). Rewards are our own definition, the benchmark has none. Its code mixes up
    rows and columns at the edge of maps that are not square; here they are as on square ones.
    """

    Parameters = ForagingParameters
    parameters: ForagingParameters
    shown = (OUTSIDE, WALL, AGENT, AGENT_OFF, FOOD, NEST)
    mapped = (WALL, FOOD, NEST)
    lights = True
    numbers = 2
    metric_names = ("score", "picked")

    def __init__(self, id: str, num_envs: int, parameters: ForagingParameters):
        self.layouts = build_layouts(parameters)
        super().__init__(id, num_envs, parameters)

    def _pays_alike(self, p: ForagingParameters) -> bool:
        """The score is everyone's, shaping each agent's own."""
        return p.shaping == 0

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.layouts, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        advance_copies(self.state, self.constants, self.layouts, self.scratch, where, reward)

    def _measure(self) -> dict[str, NDArray[Any]]:
        return super()._measure() | {"picked": self.state.tally[:, PICKED].astype(np.float64)}

    def _lines(self, copy: int, agent: int | None) -> list[str]:
        if agent is None:
            return [f"carrying {int(self.state.on[copy].sum())}"]
        return [f"carrying food: {'yes' if self.state.on[copy, agent] else 'no'}"]


parallel_env, env, raw_env = entry_points("swarm/foraging-v0")
