"""Scenarios: focal agents and bots of a base environment, as data.

A scenario assigns the agents of a base environment to groups. Focal agents are the groups of the
scenario. Bots are scripted policies that play along. Source of the idea: Melting Pot (Leibo et al.
2021), whose scenarios are a substrate with background bots.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pettingzoo

from .registry import register_environment


@dataclass(frozen=True)
class Seats:
    """Agents of the base environment in a group of a scenario, and their policy.

    Raises:
        ValueError: there is no agent, or both a number and agents are given.
    """

    number: int = 0
    """Number of agents: the next free ones, in the order of the base environment."""
    policy: str = ""
    """The scripted policy that plays them.

    Without one they are focal: learners, or the caller of `step`, play them.
    """
    agents: tuple[int, ...] = ()
    """Indices of the agents in the base environment, instead of their number."""

    def __post_init__(self):
        if (self.number < 1) == (not self.agents):
            raise ValueError(
                f"seats are {self.number} agents and the agents {list(self.agents)}; give a number from 1 on, or agents, and not both"
            )


@dataclass(frozen=True)
class Scenario:
    """A base environment, and the roles of its agents."""

    world: str
    """The id of a registered environment with one group."""
    seats: Mapping[str, Seats]
    """Group name to its seats. Groups without a policy are the groups of the scenario."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the base environment that have another default in the scenario."""


def register_scenario(
    id: str,
    *,
    world: str,
    seats: Mapping[str, int | Seats],
    parameters: Mapping[str, Any] | None = None,
    description: str = "",
) -> None:
    """Register a scenario as an environment of its own, with us and with PettingZoo.

    Nothing is built or checked before it is used.

    Args:
        id: such as `dilemmas/harvest_among_greedy-v0`.
        world: the id of a registered environment with one group.
        seats: group name to how many agents are focal there, or to `Seats`, which can say who plays
            them. All agents of the base environment need one.
        parameters: of the world, that have another default here; nested ones as mappings.

    Raises:
        ValueError: the id is taken or not allowed, a group has no seats, or none is focal.
    """
    if id.count("/") > 1:
        raise ValueError(f"'{id}' cannot name a scenario: PettingZoo allows one slash, as in family/task_among_bots-v0")
    roles = {name: Seats(own) if isinstance(own, int) else own for name, own in seats.items()}
    for name, own in roles.items():
        if not isinstance(own, Seats):
            raise ValueError(f"the group '{name}' of the scenario '{id}' is {own!r}; give a number of agents, or Seats")
    if all(own.policy for own in roles.values()):
        raise ValueError(f"the scenario '{id}' has no focal group; leave the policy of at least one group out")
    scenario = Scenario(world, roles, dict(parameters or {}))
    register_environment(id, scenario, description=description or _described(scenario))
    for kind, factory in (("parallel", "parallel_env"), ("aec", "env")):
        place = f"stigmergy.envs.registration.entry_points:{factory}"
        pettingzoo.register(kind, id, place, kwargs={"id": id})  # type: ignore[arg-type]


def _described(scenario: Scenario) -> str:
    """Such as `dilemmas/harvest-v0: 1 focal, 6 greedy_harvester`."""
    seats = [f"{own.number or len(own.agents)} {own.policy or 'focal'}" for own in scenario.seats.values()]
    return f"{scenario.world}: {', '.join(seats)}"
