"""Social dilemmas: the best action of each agent is not the best for all.

Importing this registers the tasks and loads nothing else.
"""

from ..registration.register import register_policy

# Policies for several tasks come before those of one, since the first of a task is its baseline.
register_policy("cooperate", "stigmergy.envs.dilemmas.policies:Cooperate", "dilemmas: does what is best for all")
register_policy("defect", "stigmergy.envs.dilemmas.policies:Defect", "dilemmas: does what is best for itself")
register_policy(
    "tit_for_tat",
    "stigmergy.envs.dilemmas.policies:TitForTat",
    "dilemmas: begins by cooperating, then cooperates as much as the others did",
)
register_policy(
    "grim", "stigmergy.envs.dilemmas.policies:Grim", "dilemmas: cooperates until another defects, then never again"
)
register_policy(
    "punish", "stigmergy.envs.dilemmas.policies:Punish", "dilemmas: cooperates, and pays to punish those who do not"
)

from . import (  # noqa: E402, F401 (each registers its task, and policies after those above)
    allelopathic_harvest,
    cleanup,
    coin_game,
    coins,
    common_pool,
    harvest,
    in_the_matrix,
    iterated,
    partner_selection,
    public_goods,
)
