"""Social dilemmas: the best action of each agent is not the best for all.

Importing this registers the tasks and loads nothing else.
"""

from . import (  # noqa: F401 (each registers its task)
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
