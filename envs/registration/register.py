"""Registration of tasks, in this suite and in PettingZoo, and of their scripted policies.

`pettingzoo.make("parallel", id)` makes a registered task.
"""

from typing import Any

import pettingzoo

from .registry import algorithms, register_environment

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


def register_policy(name: str, target: Any = None, description: str = "") -> Any:
    """Register a scripted policy, which then stands wherever the name of an algorithm does.

    Of several that play a group the first registered is its baseline.

    Args:
        target: the subclass of ScriptedPolicy, or a string `module:Class` that is imported when
            needed. Left out, the result is a decorator of the class.
        description: the line of `stigmergy list`; by default the first of the class's docstring.

    Raises:
        ValueError: the name has a character that is not allowed, or something else holds it
            already.
    """
    return algorithms.register(name, target, description=description)
