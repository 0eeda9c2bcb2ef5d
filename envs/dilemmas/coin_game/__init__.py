"""The coin game: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "dilemmas/coin_game-v0",
    "dilemmas.coin_game.env:CoinGame",
    "two players on a torus take coins; taking the other's hurts it (rules of JaxMARL, LOQA or POLA)",
)
