"""Entry points of lifelong pathfinding for PettingZoo."""

from ..registration.entry_points import entry_points

parallel_env, env, raw_env = entry_points("pathfinding/lifelong-v0")
