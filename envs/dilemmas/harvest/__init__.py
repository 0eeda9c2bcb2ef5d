"""The commons of apples: importing this registers it and its scenarios, and loads nothing else."""

from ...registration.register import register_policy, register_task
from ...registration.scenario import Seats, register_scenario

register_task(
    "dilemmas/harvest-v0",
    "dilemmas.harvest.env:Harvest",
    "agents eat apples that grow again only where others are left (Melting Pot's commons harvest)",
)
register_scenario(
    "dilemmas/harvest_among_sustainable-v0",
    world="dilemmas/harvest-v0",
    seats={"learner": 1, "sustainable": Seats(6, "sustainable_harvester")},
    description="dilemmas/harvest-v0, one learner among six who keep the patches dense: it can live off their restraint",
)
register_scenario(
    "dilemmas/harvest_among_greedy-v0",
    world="dilemmas/harvest-v0",
    seats={"learner": 1, "greedy": Seats(6, "greedy_harvester")},
    description="dilemmas/harvest-v0, one learner among six who leave nothing",
)
register_scenario(
    "dilemmas/harvest_among_patrols-v0",
    world="dilemmas/harvest-v0",
    seats={"learner": 1, "patrols": Seats(6, "punish")},
    parameters={"map": "closed"},
    description="dilemmas/harvest-v0, one learner among six sustainable ones in two rooms, who sanction greed",
)
register_policy(
    "sustainable_harvester",
    "stigmergy.envs.dilemmas.policies:SustainableHarvester",
    "dilemmas/harvest: eats only apples that leave enough others around them",
)
register_policy(
    "greedy_harvester",
    "stigmergy.envs.dilemmas.policies:GreedyHarvester",
    "dilemmas/harvest: eats the nearest apple, also the last one of a patch",
)
