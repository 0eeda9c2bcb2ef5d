"""Flocking: agents arrange themselves in a hollow square, anywhere on the map.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_task

register_task(
    "swarm/flocking-v0",
    "swarm.flocking.env:Flocking",
    "agents arrange themselves in a hollow square, anywhere on the map",
)
