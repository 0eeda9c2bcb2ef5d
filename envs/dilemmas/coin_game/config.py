"""The config of the coin game, and its presets."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ...core.config import Config, Presets
from ...core.ranges import Amount, Interval, Steps

LARGEST_SIDE = 64
Side = Annotated[int, Interval(ge=2, le=LARGEST_SIDE)]
Row = tuple[Amount, Amount, Amount]

ONE_COIN = {"two_coins": False, "stay": False, "coins_avoid_players": True, "max_cycles": 50}


@dataclass(frozen=True)
class CoinGameConfig(Config):
    """Config of the coin game; the defaults are those of JaxMARL.

    Raises:
        BadParameter: a value is out of range, or the preset is unknown.
    """

    preset: str = "jaxmarl"
    """Source of the defaults: `jaxmarl` (a coin for each, five moves, 10 steps), or `loqa` and
    `pola`, which are the same (one coin, four moves, 50 steps)."""
    height: Side = 3
    """Rows of the torus."""
    width: Side = 3
    """Columns of the torus."""
    two_coins: bool = True
    """Keep a coin of each colour; if not, there is one, which changes colour when it is taken."""
    stay: bool = True
    """Let players stay in their cells."""
    coins_avoid_players: bool = False
    """Place coins in cells without players alone; if not, they may appear anywhere."""
    payoff: tuple[Row, Row] = ((1.0, 1.0, -2.0), (1.0, 1.0, -2.0))
    """Rewards of each player: for taking the red coin, for taking the blue one, and when the other
    takes its coin."""
    shared_reward: bool = False
    """Pay both players the sum of their rewards."""
    egocentric: bool = False
    """Shift the observation of a player so that it stands in the middle itself."""
    max_cycles: Steps = 10
    """Steps after which an episode is truncated."""

    presets: ClassVar[Presets] = {"preset": {"jaxmarl": {}, "loqa": ONE_COIN, "pola": ONE_COIN}}
    null_is_default: ClassVar[bool] = True
