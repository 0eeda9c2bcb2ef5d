"""Pursuit of evaders that walk at random, with the rules of SISL's pursuit_v5.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "pursuit/evaders-v0",
    "pursuit.evaders.env:Evaders",
    "pursuers surround evaders that walk at random; evaders caught and capture time count",
)
register_policy(
    "greedy_pursuit",
    "stigmergy.envs.pursuit.evaders.policies:GreedyPursuit",
    "pursuit/evaders: teams of the nearest pursuers gather around the evaders they can catch soonest",
)
