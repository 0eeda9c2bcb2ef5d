"""Rules on where files lie: the order of packages, their size, and the files of a task's folder."""

import ast
from collections import Counter
from pathlib import PurePosixPath

from tests.support.source_rules import Module, imports

# From the lowest package to the highest. A module belongs to the longest name that fits; it may
# import its own package and those of the lines above. Packages on one line do not import each
# other.
SHELVES = (
    "envs.errors",
    "envs.utils",
    "envs.plugins",
    "envs.kernels",
    "envs.core",
    "envs.grid envs.plane",
    "envs.rendering",
    "envs.interop",
    "envs.registration",
    "envs.dilemmas envs.games envs.pathfinding envs.pursuit envs.swarm",
    "envs.tools",
    "envs",
    "algorithms.core",
    "algorithms.nn",
    "algorithms.export algorithms.ppo algorithms.q_learning",
    "algorithms.norms",
    "algorithms",
    "training.trust",
    "training",
    "training.runs.storage",
    "training.trackers",
    "training.runs",
    "training.sessions",
    "training.trained_policy training.conformance",  # they stand on runs; both are public names
    "version _checkout _idle_threads _moved",
    "plotting",
    "analysis",
    "cli",
    "sweeps",
    "api",
    "commands",
    "__main__",
)
RANKS = {name: rank for rank, line in enumerate(SHELVES) for name in line.split()}

MOST_MODULES = 12
SIZES = {"training": 15, "stigmergy/commands": 20}
"""Packages that may have more modules than MOST_MODULES; a command is a module of its own."""

FAMILIES = ("dilemmas", "games", "pathfinding", "pursuit", "swarm")
ENGINES = ("envs/dilemmas/grid_engine", "envs/swarm/swarmbench", "envs/swarm/headings")
"""Folders whose `env` is the base class of several tasks. Their files are named by subject."""

TASK_FILES = {"config", "state", "rules", "env", "draw", "policies", "observation", "reset", "maps"}
EVERY_TASK_HAS = {"config", "rules", "env"}
FURTHER_TASK_FILES = {
    "envs/dilemmas/common_pool/regimes": "analytic regimes of the resource, a public module",
    "envs/dilemmas/in_the_matrix/appearance": "colours of cells, as grid_engine/appearance",
    "envs/dilemmas/in_the_matrix/games": "payoff matrices of the eight games",
    "envs/games/matrix/payoff": "payoff matrices as options give them",
    "envs/pathfinding/build": "maps and options made into the constants of an environment",
    "envs/pathfinding/lifelong": "one of two tasks in the folder",
    "envs/pathfinding/metrics": "metrics of both tasks",
    "envs/pathfinding/oneshot": "one of two tasks in the folder",
    "envs/pursuit/evaders/buildings": "obstacles on the grid",
    "envs/pursuit/tracking/belief": "the Kalman filter of a pursuer",
    "envs/pursuit/tracking/cell_list": "neighbours by cells, in kernels",
    "envs/swarm/encircle/prey": "moves of the prey",
    "envs/swarm/flocking/cost": "the cost function and its planner",
}


def shelf_of(name: str) -> str | None:
    """The entry of SHELVES for an absolute module name; None for a name without one."""
    parts = name.split(".")[1:]
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in RANKS), None)


def imports_past_the_order(module: Module) -> list[str]:
    """Imports of a package that stands on the same line of SHELVES or below it."""
    if module.parts == ("stigmergy",):
        return []  # the front door imports from everywhere
    own = shelf_of(".".join(module.parts))
    loose = own in ("envs", "algorithms") and module.parts != ("stigmergy", own)
    if own is None or loose:
        return [f"{module.path}:1 has no place in SHELVES"]
    found = []
    for node, name in imports(module):
        shelf = shelf_of(name) if name.split(".")[0] == "stigmergy" else None
        # `from ...envs import core` passes through the floor only in its spelling
        bare = isinstance(node, ast.ImportFrom) and name.count(".") == 1 and node.level > 0
        if shelf is not None and shelf != own and not bare and RANKS[shelf] >= RANKS[own]:
            found.append(module.at(node, name))
    return found


def large_packages(of: list[Module]) -> list[str]:
    """Packages of more modules than a reader takes in; `__init__` and `__main__` do not count."""
    sizes = Counter(
        path.parent.as_posix()
        for path in (PurePosixPath(module.path) for module in of)
        if path.stem not in ("__init__", "__main__")
    )
    return [f"{folder} has {size} modules" for folder, size in sizes.items() if size > SIZES.get(folder, MOST_MODULES)]


def folders_without_init(of: list[Module]) -> list[str]:
    """Folders of modules that are no packages: setuptools would leave them out of the wheel."""
    paths = {module.path for module in of}
    folders = {PurePosixPath(path).parent.as_posix() for path in paths}
    return sorted(folder for folder in folders if f"{folder}/__init__.py" not in paths)


def task_folders(of: list[Module]) -> dict[str, set[str]]:
    """The folder of each task, with the names of its modules."""
    files: dict[str, set[str]] = {}
    for module in of:
        path = PurePosixPath(module.path)
        if path.parts[1] in FAMILIES and path.stem != "__init__":
            files.setdefault(path.parent.as_posix(), set()).add(path.stem)
    return {folder: names for folder, names in files.items() if "env" in names and folder not in ENGINES}


def unusual_task_files(of: list[Module]) -> list[str]:
    """Files of tasks that are called otherwise than in other tasks, and files that a task lacks."""
    found = []
    for folder, names in task_folders(of).items():
        further = {name for name in names if f"{folder}/{name}" in FURTHER_TASK_FILES}
        found += [f"{folder}/{name}.py: not a name of a task's file" for name in sorted(names - TASK_FILES - further)]
        found += [f"{folder} has no {name}.py" for name in sorted(EVERY_TASK_HAS - names)]
    return found
