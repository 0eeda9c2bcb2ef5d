"""The parameters of a pathfinding task, checked, and turned into what the kernels need."""

from dataclasses import dataclass
from typing import Literal

Cell = tuple[int, int]


@dataclass(frozen=True)
class PathfindingParameters:
    """Options shared by one-shot and lifelong pathfinding (names and defaults after POGEMA's GridConfig where it has them)."""

    num_agents: int = 8
    """Agents in each copy."""
    map: str = "random"
    """`random`, `mazes`, `rooms`, `warehouse`, the path of a MovingAI `.map` file, or a drawing with `.` and `#` (see docs)."""
    height: int = 16
    """Rows of a generated map."""
    width: int = 16
    """Columns of a generated map."""
    density: float = 0.3
    """Share of walls in a `random` map, from 0 to below 1."""
    obs_radius: int = 5
    """The agent sees a square window of 2 * obs_radius + 1 cells."""
    collision_system: Literal["priority", "block_both", "soft"] = "soft"
    """Who may move when agents are in each other's way; POGEMA's benchmarks use `soft`."""
    shortest_path: bool = False
    """Add a fourth channel that marks a shortest path to the goal, other agents ignored (the Follower's observation)."""
    mask_walls: bool = False
    """Give action masks that forbid moves into walls."""
    max_cycles: int = 64
    """Steps after which an episode is truncated."""
    starts: tuple[Cell, ...] = ()
    """A start cell (row, column) for each agent; drawn at random if empty."""
    goals: tuple[tuple[Cell, ...], ...] = ()
    """For each agent its goal, or in lifelong tasks its sequence of goals, which repeats; drawn at random if empty."""
    scenario: str = ""
    """Path of a MovingAI `.scen` file whose first entries give starts and goals."""
