"""Scripted yardsticks of the games whose best play is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.scripted_policy import ScriptedPolicy
from ..core.spec import EnvSpec, GroupSpec
from .differential.rules import HILL, DifferentialParameters
from .matrix.rules import MatrixParameters, solve
from .stochastic.rules import StochasticParameters, best_plan, draw_game
from .two_step.rules import END, SAFE, TwoStepParameters

Plan = Callable[[Any], NDArray[Any]]  # from an environment's state to everyone's actions


class Optimum(ScriptedPolicy):
    """Plays a joint action that pays all agents together most, the first of them where there are several.

    It knows the game and the whole state: what a learner can reach at best.
    """

    plays = ("games/matrix", "games/two_step", "games/stochastic", "games/differential")

    def __init__(self, plan: Plan):
        """`plan` gives everyone's actions from the state."""
        self._plan = plan

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: Any) -> "Optimum":
        """The best play of the task with these parameters."""
        return cls(_PLANS[spec.id.partition("-v")[0]](parameters))

    def act(self, world: Any, generator: Any = None) -> NDArray[Any]:
        """The actions of all agents, `(num_envs, n, *action_shape)`."""
        return self._plan(world)


def _plan_matrix(parameters: MatrixParameters) -> Plan:
    table = parameters.table()
    best = np.unravel_index(int(solve(table).optimal.argmax()), table.shape[1:])
    return lambda state: np.tile(np.array(best, np.int64), (len(state.over), 1))


def _plan_two_step(parameters: TwoStepParameters) -> Plan:
    table = parameters.table()
    where = np.argwhere(table[SAFE:END] == parameters.optimal_return())[0]  # (2A or 2B, row, column)
    plays = np.array([(where[0], 0), where[1:], where[1:], (0, 0)])  # by state
    return lambda state: plays[state.place]


def _plan_stochastic(parameters: StochasticParameters) -> Plan:
    plan, _ = best_plan(draw_game(parameters), parameters.max_cycles)
    shape = (parameters.num_actions,) * parameters.num_agents

    def play(state: Any) -> NDArray[np.int64]:
        left = np.maximum(parameters.max_cycles - state.elapsed, 0)  # 0 in a copy whose episode is over
        return np.stack(np.unravel_index(plan[left, state.place], shape), axis=1)

    return play


def _plan_differential(parameters: DifferentialParameters) -> Plan:
    return lambda state: np.full((len(state.over), 2, 1), HILL, np.float32)


_PLANS: dict[str, Callable[[Any], Plan]] = {
    "games/matrix": _plan_matrix,
    "games/two_step": _plan_two_step,
    "games/stochastic": _plan_stochastic,
    "games/differential": _plan_differential,
}
