"""Aggregation: agents that see only where they are come together."""

from ...registration.register import register_task

register_task(
    "swarm/aggregation-v0",
    "swarm.aggregation.env:Aggregation",
    "agents gather at one place, each seeing only its own position; any number of them",
)
