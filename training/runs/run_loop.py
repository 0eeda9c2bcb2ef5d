"""Training in a run folder: logs, evaluations, checkpoints, and a clean end on a signal."""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ...algorithms.core.learner import Diverged
from ...envs.errors import NotFinite
from ..callbacks import Callbacks, EvaluationReport, Report, SessionEnd, SessionInfo
from ..confidence_intervals import mean_of_defined
from ..evaluation import Abandoned, cut_sentence
from ..trackers.open_trackers import OpenTrackers, check_film, tracked_run
from ..trainer import Trainer
from .logs import CsvLog
from .run import METRICS_HEADER, TIMING_HEADER, Run
from .stop_signals import handled, stop_signals


class Session:
    """Session of `trainer` in `run` until it is finished or a signal asks it to stop.

    The run is locked until `run` or `close` returns.

    Args:
        fingerprint: of the environment, kept in every checkpoint; None if it has none.
        positions: lengths of the logs to go on from; None starts them.
        report: called after every update, by displays of progress.
        callbacks: those of the user.
        unfinished: metrics of the last update, if it was stopped before its evaluation had ended.

    Attributes:
        trackers: the open trackers.
        notes: sentences on what the user would not expect of this training.
        rescued: the update whose state was saved after a failure, or None.

    Raises:
        RunInUse: somebody else trains in the run.
    """

    def __init__(
        self,
        trainer: Trainer,
        run: Run,
        fingerprint: str | None,
        positions: dict[str, int] | None = None,
        report: Callable[[Report], None] | None = None,
        unfinished: dict[str, float] | None = None,
        callbacks: Callbacks | None = None,
    ):
        self.trainer = trainer
        self.run_folder = run
        self.fingerprint = fingerprint
        self.report = report or (lambda report: None)
        self.callbacks = callbacks or Callbacks()
        self._unfinished = unfinished
        self._open(positions or {})
        self._stop: int | None = None
        self._saved = trainer.progress.update if positions else None
        self._cut_is_said = False
        self._has_ended = False
        self.rescued: int | None = None
        obstacle = self._obstacle()
        self._evaluates = not obstacle
        losses = [log.loss for log in (self._metrics, self._timing) if log.loss]
        self.notes = [*losses, obstacle] if obstacle else losses

    def _open(self, positions: dict[str, int]) -> None:
        """Lock the run, and open its logs at their `positions`, or anew."""
        with ExitStack() as opened:
            self.run_folder.lock.take()
            opened.callback(self.run_folder.lock.release)
            self._metrics = CsvLog(self.run_folder.metrics, METRICS_HEADER, positions.get("metrics"))
            opened.callback(self._metrics.close)
            self._timing = CsvLog(self.run_folder.timing, TIMING_HEADER, positions.get("timing"))
            opened.callback(self._timing.close)
            self.trackers = self._open_trackers()
            opened.callback(lambda: self.trackers.close(self.is_finished))
            self._opened = opened.pop_all()

    def _open_trackers(self) -> OpenTrackers:
        """Open the trackers of the experiment; none if nothing is left to be done."""
        experiment = self.trainer.experiment
        check_film(experiment, self.trainer.env)
        names = () if self.is_finished else experiment.training.tracker_names
        run = tracked_run(self.run_folder.folder, experiment, self.trainer.steps, self._timing.last_step)
        return OpenTrackers(names, run, films=experiment.training.tracker_video)

    def close(self) -> None:
        """Close trackers and logs, release the run's lock; nothing happens the second time."""
        self._opened.close()

    def run(self) -> int:
        """Train.

        Returns 0 when all updates are made or a callback stopped it, or the signal that stopped it,
        in each case after a checkpoint. Any other end, such as a failure in the environment, is
        raised after the state of the last whole update was saved.

        Raises:
            Diverged: learning went to NaN or infinity; the last good checkpoint is kept.
            NotFinite: the environment gave what is not finite; the last good checkpoint is kept.
        """
        config = self.trainer.experiment.training
        try:
            with handled(stop_signals(), self._ask_to_stop):
                self.callbacks.call("on_start", self._info())
                if self._unfinished is not None and self._finish(time.perf_counter()):
                    self._checkpoint()
                while not (self.trainer.finished or self.callbacks.stop or self._stop):
                    self._update()
                    if _due(self.trainer, config.checkpoint_interval):
                        self._checkpoint()
                if self._saved != self.trainer.progress.update:
                    self._checkpoint()
                self.run_folder.annotate(diverged=None)
                self._tell_end("finished" if self.is_finished else "stopped")
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and self._stop is not None:
                raise  # the second signal leaves at once
            self._rescue()
            self._tell_failure(error)
            if isinstance(error, (Exception, SystemExit)):
                raise
            # It was not raised by a key, so it must not pass for a stop.
            name = type(error).__name__
            raise RuntimeError(f"{name} in the middle of the training").with_traceback(error.__traceback__) from error
        finally:
            self.close()
        return 0 if self.is_finished else (self._stop or 0)

    @property
    def is_finished(self) -> bool:
        """True if all updates are made, with their evaluations."""
        return self.trainer.finished and self._unfinished is None

    def _info(self) -> SessionInfo:
        trainer, experiment = self.trainer, self.trainer.experiment
        num_updates = experiment.training.num_updates
        update, config = trainer.progress.update, experiment.to_dict()
        return SessionInfo(self.run_folder.folder, config, update, num_updates, trainer.steps)

    def _tell_end(self, reason: str, error: str = "") -> None:
        self._has_ended = True
        signal = self._stop if reason == "stopped" else None
        end = SessionEnd(reason, self.trainer.progress.update, self.trainer.steps, signal, error)
        self.callbacks.call("on_end", end)

    def _tell_failure(self, error: BaseException) -> None:
        """Note a divergence in the run, and tell the callbacks of the failure."""
        if isinstance(error, (Diverged, NotFinite)):
            self.run_folder.annotate(diverged=str(error))
        try:
            if not self._has_ended:
                self._tell_end("failed", f"{type(error).__name__}: {error}")
        except Exception as another:
            error.add_note(f"on_end of a callback failed, too: {type(another).__name__}: {another}")

    def _rescue(self) -> None:
        """Save the state after the last whole update, if it is not saved yet."""
        update = self.trainer.progress.update
        if self.trainer.consistent and update and self._saved != update:
            with suppress(Exception):  # the user needs to read of the failure itself
                self._save()
                self.rescued = update

    def _obstacle(self) -> str:
        """Sentence on the reason why evaluations are impossible, empty if they are possible.

        An environment of another package may allow only one instance in a process. This is checked
        before the training.
        """
        trainer, config = self.trainer, self.trainer.experiment.training
        if trainer.env.spec.resumable or not 0 < config.evaluation_interval <= config.num_updates:
            return ""
        try:
            trainer.prepare_evaluation()
        except (Exception, SystemExit) as error:
            reason = " ".join(str(error).split())
            return (
                f"there are no evaluations during this training, because they need envs of their own, and more of '{trainer.env.spec.id}' cannot be "
                f"built beside those it is trained in: {type(error).__name__}: {reason}; --training.evaluation-interval 0 asks for none"
            )
        return ""

    def _update(self) -> None:
        start = time.perf_counter()
        self._unfinished = self.trainer.update()
        self._finish(start)

    def _finish(self, start: float) -> bool:
        """Evaluate if it is due, and log the update.

        Returns False if a signal came before the evaluation had ended; it is then made again.
        """
        trainer = self.trainer
        assert self._unfinished is not None
        metrics, notes = dict(self._unfinished), []
        events: list[tuple[str, Any]] = []
        if self._evaluates and _due(trainer, trainer.experiment.training.evaluation_interval):
            try:
                evaluated, notes, events = self._evaluate()
            except Abandoned:
                return False
            metrics |= evaluated
        seconds = {"env": 0.0, "act": 0.0, "learn": 0.0} | trainer.clock.read() | {"total": time.perf_counter() - start}
        seconds["other"] = seconds["total"] - seconds["env"] - seconds["act"] - seconds["learn"]
        config = trainer.experiment.training
        steps = config.num_envs * config.rollout_length
        self._log(metrics, seconds, steps)
        self._unfinished = None
        self.trackers.log(trainer.steps, metrics | {f"seconds/{name}": value for name, value in seconds.items()})
        decisions, update = steps * trainer.env.spec.num_agents, trainer.progress.update
        report = Report(update, config.num_updates, trainer.steps, metrics, seconds, decisions, tuple(notes))
        self.report(report)
        for method, subject in [*events, ("on_update", report)]:
            self.callbacks.call(method, subject)
        return True

    def _log(self, metrics: dict[str, float], seconds: dict[str, float], steps: int) -> None:
        """Write an update into both logs, or, if that fails, into neither."""
        before = self._metrics.position()
        phases = [f"{seconds[name]:.4f}" for name in ("total", "env", "act", "learn", "other")]
        try:
            self._metrics.write((self.trainer.steps, name, repr(value)) for name, value in metrics.items())
            self._timing.write([(self.trainer.steps, *phases, f"{steps / seconds['total']:.0f}")])
        except BaseException:
            self._metrics.cut(before)
            raise

    def _evaluate(self) -> tuple[dict[str, float], list[str], list[tuple[str, Any]]]:
        """Metrics of an evaluation, sentences, and calls of callbacks.

        Raises Abandoned after a signal.
        """
        trainer = self.trainer
        watch = self.trackers.watch(trainer.prepare_evaluation())
        outcomes = trainer.evaluate(stop=lambda: self._stop is not None, watch=watch)
        events: list[tuple[str, Any]] = []
        if best := trainer.is_best(outcomes):
            path = self.run_folder.save(trainer.progress.update, self._state(experience=False), best=True)
            events.append(("on_checkpoint", path))
        report = EvaluationReport(trainer.progress.update, trainer.steps, outcomes.columns(), best)
        events.append(("on_evaluation", report))
        metrics = {f"evaluation/{name}": mean_of_defined(values) for name, values in outcomes.columns().items()}
        sentence = cut_sentence(outcomes, self.trainer.evaluation_limit, "--training.evaluation-max-steps")
        if not sentence:
            return metrics, [], events
        notes = [] if self._cut_is_said else [f"evaluation: {sentence}"]
        self._cut_is_said = True
        return metrics | {"evaluation/cut": float(outcomes.cut.mean())}, notes, events

    def _state(self, experience: bool = True) -> dict[str, Any]:
        experiment = self.trainer.experiment
        # The checkpoint holds metrics of an update that is not logged yet, so that it is logged
        # when the run resumes.
        unfinished = {} if self._unfinished is None else {"unfinished": self._unfinished}
        return self.trainer.state_dict(experience) | {
            "environment": {"id": experiment.environment, "fingerprint": self.fingerprint},
            "logs": {"metrics": self._metrics.sync(), "timing": self._timing.sync()},
            **unfinished,
        }

    def _checkpoint(self) -> None:
        path = self._save()
        self.callbacks.call("on_checkpoint", path)

    def _save(self) -> Path:
        self.trackers.flush()
        path = self.run_folder.save(self.trainer.progress.update, self._state())
        self._saved = self.trainer.progress.update
        return path

    def _ask_to_stop(self, number: int) -> None:
        self._stop = number


def _due(trainer: Trainer, interval: int) -> bool:
    return interval > 0 and trainer.progress.update % interval == 0
