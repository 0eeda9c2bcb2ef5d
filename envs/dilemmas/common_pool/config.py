"""The options of the common pool."""

from dataclasses import dataclass

from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...errors import BadParameter

SMALLEST = 1e-6


@dataclass(frozen=True)
class CommonPoolParameters:
    """Options of the common pool. Efforts are shares of the resource that an agent takes in a unit of time.

    Raises:
        BadParameter: a value is out of range, or the steps of time are too long for what grows and is taken in one.
    """

    num_agents: int = 4
    """Agents that harvest."""
    growth: float = 0.3
    """How fast the resource grows while it is scarce (r); growth * dt has to be below 2."""
    capacity: float = 1.0
    """What the resource grows up to when nobody harvests (K)."""
    dt: float = 1.0
    """Time that a step lasts."""
    initial: float = 1.0
    """What there is when an episode begins, as a share of the capacity."""
    price: float = 1.0
    """What a unit of the resource pays (p)."""
    cost: float = 0.1
    """What an effort of 1 costs in a unit of time (c)."""
    levels: int = 3
    """Efforts to choose from: none, the cooperative one, and from there evenly up to the defecting one."""
    cooperative_effort: float | None = None
    """Effort that counts as cooperative; growth / (2 * num_agents) if left out, with which all together take most in the long run."""
    defecting_effort: float | None = None
    """The largest effort; growth / num_agents if left out, with which all together exhaust the resource."""
    lag: int = 0
    """Steps by which agents see the resource late."""
    noise: float = 0.0
    """Standard deviation of the error in each agent's view of the resource, as a share of the capacity."""
    sanctions: bool = True
    """Whether agents can fine the one of the others that made the largest effort in the last step."""
    sanction_cost: float = 0.01
    """What a fine costs who imposes it."""
    sanction_fine: float = 0.03
    """What it costs the target."""
    max_cycles: int = 100
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 2, 64)
        for name in ("growth", "capacity", "dt"):
            check_within(name, getattr(self, name), SMALLEST, LARGEST)
        check_within("initial", self.initial, 0, 1)
        for name in ("price", "cost", "sanction_cost", "sanction_fine"):
            check_within(name, getattr(self, name), 0, LARGEST)
        check_within("levels", self.levels, 3, 1000)
        check_within("lag", self.lag, 0, 1000)
        check_within("noise", self.noise, 0, 1000)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        self._check_speeds()

    def _check_speeds(self) -> None:
        """What grows and is taken in one step stays within what there is."""
        if self.growth * self.dt >= 2:
            raise BadParameter(
                f"growth is {self.growth} with dt {self.dt}, so that growth * dt is {self.growth * self.dt:g}; "
                "allowed is below 2, beyond which the resource never settles"
            )
        low, high = self.efforts()
        check_within("cooperative_effort", low, 0, LARGEST)
        if not low < high <= LARGEST:
            raise BadParameter(
                f"defecting_effort is {high}; allowed is more than cooperative_effort, which is {low}, up to {LARGEST}"
            )
        if self.num_agents * high * self.dt > 1 + 1e-9:
            raise BadParameter(
                f"defecting_effort is {high:g} with num_agents {self.num_agents} and dt {self.dt}; "
                f"allowed is up to 1 / (num_agents * dt) = {1 / (self.num_agents * self.dt):g}, with which all take everything in a step"
            )

    def efforts(self) -> tuple[float, float]:
        """The cooperative and the defecting effort."""
        low = self.growth / (2 * self.num_agents) if self.cooperative_effort is None else self.cooperative_effort
        high = self.growth / self.num_agents if self.defecting_effort is None else self.defecting_effort
        return float(low), float(high)

    @property
    def largest_yield(self) -> float:
        """What all together can take in a unit of time and for ever, r K / 4; it leaves half the capacity."""
        return self.growth * self.capacity / 4
