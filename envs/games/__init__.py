"""Small games with known answers. Importing this registers the tasks and loads nothing else."""

# Each of them registers its task.
from . import checkers, differential, hallway, matrix, stochastic, switch, two_step, value_truth  # noqa: F401
