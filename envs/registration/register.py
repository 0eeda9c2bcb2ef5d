"""Registration of tasks in this suite and in PettingZoo, for `pettingzoo.make("parallel", id)`."""

import pettingzoo

from .registry import register_environment

PACKAGE = "stigmergy.envs"


def register_task(id: str, target: str, description: str, entry_points: str | None = None) -> None:
    """Register a task as strings that are imported when needed.

    Args:
        target: `module:Class` of its BatchEnv, from `stigmergy.envs` on, such as
            `pursuit.evaders.env:Evaders`.
        entry_points: the module with PettingZoo's `parallel_env` and `env`; that of the class if
            left out.
    """
    register_environment(id, f"{PACKAGE}.{target}", description=description)
    module = f"{PACKAGE}.{entry_points or target.partition(':')[0]}"
    pettingzoo.register("parallel", id, f"{module}:parallel_env")
    pettingzoo.register("aec", id, f"{module}:env")
