"""Foraging: agents carry food through a maze to their nest.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/foraging-v0",
    "swarm.foraging.env:Foraging",
    "agents carry food through a maze to their nest (SwarmBench)",
)
register_policy(
    "foragers",
    "stigmergy.envs.swarm.foraging.policies:Foragers",
    "swarm/foraging: shortest ways to the food and back, stepping aside for those who come the other way",
)
