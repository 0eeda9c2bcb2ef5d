"""Hallway: importing this registers the task and loads nothing else."""

from ...registration.register import register_policy, register_task

register_task(
    "games/hallway-v0",
    "games.hallway.env:Hallway",
    "members of a group have to leave their corridors in the same step, and no other group with them",
)
register_policy(
    "one_group_at_a_time",
    "stigmergy.envs.games.hallway.policies:OneGroupAtATime",
    "games/hallway: groups leave one after the other",
)
