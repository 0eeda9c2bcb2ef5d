"""Vicsek: flyers of constant speed that see their neighbours' mean heading align."""

from ...registration.register import register_task

register_task(
    "swarm/vicsek-v0",
    "swarm.vicsek.env:Vicsek",
    "flyers of constant speed align their headings, each seeing the mean heading around it; any number of them",
)
