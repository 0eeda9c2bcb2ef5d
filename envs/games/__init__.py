"""Small games with known answers. Importing this registers the tasks and loads nothing else."""

from ..registration.register import register_policy

# Each of them registers its task.
from . import checkers, differential, hallway, matrix, stochastic, switch, two_step, value_truth  # noqa: F401

register_policy("optimum", "stigmergy.envs.games.policies:Optimum", "games with a known optimum: plays it")
