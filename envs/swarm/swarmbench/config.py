"""The options that all five tasks of the benchmark have."""

from dataclasses import dataclass

from ...core.validation import MOST_STEPS, check_odd, check_within
from ...errors import BadParameter

MAX_AGENTS = 1000
MAX_SIDE = 128
MAX_MESSAGES = 64


@dataclass(frozen=True)
class SwarmBenchParameters:
    """Options of the benchmark's tasks; the defaults are those of its paper.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    num_agents: int = 10
    """Agents in each copy."""
    height: int = 10
    """Rows of the map, the walls around it included."""
    width: int = 10
    """Columns of the map, the walls around it included."""
    view: int = 5
    """Cells on a side of the square that an agent sees, an odd number; messages reach as far."""
    max_cycles: int = 100
    """Steps after which an episode is truncated."""
    message_size: int = 0
    """Different messages an agent may send with each move, silence included as number 0; with 0 there are no messages."""
    shaping: float = 1.0
    """Weight of the shaping of rewards, which cancels out over an episode; with 0 agents are paid the changes of the score alone."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 1, MAX_AGENTS)
        check_within("height", self.height, 5, MAX_SIDE)
        check_within("width", self.width, 5, MAX_SIDE)
        check_odd("view", self.view, 3, 33)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        if self.message_size == 1 or not 0 <= self.message_size <= MAX_MESSAGES:
            raise BadParameter(
                f"message_size is {self.message_size}; allowed is 0 for no messages, or 2 to {MAX_MESSAGES} with silence among them"
            )
        check_within("shaping", self.shaping, 0, 1000)

    def check_room(self, cells: int, where: str) -> None:
        """Raise BadParameter unless the agents find room on `cells` cells; `where` says which cells those are."""
        if self.num_agents > cells:
            raise BadParameter(
                f"num_agents is {self.num_agents}; allowed is 1 to {cells}, the cells {where} of a map of {self.height} x {self.width}"
            )
