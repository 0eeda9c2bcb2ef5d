"""The state of the coin game, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int8, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs. Player 0 is red, player 1 is blue, and so are coins 0 and 1."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    player: Annotated[Int8, "envs 2 2"]
    """Row and column of each player."""
    coin: Annotated[Int8, "envs 2 2"]
    """Row and column of each coin; ABSENT where the colour has none."""
    taken: Annotated[Int8, "envs 2"]
    """Coins that the player took in the last step, bits OWN and OTHERS."""
    last_taken: Annotated[Int8, "envs 2"]
    """Coins that it took in the last step in which it took any, bits; 0 before."""
    own: Annotated[Int32, "envs 2"]
    """Times that the player took its own coin."""
    others: Annotated[Int32, "envs 2"]
    """Times that the player took the coin of the other."""
    returns: Annotated[Float64, "envs 2"]
    """Sum of the rewards of the player."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    payoff: Annotated[Float64, "2 3"]
    """Rewards by player: for the red coin, for the blue one, when the other takes its coin."""
    height: int
    width: int
    two_coins: bool
    avoid: bool
    shared: bool
    egocentric: bool
    row_scale: float
    """1 / (height - 1), so that rows in the global state go from 0 to 1."""
    column_scale: float
    time_scale: float
