"""Multi-agent reinforcement learning: batched environments, decentralized learners, one trainer.

Public names load when first used, so that importing this package loads neither torch nor numba.
"""

import ast
import importlib
from pathlib import Path
from typing import Any

from stigmergy import (
    _checkout,  # noqa: F401 (finds the other two in a checkout, so it comes first)
    _idle_threads,  # noqa: F401 (before any library reads the environment)
    _moved,  # noqa: F401 (finds modules by their paths of the release before)
)


def _public_names() -> dict[str, str]:
    """Public name to the module that defines it, from the imports of `__init__.pyi`."""
    stub = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    imports = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


_MODULES = _public_names()
__all__ = sorted(_MODULES)  # pyright: ignore[reportUnsupportedDunderAll] (it reads the stub)
for _floor in ("algorithms", "envs"):  # they register what the package brings
    importlib.import_module(f"stigmergy.{_floor}")


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'stigmergy' has no attribute '{name}'")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
