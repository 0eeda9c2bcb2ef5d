"""SwarmBench's foraging as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.symbols import AGENT, AGENT_OFF, FOOD, NEST, OUTSIDE, WALL
from . import rules
from .config import ForagingConfig
from .maps import build_layouts
from .rules import PICKED


class Foraging(SwarmBenchTask):
    """Agents carry food through a maze to their nest, piece by piece; the food never runs out.

    Rules:
        An agent in one of the four cells beside food takes a piece if it has none. Beside the nest
        it leaves its piece there, which adds 1 to the score. An agent's light is on while it
        carries food. Pushing, messages and text views are those of `SwarmBenchTask`. The map is one
        of eight layouts, drawn at the beginning.

    Observation:
        Planes of the square of `view` x `view` cells around the agent, 255 or 0 except for shares.
        The middle cell of planes 0 to 5, the agent's own, is empty. With `message_size` follow
        planes of the messages from 1 on: the share of agents within view that have just sent it.

        | index | value | range |
        | --- | --- | --- |
        | 0 | outside of the map | 0 or 255 |
        | 1 | wall | 0 or 255 |
        | 2 | other agent that carries food | 0 or 255 |
        | 3 | other agent that carries none | 0 or 255 |
        | 4 | food | 0 or 255 |
        | 5 | nest | 0 or 255 |
        | 6 | the agent itself carries food, in all cells | 0 or 255 |
        | 7 | own row / (`height` - 1), in all cells | 0 to 255 |
        | 8 | own column / (`width` - 1), in all cells | 0 to 255 |
        | 9 | share of `max_cycles` gone, in all cells | 0 to 255 |

        Global state: planes of the map for wall, food and nest; whether it is on the map, row,
        column and whether it carries food for every agent; then the time.

    Reward:
        The change of the score, for every agent. Shaping, times `shaping`, is each agent's own: the
        change of its progress on its round, which is 0 at the longest path to the food, 1/2 beside
        food and 1 beside the nest with food. The last step takes the shaping back.

    Metrics:
        | name | value |
        | --- | --- |
        | score | pieces brought to the nest |
        | picked | pieces taken |

    Differences from the source:
        Rewards are our own definition, the benchmark has none. Its code mixes up rows and columns
        at the edge of maps that are not square; here they are as on square ones.

    Source:
        Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025): the task Foraging.
    """

    Config = ForagingConfig
    config: ForagingConfig
    shown = (OUTSIDE, WALL, AGENT, AGENT_OFF, FOOD, NEST)
    mapped = (WALL, FOOD, NEST)
    lights = True
    num_counters = 2
    metric_names = ("score", "picked")

    def __init__(self, id: str, num_envs: int, config: ForagingConfig):
        self.layouts = build_layouts(config.height, config.width)
        super().__init__(id, num_envs, config)

    def _pays_alike(self, p: ForagingConfig) -> bool:
        """True without shaping, which is each agent's own."""
        return p.shaping == 0

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.layouts, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance(self.state, self.constants, self.layouts, self.scratch, reward, where=where)

    def _measure(self) -> dict[str, NDArray[Any]]:
        return super()._measure() | {"picked": self.state.env_counters[:, PICKED].astype(np.float64)}

    def _lines(self, env: int, agent: int | None) -> list[str]:
        if agent is None:
            return [f"carrying {int(self.state.on[env].sum())}"]
        return [f"carrying food: {'yes' if self.state.on[env, agent] else 'no'}"]


parallel_env, env, raw_env = entry_points("swarm/foraging-v0")
