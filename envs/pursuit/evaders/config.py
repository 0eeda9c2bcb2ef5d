"""The config of the pursuit of evaders."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Amount, Interval, Odd, Probability, Steps
from ...errors import BadParameter

MAX_SIDE = 1024
MAX_AGENTS = 255
MAX_RANGE = 129
DEFAULT_SIDE = 16
Side = Annotated[int, Interval(ge=1, le=MAX_SIDE)]
Agents = Annotated[int, Interval(ge=1, le=MAX_AGENTS)]


@dataclass(frozen=True)
class EvadersConfig(Config):
    """Config of the pursuit; names and defaults follow pursuit_v5 where it has them.

    Raises:
        BadParameter: a value is out of range, or two values contradict each other.
    """

    x_size: Side | None = None
    """Columns of the map; left out, those of `obstacles`, else 16."""
    y_size: Side | None = None
    """Rows of the map; left out, those of `obstacles`, else 16."""
    max_cycles: Steps = 500
    """Steps after which an episode is truncated."""
    shared_reward: bool | None = None
    """True is the same as `local_ratio` 0, False the same as 1; left out, `local_ratio` alone
    counts."""
    local_ratio: Probability | None = None
    """Share of its own reward that a pursuer gets, from 0 to 1; the rest is the mean over all
    pursuers. 0 if both are left out."""
    n_evaders: Agents = 30
    """Number of evaders in each env."""
    n_pursuers: Agents = 8
    """Number of pursuers in each env, which are the agents."""
    obs_range: Annotated[int, Odd(ge=1, le=MAX_RANGE)] = 7
    """Cells on a side of the square that a pursuer sees around itself; odd."""
    n_catch: Agents = 2
    """Pursuers on an evader's cell that catch it; used without `surround` alone."""
    freeze_evaders: bool = False
    """Let the evaders stand still."""
    tag_reward: Amount = 0.01
    """Reward for each evader in a cell beside the pursuer."""
    catch_reward: Amount = 5.0
    """Reward of every pursuer that took part in a catch."""
    urgency_reward: Amount = -0.1
    """Reward of every pursuer at each step."""
    surround: bool = True
    """Evaders are caught when there are pursuers in all open cells beside them, else when `n_catch`
    of them are on theirs."""
    constraint_window: Annotated[float, Interval(gt=0, le=1)] = 1.0
    """Side of the rectangle within which all begin, as a share of the map's; another rectangle is
    drawn for each episode."""
    obstacles: str = ""
    """The map as rows of `.` open and `#` building; left out, there is one building in the middle,
    as in pursuit_v5."""

    def _check_together(self) -> None:
        super()._check_together()
        if None not in (self.local_ratio, self.shared_reward) and self.own_share != (0 if self.shared_reward else 1):
            raise BadParameter(
                f"local_ratio is {self.local_ratio} and shared_reward {self.shared_reward}; give one of them, or 0 with True, or 1 with False"
            )
        if not self.surround and self.n_catch > self.n_pursuers:
            raise BadParameter(
                f"n_catch is {self.n_catch} but n_pursuers {self.n_pursuers}; without surround, allowed is up to n_pursuers"
            )

    @property
    def own_share(self) -> float:
        """The share of its own reward that a pursuer gets."""
        if self.local_ratio is not None:
            return float(self.local_ratio)
        return 1.0 if self.shared_reward is False else 0.0
