"""The config of synchronization."""

from dataclasses import dataclass

from ..swarmbench.config import SwarmBenchConfig


@dataclass(frozen=True)
class SynchronizationConfig(SwarmBenchConfig):
    """Config of synchronization.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    def _check_together(self) -> None:
        super()._check_together()
        self.check_room((self.height - 2) * (self.width - 2), "between the walls")
