"""Version of the checkout or of the installed package."""

import os
import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from stigmergy.envs.utils.git_commit import git_commit

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def version() -> str:
    """Return the version, such as 0.1.0: of the running checkout, or of the installed package."""
    own = _version_of_checkout()
    if own is not None:
        return own
    try:
        return installed_version("stigmergy")
    except PackageNotFoundError:
        return "unknown"


def version_and_commit() -> str:
    """Return the version, with the commit where a git checkout runs: `0.1.0 (commit 1a2b3c4d5e6f)`.

    Files that differ from the commit are not noticed.
    """
    folder = PROJECT.parent
    inside = _version_of_checkout() is not None and os.path.lexists(folder / ".git")
    commit = git_commit(folder) if inside else None
    return f"{version()} (commit {commit[:12]})" if commit else version()


def _version_of_checkout() -> str | None:
    """Version in the `pyproject.toml` beside the package; None for an installed package."""
    if not PROJECT.is_file():
        return None
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8")).get("project", {})
    return project["version"] if project.get("name") == "stigmergy" else None
