"""Groups of runs that differ in their seed alone."""

import glob
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.utils.files import read_text
from stigmergy.envs.utils.yaml_text import parse_yaml
from stigmergy.training.experiment import flatten
from stigmergy.training.runs.run import Run

LONGEST = 40
"""Characters of a value in the name of a group."""
SHAPES = ("num_envs", "rollout_length")
"""Settings of the trainer that affect learning. The others set its length and its output."""
PLAN = "sweep.yaml"
"""File of a sweep, in whose `runs` all its runs are named."""
MOST_PLAN = 64 << 20
PARTS = ("environment", "task", "algorithm", "learner", "learners", "base")
"""Parts of a config that affect learning."""


def grouped(runs: Sequence[str], settings: Sequence[str] = SHAPES) -> dict[str, list[str]]:
    """Group name to run folders.

    Args:
        runs: run folders, folders with runs below them, `NAME=FOLDER`, or `NAME=PATTERN`.
        settings: of the trainer, in which the runs of a group without a name agree.

    Raises:
        BadParameter: there are no runs, or a folder has none.
    """
    groups: dict[str, list[str]] = {}
    unnamed: list[str] = []
    for given in runs:
        name, equals, pattern = ("", "", "") if Path(given).is_dir() else given.partition("=")
        matching = sorted(glob.glob(pattern)) if equals else [given]
        if not matching:
            raise BadParameter(f"'{given}' names no folder that exists")
        folders = [folder for one in matching for folder in find_runs(one)]
        if equals:
            groups.setdefault(name, []).extend(folders)
        else:
            unnamed += folders
    for name, folders in alike(unnamed, settings).items():
        groups.setdefault(name, []).extend(folders)
    if not groups:
        raise BadParameter("no runs are given; give run folders, or a folder of runs such as a sweep")
    return groups


def find_runs(folder: str) -> list[str]:
    """The run in `folder`, or all runs in folders below it, sorted by path.

    Raises:
        BadParameter: there is none, or the folder does not exist.
    """
    if Run(folder).is_begun() or not Path(folder).is_dir():
        return [str(Run.open(folder).folder)]
    found = sorted(_below(Path(folder)))
    if not found:
        raise BadParameter(
            f"there is no run in '{folder}' or below it: no folder has a config.yaml; "
            "a run folder is what `stigmergy train` makes"
        )
    return found


def _below(folder: Path) -> Iterator[str]:
    """Run folders below `folder`; what a run keeps in folders of its own is none."""
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        if Run(inner).is_begun():
            yield str(inner)
        elif not inner.is_symlink():
            yield from _below(inner)


def not_begun(folder: str) -> list[str]:
    """Runs that the plan of the sweep in `folder` names and that have not begun; none elsewhere.

    Raises:
        UserError: the plan cannot be read.
    """
    path = Path(folder) / PLAN
    if not path.is_file():
        return []
    plan = parse_yaml(read_text(path, MOST_PLAN), f"the plan '{path}'")
    runs = plan.get("runs") if isinstance(plan, Mapping) else None
    names = [str(Path(folder) / str(name)) for name in runs] if isinstance(runs, Mapping) else []
    return [name for name in names if not Run(name).is_begun()]


def alike(folders: Sequence[str], settings: Sequence[str] = SHAPES) -> dict[str, list[str]]:
    """Group runs of one kind: name to folders.

    A kind is named after its algorithm, and by the differing settings if kinds share it.
    """
    kinds: dict[str, list[str]] = {}
    configs: dict[str, dict[str, Any]] = {}
    for folder in folders:
        config = kind(Run.open(folder).config(), settings)
        key = repr(sorted(config.items()))
        kinds.setdefault(key, []).append(folder)
        configs[key] = config
    named: dict[str, list[str]] = {}
    for key, own in kinds.items():
        rivals = [other for other in configs.values() if other.get("algorithm") == configs[key].get("algorithm")]
        differing = [name for name in configs[key] if name != "algorithm" and differ(rivals, name)]
        details = ", ".join(f"{name.removeprefix('task.')} {short(configs[key].get(name))}" for name in differing)
        name = f"{configs[key].get('algorithm')} ({details})" if details else str(configs[key].get("algorithm"))
        named.setdefault(name, []).extend(own)
    return named


def mixtures(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences on groups whose runs have different tasks, or learn them in different ways."""
    sentences = []
    for group, folders in groups.items():
        configs = [kind(Run.open(folder).config()) for folder in folders]
        names = dict.fromkeys(name for config in configs for name in config)
        differing = [name for name in names if differ(configs, name)]
        if differing:
            values = [short(config[differing[0]]) for config in configs if differing[0] in config]
            sentences.append(
                f"the group '{group}' averages runs that differ in {', '.join(differing)} ({differing[0]}: {', '.join(dict.fromkeys(values))})"
            )
    return sentences


def kind(config: Mapping[str, Any], settings: Sequence[str] = SHAPES) -> dict[str, Any]:
    """Environment, task, algorithms and settings of a run's config, by dotted names.

    They are equal in runs that differ in their seed alone.
    """
    plain = flatten({name: config[name] for name in PARTS if name in config})
    training = config.get("training") or {}
    return plain | {f"training.{name}": training[name] for name in settings if name in training}


def differ(configs: Sequence[Mapping[str, Any]], name: str) -> bool:
    """True if a value differs between runs.

    Runs of another version may lack it; it then had its default.
    """
    return len({repr(config[name]) for config in configs if name in config}) > 1


def short(value: Any) -> str:
    """Text of a value, cut if it is long."""
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
