"""Coins: importing this registers the task and its scenarios, and loads nothing else."""

from ...registration.register import register_task
from ...registration.scenario import Seats, register_scenario

register_task(
    "dilemmas/coins-v0",
    "dilemmas.coins.env:Coins",
    "two players gather coins; taking one of the other's colour hurts it (Melting Pot's coins)",
)
register_scenario(
    "dilemmas/coins_with_tit_for_tat-v0",
    world="dilemmas/coins-v0",
    seats={"learner": 1, "other": Seats(1, "tit_for_tat")},
    description="dilemmas/coins-v0, one learner beside one that pays back coin for coin",
)
register_scenario(
    "dilemmas/coins_with_cooperator-v0",
    world="dilemmas/coins-v0",
    seats={"learner": 1, "other": Seats(1, "cooperate")},
    description="dilemmas/coins-v0, one learner beside one that only takes its own",
)
