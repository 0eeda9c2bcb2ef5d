"""A wheel holds every module of the four floors and every data file, under the names they install
as.
"""

import shutil
import subprocess
import sys
import zipfile
from pathlib import PurePosixPath

import pytest

from tests.support.source_rules import FLOORS, ROOT

FOLDERS = (*FLOORS, "configs")
PROJECT_FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
NOT_INSTALLED = (".md",)  # notes beside the code


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names in a wheel that was built from a copy of the sources: setuptools leaves build/ and
    *.egg-info where it builds.
    """
    folder = tmp_path_factory.mktemp("wheel")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in PROJECT_FILES:
        shutil.copy(ROOT / name, folder / name)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder / "dist"),
        str(folder),
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = (folder / "dist").glob("*.whl")
    return zipfile.ZipFile(path)


def sources() -> list[PurePosixPath]:
    """Every file of the folders that has to be installed."""
    files = (
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return [PurePosixPath(path.relative_to(ROOT)) for path in files if path.suffix not in NOT_INSTALLED]


def installed(path: PurePosixPath) -> str:
    """Path of a source file in the wheel."""
    return str(path) if path.parts[0] == "stigmergy" else f"stigmergy/{path}"


def test_every_module_and_data_file_is_inside(wheel):
    expected = {installed(path) for path in sources()}
    assert {
        "stigmergy/cli/entry.py",
        "stigmergy/envs/grid/moves.py",
        "stigmergy/configs/pathfinding/lifelong-ippo.yaml",
    } <= expected
    assert expected - set(wheel.namelist()) == set()


def test_nothing_else_is_inside(wheel):
    packaged = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packaged - {installed(path) for path in sources()} == set()


def test_files_arrive_unchanged(wheel):
    config = "configs/pathfinding/lifelong-ippo.yaml"
    assert wheel.read(f"stigmergy/{config}") == (ROOT / config).read_bytes()


def test_the_command_and_the_license_come_along(wheel):
    by_name = {name.partition(".dist-info/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert b"stigmergy = stigmergy.cli:main" in wheel.read(by_name["entry_points.txt"])
    assert b"stigmergy contributors" in wheel.read(by_name["licenses/LICENSE"])
