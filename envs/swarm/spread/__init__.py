"""Spread: agents cover landmarks without touching each other, as in MPE's simple_spread.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task("swarm/spread-v0", "swarm.spread.env:Spread", "agents cover landmarks without touching each other")
register_policy(
    "spread_assign",
    "stigmergy.envs.swarm.spread.policies:SpreadAssign",
    "swarm/spread: agents share out the landmarks by their distances and steer to them",
)
