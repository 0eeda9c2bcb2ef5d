"""Small games with known answers. Importing this registers the tasks and loads nothing else."""

from . import checkers, differential, hallway, matrix, stochastic, switch, two_step, value_truth  # noqa: F401 (each registers its task)
