"""Files that a run keeps, so that it works in other folders and on other machines.

It also works after the originals changed.

Plugins and the user's own modules are in `plugins`; maps and other files that parameters name are
in `files`; other runs that its learners start from or play against are in `policies`, each with its
config, its own files and a checkpoint of its learners. The run's config has their paths from the
run's folder.
"""

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...algorithms.core.registry import algorithms
from ...envs.plugins.loading import find_given
from ...envs.plugins.sources import Sources
from ...envs.utils.files import read_bytes
from ...envs.utils.parameter_files import file_named, file_parameters
from ..experiment import Experiment
from ..trust.plugins import FOLDER, module_of
from .checkpoint import checkpoint_bytes, checkpoint_path
from .run import LOADED, ORIGIN, POLICIES, Run

FILES = "files"
RUN_KEYS = ("algorithm", "base")
"""Keys of a config whose value may be the folder of a run."""


@dataclass
class RunFiles:
    """Config of a new run, and the files to be written into its folder."""

    config: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    """Path from the run's folder to contents."""
    _places: dict[Path, str] = field(default_factory=dict)
    _runs: dict[Path, str] = field(default_factory=dict)

    def add_code(self, sources: Sources) -> str:
        """Keep the files of a plugin or module; return its name in the config."""
        if sources.installed:
            return sources.name
        number = len(self._places) + 1
        place = self._places.setdefault(sources.folder, FOLDER if number == 1 else f"{FOLDER}-{number}")
        for name in sources.files:
            self.files[f"{place}/{name}"] = read_bytes(sources.folder / name)
        return f"{place}/{sources.main}" if sources.name.endswith(".py") else sources.name

    def add_file(self, path: str) -> str:
        """Keep a file that a parameter names; return its path from the run's folder."""
        content = read_bytes(path)
        stem, suffix = os.path.splitext(Path(path).name)
        name, number = f"{FILES}/{stem}{suffix}", 2
        while self.files.get(name, content) != content:
            name, number = f"{FILES}/{stem}-{number}{suffix}", number + 1
        self.files[name] = content
        return name

    def add_run(self, folder: str) -> str:
        """Keep the policies of another run; return their path from this run's folder."""
        run = Run(folder)
        place = self._runs.get(run.folder.resolve())
        if place is None:
            state, _ = run.load()
            number = sum(own.name == run.folder.resolve().name for own in self._runs) + 1
            place = f"{POLICIES}/{run.folder.resolve().name}{f'-{number}' if number > 1 else ''}"
            self._runs[run.folder.resolve()] = place
            checkpoint = checkpoint_bytes({key: state[key] for key in LOADED})
            update = int(state["progress"]["update"])
            origin = {
                "run": str(run.folder.resolve()),
                "update": update,
                "sha256": hashlib.sha256(checkpoint).hexdigest(),
            }
            self.files[f"{place}/{checkpoint_path(Path('checkpoints'), update)}"] = checkpoint
            self.files[f"{place}/{ORIGIN}"] = json.dumps(origin, indent=2).encode()
            self.files[f"{place}/config.yaml"] = read_bytes(run.folder / "config.yaml")
            for own in (FILES, POLICIES, f"{FOLDER}*"):
                for path in sorted(run.folder.glob(f"{own}/**/*")):
                    if path.is_file() and "__pycache__" not in path.parts:
                        self.files[f"{place}/{path.relative_to(run.folder)}"] = read_bytes(path)
        return place


def is_run(name: str) -> bool:
    """True if `name` is no registered algorithm, but the folder of a run."""
    return bool(name) and name not in algorithms and Run(name).is_begun()


def is_policy_file(name: str) -> bool:
    """True if `name` is no registered algorithm, but a file of `stigmergy export`."""
    return name.endswith(".npz") and name not in algorithms and Path(name).is_file()


def kept_runs(folder: Path) -> list[Path]:
    """Folders of the runs that the run in `folder` keeps."""
    return sorted(path.parent for path in (folder / POLICIES).glob("*/config.yaml"))


def collect_files(experiment: Experiment) -> RunFiles:
    """Read all files that a run of `experiment` needs besides the installed packages.

    Raises:
        UserError: a file is gone, or cannot be read.
    """
    kept = RunFiles(experiment.to_dict())
    plugins = []
    for plugin in experiment.plugins:
        sources = find_given(plugin)
        plugins.append(plugin if sources is None else kept.add_code(sources))
    kept.config["plugins"] = plugins
    module = module_of(kept.config)
    sources = find_given(module) if module else None
    if sources is not None:
        kept.add_code(sources)
    for values, name, find in _files(experiment.task, kept.config["task"]):
        path = file_named(find, values[name])
        if path is not None:
            values[name] = kept.add_file(path)
    for own in (kept.config, *kept.config["learners"].values()):
        for key in RUN_KEYS:
            if is_run(own.get(key, "")):
                own[key] = kept.add_run(own[key])
        if is_policy_file(own["algorithm"]):
            own["algorithm"] = kept.add_file(own["algorithm"])
    return kept


def with_run_files(config: Mapping[str, Any], task_class: type | None, folder: Path) -> dict[str, Any]:
    """Config of a run with the whole paths of the files that the run keeps in `folder`."""
    plain, task, learners = dict(_absolute_runs(config, folder)), config.get("task"), config.get("learners")
    if isinstance(learners, Mapping):
        plain["learners"] = {group: _absolute_runs(own, folder) for group, own in learners.items()}
    if task_class is not None and isinstance(task, Mapping):
        plain["task"] = _absolute(task_class, task, folder)
    return plain


def _absolute_runs(config: Any, folder: Path) -> Any:
    """Config of one or all learners, with the whole paths of the runs that lie in `folder`."""
    if not isinstance(config, Mapping):
        return config
    named = {key: config[key] for key in RUN_KEYS if isinstance(config.get(key), str)}
    inside = {key: name for key, name in named.items() if name.startswith((f"{POLICIES}/", f"{FILES}/"))}
    kept = {
        key: name for key, name in inside.items() if is_run(f"{folder}/{name}") or is_policy_file(f"{folder}/{name}")
    }
    return {**config, **{key: str((folder / name).resolve()) for key, name in kept.items()}}


def _files(task: Any, values: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Values that hold files: a mapping, the name in it, and the way to find the file.

    Nested dataclasses are included.
    """
    if not dataclasses.is_dataclass(task):
        return
    for name, find in file_parameters(type(task)).items():
        if isinstance(values.get(name), str):
            yield values, name, find
    for own in dataclasses.fields(task):
        if isinstance(values.get(own.name), dict):
            yield from _files(getattr(task, own.name), values[own.name])


def _absolute(cls: type, values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    changed = dict(values)
    for name in file_parameters(cls):
        value = values.get(name)
        if isinstance(value, str) and value.startswith(f"{FILES}/") and (folder / value).is_file():
            changed[name] = str((folder / value).resolve())
    for own in dataclasses.fields(cls):
        default = own.default_factory() if own.default_factory is not dataclasses.MISSING else own.default
        if dataclasses.is_dataclass(default) and isinstance(values.get(own.name), Mapping):
            changed[own.name] = _absolute(type(default), values[own.name], folder)
    return changed
