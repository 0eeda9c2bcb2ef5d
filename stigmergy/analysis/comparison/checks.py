"""Conditions under which runs can be compared, and sentences where they do not hold."""

from collections.abc import Callable, Sequence
from typing import Any

from stigmergy.analysis.comparison.run_groups import differ, short
from stigmergy.analysis.comparison.run_records import RunRecord
from stigmergy.envs.core.validation import nearest
from stigmergy.envs.errors import BadParameter
from stigmergy.training.experiment import flatten

EVALUATION = "evaluation/"
"""Beginning of the metrics of held-out episodes."""
MOST_NAMED = 3
"""The most runs that a sentence names."""


def check_comparable(runs: Sequence[RunRecord]) -> None:
    """Raise BadParameter unless the runs are two or more, of one task, with seeds of their own."""
    if len(runs) < 2:
        raise BadParameter(
            f"a comparison needs two runs or more, and '{runs[0].folder}' is the only one; "
            "`stigmergy evaluate` plays episodes of a single run"
        )
    _check_equal(runs, "environment", lambda run: run.environment)
    _check_task(runs)
    seen: dict[tuple[str, int], str] = {}
    for run in runs:
        other = seen.setdefault((run.group, run.seed), run.folder)
        if other != run.folder:
            raise BadParameter(
                f"the group '{run.group}' has two runs of the seed {run.seed}, '{other}' and '{run.folder}'; "
                "a run that counts twice makes intervals too narrow, so give one of them"
            )
    if len({run.folder for run in runs}) < len(runs):
        twice = next(run.folder for run in runs if sum(run.folder == other.folder for other in runs) > 1)
        raise BadParameter(f"the run '{twice}' is given twice; give it once")


def check_finished(runs: Sequence[RunRecord]) -> None:
    """Raise BadParameter if a run is not finished, or its learning diverged."""
    unfinished = [run for run in runs if not is_finished(run)]
    if unfinished:
        raise BadParameter(
            f"{len(unfinished)} of {len(runs)} runs {'is' if len(unfinished) == 1 else 'are'} not finished: "
            f"{named(unfinished)}; `stigmergy resume` goes on with a run that was stopped, "
            "and --finished-only leaves such runs out"
        )


def is_finished(run: RunRecord) -> bool:
    """True if all updates of the run were made, and learning did not diverge."""
    return run.updates >= run.training.num_updates and not run.diverged


def named(unfinished: Sequence[RunRecord]) -> str:
    """Name the first few of some unfinished runs, each with its updates."""
    parts = [
        f"'{run.folder}' {'diverged' if run.diverged else 'ended'} after {run.updates} of {run.training.num_updates} updates"
        for run in unfinished[:MOST_NAMED]
    ]
    rest = len(unfinished) - len(parts)
    return ", ".join(parts) + (f", and {rest} more" if rest else "")


def check_evaluations(runs: Sequence[RunRecord], metric: str) -> None:
    """Raise BadParameter if a run lacks the metric, or cut the episodes of it at other steps."""
    for run in runs:
        if metric not in run.metrics or not run.metrics[metric].steps.size:
            raise BadParameter(
                f"the run '{run.folder}' has no metric '{metric}'.{nearest(metric, sorted(run.metrics))}"
            )
    if metric.startswith(EVALUATION):
        _check_equal(runs, "training.evaluation_max_steps", lambda run: run.training.evaluation_max_steps)


def greedy_note(runs: Sequence[RunRecord], metric: str) -> str:
    """Sentence on runs that take the most likely actions in evaluations where others draw them."""
    greedy = dict.fromkeys(run.group for run in runs if run.training.evaluation_greedy)
    drawn = dict.fromkeys(run.group for run in runs if not run.training.evaluation_greedy)
    if not metric.startswith(EVALUATION) or not greedy or not drawn:
        return ""
    return f"Evaluations take the most likely actions in {', '.join(greedy)}, and draw them in {', '.join(drawn)}."


def default_metric(runs: Sequence[RunRecord]) -> str:
    """Metric of `best_metric` in held-out episodes, or in those of training if a run has no others.

    Raises BadParameter if the runs have different ones.
    """
    _check_equal(runs, "training.best_metric", lambda run: run.training.best_metric, "; name a metric")
    best = runs[0].training.best_metric
    evaluated = all(f"{EVALUATION}{best}" in run.metrics for run in runs)
    return f"{EVALUATION if evaluated else 'episode/'}{best}"


def seconds_obstacle(runs: Sequence[RunRecord]) -> str:
    """Sentence on the reason why seconds of these runs cannot be compared; empty if they can."""
    for name, values in (
        ("machine", {run.machine for run in runs}),
        ("number of threads", {run.training.threads for run in runs}),
        ("device", {run.training.device for run in runs}),
    ):
        if len(values) > 1:
            shown = " and ".join(sorted(map(str, values)))
            return f"There are no scores at equal seconds, because the {name} differs between runs: {shown}."
    return ""


def _check_task(runs: Sequence[RunRecord]) -> None:
    """Raise BadParameter if rules or parameters of the environment differ."""
    first = runs[0]
    before = flatten(first.config.get("task") or {}, "task.")
    for run in runs:
        after = flatten(run.config.get("task") or {}, "task.")
        sentence = (
            f"the runs are of different tasks, so their scores cannot be compared: '{first.folder}' and '{run.folder}' "
        )
        for name in before:
            if differ([before, after], name):
                raise BadParameter(f"{sentence}have {name} {short(before[name])} and {short(after[name])}")
        if run.fingerprint != first.fingerprint:
            digests = [_short_digest(own.fingerprint) for own in (first, run)]
            raise BadParameter(f"{sentence}have other rules, with the fingerprints {digests[0]} and {digests[1]}")


def _short_digest(digest: str | None) -> str:
    return "none" if digest is None else digest.rpartition(":")[2][:12]


def _check_equal(runs: Sequence[RunRecord], name: str, value: Callable[[RunRecord], Any], hint: str = "") -> None:
    for run in runs:
        one, other = value(runs[0]), value(run)
        if one != other:
            raise BadParameter(
                f"the runs cannot be compared, because they differ in {name}: "
                f"'{runs[0].folder}' has {short(one)}, '{run.folder}' has {short(other)}{hint}"
            )
