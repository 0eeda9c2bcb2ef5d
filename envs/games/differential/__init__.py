"""DPO's differential game: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "games/differential-v0",
    "games.differential.env:DifferentialGame",
    "two agents choose a number each, once: a narrow hill of 10 beside a wide one of 0 (DPO's)",
)
