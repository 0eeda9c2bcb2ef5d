"""A trainer at work in a run folder: logs, evaluations, checkpoints, and a clean end when told to stop."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from .evaluation import Abandoned, cut_sentence
from .experiment import Experiment
from .intervals import mean_of_defined
from .kept import keep
from .plugins import find_code
from .restore import check_environment, fit, open_run
from .run import METRICS_HEADER, TIMING_HEADER, CsvLog, Run
from .trainer import Trainer
from .trust import agree

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Report:
    """One update, for whoever shows progress."""

    update: int
    num_updates: int
    steps: int
    metrics: dict[str, float]
    seconds: dict[str, float]
    """By phase: env, act, learn, other; and `total`."""
    agent_steps: int
    """Decisions of agents in this update."""
    notes: tuple[str, ...] = ()
    """Sentences on what the user would not expect."""


class Session:
    """Runs `trainer` in `run` until it is finished or a signal asks it to stop.

    Args:
        fingerprint: of the environment, kept in every checkpoint; None if it has none.
        positions: lengths of the logs to go on from; None starts them.
        report: called after every update.
        unfinished: metrics of the last update, if it was stopped before its evaluation had ended.

    Attributes:
        notes: sentences on what the user would not expect of this training.
        rescued: the update whose state was saved after a failure, or None.
    """

    def __init__(
        self,
        trainer: Trainer,
        run: Run,
        fingerprint: str | None,
        positions: dict[str, int] | None = None,
        report: Callable[[Report], None] | None = None,
        unfinished: dict[str, float] | None = None,
    ):
        self.trainer = trainer
        self.run_folder = run
        self.fingerprint = fingerprint
        self.report = report or (lambda report: None)
        start = positions or {"metrics": len(METRICS_HEADER), "timing": len(TIMING_HEADER)}
        self._metrics = CsvLog(run.metrics, start["metrics"])
        self._timing = CsvLog(run.timing, start["timing"])
        self._events = _events_writer(run, trainer)
        self._stop: int | None = None
        self._saved = trainer.progress.update if positions else None
        self._unfinished = unfinished
        self._cut_is_said = False
        self.rescued: int | None = None
        obstacle = self._obstacle()
        self._evaluates = not obstacle
        self.notes = [obstacle] if obstacle else []

    def run(self) -> int:
        """Train. Returns 0 when all updates are made, or the signal that stopped it after a checkpoint.

        Whatever else ends it, such as a failure in the environment, is raised after the state of the last whole update was saved.

        Raises:
            Diverged: learning went to NaN or infinity; the last good checkpoint is kept.
            NotFinite: the environment gave what is not finite; the last good checkpoint is kept.
        """
        settings = self.trainer.experiment.training
        try:
            with self._signals():
                if self._unfinished is not None and self._finish(time.perf_counter()):
                    self._checkpoint()
                while not self.trainer.finished and self._stop is None:
                    self._update()
                    if _due(self.trainer, settings.checkpoint_interval):
                        self._checkpoint()
                if self._saved != self.trainer.progress.update:
                    self._checkpoint()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and self._stop is not None:
                raise  # the second signal leaves at once
            self._rescue()
            if isinstance(error, (Exception, SystemExit)):
                raise
            name = type(error).__name__  # raised by nobody's keys, so it must not pass for a stop
            raise RuntimeError(f"{name} in the middle of the training").with_traceback(error.__traceback__) from error
        finally:
            self._close()
        return 0 if self.trainer.finished and self._unfinished is None else (self._stop or 0)

    def _rescue(self) -> None:
        """Save the state after the last whole update, if there is one that is not saved yet."""
        update = self.trainer.progress.update
        if self.trainer.consistent and update and self._saved != update:
            with suppress(Exception):  # the failure itself is what the user has to hear of
                self._checkpoint()
                self.rescued = update

    def _obstacle(self) -> str:
        """A sentence on why there can be no evaluations, empty if there is nothing in their way.

        Environments of other people may be such that there is one in a process. That is better known before the training.
        """
        trainer, settings = self.trainer, self.trainer.experiment.training
        if trainer.env.spec.resumable or not 0 < settings.evaluation_interval <= settings.num_updates:
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
        """Evaluate if it is due, and log the update. Returns False if a signal came before the evaluation had ended, which leaves it to be made again."""
        trainer = self.trainer
        assert self._unfinished is not None
        metrics, notes = dict(self._unfinished), []
        if self._evaluates and _due(trainer, trainer.experiment.training.evaluation_interval):
            try:
                evaluated, notes = self._evaluate()
            except Abandoned:
                return False
            metrics |= evaluated
        self._unfinished = None
        self._metrics.write((trainer.steps, name, repr(value)) for name, value in metrics.items())
        seconds = {"env": 0.0, "act": 0.0, "learn": 0.0} | trainer.clock.read() | {"total": time.perf_counter() - start}
        seconds["other"] = seconds["total"] - seconds["env"] - seconds["act"] - seconds["learn"]
        settings = trainer.experiment.training
        steps = settings.num_envs * settings.rollout_length
        phases = [f"{seconds[name]:.4f}" for name in ("total", "env", "act", "learn", "other")]
        self._timing.write([(trainer.steps, *phases, f"{steps / seconds['total']:.0f}")])
        if self._events:
            for name, value in metrics.items():
                self._events.add_scalar(name, value, trainer.steps)
            for name, value in seconds.items():
                self._events.add_scalar(f"seconds/{name}", value, trainer.steps)
        agents = trainer.env.spec.num_agents
        self.report(
            Report(
                trainer.progress.update,
                settings.num_updates,
                trainer.steps,
                metrics,
                seconds,
                steps * agents,
                tuple(notes),
            )
        )
        return True

    def _evaluate(self) -> tuple[dict[str, float], list[str]]:
        """Metrics of an evaluation, and sentences. Raises Abandoned after a signal."""
        outcomes = self.trainer.evaluate(stop=lambda: self._stop is not None)
        if self.trainer.is_best(outcomes):
            self.run_folder.save(self.trainer.progress.update, self._state(experience=False), best=True)
        metrics = {f"evaluation/{name}": mean_of_defined(values) for name, values in outcomes.columns().items()}
        sentence = cut_sentence(outcomes, self.trainer.evaluation_limit, "--training.evaluation-max-steps")
        if not sentence:
            return metrics, []
        notes = [] if self._cut_is_said else [f"evaluation: {sentence}"]
        self._cut_is_said = True
        return metrics | {"evaluation/cut": float(outcomes.cut.mean())}, notes

    def _state(self, experience: bool = True) -> dict[str, Any]:
        experiment = self.trainer.experiment
        # Metrics of an update that is not logged yet stand in the checkpoint, so that it is logged after all when the run goes on.
        unfinished = {} if self._unfinished is None else {"unfinished": self._unfinished}
        return self.trainer.state_dict(experience) | {
            "environment": {"id": experiment.environment, "fingerprint": self.fingerprint},
            "logs": {"metrics": self._metrics.position(), "timing": self._timing.position()},
            **unfinished,
        }

    def _checkpoint(self) -> None:
        if self._events:
            self._events.flush()
        self.run_folder.save(self.trainer.progress.update, self._state())
        self._saved = self.trainer.progress.update

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """The first signal ends the run after the update under way; the second takes the usual, immediate way out."""

        def ask_to_stop(number: int, frame: Any) -> None:
            self._stop = number
            for one, handler in before.items():
                signal.signal(one, handler)

        before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        try:
            for number in STOP_SIGNALS:
                signal.signal(number, ask_to_stop)
        except ValueError:  # not the main thread: someone else handles signals here
            yield
            return
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _close(self) -> None:
        self._metrics.close()
        self._timing.close()
        if self._events:
            self._events.close()


def _due(trainer: Trainer, interval: int) -> bool:
    return interval > 0 and trainer.progress.update % interval == 0


def _events_writer(run: Run, trainer: Trainer) -> Any:
    if not trainer.experiment.training.tensorboard:
        return None
    from torch.utils.tensorboard import SummaryWriter  # slow to import, and not everyone asks for it

    return SummaryWriter(str(run.events), purge_step=trainer.steps + 1 if trainer.steps else None)


def start(experiment: Experiment, folder: str, report: Callable[[Report], None] | None = None) -> Session:
    """A session for a new run in `folder`. Raises BadParameter if the folder is taken."""
    kept = keep(experiment)
    trainer = Trainer(experiment)
    identity = trainer.identify()
    run = Run.create(folder, kept.config, identity.digest, kept.files)
    for sources in find_code(kept.config, f"the run '{folder}'", run.folder):
        agree(sources)  # the user gave it, so what this run keeps of it will be executed again without asking
    session = Session(trainer, run, identity.digest, report=report)
    session.notes = [*([identity.note] if identity.note else []), *session.notes]
    return session


def resume(
    folder: str, report: Callable[[Report], None] | None = None, trust: bool = False, given: Sequence[str] = ()
) -> tuple[Session, list[str]]:
    """A session that goes on where the run in `folder` stopped, and sentences on what was passed over.

    Args:
        trust, given: as for `open_run`.

    Raises:
        BadParameter: there is no run in `folder`.
        NotAgreed: the run has code that the user has not agreed to.
        UserError: no checkpoint can be read, or it belongs to another environment.
    """
    run, experiment = open_run(folder, trust, given)
    trainer = Trainer(experiment)
    digest = trainer.identify().digest
    if not run.has_checkpoint():
        return Session(trainer, run, digest, report=report), [
            f"the run '{folder}' had no checkpoint yet, so it starts again"
        ]
    state, warnings = run.load()
    warnings += check_environment(run, state, experiment, trainer.env)
    fit(run, lambda: trainer.load_state_dict(state))
    if not trainer.env.spec.resumable:
        warnings.append(f"'{experiment.environment}' cannot be saved, so its episodes start again; learning goes on")
    return Session(trainer, run, digest, state["logs"], report, state.get("unfinished")), warnings
