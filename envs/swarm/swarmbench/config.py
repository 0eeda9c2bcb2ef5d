"""Config values that all five tasks of the benchmark share."""

from dataclasses import dataclass
from typing import Annotated, Any

from ...core.config import Config
from ...core.ranges import Check, Interval, Odd, Steps
from ...errors import BadParameter

MAX_AGENTS = 1000
MAX_SIDE = 128
MAX_MESSAGES = 64


def _check_messages(name: str, value: Any) -> None:
    if value == 1 or not 0 <= value <= MAX_MESSAGES:
        raise BadParameter(
            f"{name} is {value}; allowed is 0 for no messages, or 2 to {MAX_MESSAGES} with silence among them"
        )


@dataclass(frozen=True)
class SwarmBenchConfig(Config):
    """Config of the benchmark's tasks; the defaults are those of its paper.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    num_agents: Annotated[int, Interval(ge=1, le=MAX_AGENTS)] = 10
    """Number of agents."""
    height: Annotated[int, Interval(ge=5, le=MAX_SIDE)] = 10
    """Rows of the map, the walls around it included."""
    width: Annotated[int, Interval(ge=5, le=MAX_SIDE)] = 10
    """Columns of the map, the walls around it included."""
    view: Annotated[int, Odd(3, 33)] = 5
    """Cells on a side of the square that an agent sees; messages reach as far."""
    max_cycles: Steps = 100
    """Steps after which an episode is truncated."""
    message_size: Annotated[int, Check(_check_messages, f"0, or 2 to {MAX_MESSAGES}")] = 0
    """Number of messages that an agent chooses from with each move, silence as number 0 included;
    0 for no messages."""
    shaping: Annotated[float, Interval(ge=0, le=1000)] = 1.0
    """Weight of the shaping, which cancels out over an episode; with 0 rewards are changes of the
    score alone."""

    def check_room(self, cells: int, where: str) -> None:
        """Raise BadParameter unless the agents find room on `cells` cells, which `where` names."""
        if self.num_agents > cells:
            raise BadParameter(
                f"num_agents is {self.num_agents}; allowed is 1 to {cells}, the cells {where} of a map of {self.height} x {self.width}"
            )
