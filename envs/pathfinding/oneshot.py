"""One-shot pathfinding as PettingZoo knows environments: `parallel_env`, `env` and `raw_env`."""

from ..registration.entry_points import entry_points

parallel_env, env, raw_env = entry_points("pathfinding/oneshot-v0")
