"""Allelopathic harvest: importing this registers it and its scenarios, and loads nothing else."""

from ...registration.register import register_policy, register_task
from ...registration.scenario import Seats, register_scenario

WORLD = "dilemmas/allelopathic_harvest-v0"
SMALL = {"map": "small", "num_agents": 6}

register_task(
    WORLD,
    "dilemmas.allelopathic_harvest.env:AllelopathicHarvest",
    "agents plant berries of three colours, which ripen faster the more of one colour there are, and disagree on which",
)
for _name, _others, _policy, _parameters, _description in (
    ("among_punishers_of_green", 15, "punish_green", {}, "one learner among 15 who plant red and sanction who planted green"),
    ("among_planters_of_red", 15, "planter_red", {}, "one learner among 15 who plant red and sanction nobody"),
    ("among_punishers_of_green_small", 5, "punish_green", SMALL, "the same among 5, on the small map"),
    ("among_planters_of_red_small", 5, "planter_red", SMALL, "the same among 5, on the small map"),
):  # fmt: skip
    register_scenario(
        f"dilemmas/allelopathic_harvest_{_name}-v0",
        world=WORLD,
        seats={"learner": Seats(agents=(_others,)), "bots": Seats(agents=tuple(range(_others)), policy=_policy)},
        parameters=_parameters,
        description=_description,
    )
for _name, _others, _deviants, _policy, _parameters, _description in (
    ("under_a_norm", 15, 5, "punish_green", {}, "one learner among 10 who plant red and sanction who planted green, and 5 who plant green"),
    ("without_a_norm", 15, 5, "planter_red", {}, "the same, but that nobody sanctions"),
    ("under_a_norm_small", 5, 2, "punish_green", SMALL, "one learner among 3 who plant red and sanction who planted green, and 2 who plant green, on the small map"),
    ("without_a_norm_small", 5, 2, "planter_red", SMALL, "the same, but that nobody sanctions"),
):  # fmt: skip
    _most = _others - _deviants
    register_scenario(
        f"dilemmas/allelopathic_harvest_{_name}-v0",
        world=WORLD,
        seats={
            "learner": Seats(agents=(_others,)),
            "majority": Seats(agents=tuple(range(_most)), policy=_policy),
            "deviants": Seats(agents=tuple(range(_most, _others)), policy="planter_green"),
        },
        parameters=_parameters,
        description=_description,
    )
register_scenario(
    "dilemmas/allelopathic_harvest_with_two_punishers_small-v0",
    world=WORLD,
    # One bot among those who prefer red and one among the others, and two learners of each.
    seats={"learners": Seats(agents=(1, 2, 4, 5)), "punishers": Seats(agents=(0, 3), policy="punish_green")},
    parameters=SMALL,
    description="four learners beside two who plant red and sanction who planted green, on the small map",
)
register_policy(
    "planter_red",
    "stigmergy.envs.dilemmas.policies:PlanterRed",
    "dilemmas/allelopathic_harvest: plants red wherever it finds another colour, and eats ripe berries near it",
)
register_policy(
    "planter_green",
    "stigmergy.envs.dilemmas.policies:PlanterGreen",
    "dilemmas/allelopathic_harvest: the same with green",
)
register_policy(
    "planter_blue", "stigmergy.envs.dilemmas.policies:PlanterBlue", "dilemmas/allelopathic_harvest: the same with blue"
)
register_policy(
    "eater",
    "stigmergy.envs.dilemmas.policies:Eater",
    "dilemmas/allelopathic_harvest: goes to ripe berries and never plants",
)
register_policy(
    "punish_green",
    "stigmergy.envs.dilemmas.policies:PunishGreen",
    "dilemmas/allelopathic_harvest: plants red, and sanctions those who planted green last",
)
register_policy(
    "punish_red",
    "stigmergy.envs.dilemmas.policies:PunishRed",
    "dilemmas/allelopathic_harvest: plants green, and sanctions those who planted red last",
)
