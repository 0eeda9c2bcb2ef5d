"""QMIX's two-step game: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "games/two_step-v0",
    "games.two_step.env:TwoStep",
    "one agent chooses which of two tables both are paid by: a safe 7 or a risky 8 (QMIX's example)",
)
