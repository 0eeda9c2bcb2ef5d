"""The state of the common pool, and the constants of its kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int16, Int32, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    stock: Annotated[Float64, "envs history"]
    """Resource now, one step ago, and so on back to `lag` steps."""
    error: Annotated[Float64, "envs agents"]
    """Error of the resource that each agent observes."""
    level: Annotated[Int16, "envs agents"]
    """Level of effort in the last step; 0 before the first."""
    fined: Annotated[Bool, "envs agents agents"]
    """True where the row's agent fined the column's in the last step."""
    disappointed: Annotated[Bool, "envs agents"]
    """True once another agent has made more than the cooperative effort."""
    harvest: Annotated[Float64, "envs"]
    """Harvest of all agents, summed over steps."""
    effort: Annotated[Float64, "envs"]
    """Effort of all agents, summed over steps."""
    restrained: Annotated[Int32, "envs"]
    """Efforts not above the cooperative one, over agents and steps."""
    returns: Annotated[Float64, "envs agents"]
    """Sum of rewards."""
    paid: Annotated[Int32, "envs agents"]
    """Steps with a reward above 0."""
    paid_at: Annotated[Float64, "envs agents"]
    """Sum of the times of these steps."""
    chances: Annotated[Int32, "envs agents"]
    """Opportunities to fine."""
    shots: Annotated[Int32, "envs agents"]
    """Opportunities taken."""
    hits: Annotated[Int32, "envs agents agents"]
    """Fines of the row's agent for the column's."""
    just: Annotated[Int32, "envs agents"]
    """Fines of the agent for efforts above the cooperative one."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    growth: float
    capacity: float
    dt: float
    initial: float
    price: float
    cost: float
    noise: float
    sanctions: bool
    sanction_cost: float
    sanction_fine: float
    effort: Annotated[Float64, "levels"]
    """Effort of each level."""
