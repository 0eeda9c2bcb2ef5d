"""The package imports from the root of a checkout, beside an installed one and alone, and each
module once.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy
import pytest

from tests.support.source_rules import ROOT
from tests.test_wheel import FOLDERS, PROJECT_FILES

LIBRARIES = os.pathsep.join({str(Path(numpy.__file__).parents[1]), sysconfig.get_path("purelib")})
"""Folders of the dependencies. On PYTHONPATH, with -S, their .pth files do nothing, so that no
editable install helps.
"""

PROGRAM = """
import json, pickle, sys
import stigmergy
import stigmergy.training.experiment as experiment
from stigmergy.envs.pathfinding import lifelong
env = stigmergy.make("pathfinding/lifelong-v0", num_agents=2, height=6, width=6)
copied = pickle.loads(pickle.dumps(env.config))
print(json.dumps({
    "stigmergy": stigmergy.__file__,
    "envs": stigmergy.envs.__file__,
    "same": copied == env.config and type(copied).__module__.startswith("stigmergy.envs."),
    "twice": sorted(name for name in sys.modules if name.split(".")[0] in ("envs", "algorithms", "training")),
    "configs": len(experiment.shipped_configs()),
}))
"""


def put(folder: Path, inside: bool) -> Path:
    """The sources as a checkout has them, or as they install."""
    for name in FOLDERS:
        place = folder / "stigmergy" / name if inside and name != "stigmergy" else folder / name
        shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    if not inside:
        for name in PROJECT_FILES:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    return put(tmp_path_factory.mktemp("checkout"), inside=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    return put(tmp_path_factory.mktemp("site"), inside=True)


def python(*args: str, path: list[Path], cwd: Path) -> str:
    """Output of Python with the dependencies, without other packages of this environment."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*map(str, path), LIBRARIES])}
    result = subprocess.run([sys.executable, "-S", *args], capture_output=True, text=True, cwd=cwd, env=environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("beside", ["nothing installed", "an installed package", "another checkout"])
def test_the_root_of_a_checkout_is_a_place_to_import_from(checkout, installed, beside, tmp_path):
    path = {"nothing installed": [], "an installed package": [installed], "another checkout": [ROOT]}[beside]
    told = json.loads(python("-c", PROGRAM, path=path, cwd=checkout))
    assert Path(told["stigmergy"]).is_relative_to(checkout)
    assert Path(told["envs"]) == checkout / "envs" / "__init__.py"
    assert told["same"]
    assert told["twice"] == []
    assert told["configs"] > 50


def test_elsewhere_the_installed_package_is_as_it_was(checkout, installed, tmp_path):
    told = json.loads(python("-c", PROGRAM, path=[installed], cwd=tmp_path))
    assert Path(told["envs"]) == installed / "stigmergy" / "envs" / "__init__.py"
    assert told["same"]
    assert told["twice"] == []


def test_the_command_line_runs_in_a_checkout(checkout, installed):
    for path in ([], [installed]):
        assert python("-m", "stigmergy", "--version", path=path, cwd=checkout) == "stigmergy 0.1.0\n"
        assert "pathfinding/lifelong-v0" in python("-m", "stigmergy", "list", path=path, cwd=checkout)


def test_folders_of_these_names_that_are_no_packages_are_left_alone(installed, tmp_path):
    """A folder beside an installed package, such as `envs` with virtual environments, is no
    part of it.
    """
    (installed / "envs").mkdir(exist_ok=True)
    told = json.loads(python("-c", PROGRAM, path=[installed], cwd=tmp_path))
    assert Path(told["envs"]).parent == installed / "stigmergy" / "envs"
