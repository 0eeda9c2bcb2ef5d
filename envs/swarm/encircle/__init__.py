"""Encircle: agents close in on a prey that is faster than they are."""

from ...registration.register import register_task

register_task(
    "swarm/encircle-v0", "swarm.encircle.env:Encircle", "agents close in on a prey that is faster than they are"
)
