"""The river and the orchard: importing this registers the task and loads nothing else."""

from ...tasks import register_task

register_task(
    "dilemmas/cleanup-v0",
    "dilemmas.cleanup.env:Cleanup",
    "agents eat apples that grow only while somebody keeps the river clean (Melting Pot's clean_up)",
)
