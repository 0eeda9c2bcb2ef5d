"""The state of the tracking task, the constants of its kernels, and their work space.

Metres, seconds and radians, in a square with its lower left corner at (0, 0).
"""

from typing import Annotated, NamedTuple

from ...kernels.arrays import Bool, Float64, Int32, Int64, UInt64


class State(NamedTuple):
    """Arrays of all envs."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream of the env."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    present: Annotated[Int32, "envs"]
    """Number of targets of this episode; rows of targets from this index on are 0."""
    pursuer: Annotated[Float64, "envs pursuers 3"]
    """x, y, and heading in [-pi, pi)."""
    motion: Annotated[Float64, "envs pursuers 2"]
    """Speed (0 if the move was barred) and turn rate of the last step."""
    target: Annotated[Float64, "envs targets 4"]
    """x, y, vx, vy."""
    mean: Annotated[Float64, "envs targets 4"]
    """The same as the pursuers believe it to be."""
    covariance: Annotated[Float64, "envs targets 4 4"]
    """Covariance of that belief."""
    log_det: Annotated[Float64, "envs targets"]
    """log det of the covariance."""
    observers: Annotated[Int32, "envs targets"]
    """Pursuers that saw the target in the last step."""
    information: Annotated[Float64, "envs"]
    """Sum over steps of the mean of -log det."""
    error: Annotated[Float64, "envs"]
    """Sum over steps of the mean distance of believed and true positions."""
    observed: Annotated[Int64, "envs"]
    """Sum over steps of the number of targets that any pursuer saw."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes."""

    side: float
    """Side of the square area."""
    per_side: int
    """Cells along the side."""
    rows: int
    """Rows of an observation."""
    sensor_range: float
    cos_half: float
    """Cosine of half the angle of view: a target is in view where its part along the heading is at
    least so much of its distance."""
    target_noise: float
    belief_noise: float
    fewest: int
    """Least number of targets of an episode."""


class Scratch(NamedTuple):
    """Work space of the kernels, a row for each env; means nothing between steps.

    For `first` and `member` see `cell_list.Cells`.
    """

    pursuer_first: Annotated[Int32, "envs bounds"]
    pursuer_member: Annotated[Int32, "envs pursuers"]
    target_first: Annotated[Int32, "envs bounds"]
    """Of the targets, later of the beliefs."""
    target_member: Annotated[Int32, "envs targets"]
    facing: Annotated[Float64, "envs pursuers 2"]
    """Cosine and sine of the headings."""
    observer: Annotated[Int32, "envs pursuers"]
    """Pursuers that see a target, ascending."""
    work: Annotated[Float64, "envs 4 4"]
    """Work space of `belief.observe_belief`."""
    nearest: Annotated[Int32, "envs rows"]
    """Targets believed nearest to a pursuer."""
    squared: Annotated[Float64, "envs rows"]
    """Their squared distances."""
