"""Options of bridged environments."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

BRIDGE_PREFIX = "pettingzoo:"


@dataclass(frozen=True)
class BridgeConfig:
    """Options of a PettingZoo environment."""

    takes_more: ClassVar[str] = "arguments"
    """The field for options of other names: `--task.n 3` reaches the factory as `n=3`."""

    arguments: dict[str, Any] = field(default_factory=dict)
    """Keyword arguments for the environment's factory.

    On the command line --task.NAME VALUE for each.
    """
    scalarize: tuple[float, ...] = ()
    """Weights that make one number of a vector of rewards: one weight for each of its numbers."""
    checks: Literal["always", "first", "never"] = "always"
    """Episodes whose numbers are compared with bounds: all, each env's first three, or none."""


BridgeParameters = BridgeConfig
"""Name of earlier releases."""
