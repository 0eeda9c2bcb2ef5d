"""Plan of a sweep: the file `sweep.yaml` in its folder, which further commands may only add to."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stigmergy.envs.errors import BadParameter, UserError
from stigmergy.envs.utils.files import read_text
from stigmergy.envs.utils.yaml_text import parse_yaml, write_yaml
from stigmergy.sweeps.points import THREADS, Point, Request
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.storage import write_atomically

PLAN = "sweep.yaml"
MOST_BYTES = 64 << 20
HEADER = "# Plan of `stigmergy sweep`: `common` is the config of all runs, `runs` what each has of its own.\n"
Flat = Mapping[str, Any]


@dataclass(frozen=True)
class Recorded:
    """Plan as its file has it."""

    config: str | None
    options: tuple[str, ...]
    varied: tuple[str, ...]
    """Dotted keys that differ between runs."""
    runs: Mapping[str, Flat]
    """Name of a run folder to its resolved config, by dotted keys."""
    search: Mapping[str, str] | None = None
    """Search space, metric and direction of a study, as they were given; None without one."""

    @property
    def threads(self) -> int | None:
        """Threads of every run, or None if they differ."""
        numbers = {config.get(THREADS) for config in self.runs.values()}
        return numbers.pop() if len(numbers) == 1 else None


def read_plan(folder: Path) -> Recorded | None:
    """Read the plan in `folder`; None if there is none.

    Raises:
        UserError: its file cannot be read, or is none of a sweep.
    """
    path = folder / PLAN
    if not path.exists():
        return None
    plain = parse_yaml(read_text(path, MOST_BYTES), f"the plan '{path}'")
    try:
        common = dict(plain["common"])
        return Recorded(
            plain["config"],
            tuple(plain["options"]),
            tuple(plain["varied"]),
            {str(name): common | dict(own) for name, own in plain["runs"].items()},
            plain.get("search"),
        )
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise UserError(f"'{path}' is no plan of a sweep: {type(error).__name__}: {error}") from error


def write_plan(folder: Path, plan: Recorded) -> None:
    """Write the plan into `folder`. Raises OSError."""
    configs = list(plan.runs.values())
    common = {
        key: value
        for key, value in configs[0].items()
        if all(key in config and config[key] == value for config in configs)
    }
    runs = {
        name: {key: value for key, value in config.items() if key not in common} for name, config in plan.runs.items()
    }
    plain = {
        "config": plan.config,
        "options": list(plan.options),
        "varied": list(plan.varied),
        **({"search": dict(plan.search)} if plan.search else {}),
        "common": common,
        "runs": runs,
    }
    write_atomically(folder / PLAN, (HEADER + write_yaml(plain)).encode())


def merge(
    folder: Path, old: Recorded | None, request: Request, points: Sequence[Point]
) -> tuple[Recorded, list[Point]]:
    """Plan with the runs of `old` and of `points`, and the points under the names of their runs.

    A point with the config of an earlier run is that run, whatever its name. Earlier runs that have
    not begun give way to contradicting ones.

    Raises:
        BadParameter: two points are one run, or a key that is not swept differs from the earlier
            runs.
    """
    if old and old.search is not None:
        raise BadParameter(f"the folder '{folder}' is that of a study by --optuna; give another --folder")
    varied = tuple(dict.fromkeys([*(old.varied if old else ()), *request.varied]))
    earlier = drop_contradictions(folder, old, varied, points)
    runs, named = dict(earlier), {}
    known = {_identity(config): name for name, config in runs.items()}
    for point in points:
        config = point.config
        name = known.get(_identity(config), point.name)
        if name in named:
            raise BadParameter(
                f"two runs of the sweep have the same config, that of '{name}'; leave one of their values out"
            )
        key = next((key for key in config if name in earlier and config[key] != earlier[name].get(key)), None)
        if key is not None and key != "plugins":
            raise _refusal(folder, key, config[key], name, earlier[name].get(key))
        named[name] = dataclasses.replace(point, name=name)
        runs[name] = config
    shared = old if old and earlier else request
    return Recorded(shared.config, shared.options, varied, runs), list(named.values())


def drop_contradictions(
    folder: Path, old: Recorded | None, varied: Sequence[str], points: Sequence[Point]
) -> dict[str, Flat]:
    """Runs of an earlier plan without those that never began and contradict a point.

    Raises BadParameter if one that has begun contradicts a point.
    """
    earlier = dict(old.runs) if old else {}
    for other, theirs in list(earlier.items()):
        fault = next((found for point in points if (found := _contradiction(point.config, theirs, varied))), None)
        if fault and Run(folder / other).is_begun():
            key, value = fault
            raise _refusal(folder, key, value, other, theirs[key])
        if fault:
            del earlier[other]
    return earlier


def _identity(config: Flat) -> str:
    """Text that is equal for equal configs. Plugins are compared by the run, which keeps copies."""
    return repr(sorted((key, value) for key, value in config.items() if key != "plugins"))


def _contradiction(config: Flat, theirs: Flat, varied: Sequence[str]) -> tuple[str, Any] | None:
    """Key that differs from another run's although the sweep does not vary it, and its value.

    Another environment has other options of the task, another algorithm others of the learner.
    """
    parts = ("environment", "task."), ("algorithm", "learner.")
    skipped = tuple(prefix for key, prefix in parts if config.get(key) != theirs.get(key))
    for key, value in config.items():
        compared = key in theirs and key not in varied and key != "plugins" and not key.startswith(skipped)
        if compared and value != theirs[key]:
            return key, value
    return None


def _refusal(folder: Path, key: str, value: Any, other: str, theirs: Any) -> BadParameter:
    return BadParameter(
        f"{key} is {value!r}, and {theirs!r} in the run '{other}' of the sweep in '{folder}'; a sweep varies only what its "
        "--seeds and --grid name, so give the same value, or another --folder"
    )
