"""Pathfinding as a batched environment: one engine, two tasks."""

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ..core.timestep import TimeStep
from ..errors import BadParameter
from . import draw, metrics, observation, reset, rules
from .build import build_constants, count_agents
from .config import LifelongParameters, OneShotParameters, PathfindingParameters
from .state import State, allocate_scratch, allocate_state

ROUNDS = 10_000
"""How often agents that found no room are placed anew, where some env has had room before."""
FIRST_ROUNDS, FIRST_CELLS = 100, 10**9
"""How often in all envs together where none has, and the most cells that are drawn for it: it may be that there never is room."""


class Pathfinding(BatchEnv[State]):
    """Agents on a grid find their ways to their goals without colliding.

    Observation: uint8 `(3, w, w)` with w = 2 * obs_radius + 1: walls, agents (self in the centre), and the goal, moved to
    the window's border where it lies outside. With `shortest_path` a fourth channel marks a shortest path to the goal.
    Actions: stay, up, down, left, right. Reward 1 for a goal reached.

    Source: Skrynnik et al., "POGEMA: a benchmark platform for cooperative multi-agent pathfinding" (2024).

    Raises:
        BadParameter: the parameters are out of range, contradict each other, or leave no room for the agents.
    """

    trail_length = draw.TAIL
    parameters: PathfindingParameters
    metric_names: ClassVar[tuple[str, ...]]

    def __init__(self, id: str, num_envs: int, parameters: PathfindingParameters):
        self.constants = build_constants(parameters, self._on_target(parameters))
        side = 2 * parameters.obs_radius + 1
        self._num_agents = count_agents(parameters, self.constants)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=self._num_agents,
            observation_space=spaces.Box(0, 1, (4 if parameters.shortest_path else 3, side, side), np.uint8),
            action_space=spaces.Discrete(5),
            has_action_mask=parameters.mask_walls,
        )
        self._has_room = False  # until some env has been given a place for each agent
        super().__init__(EnvSpec(id, (group,), parameters.max_cycles, self.metric_names), num_envs, parameters)
        self._scratch = allocate_scratch(self.state, *self.constants.drawing.shape)
        step = self.groups[DEFAULT_GROUP]
        self._observation = step.observation.reshape(-1)
        self._mask = np.zeros((0, 0, 0), np.bool_) if step.action_mask is None else step.action_mask

    def _on_target(self, parameters: Any) -> str:
        raise NotImplementedError

    def _allocate(self) -> State:
        height, width = self.constants.drawing.shape
        radius = self.constants.radius
        return allocate_state(self.num_envs, self._num_agents, height, width, radius, self.constants.shortest_path)

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
            name = "drawn" if "\n" in self.parameters.map else f"'{self.parameters.map}'"
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
    """Lifelong pathfinding: an agent that reaches its goal is paid 1 and gets the next goal at once.

    Episode metrics: `throughput`, goals reached per step, over all agents; `collisions`, moves another agent prevented.
    """

    Parameters = LifelongParameters
    metric_names = ("throughput", "collisions")

    def _on_target(self, parameters: LifelongParameters) -> str:
        return "restart"

    def _measure(self) -> dict[str, NDArray[Any]]:
        return metrics.measure_lifelong(self.state)


class OneShot(Pathfinding):
    """One-shot pathfinding: each agent has one goal; it leaves there (`finish`) or all must stand on theirs (`nothing`).

    Episode metrics: `isr` and `csr`, the share of agents that succeeded and whether all did; `ep_length`, `makespan` and
    `sum_of_costs` in steps; `collisions`, moves another agent prevented.
    """

    Parameters = OneShotParameters
    metric_names = ("isr", "csr", "ep_length", "makespan", "sum_of_costs", "collisions")

    def _on_target(self, parameters: OneShotParameters) -> str:
        return parameters.on_target

    def _measure(self) -> dict[str, NDArray[Any]]:
        return metrics.measure_oneshot(self.state, self.constants.on_target)
