"""References of normalized scores: returns and other outcomes of random and of scripted play.

`python -m benchmarks references` measures them anew and writes the file that `stigmergy compare`
reads, `python -m benchmarks.references ID` those of one id. There is a reference for every id with
its default parameters, and for the parameters of every config that comes with the package,
environments of other packages apart. Scenarios, tasks of several groups and tasks without a
scripted policy have a reason in the file in place of outcomes. The scripted policy is the one with
the highest return among those that play the task.
"""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stigmergy
from benchmarks.scripted_baselines import SEED, outcomes
from stigmergy.algorithms.core.make import scripted_for
from stigmergy.analysis.comparison.references import CLEAR, DEFAULT, PATH
from stigmergy.envs.registration.make import is_bridged
from stigmergy.envs.registration.registry import environments
from stigmergy.envs.tools.fingerprint import fingerprint
from stigmergy.training.experiment import Experiment, build_experiment, read_config, shipped_configs

BATCH, FEWEST, MOST = 64, 128, 1024
"""Episodes of a batch, and fewest and most episodes of a reference."""
PRECISION = 0.01
"""Standard errors of both mean returns, as shares of their distance, at which episodes suffice."""

Columns = dict[str, NDArray[np.float64]]


def experiments() -> Iterator[tuple[str, Experiment]]:
    """Yield every distinct environment with its name: DEFAULT, or a config that it comes from."""
    known: list[tuple[str, Any]] = []
    ours = [entry.name for entry in environments.in_order()]
    named = [(DEFAULT, build_experiment({"environment": id})) for id in ours]
    named += [(name, build_experiment(read_config(name))) for name in shipped_configs()]
    for name, experiment in named:
        if is_bridged(experiment.environment):
            continue
        if (experiment.environment, experiment.task) not in known:
            known.append((experiment.environment, experiment.task))
            yield name, experiment


def measure(experiment: Experiment) -> dict[str, Any]:
    """Measure one reference: its fields in the file, or `reason` in place of outcomes."""
    env = experiment.make_env(BATCH)
    entry: dict[str, Any] = {
        "fingerprint": fingerprint(experiment.environment, experiment.task),
        "task": experiment.to_dict()["task"],
    }
    if env.spec.world is not None:
        return entry | {"reason": "it is a scenario, whose bots have a part in every return"}
    if len(env.spec.groups) > 1:
        groups = " and ".join(group.name for group in env.spec.groups)
        return entry | {
            "reason": f"it has the groups {groups}, and the return of one depends on the play of the others"
        }
    (group,) = env.spec.groups
    policy = best_policy(env)
    if policy is None:
        return entry | {"reason": "no scripted policy plays it"}
    random, scripted = play_until_precise(env, ({group.name: "random"}, {group.name: policy}))
    (low, low_error), (high, high_error) = summary(random)["return"], summary(scripted)["return"]
    if high - low <= CLEAR * np.hypot(low_error, high_error):
        return entry | {
            "reason": f"the scripted policy {policy} has no higher return ({high:.4g}) than random play ({low:.4g})"
        }
    return entry | {
        "scripted_policy": policy,
        "episodes": len(random["return"]),
        "random": summary(random),
        "scripted": summary(scripted),
    }


def best_policy(env: stigmergy.BatchEnv) -> str | None:
    """Scripted policy with the highest mean return in a batch of episodes; None if there is none.

    Of equal ones, it is the first.
    """
    (group,) = env.spec.groups
    returns = {}
    for name in scripted_for(env.spec, group):
        # A policy may refuse the parameters, as `optimum` does where no optimum is known.
        with contextlib.suppress(stigmergy.BadParameter):
            returns[name] = float(outcomes(env, {group.name: name}, SEED - 1)["return"].mean())
    return max(returns, key=returns.__getitem__, default=None)


def play_until_precise(env: stigmergy.BatchEnv, sides: tuple[Mapping[str, str], ...]) -> list[Columns]:
    """Outcomes of both sides over the same episodes: enough for PRECISION, or MOST of them."""
    played: list[list[Columns]] = [[] for _ in sides]
    while True:
        number = len(played[0])
        for side, batches in zip(sides, played):
            batches.append(outcomes(env, side, SEED + number))
        joined = [{name: np.concatenate([one[name] for one in own]) for name in own[0]} for own in played]
        (low, low_error), (high, high_error) = (summary(own)["return"] for own in joined)
        episodes = len(joined[0]["return"])
        precise = max(low_error, high_error) <= PRECISION * abs(high - low)
        if episodes >= MOST or (precise and episodes >= FEWEST):
            return joined


def summary(columns: Columns) -> dict[str, tuple[float, float]]:
    """Mean and standard error of each outcome over the episodes that have a value."""
    result = {}
    for name, values in columns.items():
        known = np.asarray(values, np.float64)
        known = known[~np.isnan(known)]
        if known.size >= FEWEST / 2:
            error = float(known.std(ddof=1)) / known.size**0.5
            result[name] = (rounded(float(known.mean())), rounded(error))
    return result


def rounded(value: float) -> float:
    """Value with six digits."""
    return float(f"{value:.6g}")


def write_references(ids: Sequence[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Measure references and write the file; yield id, config and a sentence on each.

    With `ids`, only theirs are measured, and the file keeps those of all others.
    """
    entries: dict[str, list[dict[str, Any]]] = {}
    if ids:
        kept = json.loads(PATH.read_text(encoding="utf-8"))
        entries = {id: own for id, own in kept.items() if id not in ids}
    for name, experiment in experiments():
        if ids and experiment.environment not in ids:
            continue
        entry = {"config": name} | measure(experiment)
        entries.setdefault(experiment.environment, []).append(entry)
        yield experiment.environment, name, sentence(entry)
    write_file(entries)


def write_file(entries: Mapping[str, list[dict[str, Any]]]) -> None:
    """Write the references of every id, each on a line of its own."""
    lines = []
    for id, own in sorted(entries.items()):
        rows = ",\n".join(f"  {json.dumps(entry, allow_nan=False)}" for entry in own)
        lines.append(f" {json.dumps(id)}: [\n{rows}\n ]")
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def sentence(entry: Mapping[str, Any]) -> str:
    """Return of random and of scripted play, or the reason for none."""
    if "reason" in entry:
        return f"none: {entry['reason']}"
    parts = (
        f"{name} {mean:.4g} ± {error:.2g}"
        for name, (mean, error) in (
            ("random", entry["random"]["return"]),
            (entry["scripted_policy"], entry["scripted"]["return"]),
        )
    )
    return f"{', '.join(parts)} ({entry['episodes']} episodes)"


def main(ids: Sequence[str]) -> int:
    """Measure the references of some ids and print them."""
    try:
        for id in ids:
            environments.find(id)
    except stigmergy.UnknownName as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for row in write_references(ids):
        print(": ".join(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
