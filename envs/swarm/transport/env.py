"""SwarmBench's transport as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..swarmbench.env import SwarmBenchTask
from ..swarmbench.state import GONE
from ..swarmbench.symbols import AGENT, BOX, OUTSIDE, WALL
from . import rules
from .config import TransportConfig
from .maps import PHASES, box_shapes, build_layouts
from .rules import ESCAPED, PROGRESS


class Transport(SwarmBenchTask):
    """Agents push a box out of the only gap in the walls and leave through it.

    Rules:
        The box fills a gap of four cells at a corner of the map and moves if at least five agents
        push it together. It goes one cell along the wall, then four out. Then the gap is open, and
        agents leave the map through it. Pushing, messages and text views are those of
        `SwarmBenchTask`. The map is one of eight templates, drawn at the beginning.

    Observation:
        Planes of the square of `view` x `view` cells around the agent, 255 or 0 except for shares.
        The middle cell of planes 0 to 3, the agent's own, is empty. With `message_size` follow
        planes of the messages from 1 on: the share of agents within view that have just sent it.

        | index | value | range |
        | --- | --- | --- |
        | 0 | outside of the map | 0 or 255 |
        | 1 | wall | 0 or 255 |
        | 2 | box | 0 or 255 |
        | 3 | other agent | 0 or 255 |
        | 4 | own row / (`height` - 1), in all cells | 0 to 255 |
        | 5 | own column / (`width` - 1), in all cells | 0 to 255 |
        | 6 | share of `max_cycles` gone, in all cells | 0 to 255 |

        Global state: planes of the map for wall and box; whether it is on the map, row, column and
        1 for every agent; then the time.

    Reward:
        An agent that leaves in the step that begins after `t` steps gets (max_cycles - t) /
        max_cycles, and the score is the sum of that over the agents. Agents get nothing for others
        who leave: one that is outside gets nothing more, so that would pay for leaving last.

        Shaping, times `shaping`, is each agent's own: 0.4 for the first move of the box and 0.075
        for each of the next three, up to 0.15 for being nearer to the cells where the box is pushed
        next, 0.15 while pushing at it in the right direction, and what is missing to 1 in all when
        the box is out. It adds up to 1 in every episode with a score above 0, and to less in
        others, so episodes are in the order of their scores.

    End:
        An agent terminates when it leaves the map, the episode once all have. It is truncated after
        `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | score | sum over the agents that left of the share of the episode that was left |
        | escaped | share of agents that left |
        | box_moves | moves of the box towards the outside, of 5 |

    Differences from the source:
        Rewards are our own definition, the benchmark has none.

    Source:
        Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025): the task Transport.
    """

    Config = TransportConfig
    config: TransportConfig
    shown = (OUTSIDE, WALL, BOX, AGENT)
    mapped = (WALL, BOX)
    num_counters = 2
    shapes = box_shapes()
    metric_names = ("score", "escaped", "box_moves")

    def __init__(self, id: str, num_envs: int, config: TransportConfig):
        self.layouts = build_layouts(config.height, config.width)
        super().__init__(id, num_envs, config)

    def _pays_alike(self, p: TransportConfig) -> bool:
        """False: an agent is paid for its own leaving alone."""
        return False

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.layouts, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        rules.advance(self.state, self.constants, self.layouts, self.scratch, reward, where=where)

    def _measure(self) -> dict[str, NDArray[Any]]:
        counters = self.state.env_counters.astype(np.float64)
        escaped = counters[:, ESCAPED] / self.config.num_agents
        return super()._measure() | {"escaped": escaped, "box_moves": counters[:, PROGRESS]}

    def _lines(self, env: int, agent: int | None) -> list[str]:
        if agent is not None:
            return []
        counters = self.state.env_counters[env]
        box = "out" if self.state.box[env, 0] == GONE else f"{counters[PROGRESS]} of {PHASES}"
        return [f"box {box}", f"escaped {counters[ESCAPED]}"]


parallel_env, env, raw_env = entry_points("swarm/transport-v0")
