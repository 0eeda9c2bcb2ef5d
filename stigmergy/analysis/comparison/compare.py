"""Comparison of groups of runs over seeds, at equal steps and at equal seconds."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stigmergy.analysis.comparison.checks import (
    check_comparable,
    check_evaluations,
    check_finished,
    default_metric,
    greedy_note,
    is_finished,
    named,
    seconds_obstacle,
)
from stigmergy.analysis.comparison.references import NoReference, Reference, find_reference
from stigmergy.analysis.comparison.run_groups import SHAPES, grouped, mixtures, not_begun
from stigmergy.analysis.comparison.run_records import Axis, RunRecord, read_run
from stigmergy.analysis.comparison.statistics import (
    HELD,
    Estimate,
    improvement_probability,
    interquartile_mean,
    mean,
    paired_difference,
    runs_needed,
    share_in_range,
    tolerance_interval,
)
from stigmergy.envs.core.validation import check_within, nearest
from stigmergy.envs.errors import BadParameter
from stigmergy.training.confidence_intervals import FEWEST

SETTINGS = (*SHAPES, "total_steps")
"""Settings of the trainer in which the runs of a group agree."""
WIDTH = 0.1
"""Share of the budget over whose end a score is a mean."""
FRACTIONS = (0.25, 0.5, 1.0)
"""Shares of the budget at which scores are compared, for sample efficiency."""
ALL_PAIRS = 4
"""The most groups of which every pair is compared; of more, each is compared with the baseline."""
AXES: tuple[Axis, Axis] = ("steps", "seconds")


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed alone. n is their number."""

    name: str
    runs: tuple[RunRecord, ...]
    scores: NDArray[np.float64]
    """At equal steps, `(n,)`."""
    tolerance: tuple[float, float]
    at: Mapping[Axis, NDArray[np.float64]]
    """Scores at FRACTIONS of the steps and of the seconds, `(fractions, n)`."""
    normalized: NDArray[np.float64] | None
    """Scores between random play, 0, and the scripted policy, 1, `(n,)`; None without reference."""

    @property
    def mean(self) -> Estimate:
        """Mean score."""
        return mean(self.scores)

    @property
    def iqm(self) -> Estimate:
        """Interquartile mean of the scores."""
        return interquartile_mean(self.scores)

    @property
    def seeds(self) -> list[int]:
        """Seeds of the runs, in their order."""
        return [run.seed for run in self.runs]


@dataclass(frozen=True)
class Pair:
    """Comparison of two groups."""

    ours: str
    theirs: str
    seeds: tuple[int, ...]
    """Seeds that both have."""
    difference: Estimate
    """Mean of our score less theirs over these seeds."""
    improvement: Estimate
    """Probability that a run of ours scores higher than one of theirs."""


@dataclass(frozen=True)
class Comparison:
    """Scores of groups of runs, of which one metric is compared."""

    environment: str
    metric: str
    budget: Mapping[Axis, float]
    """Steps and seconds at which the scores are taken; seconds are NaN if not comparable."""
    held: float
    """Share of runs that the tolerance intervals hold."""
    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    reference: Reference | None
    notes: tuple[str, ...]
    """Sentences on exclusions, and on parts that cannot be given."""


def compare(
    runs: Any,
    metric: str = "",
    baseline: str = "",
    steps: float | None = None,
    held: float = HELD,
    finished_only: bool = False,
) -> Comparison:
    """Compare groups of runs of one task; runs of a group differ in their seed alone.

    Args:
        runs: a folder of runs such as a sweep, run folders, or a mapping from names of groups to
            run folders.
        metric: from the runs' `metrics.csv`. Left out, it is `training.best_metric` in evaluations,
            or in episodes of training if a run has no evaluations.
        baseline: the group that all others are compared with; left out, all pairs of up to four
            groups are compared, and of more groups each with the first.
        steps: environment steps at which scores are taken, simulated ones counted; left out, the
            most that all runs have.
        held: share of runs that the tolerance intervals hold.
        finished_only: leave out runs that are not finished, which is noted, in place of a refusal.

    Raises:
        BadParameter: the runs are of different tasks, rules or ways of evaluation, a single one,
            unfinished, given twice, or have no such metric; or a folder has no run.
        UserError: a file of a run cannot be read.
    """
    check_within("held", held, 0.01, 0.99)
    folders = _grouped(runs)
    records = [read_run(folder, name) for name, own in folders.items() for folder in own]
    notes = _check_begun(runs, finished_only)
    if finished_only:
        records, left_out = _finished(records)
        notes += left_out
    check_comparable(records)
    check_finished(records)
    metric = metric or default_metric(records)
    check_evaluations(records, metric)
    obstacle = seconds_obstacle(records)
    budget: dict[Axis, float] = {
        "steps": _budget(records, steps),
        "seconds": np.nan if obstacle else min(run.end("seconds") for run in records),
    }
    reference, normalization = _reference(records[0], metric)
    groups = tuple(
        _group(name, [run for run in records if run.group == name], metric, budget, held, reference)
        for name in dict.fromkeys(run.group for run in records)
    )
    notes += [f"{sentence[0].upper()}{sentence[1:]}." for sentence in mixtures(folders)]
    said = (greedy_note(records, metric), _simulated_note(records), obstacle, normalization)
    notes += [sentence for sentence in said if sentence]
    return Comparison(
        records[0].environment, metric, budget, held, groups, _pairs(groups, baseline), reference,
        (*notes, *_small_groups(groups, held)),
    )  # fmt: skip


def _grouped(runs: Any) -> Mapping[str, Sequence[str]]:
    if isinstance(runs, Mapping):
        named = {str(name): _folders(folders) for name, folders in runs.items()}
        return {name: [run for own in grouped(folders).values() for run in own] for name, folders in named.items()}
    return grouped(_folders(runs), SETTINGS)


def _folders(runs: Any) -> list[str]:
    """Folders of one run or of several, given as paths or as objects with a `folder`."""
    several = runs if isinstance(runs, Iterable) and not isinstance(runs, (str, os.PathLike)) else [runs]
    return [str(getattr(run, "folder", run)) for run in several]


def _check_begun(runs: Any, finished_only: bool) -> list[str]:
    """Sentence on runs of sweeps that have not begun, which is raised unless they are left out."""
    folders = [] if isinstance(runs, Mapping) else _folders(runs)
    missing = [name for folder in folders for name in not_begun(folder)]
    if not missing:
        return []
    sentence = f"{len(missing)} of the runs of the sweep have not begun, such as '{missing[0]}'"
    if finished_only:
        return [f"Left out: {sentence}."]
    raise BadParameter(f"{sentence}; the same `stigmergy sweep` goes on, and --finished-only leaves them out")


def _finished(records: list[RunRecord]) -> tuple[list[RunRecord], list[str]]:
    kept = [run for run in records if is_finished(run)]
    left = [run for run in records if not is_finished(run)]
    if not kept:
        raise BadParameter(f"none of the {len(records)} runs is finished, so there is nothing to compare")
    if not left:
        return kept, []
    return kept, [
        f"Left out, because they are not finished: {named(left)}. If they failed to learn, the scores of the others are too good."
    ]


def _budget(records: Sequence[RunRecord], steps: float | None) -> float:
    most = min(run.end("steps") for run in records)
    if steps is None:
        return most
    if not 0 < steps <= most:
        raise BadParameter(f"steps is {steps:g}; allowed is above 0 to {most:,.0f}, the most that all runs have")
    return float(steps)


def _group(
    name: str,
    runs: list[RunRecord],
    metric: str,
    budget: Mapping[Axis, float],
    held: float,
    reference: Reference | None,
) -> Group:
    at: dict[Axis, NDArray[np.float64]] = {
        axis: np.array(
            [[run.score(metric, axis, part * budget[axis], WIDTH * budget[axis]) for run in runs] for part in FRACTIONS]
        )
        for axis in AXES
    }
    scores = at["steps"][-1]
    normalized = reference.normalize(metric, scores) if reference else None
    return Group(name, tuple(runs), scores, tolerance_interval(scores, held), at, normalized)


def _reference(run: RunRecord, metric: str) -> tuple[Reference | None, str]:
    """Reference of the runs, or the reason for none."""
    try:
        reference = find_reference(run.environment, run.fingerprint, run.config.get("task") or {})
        reference.ends(metric)
        if metric.startswith("evaluation/") and run.training.evaluation_max_steps is not None:
            raise NoReference("episodes of these evaluations are cut, and those of the references are not")
    except NoReference as reason:
        return None, f"There are no normalized scores: {reason}."
    return reference, ""


def _pairs(groups: Sequence[Group], baseline: str) -> tuple[Pair, ...]:
    names = [group.name for group in groups]
    if baseline and baseline not in names:
        raise BadParameter(f"baseline is '{baseline}', and there is no such group.{nearest(baseline, names)}")
    if not baseline and len(groups) <= ALL_PAIRS:
        return tuple(_pair(other, one) for one, other in combinations(groups, 2))
    fixed = groups[names.index(baseline)] if baseline else groups[0]
    return tuple(_pair(group, fixed) for group in groups if group is not fixed)


def _pair(ours: Group, theirs: Group) -> Pair:
    seeds = tuple(sorted(set(ours.seeds) & set(theirs.seeds)))
    one, other = ([group.scores[group.seeds.index(seed)] for seed in seeds] for group in (ours, theirs))
    return Pair(
        ours.name, theirs.name, seeds,
        paired_difference(one, other), improvement_probability(ours.scores, theirs.scores),
    )  # fmt: skip


def _simulated_note(records: Sequence[RunRecord]) -> str:
    simulated = {run.group: run.simulated for run in records if run.simulated}
    if not simulated:
        return ""
    named = ", ".join(f"{name} {steps:,}" for name, steps in simulated.items())
    return f"Steps that learners simulated are counted as steps of the environment: {named} in a run."


def _small_groups(groups: Sequence[Group], held: float) -> list[str]:
    notes = []
    few = [group.name for group in groups if len(group.runs) < FEWEST]
    if few:
        notes.append(f"There is no interval of fewer than {FEWEST} seeds: {', '.join(few)}.")
    needed = runs_needed(held)
    if any(len(group.runs) < needed for group in groups):
        sizes = sorted({len(group.runs) for group in groups if 1 < len(group.runs) < needed})
        shares = ", ".join(f"of {size} runs {share_in_range(size):.0%}" for size in sizes)
        range_note = f" The range from the lowest to the highest score holds, with the same confidence, {shares} of all runs." if sizes else ""  # fmt: skip
        notes.append(f"A tolerance interval of {held:.0%} of all runs needs {needed} runs.{range_note}")
    return notes
