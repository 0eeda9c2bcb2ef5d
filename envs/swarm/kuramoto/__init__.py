"""Kuramoto: oscillators that see the mean phase of their neighbours fall into step.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/kuramoto-v0",
    "swarm.kuramoto.env:Kuramoto",
    "oscillators with speeds of their own synchronize, each seeing the mean phase around it; any number of them",
)
register_policy("synchronize", "stigmergy.envs.swarm.kuramoto.policies:Synchronize", "swarm/kuramoto: Kuramoto's model")
