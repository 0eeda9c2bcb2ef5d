"""Two agents play a game of two actions again and again."""

from ...registration.register import register_policy, register_task

register_task(
    "dilemmas/iterated-v0",
    "dilemmas.iterated.env:IteratedGame",
    "two agents play the prisoner's dilemma, or any 2 x 2 game, again and again and remember the last round",
)
register_policy(
    "win_stay_lose_shift",
    "stigmergy.envs.dilemmas.policies:WinStayLoseShift",
    "dilemmas/iterated: repeats its action if the other cooperated, else changes it",
)
