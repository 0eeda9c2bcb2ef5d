"""Encircle: agents close in on a prey that is faster than they are."""

from ...tasks import register_task

register_task(
    "swarm/encircle-v0", "swarm.encircle.env:Encircle", "agents close in on a prey that is faster than they are"
)
