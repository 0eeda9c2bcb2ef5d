"""Learners and scripted policies. Importing this registers them and loads nothing else."""

from .registry import algorithms, register_algorithm

register_algorithm(
    "ippo",
    "stigmergy.algorithms.ippo:IPPO",
    description="independent PPO: every agent learns from its own experience, with parameters of its own",
)
register_algorithm(
    "random", "stigmergy.algorithms.scripted:Random", description="draws every legal action with the same chance"
)

# The scripted policies of the tasks, by name: where they stand under stigmergy.envs, and what they do.
SCRIPTED = {
    "shortest_path": (
        "pathfinding.policies:ShortestPath",
        "pathfinding: along a shortest path, without regard to others",
    ),
    "pibt": (
        "pathfinding.policies:Pibt",
        "pathfinding: priority inheritance with backtracking, a planner that sees everything",
    ),
}
for _name, (_place, _description) in SCRIPTED.items():
    register_algorithm(_name, f"stigmergy.envs.{_place}", description=_description)

__all__ = ["algorithms", "register_algorithm"]
