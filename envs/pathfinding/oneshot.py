"""Entry points of one-shot pathfinding for PettingZoo."""

from ..registration.entry_points import entry_points

parallel_env, env, raw_env = entry_points("pathfinding/oneshot-v0")
