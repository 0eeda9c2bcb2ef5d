"""DPO's stochastic game: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "games/stochastic-v0",
    "games.stochastic.env:StochasticGame",
    "a random cooperative game with many states, whose best return is known exactly (DPO's)",
)
