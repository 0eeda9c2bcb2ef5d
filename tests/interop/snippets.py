"""Snippets of docs/interop.md, one for each library, and runs of them with other ids."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import warnings
from contextlib import chdir
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from tests.support.source_rules import ROOT

PAGE = ROOT / "docs/interop.md"
BLOCK = re.compile(r"^<!-- file: (?P<name>\w+)\.py -->\n```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
ID = re.compile(r'"(?P<id>[a-z]+/\w+-v\d+)"')
LONGEST_REASON = 160


class Library(NamedTuple):
    """A library with a snippet."""

    title: str
    environment: str
    """Its virtual environment: `.venv-interop/NAME`."""
    distributions: tuple[str, ...]
    """Packages whose versions are recorded; the first one's module has to be there."""
    module: str


LIBRARIES = {
    "sb3": Library("Stable-Baselines3", "sb3", ("stable-baselines3",), "stable_baselines3"),
    "sb3_contrib": Library("sb3-contrib", "sb3", ("sb3-contrib",), "sb3_contrib"),
    "cleanrl": Library("CleanRL", "cleanrl", (), "tensorboard"),
    "torchrl": Library("TorchRL", "torchrl", ("torchrl", "tensordict"), "torchrl"),
    "benchmarl": Library("BenchMARL", "benchmarl", ("benchmarl", "torchrl"), "benchmarl"),
    "rllib": Library("RLlib", "rllib", ("ray",), "ray.rllib"),
    "agilerl": Library("AgileRL", "agilerl", ("agilerl",), "agilerl"),
    "tianshou": Library("Tianshou", "tianshou", ("tianshou",), "tianshou"),
    "skrl": Library("skrl", "skrl", ("skrl",), "skrl"),
    "supersuit": Library("SuperSuit", "sb3", ("supersuit", "stable-baselines3"), "supersuit"),
    "pettingzoo_wrapper": Library("TorchRL's PettingZooWrapper", "torchrl", ("torchrl",), "torchrl"),
}
"""Name of the snippet to its library, in the order of the matrix."""


def snippets() -> dict[str, str]:
    """Name to code of the snippets on the page."""
    return {match["name"]: match["code"] for match in BLOCK.finditer(PAGE.read_text())}


def with_id(code: str, id: str) -> str:
    """The code with another id in place of the only one that it names.

    Raises:
        ValueError: it names none, or several.
    """
    found = ID.findall(code)
    if len(found) != 1:
        raise ValueError(f"a snippet names one id; this one names {found}")
    return code.replace(f'"{found[0]}"', f'"{id}"')


def installed(name: str) -> bool:
    """Tell if the library of a snippet can be imported."""
    try:
        return importlib.util.find_spec(LIBRARIES[name].module) is not None
    except ModuleNotFoundError:  # of the package around it
        return False


def versions(name: str) -> dict[str, str]:
    """Versions of a library's packages, and of those that all share; of CleanRL the commit."""
    found = {}
    if name == "cleanrl":
        command = ["git", "-C", os.environ["CLEANRL"], "rev-parse", "--short=8", "HEAD"]
        found[name] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    for package in (*LIBRARIES[name].distributions, "gymnasium", "pettingzoo", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def outcome(name: str, id: str) -> str:
    """`ok` if a snippet runs with an id, or the error in short.

    It runs in a folder of its own, in which `cleanrl` is the folder of that name in the clone that
    the variable CLEANRL names.
    """
    code = compile(with_id(snippets()[name], id), f"{name}.py", "exec")
    with tempfile.TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "CLEANRL" in os.environ:
            Path("cleanrl").symlink_to(Path(os.environ["CLEANRL"]) / "cleanrl")
        module = sys.modules["snippet"] = ModuleType("snippet")  # whose classes can be pickled
        try:
            exec(code, vars(module))
        except (Exception, SystemExit) as error:  # whatever a library raises is what the matrix is about
            text = " ".join(str(error).split())
            return f"{type(error).__name__}: {text}"[:LONGEST_REASON]
    return "ok"
