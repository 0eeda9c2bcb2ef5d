"""Kuramoto: oscillators that see their neighbours' mean phase fall into step."""

from ...registration.register import register_task

register_task(
    "swarm/kuramoto-v0",
    "swarm.kuramoto.env:Kuramoto",
    "oscillators with speeds of their own synchronize, each seeing the mean phase around it; any number of them",
)
