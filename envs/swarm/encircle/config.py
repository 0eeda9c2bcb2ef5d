"""The config of encircle."""

from dataclasses import dataclass

from ..swarmbench.config import SwarmBenchConfig


@dataclass(frozen=True)
class EncircleConfig(SwarmBenchConfig):
    """Config of encircle.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    def _check_together(self) -> None:
        super()._check_together()
        # The prey may stand on one of these cells.
        self.check_room(last_start(self.height) * last_start(self.width) - 1, "in the upper left quarter")


def last_start(side: int) -> int:
    """Last row or column in which agents begin; the first is 1.

    It is half of the map, as in the benchmark, but 5 on small maps.
    """
    return min(max(side // 2, 5), side - 2)
