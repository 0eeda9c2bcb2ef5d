"""Tables of payoffs: the known games, and those that a config gives."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.validation import Nested
from ...errors import BadParameter

CLIMBING = ((11, -30, 0), (-30, 7, 6), (0, 0, 5))
QTRAN = ((8, -12, -12), (-12, 0, 0), (-12, 0, 0))
GAMES = ("climbing", "penalty", "qtran", "coordination")
LARGEST = 1_000_000
"""Largest number of entries of a table."""
MOST_AGENTS, MOST_ACTIONS = 20, 1000


def build_payoff(
    game: str, payoff: Nested, common: bool, num_agents: int | None, num_actions: int | None, penalty: float
) -> NDArray[np.float64]:
    """Build the payoffs of all agents, `(n, actions, ..., actions)`, an axis of actions for each.

    Raises:
        BadParameter: the shape of the table is that of no game, or contradicts the numbers given.
    """
    if payoff:
        table = np.array(payoff, np.float64)
        if not common:
            _check_shape(table, table.ndim - 1, table.shape[1:], "without `common`, payoff[i] is agent i's")
            if len(table) != table.ndim - 1:
                raise BadParameter(
                    f"payoff has shape {table.shape}, tables of {table.ndim - 1} agents; without `common` give one for each of them"
                )
            return _checked_numbers(table, num_agents, num_actions)
        _check_shape(table, table.ndim, table.shape, "an axis for each agent")
    else:
        table = _known_game(game, num_agents, num_actions, penalty)
    return _checked_numbers(np.broadcast_to(table, (table.ndim, *table.shape)), num_agents, num_actions)


def _known_game(game: str, num_agents: int | None, num_actions: int | None, penalty: float) -> NDArray[np.float64]:
    if game == "climbing":
        return np.array(CLIMBING, np.float64)
    if game == "qtran":
        return np.array(QTRAN, np.float64)
    if game == "penalty":
        return np.array(((-penalty, 0, 10), (0, 2, 0), (10, 0, -penalty)), np.float64)
    n, actions = num_agents or 2, num_actions or 2
    if n * actions**n > LARGEST:
        raise BadParameter(
            f"num_agents is {n} and num_actions is {actions}, a table of {n * actions**n} numbers; allowed are {LARGEST}"
        )
    table = np.zeros((actions,) * n)
    table[(np.arange(actions),) * n] = 1
    return table


def _check_shape(table: NDArray[np.float64], agents: int, sides: tuple[int, ...], what: str) -> None:
    if agents < 1 or len(set(sides)) != 1 or sides[0] < 1:
        raise BadParameter(
            f"payoff has shape {table.shape}; allowed is {what}, with as many actions along every one, as in (3, 3)"
        )
    if agents * table.size > LARGEST:
        raise BadParameter(f"payoff has shape {table.shape}, {table.size} numbers; allowed are {LARGEST // agents}")


def _checked_numbers(table: NDArray[Any], num_agents: int | None, num_actions: int | None) -> NDArray[Any]:
    for name, given, real in (("num_agents", num_agents, len(table)), ("num_actions", num_actions, table.shape[1])):
        if given is not None and given != real:
            raise BadParameter(f"{name} is {given} but the payoff is for {real}; leave it out but for `coordination`")
    return table
