"""Scripted baselines of the games whose best play is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.scripted_policy import ScriptedPolicy
from ..core.spec import EnvSpec, GroupSpec
from .differential.config import DifferentialConfig
from .differential.rules import HILL
from .matrix.config import MatrixConfig
from .matrix.rules import solve
from .stochastic.config import StochasticConfig
from .stochastic.rules import best_plan, draw_game
from .two_step.config import TwoStepConfig
from .two_step.rules import END, SAFE

Plan = Callable[[Any], NDArray[Any]]  # from the state of an env to the actions of all agents


class Optimum(ScriptedPolicy):
    """Play a joint action with the highest sum of payoffs, the first of several.

    The policy reads the game and the whole state: its return is an upper bound for learners.
    """

    plays = ("games/matrix", "games/two_step", "games/stochastic", "games/differential")

    def __init__(self, plan: Plan):
        """`plan` computes the actions of all agents from the state."""
        self._plan = plan

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: Any) -> "Optimum":
        """The best play of the task with a config."""
        return cls(_PLANS[spec.id.partition("-v")[0]](config))

    def act(self, world: Any, generator: Any = None) -> NDArray[Any]:
        """The actions of all agents, `(num_envs, n, *action_shape)`."""
        return self._plan(world)


def _plan_matrix(config: MatrixConfig) -> Plan:
    table = config.table()
    best = np.unravel_index(int(solve(table).optimal.argmax()), table.shape[1:])
    return lambda state: np.tile(np.array(best, np.int64), (len(state.over), 1))


def _plan_two_step(config: TwoStepConfig) -> Plan:
    table = config.table()
    best = np.argwhere(table[SAFE:END] == config.optimal_return())[0]  # (2A or 2B, row, column)
    plays = np.array([(best[0], 0), best[1:], best[1:], (0, 0)])  # by state
    return lambda state: plays[state.place]


def _plan_stochastic(config: StochasticConfig) -> Plan:
    plan, _ = best_plan(draw_game(config), config.max_cycles)
    shape = (config.num_actions,) * config.num_agents

    def play(state: Any) -> NDArray[np.int64]:
        left = np.maximum(config.max_cycles - state.elapsed, 0)  # 0 in an env whose episode is over
        return np.stack(np.unravel_index(plan[left, state.place], shape), axis=1)

    return play


def _plan_differential(config: DifferentialConfig) -> Plan:
    return lambda state: np.full((len(state.over), 2, 1), HILL, np.float32)


_PLANS: dict[str, Callable[[Any], Plan]] = {
    "games/matrix": _plan_matrix,
    "games/two_step": _plan_two_step,
    "games/stochastic": _plan_stochastic,
    "games/differential": _plan_differential,
}
