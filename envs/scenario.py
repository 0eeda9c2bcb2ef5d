"""Scenarios: who plays beside whom, as data apart from the world.

A scenario seats the agents of a world: some are focal, and are what the scenario shows as its groups; the others are bots,
scripted policies that play along. Source of the idea: Melting Pot (Leibo et al. 2021), whose scenarios are a substrate with background bots.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pettingzoo

from .registry import register_environment


@dataclass(frozen=True)
class Seats:
    """Which agents of the world a group of a scenario has, and who plays them.

    Raises:
        ValueError: there is no agent, or both a number and agents are given.
    """

    number: int = 0
    """How many: the next ones that nobody has yet, in the world's order."""
    policy: str = ""
    """The scripted policy that plays them; without one they are focal: learners, or whoever steps the environment, play them."""
    agents: tuple[int, ...] = ()
    """Which agents of the world, by number, instead of how many."""

    def __post_init__(self):
        if (self.number < 1) == (not self.agents):
            raise ValueError(
                f"seats are {self.number} agents and the agents {list(self.agents)}; give a number from 1 on, or agents, and not both"
            )


@dataclass(frozen=True)
class Scenario:
    """A world, and who plays in it."""

    world: str
    """The id of a registered environment with one group."""
    seats: Mapping[str, Seats]
    """Group name to its seats. Groups without a policy are the groups of the scenario."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the world that have another default in the scenario."""


def register_scenario(
    id: str,
    *,
    world: str,
    seats: Mapping[str, int | Seats],
    parameters: Mapping[str, Any] | None = None,
    description: str = "",
) -> None:
    """Register a scenario as an environment of its own, with us and with PettingZoo; nothing is built or checked before it is used.

    Args:
        id: such as `dilemmas/harvest_among_greedy-v0`.
        world: the id of a registered environment with one group.
        seats: group name to how many agents are focal there, or to `Seats`, which can say who plays them.
        parameters: of the world, that have another default here; nested ones as mappings.

    Raises:
        ValueError: the id is taken or not allowed, or no group is focal.
    """
    seated = {name: Seats(own) if isinstance(own, int) else own for name, own in seats.items()}
    if all(own.policy for own in seated.values()):
        raise ValueError(f"the scenario '{id}' has no focal group; leave the policy of at least one group out")
    register_environment(id, Scenario(world, seated, dict(parameters or {})), description=description)
    if hasattr(pettingzoo, "register"):  # PettingZoo has a registry since 1.27
        for kind, factory in (("parallel", "parallel_env"), ("aec", "env")):
            place = f"stigmergy.envs.pettingzoo_view:{factory}"
            pettingzoo.register(kind, id, place, kwargs={"id": id})  # type: ignore[arg-type]
