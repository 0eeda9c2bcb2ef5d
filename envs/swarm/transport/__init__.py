"""Transport: agents push a box out of the gap together and leave.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_task

register_task(
    "swarm/transport-v0",
    "swarm.transport.env:Transport",
    "agents push a box out of the only exit together, then escape (SwarmBench)",
)
