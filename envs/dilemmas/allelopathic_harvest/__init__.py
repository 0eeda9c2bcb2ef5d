"""Berries that ripen the faster the more there are of their colour: importing this registers the task and loads nothing else."""

from ...tasks import register_task

register_task(
    "dilemmas/allelopathic_harvest-v0",
    "dilemmas.allelopathic_harvest.env:AllelopathicHarvest",
    "agents plant berries of three colours, which ripen faster the more of one colour there are, and disagree on which",
)
