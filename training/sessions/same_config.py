"""Comparison of an experiment with the config of a run that exists."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...envs.errors import BadParameter
from ..experiment import Experiment
from ..runs.restore import open_run
from ..runs.run import Run
from ..runs.run_files import collect_files

ADVICE = "a run keeps its config, so give the same value, or another run folder"


def open_same(experiment: Experiment, run: Run, trust: bool = False) -> Experiment:
    """Open the experiment of `run`, which has to be `experiment`.

    `training.threads` may be 0 for the number that the run has.

    Args:
        experiment: its code is imported already.
        trust: as for `open_run`.

    Raises:
        BadParameter: a key differs, or a file that the run keeps a copy of; the sentence has both
            values.
    """
    given = collect_files(experiment)
    here, there = given.config, run.config()
    _refuse_difference("environment", here["environment"], there.get("environment"), run)
    # Runs of earlier versions have absolute paths.
    _refuse_difference("plugins", _names(here.get("plugins")), _names(there.get("plugins")), run)
    for name, content in given.files.items():
        kept = run.folder / name
        if not kept.is_file() or kept.read_bytes() != content:
            raise BadParameter(
                f"the file '{name}' is another one here than in the run '{run.folder}', which keeps its own copy; "
                "`stigmergy resume` goes on with that copy"
            )
    known = open_run(run.folder, trust)[1]
    for key, mine, theirs in differences(here, _from_folder(known.to_dict(), run.folder)):
        if key.partition(".")[0] != "plugins" and (key, mine) != ("training.threads", 0):
            _refuse_difference(key, mine, theirs, run)
    return known


def _refuse_difference(key: str, here: Any, there: Any, run: Run) -> None:
    if here != there:
        raise BadParameter(f"{key} is {here!r}, and {there!r} in the run '{run.folder}'; {ADVICE}")


def _names(paths: Any) -> list[str]:
    return [Path(path).name for path in paths or ()]


def _from_folder(value: Any, folder: Path) -> Any:
    """Plain values with paths in `folder` written from there, as the run's config has them."""
    if isinstance(value, dict):
        return {key: _from_folder(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_folder(item, folder) for item in value]
    return value.removeprefix(f"{folder.resolve()}/") if isinstance(value, str) else value


def differences(here: Mapping[str, Any], there: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Dotted keys whose values differ in two nested mappings, with both values.

    A key that one of them lacks has the value None there.
    """
    for name in dict.fromkeys([*here, *there]):
        mine, theirs = here.get(name), there.get(name)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from differences(mine, theirs, f"{prefix}{name}.")
        elif mine != theirs:
            yield f"{prefix}{name}", mine, theirs
