"""Matrix games on a grid: what agents collect is the strategy they play with whom they meet."""

from ...tasks import register_task

register_task(
    "dilemmas/in_the_matrix-v0",
    "dilemmas.in_the_matrix.env:InTheMatrix",
    "agents collect resources, and what they carry is the strategy they play with whom they zap",
)
