"""Import every module of the installed stigmergy and build every experiment that it ships.

`.ci/run` runs it on the wheel.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

import stigmergy
from stigmergy.envs.interop.from_pettingzoo import BRIDGE_PREFIX
from stigmergy.training.experiment import build_experiment, read_config, shipped_configs

HERE = Path(__file__).parents[1]
EXTRAS = {"stigmergy.envs.interop.to_sb3": "stable_baselines3", "stigmergy.envs.interop.to_torchrl": "tensordict"}
"""Modules for users of a library, which the wheel does not bring."""
FLOORS = ("stigmergy.envs", "stigmergy.algorithms", "stigmergy.training", "stigmergy.commands")


def stop(package: str) -> None:
    """A package that fails to import fails the walk, which would else pass over what lies in it."""
    raise ImportError(f"cannot import {package}") from sys.exc_info()[1]


def import_all() -> list[str]:
    """Names of the modules, each imported."""
    names = [found.name for found in pkgutil.walk_packages(stigmergy.__path__, "stigmergy.", onerror=stop)]
    names = [name for name in names if not name.endswith("__main__")]  # it would run the command line
    for name in names:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if EXTRAS.get(name) != error.name:
                raise
    missing = [floor for floor in FLOORS if floor not in names]
    if missing:
        raise ImportError(f"the wheel has no {missing}")
    return names


def build_all() -> list[str]:
    """Names of the shipped configs, the environment of each made with its maps and other data."""
    configs = shipped_configs()
    if not configs:
        raise FileNotFoundError("the wheel has no configs")
    for name in configs:
        plain = read_config(name)
        if not plain["environment"].startswith(BRIDGE_PREFIX):  # those need an extra
            build_experiment(plain).make_env(1)
    return configs


if __name__ == "__main__":
    if HERE in Path(stigmergy.__file__).parents:
        sys.exit(f"this checks an installed wheel, but stigmergy comes from {stigmergy.__file__}")
    print(f"{len(import_all())} modules imported, {len(build_all())} configs built")
