"""Learning curves from the `metrics.csv` of runs, and shares over training in a triangle."""

import csv
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stigmergy.envs.core.validation import check_within, nearest
from stigmergy.envs.dilemmas.allelopathic_harvest.env import PAINTS
from stigmergy.envs.errors import BadParameter, UserError
from stigmergy.envs.rendering.palette import agent_colour
from stigmergy.plotting.figures import pixels
from stigmergy.plotting.line_chart import Labels, Line, line_chart
from stigmergy.plotting.ternary import Corner, Trajectory, simplex
from stigmergy.training.confidence_intervals import mean_and_interval
from stigmergy.training.runs.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Folder = str | Path
Groups = Mapping[str, Sequence[Folder]]
"""Name of a group, such as `cnm` or `ippo`, to the folders of its runs."""
WINDOW = 9
"""Updates over which a learning curve is smoothed."""
POINTS = 200
"""The most points of a line."""
SHARES = ("episode/share_red", "episode/share_green", "episode/share_blue")
"""The berries of each colour in allelopathic harvest."""
CORNERS = tuple(Corner(name, colour) for name, colour in zip(("red", "green", "blue"), PAINTS))

RENAMED = {"Course": "LearningCurve", "courses": "learning_curves", "course_chart": "learning_curve_pixels"}
"""Names of version 0.1.0, for one release."""


def __getattr__(name: str) -> Any:
    if name not in RENAMED:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    new = RENAMED[name]
    sentence = f"{__name__}.{name} is now {new}; the old name goes with the next release"
    warnings.warn(sentence, FutureWarning, stacklevel=2)
    return globals()[new]


class Series(NamedTuple):
    """One metric of one run. k is the number of updates that logged it."""

    steps: NDArray[np.int64] | NDArray[np.float64]  # (k,) environment steps, rising
    values: NDArray[np.float64]  # (k,) finite


def read_series(folder: Folder, names: Sequence[str]) -> dict[str, Series]:
    """The metrics `names` of a run.

    Raises:
        BadParameter: there is no run in `folder`, or it has not logged a metric.
        UserError: its metrics cannot be read.
    """
    logged = read_metrics(folder)
    for name in names:
        if name not in logged or not logged[name].steps.size:
            raise BadParameter(f"the run '{folder}' has no metric '{name}'.{nearest(name, sorted(logged))}")
    return {name: logged[name] for name in names}


def read_metrics(folder: Folder) -> dict[str, Series]:
    """All metrics of a run by name, without the values that are not finite.

    Raises:
        BadParameter: there is no run in `folder`.
        UserError: its metrics cannot be read.
    """
    path = Run.open(folder).metrics
    if not path.is_file():
        raise UserError(f"the run '{folder}' has no metrics: '{path}' is missing, or no regular file")
    rows: dict[str, list[tuple[int, float]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                step, value = int(row["step"]), float(row["value"])
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(f"'{path}' has a row that is no 'step,name,value': {row}") from error
            own = rows.setdefault(row.get("name") or "", [])
            if math.isfinite(value):
                own.append((step, value))
    return {
        name: Series(np.array([step for step, _ in own], np.int64), np.array([value for _, value in own], np.float64))
        for name, own in rows.items()
    }


def running_mean(values: ArrayLike, window: int) -> NDArray[np.float64]:
    """Compute means over the `window` rows around each row of `values` `(k, ...)`.

    At the ends there are only half of them. An even window takes one more.

    Raises:
        BadParameter: the window is below 1.
    """
    check_within("window", window, 1)
    array = np.asarray(values, np.float64)
    rows, reach = np.arange(len(array)), window // 2
    first, beyond = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, len(array))
    total = np.concatenate([np.zeros((1, *array.shape[1:])), np.cumsum(array, axis=0)])
    width = (beyond - first).reshape(-1, *[1] * (array.ndim - 1))
    return (total[beyond] - total[first]) / width


@dataclass(frozen=True)
class LearningCurve:
    """Mean and 95% interval of a metric over the runs of a group, at k points of training."""

    name: str
    """Of the group."""
    steps: NDArray[np.float64]  # (k,)
    mean: NDArray[np.float64]  # (k,)
    low: NDArray[np.float64]  # (k,) NaN where fewer than three runs have a value
    high: NDArray[np.float64]  # (k,)


def learning_curves(groups: Groups, metric: str, window: int = WINDOW) -> list[LearningCurve]:
    """Compute the learning curve of `metric` for each group, with its runs as samples.

    Each run is smoothed by a running mean over `window` updates. It is then interpolated at steps
    of all runs, and not extrapolated. Intervals are by Student's t; there is none where fewer than
    three runs have a value. See `training.confidence_intervals`.

    Raises:
        BadParameter: a group is empty, a folder is no run, or a run has not logged the metric.
    """
    return [
        learning_curve(name, [read_series(folder, [metric])[metric] for folder in folders], window)
        for name, folders in _checked(groups).items()
    ]


def learning_curve_chart(groups: Groups, metric: str, title: str = "", window: int = WINDOW) -> "Figure":
    """Draw the learning curves of the groups with their intervals.

    Raises:
        BadParameter: as `learning_curves` does.
        UserError: matplotlib is not installed.
    """
    lines = [
        Line(own.name, own.steps.tolist(), own.mean.tolist(), own.low.tolist(), own.high.tolist(), group_colour(k))
        for k, own in enumerate(learning_curves(groups, metric, window))
    ]
    return line_chart(lines, Labels(title or metric, "environment steps"))


def learning_curve_pixels(groups: Groups, metric: str, title: str = "", window: int = WINDOW) -> NDArray[np.uint8]:
    """Draw `learning_curve_chart` as pixels `(height, width, 3)`, as `course_chart` did."""
    return pixels(learning_curve_chart(groups, metric, title, window))


def simplex_chart(
    groups: Groups,
    title: str = "",
    window: int = WINDOW,
    metrics: Sequence[str] = SHARES,
    corners: Sequence[Corner] = CORNERS,
) -> "Figure":
    """Draw three shares over training, a trajectory for each run in the colour of its group.

    The runs of a single group have colours of their own.

    Raises:
        BadParameter: as `learning_curves` does, or the three do not add up to 1.
        UserError: matplotlib is not installed.
    """
    alone = len(_checked(groups)) == 1
    trajectories = []
    for k, (group, folders) in enumerate(groups.items()):
        for run, folder in enumerate(folders):
            shares = running_mean(read_shares(folder, metrics), window)
            name = Path(folder).name if alone else group
            trajectories.append(Trajectory(name, shares, group_colour(run if alone else k)))
    return simplex(trajectories, corners, title or "shares over training")


def read_shares(folder: Folder, metrics: Sequence[str] = SHARES) -> NDArray[np.float64]:
    """Read three metrics of a run, `(k, 3)`: a row for each update that logged them all."""
    series = read_series(folder, metrics)
    common = sorted(set.intersection(*(set(own.steps.tolist()) for own in series.values())))
    return np.stack([own.values[np.searchsorted(own.steps, common)] for own in series.values()], axis=1)


def group_colour(k: int) -> tuple[int, int, int]:
    """Choose the colour of a group; those near to the corners' red, green and blue come last."""
    return agent_colour((1, 3, 4, 7, 6, 8, 9, 0, 2, 5)[k] if k < 10 else k)


def _checked(groups: Groups) -> Groups:
    if not groups:
        raise BadParameter("there are no groups of runs; give one or more")
    for name, folders in groups.items():
        if not folders:
            raise BadParameter(f"the group '{name}' has no runs; give one or more")
    return groups


def learning_curve(name: str, runs: Sequence[Series], window: int) -> LearningCurve:
    """Compute the learning curve of one group from the series of its runs.

    See `learning_curves`. The series may count seconds in place of steps.
    """
    every = np.unique(np.concatenate([run.steps for run in runs]))
    steps = every[np.unique(np.linspace(0, len(every) - 1, min(POINTS, len(every))).round().astype(np.int64))]
    values = np.stack([np.interp(steps, run.steps, running_mean(run.values, window), np.nan, np.nan) for run in runs])
    mean, low, high = np.transpose([mean_and_interval(column) for column in values.T])
    return LearningCurve(name, steps.astype(np.float64), mean, low, high)
