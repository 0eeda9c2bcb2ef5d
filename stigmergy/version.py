"""Version of the checkout or of the installed package."""

import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def version() -> str:
    """Return the version, such as 0.1.0: of the running checkout, or of the installed package."""
    if PROJECT.is_file():
        project = tomllib.loads(PROJECT.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == "stigmergy":
            return project["version"]
    try:
        return installed_version("stigmergy")
    except PackageNotFoundError:
        return "unknown"
