"""Vicsek: flyers that see the mean heading of their neighbours align.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/vicsek-v0",
    "swarm.vicsek.env:Vicsek",
    "flyers of constant speed align their headings, each seeing the mean heading around it; any number of them",
)
register_policy(
    "align",
    "stigmergy.envs.swarm.vicsek.policies:Align",
    "swarm/vicsek: Vicsek's model, turns into the mean heading in sight",
)
