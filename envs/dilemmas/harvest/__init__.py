"""The commons of apples: importing this registers the task and loads nothing else."""

from ...tasks import register_task

register_task(
    "dilemmas/harvest-v0",
    "dilemmas.harvest.env:Harvest",
    "agents eat apples that grow again only where others are left (Melting Pot's commons harvest)",
)
