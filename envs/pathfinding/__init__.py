"""Multi-agent pathfinding on grids, with the rules of POGEMA 1.4.

Importing this registers the tasks and loads nothing else.
"""

from ..registration.register import register_policy, register_task

register_task(
    "pathfinding/lifelong-v0",
    "pathfinding.env:Lifelong",
    "an agent that reaches its goal gets the next one; throughput counts",
    entry_points="pathfinding.lifelong",
)
register_task(
    "pathfinding/oneshot-v0",
    "pathfinding.env:OneShot",
    "each agent has one goal; success rates, makespan and sum of costs count",
    entry_points="pathfinding.oneshot",
)
register_policy(
    "shortest_path",
    "stigmergy.envs.pathfinding.policies:ShortestPath",
    "pathfinding: along a shortest path, without regard to others",
)
register_policy(
    "pibt",
    "stigmergy.envs.pathfinding.policies:Pibt",
    "pathfinding: priority inheritance with backtracking, a planner that sees everything",
)
