"""Coins: importing this registers the task and loads nothing else."""

from ...tasks import register_task

register_task(
    "dilemmas/coins-v0",
    "dilemmas.coins.env:Coins",
    "two players gather coins; taking one of the other's colour hurts it (Melting Pot's coins)",
)
