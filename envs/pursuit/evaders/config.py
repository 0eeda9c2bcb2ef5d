"""The parameters of the task, checked field by field when they are made."""

from dataclasses import dataclass

from ...core.validation import MOST_STEPS, check_odd, check_within
from ...errors import BadParameter

MAX_SIDE = 1024
MAX_AGENTS = 255
MAX_RANGE = 129
DEFAULT_SIDE = 16


@dataclass(frozen=True)
class EvadersParameters:
    """Options of the pursuit; names and defaults follow pursuit_v5 where it has them.

    Raises:
        BadParameter: a value is out of range, or two values contradict each other.
    """

    x_size: int | None = None
    """Columns of the map; left out, those of `obstacles`, else 16."""
    y_size: int | None = None
    """Rows of the map; left out, those of `obstacles`, else 16."""
    max_cycles: int = 500
    """Steps after which an episode is truncated."""
    shared_reward: bool | None = None
    """True is the same as `local_ratio` 0, False the same as 1; left out, `local_ratio` says it alone."""
    local_ratio: float | None = None
    """Share of its own reward that a pursuer gets, from 0 to 1; the rest is the mean over all pursuers. 0 if both are left out."""
    n_evaders: int = 30
    """Evaders in each copy."""
    n_pursuers: int = 8
    """Pursuers in each copy, which are the agents."""
    obs_range: int = 7
    """Cells on a side of the square that a pursuer sees around itself; odd."""
    n_catch: int = 2
    """Pursuers on an evader's cell that catch it; used without `surround` alone."""
    freeze_evaders: bool = False
    """Let the evaders stand still."""
    tag_reward: float = 0.01
    """Reward for each evader in a cell beside the pursuer."""
    catch_reward: float = 5.0
    """Reward of every pursuer that took part in a catch."""
    urgency_reward: float = -0.1
    """Reward of every pursuer at each step."""
    surround: bool = True
    """Evaders are caught when there are pursuers in all open cells beside them, else when `n_catch` of them are on theirs."""
    constraint_window: float = 1.0
    """Side of the rectangle within which all begin, as a share of the map's; another rectangle is drawn for each episode."""
    obstacles: str = ""
    """The map as rows of `.` open and `#` building; left out, there is one building in the middle, as in pursuit_v5."""

    def __post_init__(self):
        for name in ("x_size", "y_size"):
            value = getattr(self, name)
            if value is not None:
                check_within(name, value, 1, MAX_SIDE)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        check_within("n_evaders", self.n_evaders, 1, MAX_AGENTS)
        check_within("n_pursuers", self.n_pursuers, 1, MAX_AGENTS)
        check_within("n_catch", self.n_catch, 1, MAX_AGENTS)
        check_odd("obs_range", self.obs_range, 1, MAX_RANGE)
        for name in ("tag_reward", "catch_reward", "urgency_reward"):
            check_within(name, getattr(self, name), -1e6, 1e6)
        if not 0 < self.constraint_window <= 1:
            raise BadParameter(f"constraint_window is {self.constraint_window}; allowed is above 0 to 1")
        if self.local_ratio is not None:
            check_within("local_ratio", self.local_ratio, 0, 1)
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
