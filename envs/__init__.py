"""Environments that step in batches. Importing this registers them and loads none.

Names load when first used, so that the import costs neither numba nor pygame.
"""

import importlib
from typing import Any

from . import dilemmas, games, pathfinding, pursuit, swarm  # noqa: F401 (they register their tasks)

_PLACES = {
    "core.env": ("BatchEnv",),
    "core.random_streams": ("draw_below", "draw_uniform"),
    "core.spec": ("EnvSpec", "GroupSpec"),
    "core.timestep": ("GroupStep", "TimeStep"),
    "errors": ("BadParameter", "CannotImport", "UnknownName", "UserError"),
    "interop.to_pettingzoo.parallel": ("ParallelView",),
    "registration.entry_points": ("entry_points", "parallel_env"),
    "registration.make": ("make", "make_from", "config_class", "parameters_of"),
    "registration.register": ("register_policy",),
    "registration.registry": ("environments", "register_environment"),
}
_WHERE = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'stigmergy.envs' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_WHERE)
