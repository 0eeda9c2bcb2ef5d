"""Matrix games on a grid: importing this registers the task and its scenarios, and no more."""

from ...registration.register import register_policy, register_task
from ...registration.scenario import Seats, register_scenario

WORLD = "dilemmas/in_the_matrix-v0"

register_task(
    WORLD,
    "dilemmas.in_the_matrix.env:InTheMatrix",
    "agents collect resources, and what they carry is the strategy they play with whom they zap",
)
for _name, _others, _policy, _parameters, _description in (
    ("with_tit_for_tat", 1, "tit_for_tat", {}, "one learner with one who plays what it played last"),
    ("with_grim", 1, "grim", {}, "one learner with one who cooperates until it has defected once"),
    ("with_cooperator", 1, "cooperate", {}, "one learner with one who always cooperates"),
    ("among_defectors", 7, "defect", {"arena": "arena"}, "one learner among seven who always defect"),
    ("among_tit_for_tat", 7, "tit_for_tat", {"arena": "arena"}, "one learner among seven who play what it played last with each"),
):  # fmt: skip
    register_scenario(
        f"dilemmas/in_the_matrix_{_name}-v0",
        world=WORLD,
        seats={"learner": 1, "bots": Seats(_others, _policy)},
        parameters=_parameters,
        description=_description,
    )
register_policy(
    "pure_0",
    "stigmergy.envs.dilemmas.in_the_matrix.policies:Rock",
    "dilemmas/in_the_matrix: always plays strategy 0, such as rock",
)
register_policy(
    "pure_1",
    "stigmergy.envs.dilemmas.in_the_matrix.policies:Paper",
    "dilemmas/in_the_matrix: always plays strategy 1, such as paper",
)
register_policy(
    "pure_2",
    "stigmergy.envs.dilemmas.in_the_matrix.policies:Scissors",
    "dilemmas/in_the_matrix: always plays strategy 2, such as scissors",
)
