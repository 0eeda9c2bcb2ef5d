"""Two agents play a game of two actions again and again."""

from ...registration.register import register_task

register_task(
    "dilemmas/iterated-v0",
    "dilemmas.iterated.env:IteratedGame",
    "two agents play the prisoner's dilemma, or any 2 x 2 game, again and again and remember the last round",
)
