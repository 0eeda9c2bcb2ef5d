"""Figure of a comparison: scores of all seeds, improvement, and curves over steps and seconds."""

import math
from typing import TYPE_CHECKING

from stigmergy.analysis.comparison.checks import EVALUATION
from stigmergy.analysis.comparison.compare import Comparison, Group
from stigmergy.analysis.comparison.run_records import Axis
from stigmergy.envs.rendering.palette import GRID, MUTED, TEXT
from stigmergy.plotting.figures import load_matplotlib, rgb, style
from stigmergy.plotting.learning_curves import WINDOW, group_colour, learning_curve
from stigmergy.plotting.line_chart import Line, draw_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, ROW = 10.0, 3.2, 0.42
"""Width of the figure, height of its curves, and height of a group or pair, in inches."""
OFFSET = 0.18
"""Distance of mean and IQM from the points of the seeds, in rows."""


def draw(comparison: Comparison) -> "Figure":
    """Draw a comparison.

    Above are the scores of all seeds with mean, IQM and tolerance interval, and the probabilities
    of improvement; below are learning curves over steps and over seconds.

    Raises:
        UserError: matplotlib is not installed.
    """
    upper = ROW * (max(len(comparison.groups), len(comparison.pairs)) + 1) + 1.0
    figure = load_matplotlib().figure.Figure((WIDTH, upper + HEIGHT), layout="constrained")
    grid = figure.subplots(2, 2, height_ratios=[upper, HEIGHT], squeeze=False)
    for axes in grid.flat:
        style(axes)
    _scores(grid[0, 0], comparison)
    _improvements(grid[0, 1], comparison)
    _curves(grid[1, 0], comparison, "steps", "environment steps")
    _curves(grid[1, 1], comparison, "seconds", "seconds")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(handles), frameon=False, labelcolor=rgb(TEXT))
    figure.suptitle(f"{comparison.metric} in {comparison.environment}", x=0.02, ha="left", color=rgb(TEXT))
    return figure


def _scores(axes: "Axes", comparison: Comparison) -> None:
    """Draw points of seeds, mean and IQM with intervals, and tolerance intervals as bands."""
    for k, group in enumerate(comparison.groups):
        colour = rgb(group_colour(k))
        low, high = group.tolerance
        if not math.isnan(low):
            label = f"holds {comparison.held:.0%} of runs" if k == _first_with_tolerance(comparison) else None
            axes.fill_betweenx([k - 0.35, k + 0.35], low, high, color=colour, alpha=0.12, linewidth=0, label=label)
        axes.plot(group.scores, [k] * len(group.scores), "o", color=colour, alpha=0.6, markersize=4, mew=0,
                  label="a seed" if k == 0 else None)  # fmt: skip
        for name, estimate, marker, row in (("mean", group.mean, "D", k - OFFSET), ("IQM", group.iqm, "s", k + OFFSET)):
            if not math.isnan(estimate.low):
                axes.hlines(row, estimate.low, estimate.high, color=colour, linewidth=1.4)
            axes.plot([estimate.value], [row], marker, color=colour, markersize=5,
                      markerfacecolor=colour if name == "mean" else "white", label=name if k == 0 else None,
                      linestyle="")  # fmt: skip
    _rows(axes, [group.name for group in comparison.groups])
    axes.set_title("scores with 95% intervals", loc="left", color=rgb(TEXT), size=10)


def _improvements(axes: "Axes", comparison: Comparison) -> None:
    """Draw the probability of improvement of every pair."""
    if not comparison.pairs:
        axes.set_visible(False)
        return
    axes.axvline(0.5, color=rgb(GRID), linewidth=1.5)
    for k, pair in enumerate(comparison.pairs):
        value, low, high = pair.improvement
        if not math.isnan(low):
            axes.hlines(k, low, high, color=rgb(MUTED), linewidth=1.4)
        axes.plot([value], [k], "o", color=rgb(TEXT), markersize=5)
    _rows(axes, [f"{pair.ours} > {pair.theirs}" for pair in comparison.pairs])
    axes.set_xlim(-0.03, 1.03)
    axes.set_title("probability of improvement", loc="left", color=rgb(TEXT), size=10)


def _curves(axes: "Axes", comparison: Comparison, axis: Axis, label: str) -> None:
    """Draw the learning curves, and mark the budget."""
    budget = comparison.budget[axis]
    if math.isnan(budget):
        axes.set_visible(False)
        return
    for k, group in enumerate(comparison.groups):
        draw_line(axes, _line(group, comparison.metric, axis), rgb(group_colour(k)))
    axes.axvline(budget, color=rgb(MUTED), linewidth=1, linestyle=":")
    axes.xaxis.set_major_formatter(load_matplotlib().ticker.EngFormatter(sep=""))
    axes.set_xlabel(label)


def _line(group: Group, metric: str, axis: Axis) -> Line:
    """Learning curve of a group over the part of training in which all its runs have values."""
    window = 1 if metric.startswith(EVALUATION) else WINDOW
    runs = [run.curve(metric, axis) for run in group.runs]
    own = learning_curve(group.name, runs, window)
    first, last = max(run.steps[0] for run in runs), min(run.steps[-1] for run in runs)
    common = (own.steps >= first) & (own.steps <= last)
    parts = (own.steps, own.mean, own.low, own.high)
    return Line(group.name, *(part[common].tolist() for part in parts))


def _rows(axes: "Axes", names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _first_with_tolerance(comparison: Comparison) -> int:
    return next(k for k, group in enumerate(comparison.groups) if not math.isnan(group.tolerance[0]))
