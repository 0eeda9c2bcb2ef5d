"""Matrix games: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "games/matrix-v0",
    "games.matrix.env:MatrixGame",
    "agents choose at once and are paid by a table: climbing, penalty, qtran, coordination, or one of yours",
)
