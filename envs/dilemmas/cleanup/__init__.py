"""The clean-up task: importing this registers it and its scenarios, and loads nothing else."""

from ...registration.register import register_policy, register_task
from ...registration.scenario import Seats, register_scenario

register_task(
    "dilemmas/cleanup-v0",
    "dilemmas.cleanup.env:Cleanup",
    "agents eat apples that grow only while somebody keeps the river clean (Melting Pot's clean_up)",
)
register_scenario(
    "dilemmas/cleanup_among_cleaners-v0",
    world="dilemmas/cleanup-v0",
    seats={"learner": 1, "cleaners": Seats(6, "cleaner")},
    description="dilemmas/cleanup-v0, one learner among six who clean in turns: it can live off them",
)
register_scenario(
    "dilemmas/cleanup_among_eaters-v0",
    world="dilemmas/cleanup-v0",
    seats={"learners": 3, "eaters": Seats(4, "defect")},
    description="dilemmas/cleanup-v0, three learners beside four who only eat: only they can clean",
)
register_policy(
    "cleaner",
    "stigmergy.envs.dilemmas.policies:Cleaner",
    "dilemmas/cleanup: cleans the river in turns with the others, and eats when it is clean enough",
)
