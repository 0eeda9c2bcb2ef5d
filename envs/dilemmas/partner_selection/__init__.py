"""Partner selection with punishment: importing this registers the task and loads nothing else."""

from ...registration.register import register_task

register_task(
    "dilemmas/partner_selection-v0",
    "dilemmas.partner_selection.env:PartnerSelection",
    "agents choose partners by reputation, play the prisoner's dilemma with them, and partners or third parties punish",
)
