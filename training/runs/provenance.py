"""Provenance of a run: machine, versions, command and commit."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ...envs.utils.git_commit import git_commit

PACKAGES = ("stigmergy", "torch", "numpy", "numba", "pettingzoo", "gymnasium")


def describe_machine(fingerprint: str | None) -> dict[str, Any]:
    """Contents of `meta.json`."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return {
        "fingerprint": fingerprint,
        "command": sys.argv,
        "versions": versions,
        "python": platform.python_version(),
        "machine": platform.platform(),
        "git_commit": git_commit(Path.cwd()),
    }
