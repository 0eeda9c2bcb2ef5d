"""Encircle: agents close in on a prey that is faster than they are.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/encircle-v0", "swarm.encircle.env:Encircle", "agents close in on a prey that is faster than they are"
)
register_policy(
    "surround",
    "stigmergy.envs.swarm.encircle.policies:Surround",
    "swarm/encircle: the nearest agents take the cells beside the prey, the others come near",
)
