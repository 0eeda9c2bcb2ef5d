"""Tables of a comparison: for the terminal, as Markdown, CSV and JSON."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stigmergy.analysis.comparison.compare import AXES, FRACTIONS, WIDTH, Comparison, Group
from stigmergy.analysis.comparison.references import DEFAULT
from stigmergy.analysis.comparison.run_records import Axis
from stigmergy.analysis.comparison.statistics import Estimate, interquartile_mean, mean
from stigmergy.analysis.outcome_files import defined
from stigmergy.training.confidence_intervals import with_interval

RUN_COLUMNS = ("group", "seed", "run", "steps", "score", "seconds", "score_at_seconds", "normalized_score")


@dataclass(frozen=True)
class Table:
    """Table of texts with its title."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(comparison: Comparison) -> Iterator[Table]:
    """Yield the tables of groups, of pairs, and of sample efficiency."""
    yield _groups(comparison)
    if comparison.pairs:
        rows = [
            [
                f"{pair.ours} less {pair.theirs}",
                _cell(pair.difference),
                str(len(pair.seeds)),
                _cell(pair.improvement),
            ]
            for pair in comparison.pairs
        ]
        columns = ("groups", "paired difference", "seeds of both", "probability of improvement")
        yield Table("Differences", columns, rows)
    for axis in AXES:
        if not math.isnan(comparison.budget[axis]):
            yield _efficiency(comparison, axis)


def heading(comparison: Comparison) -> str:
    """Sentences on the metric, the budget and the intervals."""
    return (
        f"{comparison.metric} in {comparison.environment}, at {comparison.budget['steps']:,.0f} environment steps: means over "
        f"the last {WIDTH:.0%} of them, with 95% intervals over seeds."
    )


def markdown(comparison: Comparison, figure: str = "") -> str:
    """Write all tables and notes as Markdown, with a link to a `figure` if there is one."""
    parts = [heading(comparison)]
    if figure:
        parts.append(f"![{comparison.metric} of {', '.join(group.name for group in comparison.groups)}]({figure})")
    for table in tables(comparison):
        lines = [_line(table.columns), _line(["---", *["---:"] * (len(table.columns) - 1)]), *map(_line, table.rows)]
        parts += [f"**{table.title}**", "\n".join(lines)]
    parts += comparison.notes
    return "\n\n".join(parts) + "\n"


def csv_text(comparison: Comparison) -> str:
    """Write a row for each run as CSV; what is not known is empty."""
    file = io.StringIO(newline="")
    table: csv.DictWriter[str] = csv.DictWriter(file, RUN_COLUMNS)
    table.writeheader()
    for group in comparison.groups:
        table.writerows(_runs(comparison, group))
    return file.getvalue()


def json_text(comparison: Comparison) -> str:
    """Write everything as JSON; what is not known is null."""
    return json.dumps(as_dict(comparison), indent=1, allow_nan=False) + "\n"


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """Everything as plain values; what is not known is None."""
    reference = comparison.reference
    ends = reference.ends(comparison.metric) if reference else (None, None)
    return {
        "environment": comparison.environment,
        "metric": comparison.metric,
        "steps": comparison.budget["steps"],
        "seconds": defined(comparison.budget["seconds"]),
        "reference": None
        if reference is None
        else {
            "config": reference.config,
            "random": ends[0],
            "scripted": ends[1],
            "scripted_policy": reference.scripted_policy,
        },
        "groups": [_group(comparison, group) for group in comparison.groups],
        "pairs": [
            {
                "ours": pair.ours,
                "theirs": pair.theirs,
                "seeds": list(pair.seeds),
                "paired_difference": _estimate(pair.difference),
                "improvement_probability": _estimate(pair.improvement),
            }
            for pair in comparison.pairs
        ],
        "notes": list(comparison.notes),
    }


def _groups(comparison: Comparison) -> Table:
    columns = ["group", "seeds", "mean", "IQM", f"holds {comparison.held:.0%} of runs", "scores of the seeds"]
    if comparison.reference is not None:
        columns.insert(4, "normalized mean")
        columns.insert(5, "normalized IQM")
    rows = []
    for group in comparison.groups:
        low, high = group.tolerance
        row = [
            group.name,
            str(len(group.runs)),
            _cell(group.mean),
            _cell(group.iqm),
            "-" if math.isnan(low) else f"[{low:.4g}, {high:.4g}]",
            ", ".join(f"{score:.4g}" for score in group.scores),
        ]
        if group.normalized is not None:
            row[4:4] = [_cell(mean(group.normalized)), _cell(interquartile_mean(group.normalized))]
        rows.append(row)
    title = "Scores"
    if comparison.reference is not None:
        low, high = comparison.reference.ends(comparison.metric)
        name = comparison.reference.config
        parameters = "default parameters" if name == DEFAULT else f"parameters of {name}"
        title += f" (normalized: 0 is random play, {low:.4g}, and 1 is {comparison.reference.scripted_policy}, {high:.4g}; {parameters})"
    return Table(title, columns, rows)


def _efficiency(comparison: Comparison, axis: Axis) -> Table:
    budget = comparison.budget[axis]
    unit = "environment steps" if axis == "steps" else "seconds"
    columns = ["group", *(_position(part * budget) for part in FRACTIONS)]
    rows = [[group.name, *(_cell(mean(scores)) for scores in group.at[axis])] for group in comparison.groups]
    return Table(f"Scores at equal {unit}", columns, rows)


def _group(comparison: Comparison, group: Group) -> dict[str, Any]:
    normalized = None
    if group.normalized is not None:
        normalized = {"mean": _estimate(mean(group.normalized)), "iqm": _estimate(interquartile_mean(group.normalized))}
    return {
        "name": group.name,
        "mean": _estimate(group.mean),
        "iqm": _estimate(group.iqm),
        "tolerance": {"held": comparison.held, "low": defined(group.tolerance[0]), "high": defined(group.tolerance[1])},
        "normalized": normalized,
        "efficiency": {
            axis: [
                {axis: part * comparison.budget[axis], **_estimate(mean(scores))}
                for part, scores in zip(FRACTIONS, group.at[axis])
            ]
            for axis in AXES
            if not math.isnan(comparison.budget[axis])
        },
        "runs": list(_runs(comparison, group)),
    }


def _runs(comparison: Comparison, group: Group) -> Iterator[dict[str, Any]]:
    normalized = group.normalized if group.normalized is not None else np.full(len(group.runs), np.nan)
    for k, run in enumerate(group.runs):
        yield {
            "group": group.name,
            "seed": run.seed,
            "run": run.folder,
            "steps": comparison.budget["steps"],
            "score": defined(group.scores[k]),
            "seconds": defined(comparison.budget["seconds"]),
            "score_at_seconds": defined(group.at["seconds"][-1][k]),
            "normalized_score": defined(normalized[k]),
        }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {name: defined(number) for name, number in estimate._asdict().items()}


def _cell(estimate: Estimate) -> str:
    return "-" if math.isnan(estimate.value) else with_interval(*estimate)


def _position(budget: float) -> str:
    """Steps or seconds, with three digits where they are few."""
    return f"{budget:,.0f}" if budget >= 100 else f"{budget:.3g}"


def _line(cells: Sequence[str]) -> str:
    escaped = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"
