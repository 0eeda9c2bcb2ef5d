"""Turning and Steering: base classes of environments and baselines with agents that turn."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...plane.neighbours import Cells, Square, allocate_cells, choose_square
from . import rules
from .config import TurningConfig
from .rules import STATE_SIZE
from .state import Constants, Scratch, State

METRICS = ("order", "final_order", "effort")


class Turning(BatchEnv[State]):
    """Base of Kuramoto's and Vicsek's tasks.

    They give the constants and the bounds of the last number of observations.

    Actions:
        A continuous action.

        | index | action |
        | --- | --- |
        | 0 | turn as a share of `max_turn`, -1 to 1; positive is anticlockwise |

    Reward:
        The same for all: the order, which is the length of the mean unit vector over the whole
        population, minus `action_cost` times the mean size of the actions.

    End:
        An episode is truncated after `max_cycles` steps; no agent terminates.

    Metrics:
        | name | value |
        | --- | --- |
        | order | mean order over the steps of the episode |
        | final_order | order at its end |
        | effort | mean size of the actions |

    Differences from the source:
        The paper's own code was not at hand, so radius, speeds, observation noise, action cost and
        the description of the population are our own definitions; see `headings.rules`.
    """

    config: TurningConfig

    def __init__(self, id: str, num_envs: int, config: TurningConfig, constants: Constants, last: tuple[float, float]):
        self.constants = constants
        bounds = np.array([(-1, 1), (-1, 1), (0, 1), last], np.float32)
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=config.num_agents,
            observation_space=spaces.Box(bounds[:, 0], bounds[:, 1], dtype=np.float32),
            action_space=spaces.Box(-1, 1, (1,), np.float32),
            shared_reward=True,
        )
        super().__init__(EnvSpec(id, (group,), config.max_cycles, METRICS, (STATE_SIZE,)), num_envs, config)
        self._work = _allocate_work(num_envs, config.num_agents, constants)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs, agents=self.config.num_agents)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        observation = self.groups[DEFAULT_GROUP].observation
        rules.observe(self.state, self.constants, *self._work, observation, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        steps = np.maximum(self.state.elapsed, 1)
        return {
            "order": self.state.order_sum / steps,
            "final_order": np.array([rules.measure_order(angle)[0] for angle in self.state.angle]),
            "effort": self.state.effort_sum / steps,
        }


class Steering(ScriptedPolicy):
    """Base of the baselines: every agent turns towards the mean direction that it observes.

    It has the same observations as learners.
    """

    def __init__(self, constants: Constants, coupling: float, toward: float):
        """`coupling` weighs the sine of the direction, `toward` the direction; see `steer`."""
        self._constants = constants
        self._weights = float(coupling), float(toward)
        self._work: tuple[Scratch, Square, Cells] | None = None

    def act(self, world: State, generator: Any = None) -> NDArray[np.float32]:
        """Turns of all agents, `(num_envs, n, 1)`."""
        num_envs, n = world.angle.shape
        work = self._work
        if work is None or work[0].in_sight.shape != world.angle.shape:
            work = self._work = _allocate_work(num_envs, n, self._constants)
        action = np.zeros((num_envs, n, 1), np.float32)
        rules.steer(world, self._constants, *work, *self._weights, action)
        return action


def _allocate_work(num_envs: int, n: int, k: Constants) -> tuple[Scratch, Square, Cells]:
    """Work space of the kernels, and the square and cells in which they find neighbours."""
    square = choose_square(-k.side / 2, k.side, n, periodic=True)
    return allocate(Scratch, envs=num_envs, agents=n), square, allocate_cells(num_envs, n, square)
