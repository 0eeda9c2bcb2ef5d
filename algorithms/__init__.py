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
register_algorithm(
    "shortest_path",
    "stigmergy.algorithms.scripted:ShortestPath",
    description="pathfinding: along a shortest path, without regard to others",
)
register_algorithm(
    "pibt",
    "stigmergy.algorithms.scripted:Pibt",
    description="pathfinding: priority inheritance with backtracking, a planner that sees everything",
)

__all__ = ["algorithms", "register_algorithm"]
