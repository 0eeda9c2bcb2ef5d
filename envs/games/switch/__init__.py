"""VDN's switch task: importing this registers the task and loads nothing else."""

from ...registration.register import register_policy, register_task

register_task(
    "games/switch-v0",
    "games.switch.env:Switch",
    "agents pass each other through a corridor for one, to the opposite side (VDN's)",
)
register_policy(
    "take_turns", "stigmergy.envs.games.switch.policies:TakeTurns", "games/switch: one side goes first, the other waits"
)
