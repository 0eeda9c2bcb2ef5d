"""The configs of the pathfinding tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from ..core.config import Config
from ..core.ranges import Interval, Steps
from ..core.validation import MOST_STEPS
from ..errors import BadParameter
from ..utils.parameter_files import KEY as FILE
from .maps.generators import GENERATORS
from .maps.names import map_file, scenario_file

Cell = tuple[int, int]
MAX_RADIUS = 64
MAX_SIDE = 2048
DEFAULT_SIDE = 16
DEFAULT_AGENTS = 8
Side = Annotated[int, Interval(ge=1, le=MAX_SIDE)]


@dataclass(frozen=True)
class PathfindingConfig(Config):
    """Config of both tasks; names follow POGEMA's GridConfig where it has them.

    Raises:
        BadParameter: a value is out of range, or two values contradict each other.
    """

    num_agents: Annotated[int, Interval(ge=1, le=100_000)] | None = None
    """Number of agents in each env; left out, as many as have given starts, else 8."""
    map: str = field(default="random", metadata={FILE: map_file})
    """`random`, `mazes`, `rooms`, `warehouse`, a file (a MovingAI map or a drawing, yours, or one
    that comes with the package), or a drawing."""
    height: Side | None = None
    """Rows of a generated map; 16 if left out."""
    width: Side | None = None
    """Columns of a generated map; 16 if left out."""
    density: Annotated[float, Interval(ge=0, lt=1)] = 0.3
    """Share of walls in a `random` map, from 0 to below 1."""
    obs_radius: Annotated[int, Interval(ge=1, le=MAX_RADIUS)] = 5
    """An agent sees a square window of 2 * obs_radius + 1 cells around it."""
    collision_system: Literal["priority", "block_both", "soft"] = "soft"
    """Rule for agents in each other's way; POGEMA's benchmarks use `soft`."""
    shortest_path: bool = False
    """Add a fourth channel that marks a shortest path to the goal, other agents ignored (after the
    Follower)."""
    mask_walls: bool = False
    """Give action masks that forbid moves into walls."""
    max_cycles: Steps = 256
    """Steps after which an episode is truncated."""
    starts: tuple[Cell, ...] = ()
    """A start cell (row, column) for each agent; drawn at random if empty."""
    goals: tuple[tuple[Cell, ...], ...] = ()
    """For each agent the sequence of its goals, which repeats (one goal in one-shot tasks); drawn
    at random if empty."""
    scenario: str = field(default="", metadata={FILE: scenario_file})
    """A MovingAI `.scen` file whose first entries give starts and first goals."""

    null_is_default: ClassVar[bool] = True

    @classmethod
    def preset_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The size of a generated map and its agents; those of another map are its own."""
        laid = dict(super().preset_values(given))
        if given.get("map", "random") in [*GENERATORS]:
            laid |= {"height": DEFAULT_SIDE, "width": DEFAULT_SIDE}
            if not (given.get("starts") or given.get("goals")):
                laid["num_agents"] = DEFAULT_AGENTS
        return laid

    def _check_together(self) -> None:
        super()._check_together()
        for cell in (*self.starts, *(cell for goals in self.goals for cell in goals)):
            if not all(-MOST_STEPS <= number <= MOST_STEPS for number in cell):
                name = "starts" if cell in self.starts else "goals"
                raise BadParameter(f"{name} has the cell {cell}; allowed are rows and columns of the map")
        if self.scenario and (self.starts or self.goals):
            raise BadParameter(
                f"scenario is '{self.scenario}' and starts or goals are given too; give one or the other"
            )


@dataclass(frozen=True)
class LifelongConfig(PathfindingConfig):
    """Config of lifelong pathfinding: an agent that reaches its goal gets the next one at once."""


@dataclass(frozen=True)
class OneShotConfig(PathfindingConfig):
    """Config of one-shot pathfinding: each agent has one goal."""

    on_target: Literal["finish", "nothing"] = "finish"
    """`finish`: an agent leaves the map at its goal. `nothing`: agents stay, and all succeed
    together."""
