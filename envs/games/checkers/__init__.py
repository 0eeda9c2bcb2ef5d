"""VDN's checkers task: importing this registers the task and loads nothing else."""

from ...registration.register import register_policy, register_task

register_task(
    "games/checkers-v0",
    "games.checkers.env:Checkers",
    "one agent should clear lemons out of the other's way, to whom apples are worth ten times as much (VDN's)",
)
register_policy(
    "clear_the_way",
    "stigmergy.envs.games.checkers.policies:ClearTheWay",
    "games/checkers: to each agent the food that suits it",
)
