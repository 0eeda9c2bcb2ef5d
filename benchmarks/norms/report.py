"""Table and pictures of an experiment on norms, from the rows of its runs."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compare import difference, mean_and_half
from benchmarks.norms.results_csv import FINAL, HITS, LEARNING_CURVE, MEETING, Row, defined, values_of
from stigmergy.envs.rendering.palette import Colour
from stigmergy.plotting.figures import save
from stigmergy.plotting.heatmap import Axes, heatmap
from stigmergy.plotting.learning_curves import CORNERS, group_colour
from stigmergy.plotting.line_chart import Labels, Line, line_chart
from stigmergy.plotting.ternary import Trajectory, simplex

LAST = 0.2
"""Share of training, counted from its end, over which metrics of training are averaged."""
Rows = Sequence[Row]


def report(
    name: str, rows: Rows, conditions: Sequence[str], drawn: Sequence[str], corners: Sequence[str], folder: Path
) -> None:
    """Write FOLDER/<name>.md and the pictures, and print the table."""
    conditions = [one for one in conditions if any(row.condition == one for row in rows)]
    if not conditions:
        return
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([outcome_table(rows, conditions), learnt_table(rows, conditions), meeting_table(rows, conditions)])
    (folder / f"{name}.md").write_text(text)
    for metric in drawn:
        curves = [learning_curve(rows, one, metric, group_colour(k)) for k, one in enumerate(conditions)]
        lines = [line for line in curves if line is not None]
        if lines:
            seeds = max(len({row.seed for row in rows if row.condition == one}) for one in conditions)
            labels = Labels(f"{name}: {metric}, {seeds} seeds", "environment steps")
            save(line_chart(lines, labels), folder / f"{name}_{metric}.png")
    if corners:
        save(simplex_of(name, rows, conditions, corners), folder / f"{name}_simplex.png")
    for one in conditions:
        matrix = hit_matrix(rows, one)
        if matrix is not None:
            names = [str(i) for i in range(len(matrix))]
            axes = Axes(f"{name}, {one}: hits an episode", "who sanctions", "who is hit")
            save(heatmap(matrix, names, names, axes), folder / f"{name}_{one.replace(' ', '_')}_hits.png")
    print(text)


def cell(values: Sequence[float]) -> str:
    """Mean and half interval over the seeds with a defined value, as text.

    The number of these seeds is added if some seeds have none.
    """
    known = defined(values)
    if not known:
        return "-"
    mean, half = mean_and_half(known)
    text = f"{mean:.3g}" if math.isnan(half) else f"{mean:.3g} ± {half:.2g}"
    return text if len(known) == len(values) else f"{text} ({len(known)} of {len(values)})"


def outcome_table(rows: Rows, conditions: Sequence[str]) -> str:
    """Outcomes of held-out episodes: a row each, a column for each condition.

    The last column is the difference of the first two conditions.
    """
    names = list(dict.fromkeys(row.name for row in rows if row.kind == FINAL))
    apart = f" {conditions[0]} less {conditions[1]} |" if len(conditions) > 1 else ""
    lines = [f"| outcome | {' | '.join(conditions)} |{apart}", "|---|" + "---:|" * (len(conditions) + bool(apart))]
    for name in names:
        known = [values_of(rows, one, FINAL, name) for one in conditions]
        gap = ""
        if apart:
            pair = [defined(values) for values in known[:2]]
            enough = min(map(len, pair)) > 1
            gap = " {:+.3g} ± {:.2g} |".format(*difference(*pair)) if enough else " |"
        lines.append(f"| {name} | {' | '.join(cell(values) for values in known)} |{gap}")
    return "\n".join(lines) + "\n"


def learnt_table(rows: Rows, conditions: Sequence[str]) -> str:
    """Metrics of learners in the last part of training, a row each."""
    finals = {row.name for row in rows if row.kind == FINAL}
    late = [
        row
        for row in rows
        if row.kind == LEARNING_CURVE and row.name not in finals and row.step >= (1 - LAST) * _end(rows)
    ]
    names = list(dict.fromkeys(row.name for row in late))
    lines = [f"| learner, last fifth of training | {' | '.join(conditions)} |", "|---|" + "---:|" * len(conditions)]
    for name in names:
        cells = []
        for one in conditions:
            seeds = {row.seed for row in late if (row.condition, row.name) == (one, name)}
            own = [
                [row.value for row in late if (row.condition, row.name, row.seed) == (one, name, seed)]
                for seed in seeds
            ]
            cells.append(cell([float(np.mean(values)) for values in own]))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n" if names else ""


def meeting_table(rows: Rows, conditions: Sequence[str]) -> str:
    """Opportunities by the kind of the agent in the beam.

    Each row gives the share taken, the classifiers' probability, and the pseudo-reward of a
    sanction.
    """
    kinds = list(dict.fromkeys(row.name.partition("/")[0] for row in rows if row.kind == MEETING))
    lines = [
        "| condition | in the beam | opportunities | sanction rate | judgement | pseudo-reward of a sanction |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for one in conditions:
        for kind in kinds:
            columns = ("opportunities", "sanction_rate", "judgement", "pseudo_reward")
            cells = [cell(values_of(rows, one, MEETING, f"{kind}/{column}")) for column in columns]
            lines.append(f"| {one} | {kind} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _end(rows: Rows) -> int:
    return max(row.step for row in rows)


def learning_curve(rows: Rows, condition: str, metric: str, colour: Colour) -> Line | None:
    """Compute the mean over seeds of a metric over training, with its interval."""
    own = [row for row in rows if (row.condition, row.kind, row.name) == (condition, LEARNING_CURVE, metric)]
    steps = sorted({row.step for row in own})
    if not steps:
        return None
    points = [mean_and_half([row.value for row in own if row.step == step]) for step in steps]
    low, high = ([mean + sign * half for mean, half in points] for sign in (-1, 1))
    return Line(condition, steps, [mean for mean, _ in points], low, high, colour)


def simplex_of(name: str, rows: Rows, conditions: Sequence[str], corners: Sequence[str]) -> Any:
    """Trajectories through the simplex, one for each run."""
    trajectories = []
    for k, one in enumerate(conditions):
        for seed in sorted({row.seed for row in rows if row.condition == one}):
            own = {
                (row.step, row.name): row.value
                for row in rows
                if (row.condition, row.seed, row.kind) == (one, seed, LEARNING_CURVE) and row.name in corners
            }
            steps = sorted({step for step, _ in own})
            if not steps:
                continue
            shares = np.array([[own[step, corner] for corner in corners] for step in steps])
            trajectories.append(Trajectory(one, shares / shares.sum(axis=1, keepdims=True), group_colour(k)))
    return simplex(trajectories, CORNERS, f"{name}: share of berries by colour over training")


def hit_matrix(rows: Rows, condition: str) -> Any:
    """Mean hits an episode over seeds, from agent (row) to agent (column).

    None if there were no hits.
    """
    own = [row for row in rows if (row.condition, row.kind) == (condition, HITS)]
    if not own:
        return None
    pairs = [(*map(int, row.name.split(">")), row.value) for row in own]
    n = 1 + max(max(i, j) for i, j, _ in pairs)
    seeds = len({row.seed for row in rows if row.condition == condition})
    matrix = np.zeros((n, n))
    for i, j, value in pairs:
        matrix[int(i), int(j)] += value / seeds
    return np.where(np.eye(n, dtype=np.bool_), np.nan, matrix)
