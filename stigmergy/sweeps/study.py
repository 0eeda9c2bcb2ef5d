"""Studies by Optuna: trials are runs, whose values are chosen by what earlier ones reached.

The study is kept in a journal beside the runs. Trials that were running when it was killed go on.
"""

import dataclasses
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stigmergy.envs.errors import BadParameter, UserError
from stigmergy.sweeps.plan import Recorded, drop_contradictions, read_plan, write_plan
from stigmergy.sweeps.points import Point, Request, TrainCommand, build_points
from stigmergy.sweeps.processes import RunProcess
from stigmergy.sweeps.progress import MetricReader
from stigmergy.sweeps.scheduler import Display, Scheduler, finished
from stigmergy.sweeps.search import Space, samples
from stigmergy.sweeps.values import Words
from stigmergy.training.evaluation import outcome_names

JOURNAL = "optuna.journal"
NAME = "sweep"
"""Name of the study in its journal."""
EVALUATION = "evaluation/"


@dataclass(frozen=True)
class StudyRequest:
    """Request for trials of a config in a search space."""

    request: Request
    """Config and options of every trial; it has no grid and no seeds."""
    space: Space
    search: dict[str, str]
    """The search space, metric and direction as they were given."""
    trials: int
    """Trials of the whole study, earlier ones included."""
    startup_trials: int
    """Trials that end before others are pruned."""

    @property
    def metric(self) -> str:
        """Metric of metrics.csv that is to be large or small."""
        return self.search["metric"]

    def point(self, values: Mapping[str, Words], number: int, train: TrainCommand, threads: int) -> Point:
        """Run of a trial. Raises UserError if its values do not fit."""
        request = dataclasses.replace(self.request, grid={key: [words] for key, words in values.items()})
        return dataclasses.replace(build_points(request, train, threads)[0], name=f"trial-{number}")


def check_installed() -> None:
    """Raise BadParameter if Optuna is not installed."""
    if find_spec("optuna") is None:
        raise BadParameter("--optuna needs the package optuna: pip install 'stigmergy[optuna]'")


def check_study(wanted: StudyRequest, train: TrainCommand, threads: int) -> list[Point]:
    """Points at the ends of the search space.

    Raises UserError if one of them, or the metric, does not fit.
    """
    if wanted.request.grid or wanted.request.seeds:
        given = "--grid" if wanted.request.grid else "--seeds"
        raise BadParameter(f"{given} and --optuna are given; a study chooses its runs itself, from --search")
    points = [
        build_points(dataclasses.replace(wanted.request, grid=grid), train, threads)[0]
        for grid in samples(wanted.space)
    ]
    for point in points:
        training, name = point.experiment.training, wanted.metric.removeprefix(EVALUATION)
        if name == wanted.metric:
            continue
        if not 0 < training.evaluation_interval <= training.num_updates:
            raise BadParameter(
                f"metric is '{wanted.metric}', but a run of {training.num_updates} updates is never evaluated with "
                f"training.evaluation_interval {training.evaluation_interval}; allowed is 1 to {training.num_updates}"
            )
        spec = point.experiment.make_env(1).spec
        if name not in outcome_names(spec) and not spec.open_metrics:
            known = ", ".join(EVALUATION + outcome for outcome in outcome_names(spec))
            raise BadParameter(f"metric is '{wanted.metric}'; evaluations of '{spec.id}' have {known}")
    return points


class StudyPlan:
    """Plan of a study in its folder; `add` writes a trial into it before the trial is trained."""

    def __init__(self, folder: Path, wanted: StudyRequest, points: list[Point]):
        self._folder = folder
        old = read_plan(folder)
        if old and old.search != wanted.search:
            raise BadParameter(
                f"the search is {wanted.search}, and {old.search or 'none'} in the sweep in '{folder}'; give another --folder"
            )
        varied = tuple(key.replace("-", "_") for key in wanted.space)
        runs = drop_contradictions(folder, old, varied, points)
        self._recorded = Recorded(wanted.request.config, wanted.request.options, varied, runs, wanted.search)

    def write(self) -> None:
        """Write the plan, once it has a trial."""
        if self._recorded.runs:
            write_plan(self._folder, self._recorded)

    def add(self, point: Point) -> None:
        """Add a trial."""
        runs = {**self._recorded.runs, point.name: point.config}
        self._recorded = dataclasses.replace(self._recorded, runs=runs)
        self.write()


@contextmanager
def open_study(folder: Path, wanted: StudyRequest, jobs: int, seed: int) -> Iterator[Any]:
    """Open the study of Optuna in the journal in `folder`, or begin it."""
    # An extra that is not installed by default.
    import optuna  # pyright: ignore[reportMissingImports] (an extra)

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield optuna.create_study(
            study_name=NAME,
            storage=optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(folder / JOURNAL))),
            sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=jobs > 1),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=wanted.startup_trials),
            direction=wanted.search["direction"],
            load_if_exists=True,
        )
    finally:
        optuna.logging.set_verbosity(before)


class StudyScheduler(Scheduler):
    """Scheduler of the trials of a study.

    Args:
        study: of Optuna.
        make_point: run of the trial with these values and this number; raises UserError.
    """

    def __init__(
        self,
        folder: Path,
        study: Any,
        wanted: StudyRequest,
        make_point: Callable[[Mapping[str, Words], int], Point],
        jobs: int,
        display: Display,
    ):
        super().__init__(folder, [], jobs, display)
        self._study, self._wanted, self._make_point = study, wanted, make_point
        self._trials: dict[str, tuple[Any, MetricReader]] = {}
        self._pruning: set[str] = set()
        self.progress.total = wanted.trials
        import optuna  # pyright: ignore[reportMissingImports] (an extra)

        self._states = optuna.trial.TrialState
        self._interrupted = [optuna.trial.Trial(study, trial._trial_id) for trial in self._in_state("RUNNING")]
        for state, names in (("COMPLETE", self.progress.finished), ("PRUNED", self.progress.pruned)):
            names += [f"trial-{trial.number}" for trial in self._in_state(state)]

    def _in_state(self, *names: str) -> list[Any]:
        return self._study.get_trials(deepcopy=False, states=[self._states[name] for name in names])

    def _has_more(self) -> bool:
        asked = len(self._in_state("RUNNING", "COMPLETE", "PRUNED", "FAIL"))
        return bool(self._waiting or self._interrupted) or asked < self._wanted.trials

    def _refill(self) -> None:
        while len(self._waiting) + len(self._running) < self._jobs and (
            self._interrupted or (self._has_more() and not self._waiting)
        ):
            trial = self._interrupted.pop(0) if self._interrupted else self._study.ask()
            values = {key: part.suggest(trial, key) for key, part in self._wanted.space.items()}
            try:
                point = self._make_point(values, trial.number)
            except UserError as error:
                self._study.tell(trial, state=self._states.FAIL)
                self.progress.failed[f"trial-{trial.number}"] = str(error)
                continue
            self._trials[point.name] = trial, MetricReader(self._folder / point.name, self._wanted.metric)
            shown = "  ".join(f"{key} {' '.join(words)}" for key, words in values.items())
            self._display.event(f"{point.name}: {shown}")
            same = next((other for other in self._in_state("COMPLETE") if other.params == trial.params), None)
            if same is not None:
                self._study.tell(trial, same.value)
                self.progress.finished.append(point.name)
                self._display.event(f"{point.name} has the values of trial-{same.number}, so it is not trained")
            # Killed after its end, or while it was being pruned.
            elif finished(self._folder / point.name, point):
                self._note_value(point)
            elif self._is_worse(point):
                self._note_pruned(point)
            else:
                self._waiting.append(point)

    def _step(self) -> None:
        super()._step()
        for name, (point, process) in self._running.items():
            if name not in self._pruning and not self.stopped_by and self._is_worse(point):
                self._pruning.add(name)
                process.stop()

    def _is_worse(self, point: Point) -> bool:
        """Report new evaluations; True if the pruner would end the trial after them."""
        trial, reader = self._trials[point.name]
        rows = reader.read()
        if not rows:
            return False
        known = self._study.get_trials(deepcopy=False)[trial.number].intermediate_values
        for step, value in rows:
            if step not in known:
                trial.report(value, step)
        return trial.should_prune()

    def _note_end(self, point: Point, process: RunProcess, status: int) -> None:
        trial, _ = self._trials[point.name]
        if status == 0:
            self._is_worse(point)
            self._note_value(point)
        elif point.name in self._pruning:
            self._note_pruned(point)
        elif not self.stopped_by:
            self._study.tell(trial, state=self._states.FAIL)
            self._note_failure(point, process.failure(), process.log)

    def _note_value(self, point: Point) -> None:
        trial, reader = self._trials[point.name]
        reader.read()
        if reader.last is None:
            self._study.tell(trial, state=self._states.FAIL)
            self._note_failure(point, f"its metrics.csv has no '{self._wanted.metric}'")
            return
        self._study.tell(trial, reader.last)
        self.progress.finished.append(point.name)
        self._display.event(f"finished {point.name}: {self._wanted.metric} {reader.last:.6g}")

    def _note_pruned(self, point: Point) -> None:
        trial, reader = self._trials[point.name]
        self._study.tell(trial, state=self._states.PRUNED)
        self.progress.pruned.append(point.name)
        folder = shlex.quote(str(self._folder / point.name))
        self._display.event(
            f"pruned {point.name}: {self._wanted.metric} {reader.last:.6g}; complete it by: stigmergy resume {folder}"
        )


def best_of(study: Any, metric: str) -> str:
    """Sentence on the best trial."""
    try:
        best = study.best_trial
    except ValueError:
        return "no trial is complete"
    values = "  ".join(f"{key} {value}" for key, value in best.params.items())
    return f"best: trial-{best.number} with {metric} {best.value:.6g}: {values}"
