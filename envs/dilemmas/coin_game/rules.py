"""The coin game's rules: two players on a torus take coins, and who takes the other's coin hurts it.

Player 0 is red and player 1 blue; coin i is the one in player i's colour.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below
from ...core.validation import LARGEST, MOST_STEPS, check_within, nearest
from ...errors import BadParameter
from ...kernels import njit, over_copies, prange
from ...plane.particles import kernel

PLAYERS = 2
ABSENT = -1
"""The row and column of a coin that is not on the grid."""
OWN, OTHERS = 1, 2
"""What a player took, as bits: its own coin, the other's. Both are possible at once."""
MOVES = np.array([(0, 1), (0, -1), (1, 0), (-1, 0), (0, 0)], np.int64)
LARGEST_SIDE = 64


class Preset(NamedTuple):
    """What a preset decides; see the parameters of the same names."""

    two_coins: bool
    stay: bool
    coins_avoid_players: bool
    max_cycles: int


PRESETS = {
    "jaxmarl": Preset(two_coins=True, stay=True, coins_avoid_players=False, max_cycles=10),
    "loqa": Preset(two_coins=False, stay=False, coins_avoid_players=True, max_cycles=50),
    "pola": Preset(two_coins=False, stay=False, coins_avoid_players=True, max_cycles=50),
}
Payoff = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class CoinGameParameters:
    """Options of the coin game. Those that are left out (None) are the preset's.

    Raises:
        BadParameter: a value is out of range, the preset is unknown, or coins would have no cell to lie on.
    """

    preset: str = "jaxmarl"
    """Whose rules: `jaxmarl` (a coin for each, five moves, 10 steps), or `loqa` and `pola`, which are the same (one coin, four moves, 50 steps)."""
    height: int = 3
    """Rows of the torus."""
    width: int = 3
    """Columns of the torus."""
    two_coins: bool | None = None
    """Whether both colours have a coin at all times; if not, there is one, which changes colour whenever it is taken."""
    stay: bool | None = None
    """Whether players may stay where they are."""
    coins_avoid_players: bool | None = None
    """Whether no coin appears where a player stands; if not, it may appear anywhere."""
    payoff: Payoff = ((1.0, 1.0, -2.0), (1.0, 1.0, -2.0))
    """For each player: what it gets for taking the red coin, for taking the blue one, and when the other takes its coin."""
    shared_reward: bool = False
    """Pay both players the sum of what both get."""
    egocentric: bool = False
    """Shift what a player sees so that it stands in the middle itself."""
    max_cycles: int | None = None
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        if self.preset not in PRESETS:
            raise BadParameter(
                f"preset is '{self.preset}'; there is no such preset.{nearest(self.preset, list(PRESETS))}"
            )
        for name, value in PRESETS[self.preset]._asdict().items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_within("height", self.height, 2, LARGEST_SIDE)
        check_within("width", self.width, 2, LARGEST_SIDE)
        check_within("max_cycles", self.horizon, 1, MOST_STEPS)
        for row in self.payoff:
            for value in row:
                check_within("a number in payoff", value, -LARGEST, LARGEST)

    @property
    def horizon(self) -> int:
        """`max_cycles`, once the preset has been looked up."""
        assert self.max_cycles is not None
        return self.max_cycles


class State(NamedTuple):
    """Player 0 is red, player 1 is blue, and so are the coins 0 and 1."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    player: NDArray[np.int8]  # (num_envs, 2, 2) row, column
    coin: NDArray[np.int8]  # (num_envs, 2, 2) row, column; ABSENT where the colour has no coin now
    taken: NDArray[np.int8]  # (num_envs, 2) what the player took in the last step, bits of OWN and OTHERS
    last_taken: NDArray[np.int8]  # (num_envs, 2) what it took when it last took something, bits; 0 before
    own: NDArray[np.int32]  # (num_envs, 2) times that the player took its own coin
    others: NDArray[np.int32]  # (num_envs, 2) times that the player took the other's coin
    returns: NDArray[np.float64]  # (num_envs, 2) sum of the player's rewards


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    payoff: NDArray[
        np.float64
    ]  # (2, 3) by player: for the red coin, for the blue coin, when its own is taken by the other
    height: int
    width: int
    two_coins: bool
    avoid: bool
    shared: bool
    egocentric: bool
    row_scale: float  # 1 / (height - 1), and so on: what makes numbers of the global state go from 0 to 1
    column_scale: float
    time_scale: float


def build_constants(parameters: CoinGameParameters) -> Constants:
    """The constants for these parameters."""
    return Constants(
        payoff=np.array(parameters.payoff, np.float64),
        height=parameters.height,
        width=parameters.width,
        two_coins=bool(parameters.two_coins),
        avoid=bool(parameters.coins_avoid_players),
        shared=parameters.shared_reward,
        egocentric=parameters.egocentric,
        row_scale=1 / (parameters.height - 1),
        column_scale=1 / (parameters.width - 1),
        time_scale=1 / parameters.horizon,
    )


@njit(cache=True, inline="always")
def around(at, side):
    """A row or column that is less than one side off the grid, put back on it; faster than `%`."""
    if at < 0:
        at += side
    elif at >= side:
        at -= side
    return at


@kernel
def place_coin(stream, player, coin, height, width, avoid, colour):
    """Put a copy's coin of one colour on a random cell; with `avoid` on none that a player stands on."""
    cells = height * width
    if avoid:
        low, high = np.int64(player[0, 0]) * width + player[0, 1], np.int64(player[1, 0]) * width + player[1, 1]
        low, high = min(low, high), max(low, high)
        at = below(stream, cells - 1 - (low != high))
        at += at >= low
        at += low != high and at >= high
    else:
        at = below(stream, cells)
    coin[colour, 0], coin[colour, 1] = at // width, at % width


@kernel
def begin_copy(state, k, c):
    """Players anywhere, also on one cell; then the coins."""
    stream, player, coin = state.stream[c], state.player[c], state.coin[c]
    for i in range(PLAYERS):
        player[i, 0], player[i, 1] = below(stream, k.height), below(stream, k.width)
        coin[i, 0], coin[i, 1] = ABSENT, ABSENT
        state.taken[c, i], state.last_taken[c, i] = 0, 0
        state.own[c, i], state.others[c, i] = 0, 0
        state.returns[c, i] = 0.0
    if k.two_coins:
        place_coin(stream, player, coin, k.height, k.width, k.avoid, 0)
        place_coin(stream, player, coin, k.height, k.width, k.avoid, 1)
    else:
        colour = below(stream, PLAYERS)
        place_coin(stream, player, coin, k.height, k.width, k.avoid, colour)


@kernel
def take(player, coin, taken, own, others, payoff, reward, colour):
    """Whether a copy's coin of one colour is taken, and pay for it. If both players are there, both take it."""
    found = False
    for i in range(PLAYERS):
        if player[i, 0] != coin[colour, 0] or player[i, 1] != coin[colour, 1]:
            continue
        found = True
        reward[i] += payoff[i, colour]
        if i == colour:
            own[i] += 1
            taken[i] |= OWN
        else:
            others[i] += 1
            taken[i] |= OTHERS
            reward[colour] += payoff[colour, 2]
    return found


@kernel
def advance_copy(state, k, action, reward, c):
    """Both move at once, then coins are taken, then new ones appear."""
    player, coin, taken, paid = state.player[c], state.coin[c], state.taken[c], reward[c]
    for i in range(PLAYERS):
        move = action[c, i]
        player[i, 0] = around(player[i, 0] + MOVES[move, 0], k.height)
        player[i, 1] = around(player[i, 1] + MOVES[move, 1], k.width)
        taken[i] = 0
    red = take(player, coin, taken, state.own[c], state.others[c], k.payoff, paid, 0)
    blue = take(player, coin, taken, state.own[c], state.others[c], k.payoff, paid, 1)
    if k.shared:
        paid[0] += paid[1]
        paid[1] = paid[0]
    for i in range(PLAYERS):
        state.returns[c, i] += paid[i]
        if taken[i]:
            state.last_taken[c, i] = taken[i]
    if red:
        coin[0, 0], coin[0, 1] = ABSENT, ABSENT
        place_coin(state.stream[c], player, coin, k.height, k.width, k.avoid, 0 if k.two_coins else 1)
    if blue:
        coin[1, 0], coin[1, 1] = ABSENT, ABSENT
        place_coin(state.stream[c], player, coin, k.height, k.width, k.avoid, 1 if k.two_coins else 0)


@njit(cache=True, inline="always")
def seen_at(k, row, column, own_row, own_column):
    """Where on a plane the cell (row, column) is for a player that stands at (own_row, own_column)."""
    if k.egocentric:
        row = around(around(row - own_row, k.height) + k.height // 2, k.height)
        column = around(around(column - own_column, k.width) + k.width // 2, k.width)
    return row * k.width + column


@kernel
def observe_copy(state, k, observation, global_state, c):
    """Four planes for each player (itself, the other, its coin, the other's coin), and all that evolves as numbers."""
    area = k.height * k.width
    for i in range(PLAYERS):
        for cell in range(4 * area):
            observation[c, i, cell] = 0
        own_row, own_column = np.int64(state.player[c, i, 0]), np.int64(state.player[c, i, 1])
        for m in range(PLAYERS):
            j = i if m == 0 else 1 - i
            row, column = np.int64(state.player[c, j, 0]), np.int64(state.player[c, j, 1])
            observation[c, i, m * area + seen_at(k, row, column, own_row, own_column)] = 1
            row, column = np.int64(state.coin[c, j, 0]), np.int64(state.coin[c, j, 1])
            if row != ABSENT:
                observation[c, i, (2 + m) * area + seen_at(k, row, column, own_row, own_column)] = 1
        there = state.coin[c, i, 0] != ABSENT
        global_state[c, 6 * i] = there
        global_state[c, 6 * i + 1] = state.coin[c, i, 0] * k.row_scale if there else 0.0
        global_state[c, 6 * i + 2] = state.coin[c, i, 1] * k.column_scale if there else 0.0
        global_state[c, 6 * i + 3] = own_row * k.row_scale
        global_state[c, 6 * i + 4] = own_column * k.column_scale
        global_state[c, 6 * i + 5] = state.last_taken[c, i] * (1 / (OWN + OTHERS))
    global_state[c, 12] = state.elapsed[c] * k.time_scale


@over_copies
def begin_copies(state, k, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@over_copies
def advance_copies(state, k, action, reward, where):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, action, reward, np.int64(c))


@over_copies
def observe_copies(state, k, observation, global_state):
    """Observe in every copy; `observation` is (num_envs, 2, 4 * height * width)."""
    for c in prange(observation.shape[0]):
        observe_copy(state, k, observation, global_state, np.int64(c))
