"""Flocking: agents arrange themselves in a hollow square, anywhere on the map.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/flocking-v0",
    "swarm.flocking.env:Flocking",
    "agents arrange themselves in a hollow square, anywhere on the map",
)
register_policy(
    "formation",
    "stigmergy.envs.swarm.flocking.policies:Formation",
    "swarm/flocking: everyone walks to its cell of the cheapest formation",
)
