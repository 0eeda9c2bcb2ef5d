"""Transport: agents push a box out of the gap together and leave.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/transport-v0",
    "swarm.transport.env:Transport",
    "agents push a box out of the only exit together, then escape (SwarmBench)",
)
register_policy(
    "haulers",
    "stigmergy.envs.swarm.transport.policies:Haulers",
    "swarm/transport: agents line up behind the box, push it out and leave",
)
