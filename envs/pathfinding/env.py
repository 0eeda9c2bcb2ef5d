"""Pathfinding as a batched environment: one engine, two tasks."""

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ..core.timestep import TimeStep
from ..errors import BadParameter
from ..kernels.arrays import allocate
from . import draw, metrics, observation, reset, rules
from .build import build_constants, count_agents
from .config import LifelongConfig, OneShotConfig, PathfindingConfig
from .state import Scratch, State

ROUNDS = 10_000
"""Most rounds in which agents without room are placed anew, where some env has had room before."""
FIRST_ROUNDS, FIRST_CELLS = 100, 10**9
"""Most rounds in all envs together where none has had room, and most cells drawn for it.

There may never be room.
"""


class Pathfinding(BatchEnv[State]):
    """Base of both tasks: agents on a grid with walls find paths without colliding.

    Rules:
        An agent stays or moves up, down, left or right by a cell. Cells are (row, column), rows
        downwards. Goals are drawn in the agent's own connected component. `collision_system`
        decides which agents move when they are in each other's way:

        | collision_system | moves |
        | --- | --- |
        | priority | one after the other by index, into cells that are free at that moment |
        | block_both | nobody enters a cell that is occupied now, or that two agents want |
        | soft | swaps and walls cancel moves, then conflicts do until none is left |

        With `soft` a cell goes to the agent that stays there, else to the lowest index, and chains
        and rotations of three or more pass.

    Observation:
        uint8 `(3, w, w)` with w = 2 `obs_radius` + 1: the cells around the agent.

        | index | value | range |
        | --- | --- | --- |
        | 0 | wall | 0 or 1 |
        | 1 | agent, the observer in the middle included | 0 or 1 |
        | 2 | own goal, moved to the window's border where it lies outside | 0 or 1 |

        With `shortest_path` a fourth channel marks a shortest path to the goal, other agents
        ignored. There is no global state.

    Actions:
        `mask_walls` gives action masks that forbid moves into walls.

        | index | action |
        | --- | --- |
        | 0 | stay |
        | 1 | up |
        | 2 | down |
        | 3 | left |
        | 4 | right |

    Source:
        Skrynnik et al., "POGEMA: a benchmark platform for cooperative multi-agent pathfinding"
        (2024), as the package pogema 1.4.0 plays it.
    """

    trail_length = draw.TAIL
    config: PathfindingConfig
    metric_names: ClassVar[tuple[str, ...]]

    def __init__(self, id: str, num_envs: int, config: PathfindingConfig):
        self.constants = build_constants(config, self._on_target(config))
        side = 2 * config.obs_radius + 1
        self._num_agents = count_agents(config, self.constants)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=self._num_agents,
            observation_space=spaces.Box(0, 1, (4 if config.shortest_path else 3, side, side), np.uint8),
            action_space=spaces.Discrete(5),
            has_action_mask=config.mask_walls,
        )
        self._has_room = False  # until some env has been given a place for each agent
        super().__init__(EnvSpec(id, (group,), config.max_cycles, self.metric_names), num_envs, config)
        (rows, columns), padded = self.constants.drawing.shape, self.state.obstacle.shape[1:]
        self._scratch = allocate(
            Scratch,
            envs=num_envs,
            agents=self._num_agents,
            cells=rows * columns,
            padded_rows=padded[0],
            padded_columns=padded[1],
            padded_cells=padded[0] * padded[1],
        )
        step = self.groups[DEFAULT_GROUP]
        self._observation = step.observation.reshape(-1)
        self._mask = np.zeros((0, 0, 0), np.bool_) if step.action_mask is None else step.action_mask

    def _on_target(self, config: Any) -> str:
        raise NotImplementedError

    def _allocate(self) -> State:
        rows, columns = self.constants.drawing.shape
        padded = rows + 2 * self.constants.radius, columns + 2 * self.constants.radius
        measured = (self._num_agents, *padded) if self.constants.shortest_path else (0, 0, 0)
        state = allocate(
            State,
            envs=self.num_envs,
            agents=self._num_agents,
            cells=rows * columns,
            bounds=rows * columns + 1,
            padded_rows=padded[0],
            padded_columns=padded[1],
            measured_agents=measured[0],
            measured_rows=measured[1],
            measured_columns=measured[2],
        )
        state.component.fill(-1)
        state.placed.fill(True)
        return state

    def _begin(self, where: NDArray[np.bool_]) -> None:
        placed, rounds = self.state.placed, 1
        reset.begin(self.state, self.constants, self._scratch, where=where)
        self._has_room = self._has_room or bool(placed[where].any())
        cells = reset.MAP_ATTEMPTS * self.constants.drawing.size
        first = min(FIRST_ROUNDS, FIRST_CELLS / cells) / self.num_envs
        while not placed.all() and rounds < (ROUNDS if self._has_room else first):
            # Their streams go on, so that what is drawn at first stays as it is.
            reset.begin(self.state, self.constants, self._scratch, where=~placed)
            self._has_room = self._has_room or bool(placed.any())
            rounds += 1
        if not placed.all():
            height, width = self.constants.drawing.shape
            draws = reset.MAP_ATTEMPTS * rounds
            name = "drawn" if "\n" in self.config.map else f"'{self.config.map}'"
            raise BadParameter(
                f"num_agents is {self._num_agents}, for whom {draws} draws of a {name} map of {height} x {width}"
                " had no room with goals they can reach; allowed are fewer agents, or a larger or emptier map"
            )

    def restore(self, state: State) -> TimeStep:
        """Put a snapshot back; see `BatchEnv.restore`."""
        self._has_room = True  # a run that goes on draws as long as it would have
        return super().restore(state)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, self._scratch, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observation.observe(self.state, self.constants, self._observation, step.terminated, step.active, self._mask)

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, self.constants.radius, **options)

    def text(self, copy: int = 0) -> str:
        """The map in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants.radius)


class Lifelong(Pathfinding):
    """Agents on a grid find paths without colliding, to one goal after the other.

    Rules:
        An agent that reaches its goal gets the next goal at once. First goals are all different; a
        next goal may coincide with that of another agent. All else is as in `Pathfinding`.

    Reward:
        1 for a goal reached.

    End:
        An episode is truncated after `max_cycles` steps. Nothing terminates.

    Metrics:
        | name | value |
        | --- | --- |
        | throughput | goals reached per step, over all agents |
        | collisions | moves that another agent prevented |
    """

    Config = LifelongConfig
    metric_names = ("throughput", "collisions")

    def _on_target(self, config: LifelongConfig) -> str:
        return "restart"

    def _measure(self) -> dict[str, NDArray[Any]]:
        return metrics.measure_lifelong(self.state)


class OneShot(Pathfinding):
    """Agents on a grid find paths without colliding, each to one goal.

    Rules:
        With `on_target` "finish" an agent leaves the map at its goal; with "nothing" agents stay,
        and all must stand on their goals at the same time. All goals are different. All else is as
        in `Pathfinding`.

    Reward:
        With "finish" 1 for reaching the goal; with "nothing" 1 for each agent when all stand on
        their goals.

    End:
        With "finish" an agent terminates at its goal; with "nothing" all terminate when all stand
        on their goals. An episode is truncated after `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | isr | share of agents that succeeded |
        | csr | 1 if all agents succeeded, else 0 |
        | ep_length | mean cost of the agents in steps; with "nothing" length of the episode |
        | makespan | largest cost |
        | sum_of_costs | sum of all costs |
        | collisions | moves that another agent prevented |

        The cost of an agent is the number of steps until it arrived, with "nothing" until it stood
        on its goal for good; an agent that failed costs the whole episode.
    """

    Config = OneShotConfig
    metric_names = ("isr", "csr", "ep_length", "makespan", "sum_of_costs", "collisions")

    def _on_target(self, config: OneShotConfig) -> str:
        return config.on_target

    def _measure(self) -> dict[str, NDArray[Any]]:
        return metrics.measure_oneshot(self.state, self.constants.on_target)
