"""The one state of all grid dilemmas, and the constants of their shared kernels."""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt64

NOBODY = 0
"""Value of `occupant` where no agent stands; an agent is its index + 1."""


class State(NamedTuple):
    """Arrays of all envs. Fields that a task does not use have no elements; see Sizes."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    cut: Annotated[Bool, "envs"]
    """True if the episode was truncated by chance."""

    cell: Annotated[UInt8, "envs rows columns"]
    """Content of each cell: FLOOR, WALL, or a code of the task."""
    age: Annotated[Int16, "envs age_rows age_columns"]
    """A number of the task for each cell, such as steps since it changed."""
    occupant: Annotated[Int8, "envs rows columns"]
    """NOBODY, or the index + 1 of the agent in the cell."""
    beam: Annotated[UInt8, "envs rows columns"]
    """Bits of the beams that passed in the last step; bit k is that of beam k."""
    env_counters: Annotated[Int32, "envs env_counters"]
    """Numbers that the task keeps of the env; it names the columns."""

    position: Annotated[Int16, "envs agents 2"]
    """Row and column; the last ones on the map while the agent is off it."""
    facing: Annotated[Int8, "envs agents"]
    """Direction: 0 north, 1 east, 2 south, 3 west."""
    cooling: Annotated[Int16, "envs agents beams"]
    """Steps until the beam is ready; 0 when it is."""
    frozen: Annotated[Int16, "envs agents"]
    """Steps until the agent may move again; 0 when it may."""
    leaving: Annotated[Bool, "envs agents"]
    """True if the agent goes off the map when the next step begins."""
    out: Annotated[Int16, "envs agents"]
    """Steps until the agent is back on the map; 0 while it is there."""
    mark: Annotated[Int16, "envs agents"]
    """Steps that the mark of a first hit lasts; 0 without one."""
    guilty: Annotated[Bool, "envs agents"]
    """True if a sanction of this agent is just, as the task defines it."""
    colour: Annotated[UInt8, "envs agents"]
    """Value that others see of an agent beside its position, as the task defines it."""
    extra_observation: Annotated[UInt8, "envs agents extra_observations"]
    """Numbers that each agent observes beside its window, as the task defines them."""
    inventory: Annotated[Int16, "envs agents resources"]
    """Resources that the agent carries."""
    agent_counters: Annotated[Int32, "envs agents agent_counters"]
    """Numbers that the task keeps of each agent; it names the columns."""
    pending_reward: Annotated[Float32, "envs agents pending_rewards"]
    """Rewards that an agent gets later, and their statistics; the task names the columns."""

    returns: Annotated[Float64, "envs agents"]
    """Sum of rewards."""
    paid: Annotated[Int32, "envs agents"]
    """Steps with a reward above 0."""
    paid_at: Annotated[Float64, "envs agents"]
    """Sum of the steps with a reward above 0."""
    idle: Annotated[Int32, "envs agents"]
    """Steps spent off the map or frozen."""
    chances: Annotated[Int32, "envs agents"]
    """Opportunities to sanction."""
    taken: Annotated[Int32, "envs agents"]
    """Opportunities at which the agent sanctioned."""
    shots: Annotated[Int32, "envs agents"]
    """Sanctions, whether they hit or not."""
    hits: Annotated[Int32, "envs agents agents"]
    """Sanctions of the agent of the row that hit that of the column."""
    just: Annotated[Int32, "envs agents"]
    """Hits of the agent on guilty ones."""
    fines: Annotated[Int32, "envs agents"]
    """Hits on the agent that fined it."""


class Constants(NamedTuple):
    """Values that the shared kernels read and no step changes. Beam 0 is the sanction."""

    torus: bool
    spawns: Annotated[Int16, "spawns 2"]
    """Cells on which agents begin and come back."""
    solid: Annotated[Bool, "256"]
    """True for codes of cells that agents cannot enter."""
    horizon: int
    ends_after: int
    end_interval: int
    end_chance: float
    first_beam: int
    """Beam of action 7: 0, or 1 without sanctions."""
    length: Annotated[Int64, "beams"]
    radius: Annotated[Int64, "beams"]
    cooldown: Annotated[Int64, "beams"]
    stops: Annotated[UInt8, "beams 256"]
    """Effect of a cell on each beam by its code: PASSES, ENDS or HIT."""
    at_agents: Annotated[Bool, "beams"]
    """True if the beam ends at agents."""
    cost: float
    fine: float
    freeze: int
    removal: int
    """Steps off the map; 0 if hits do not remove."""
    graduated: bool
    mark: int


class Scratch(NamedTuple):
    """Work space of the kernels; means nothing between steps."""

    action: Annotated[Int64, "envs agents"]
    """Actions of the step."""
    order: Annotated[Int16, "envs agents"]
    """Order in which agents have their turn."""
    path: Annotated[Int16, "envs beam_cells 3"]
    """Cells of a beam: row, column, and 1 if it ended there in a hit."""
    spot: Annotated[Int16, "envs spawns"]
    """Indices of spawn cells."""
    removed: Annotated[Bool, "envs agents"]
    """True if the agent leaves the map after the beams of this step."""
    returned: Annotated[Bool, "envs agents"]
    """True if the agent came back in this step."""
    todo: Annotated[Int32, "envs changes"]
    """Flat cells that a task changes once all beams are through."""
    todos: Annotated[Int32, "envs"]
    """Number of those cells."""


class Sizes(NamedTuple):
    """Sizes of the fields of State whose columns are the task's own."""

    env_counters: int = 0
    extra_observations: int = 0
    resources: int = 0
    agent_counters: int = 0
    pending_rewards: int = 0
    age: bool = False
    """True if cells have an age."""
