"""Aggregation: agents that see their own position alone gather.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/aggregation-v0",
    "swarm.aggregation.env:Aggregation",
    "agents gather at one place, each seeing only its own position; any number of them",
)
register_policy(
    "gather",
    "stigmergy.envs.swarm.aggregation.policies:Gather",
    "swarm/aggregation: every agent heads for the middle of the box",
)
