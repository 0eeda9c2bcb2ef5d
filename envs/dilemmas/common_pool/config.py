"""The config of the common pool."""

from dataclasses import dataclass
from typing import Annotated

from ...core.config import Config
from ...core.ranges import Interval, Steps
from ...core.validation import LARGEST
from ...errors import BadParameter

SMALLEST = 1e-6
Above = Annotated[float, Interval(ge=SMALLEST, le=LARGEST)]
Cost = Annotated[float, Interval(ge=0, le=LARGEST)]


@dataclass(frozen=True)
class CommonPoolConfig(Config):
    """Config of the common pool.

    An effort is the share of the resource that an agent takes in a unit of time.

    Raises:
        BadParameter: a value is out of range, or the steps of time are too long for the growth and
            the harvest of one step.
    """

    num_agents: Annotated[int, Interval(ge=2, le=64)] = 4
    """Agents that harvest."""
    growth: Above = 0.3
    """Growth rate of the resource while it is scarce (r); growth * dt has to be below 2."""
    capacity: Above = 1.0
    """Limit to which the resource grows without harvest (K)."""
    dt: Above = 1.0
    """Duration of a step."""
    initial: Annotated[float, Interval(ge=0, le=1)] = 1.0
    """Resource at the beginning of an episode, as a share of the capacity."""
    price: Cost = 1.0
    """Reward for a unit of the resource (p)."""
    cost: Cost = 0.1
    """Cost of an effort of 1 in a unit of time (c)."""
    levels: Annotated[int, Interval(ge=3, le=1000)] = 3
    """Efforts to choose from: none, then evenly from the cooperative to the defecting one."""
    cooperative_effort: Cost | None = None
    """Effort that counts as cooperative; growth / (2 * num_agents) if left out, with which all
    together take most in the long run."""
    defecting_effort: float | None = None
    """Largest effort; growth / num_agents if left out, with which all together exhaust the
    resource."""
    lag: Annotated[int, Interval(ge=0, le=1000)] = 0
    """Delay of the observed resource in steps."""
    noise: Annotated[float, Interval(ge=0, le=1000)] = 0.0
    """Standard deviation of the error of each observed resource, as a share of the capacity."""
    sanctions: bool = True
    """Let agents fine the one of the others that made the largest effort in the last step."""
    sanction_cost: Cost = 0.01
    """Cost of a fine for the agent that imposes it."""
    sanction_fine: Cost = 0.03
    """Loss of the target."""
    max_cycles: Steps = 100
    """Steps after which an episode is truncated."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.growth * self.dt >= 2:
            raise BadParameter(
                f"growth is {self.growth} with dt {self.dt}, so that growth * dt is {self.growth * self.dt:g}; "
                "allowed is below 2, beyond which the resource never settles"
            )
        low, high = self.efforts()
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
        """Largest sustainable harvest of all in a unit of time, r K / 4; it leaves half of K."""
        return self.growth * self.capacity / 4
