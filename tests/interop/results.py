"""Recorded results of the snippets: a JSON file for each."""

import datetime
import json
import platform
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def read(name: str) -> dict[str, Any]:
    """The record of a snippet, empty if it was never run.

    Returns:
        `date`, `python`, `versions` by package, and `outcomes`, id to `ok` or an error in short.
    """
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {"outcomes": {}}


def record(name: str, id: str, outcome: str, versions: dict[str, str]) -> None:
    """Put an outcome into the record of a snippet."""
    outcomes = {**read(name)["outcomes"], id: outcome}
    entry = {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "versions": versions,
        "outcomes": dict(sorted(outcomes.items())),
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(entry, indent=1) + "\n")
