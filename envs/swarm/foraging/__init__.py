"""Foraging: agents carry food through a maze to their nest.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_task

register_task(
    "swarm/foraging-v0",
    "swarm.foraging.env:Foraging",
    "agents carry food through a maze to their nest (SwarmBench)",
)
