"""A task of known value: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "games/value_truth-v0",
    "games.value_truth.env:ValueTruth",
    "pays 1 a step whatever is done; the value is 1 / (1 - gamma) if cuts are told from ends",
)
