"""Agents spread over landmarks without bumping into each other: MPE's simple_spread."""

from ...registration.register import register_task

register_task("swarm/spread-v0", "swarm.spread.env:Spread", "agents cover landmarks without touching each other")
