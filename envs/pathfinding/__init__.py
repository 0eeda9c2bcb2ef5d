"""Multi-agent pathfinding on grids, with the rules of POGEMA 1.4. Importing this registers the tasks and loads nothing else."""

from ..pettingzoo_registry import register_with_pettingzoo
from ..registry import register_environment

register_environment(
    "pathfinding/lifelong-v0",
    "stigmergy.envs.pathfinding.env:Lifelong",
    description="an agent that reaches its goal gets the next one; throughput counts",
)
register_with_pettingzoo("pathfinding/lifelong-v0", "stigmergy.envs.pathfinding.lifelong")
register_environment(
    "pathfinding/oneshot-v0",
    "stigmergy.envs.pathfinding.env:OneShot",
    description="each agent has one goal; success rates, makespan and sum of costs count",
)
register_with_pettingzoo("pathfinding/oneshot-v0", "stigmergy.envs.pathfinding.oneshot")
