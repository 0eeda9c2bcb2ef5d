"""Agents give to a common pot, and may punish each other."""

from ...registration.register import register_task

register_task(
    "dilemmas/public_goods-v0",
    "dilemmas.public_goods.env:PublicGoods",
    "agents give to a common pot that pays all alike, see what each gave, and may pay to punish others",
)
