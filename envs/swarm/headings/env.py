"""Agents that turn an angle as batched environments: one engine, two tasks."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...plane.neighbours import Cells, Square, allocate_cells, choose_square
from . import rules
from .rules import STATE_SIZE, Constants, Scratch, State, TurningParameters

METRICS = ("order", "final_order", "effort")


class Turning(BatchEnv[State]):
    """Base of Kuramoto's and Vicsek's tasks, which give the constants and the bounds of the last number that agents see."""

    parameters: TurningParameters

    def __init__(
        self, id: str, num_envs: int, parameters: TurningParameters, constants: Constants, last: tuple[float, float]
    ):
        self.constants = constants
        bounds = np.array([(-1, 1), (-1, 1), (0, 1), last], np.float32)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=parameters.num_agents,
            observation_space=spaces.Box(bounds[:, 0], bounds[:, 1], dtype=np.float32),
            action_space=spaces.Box(-1, 1, (1,), np.float32),
            shared_reward=True,
        )
        super().__init__(EnvSpec(id, (group,), parameters.max_cycles, METRICS, (STATE_SIZE,)), num_envs, parameters)
        self._work = _allocate_work(num_envs, parameters.num_agents, constants)

    def _allocate(self) -> State:
        return rules.allocate_state(self.num_envs, self.parameters.num_agents)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance_copies(self.state, self.constants, where, actions[DEFAULT_GROUP], reward)

    def _observe(self) -> None:
        observation = self.groups[DEFAULT_GROUP].observation
        rules.observe_copies(self.state, self.constants, *self._work, observation, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        steps = np.maximum(self.state.elapsed, 1)
        return {
            "order": self.state.order_sum / steps,
            "final_order": np.array([rules.measure_order(angle)[0] for angle in self.state.angle]),
            "effort": self.state.effort_sum / steps,
        }


class Steering(ScriptedPolicy):
    """Base of the scripted rules: every agent turns towards the mean direction that it sees. It sees what learners see."""

    def __init__(self, constants: Constants, gain: float, toward: float):
        """`gain` and `toward` weigh the sine of the direction and the direction; see `turning.steer_copies`."""
        self._constants = constants
        self._weights = float(gain), float(toward)
        self._work: tuple[Scratch, Square, Cells] | None = None

    def act(self, world: State, generator: Any = None) -> NDArray[np.float32]:
        """The turns of all agents, `(num_envs, n, 1)`."""
        num_envs, n = world.angle.shape
        work = self._work
        if work is None or work[0].in_sight.shape != world.angle.shape:
            work = self._work = _allocate_work(num_envs, n, self._constants)
        action = np.zeros((num_envs, n, 1), np.float32)
        rules.steer_copies(world, self._constants, *work, *self._weights, action)
        return action


def _allocate_work(num_envs: int, n: int, k: Constants) -> tuple[Scratch, Square, Cells]:
    """The work space of the kernels, and what they need to know who is near whom."""
    square = choose_square(-k.side / 2, k.side, n, periodic=True)
    return rules.allocate_scratch(num_envs, n), square, allocate_cells(num_envs, n, square)
