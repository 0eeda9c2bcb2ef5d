"""Social dilemmas: what is best for each is not best for all. Importing this registers the tasks and loads nothing else."""

from . import cleanup, coin_game, common_pool, harvest, iterated, partner_selection, public_goods  # noqa: F401 (each registers its task)
