"""The known games: payoffs of each strategy against each.

Source: Melting Pot 2.4.1, configs/substrates/*_in_the_matrix__*.py.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import read_payoff
from ...errors import BadParameter

MOST_STRATEGIES = 8
BANDS = 5
"""Largest number of bands of payoffs."""
Rows = tuple[tuple[float, ...], ...]


class Game(NamedTuple):
    """A game of two players, played with strategies 0, 1 ..."""

    row: Rows
    """Payoffs of the row player, which chooses the row."""
    column: Rows | None = None
    """Payoffs of the column player; None for the transpose, so that both are alike."""
    roles: bool = False
    """Half of the agents always choose rows and interact with the other half alone."""
    social: bool = False
    """Strategy 0 is to cooperate, and others are to defect."""
    bounds: tuple[float, ...] = ()
    """Bounds between the bands of payoffs that others can tell apart; none for five equal ones."""
    random_ties: bool = False
    """Draw the winner of equal payoffs; otherwise it is the row player."""


def _diagonal(*values: float) -> Rows:
    return tuple(tuple(value if i == k else 0 for i in range(len(values))) for k, value in enumerate(values))


GAMES = {
    "prisoners_dilemma": Game(((3, 0), (5, 1)), social=True, bounds=(1, 2, 3, 4)),
    "chicken": Game(((3, 2), (5, 0)), social=True, bounds=(1.5, 2.5, 3.5)),
    "stag_hunt": Game(((4, 0), (2, 2)), social=True, bounds=(0.5, 1.5, 2.5, 3.5)),
    "bach_or_stravinsky": Game(
        ((3, 0), (0, 2)), ((2, 0), (0, 3)), roles=True, bounds=(0.5, 1.5, 2.5), random_ties=True
    ),
    "pure_coordination": Game(_diagonal(1, 1, 1), bounds=(0.2, 0.4, 0.6, 0.8)),
    "rationalizable_coordination": Game(_diagonal(1, 2, 3), bounds=(0.5, 1.5, 2.5)),
    "running_with_scissors": Game(((0, -10, 10), (10, 0, -10), (-10, 10, 0)), bounds=(-5, -2.5, 2.5, 5)),
}


def read_tables(given: tuple[Any, ...]) -> NDArray[np.float64]:
    """Read payoffs of the row player and of the column player, `(2, K, K)`, from one table or two.

    Raises:
        BadParameter: they are no numbers in equally long rows, or have the wrong shape.
    """
    tables = np.array(read_payoff(given, "payoffs"), np.float64)
    if tables.ndim == 2:
        tables = np.stack([tables, tables.T]) if tables.shape[0] == tables.shape[1] else tables
    shape = tables.shape
    if len(shape) != 3 or shape[0] != 2 or shape[1] != shape[2] or not 2 <= shape[1] <= MOST_STRATEGIES:
        raise BadParameter(
            f"payoffs has the shape {' x '.join(str(length) for length in shape)}; allowed is K x K, what the row player is paid, or "
            f"2 x K x K, what the row and the column player are, with K from 2 to {MOST_STRATEGIES}"
        )
    return tables


def tables_of(game: Game) -> NDArray[np.float64]:
    """Payoffs `(2, K, K)` of a known game."""
    row = np.array(game.row, np.float64)
    return np.stack([row, row.T if game.column is None else np.array(game.column, np.float64)])


def bounds_of(game: Game, tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bounds between the bands of payoffs that others can tell apart."""
    if game.bounds:
        return np.array(game.bounds, np.float64)
    return np.linspace(tables.min(), tables.max(), BANDS + 1)[1:-1]
