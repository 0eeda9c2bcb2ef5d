"""A trainer at work in a run folder: logs, evaluations, checkpoints, and a clean end when told to stop."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..envs.fingerprint import fingerprint
from .experiment import Experiment
from .intervals import mean_of_defined
from .restore import check_environment, fit, open_run
from .run import METRICS_HEADER, TIMING_HEADER, CsvLog, Run
from .trainer import Trainer

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


class Session:
    """Runs `trainer` in `run` until it is finished or a signal asks it to stop.

    Args:
        fingerprint: of the environment, kept in every checkpoint.
        positions: lengths of the logs to go on from; None starts them.
        report: called after every update.
    """

    def __init__(
        self,
        trainer: Trainer,
        run: Run,
        fingerprint: str,
        positions: dict[str, int] | None = None,
        report: Callable[[Report], None] | None = None,
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

    def run(self) -> int:
        """Train. Returns 0 when all updates are made, or the signal that stopped it after a checkpoint.

        Raises:
            Diverged: learning went to NaN or infinity; the last good checkpoint is kept.
        """
        settings = self.trainer.experiment.training
        try:
            with self._signals():
                while not self.trainer.finished and self._stop is None:
                    self._update()
                    if _due(self.trainer, settings.checkpoint_interval):
                        self._checkpoint()
                if self._saved != self.trainer.progress.update:
                    self._checkpoint()
        finally:
            self._close()
        return 0 if self.trainer.finished else (self._stop or 0)

    def _update(self) -> None:
        trainer = self.trainer
        start = time.perf_counter()
        metrics = trainer.update()
        if _due(trainer, trainer.experiment.training.evaluation_interval):
            metrics |= self._evaluate()
        self._metrics.write((trainer.steps, name, repr(value)) for name, value in metrics.items())
        seconds = trainer.clock.read() | {"total": time.perf_counter() - start}
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
            Report(trainer.progress.update, settings.num_updates, trainer.steps, metrics, seconds, steps * agents)
        )

    def _evaluate(self) -> dict[str, float]:
        outcomes = self.trainer.evaluate()
        if self.trainer.is_best(outcomes):
            self.run_folder.save(self.trainer.progress.update, self._state(experience=False), best=True)
        return {f"evaluation/{name}": mean_of_defined(values) for name, values in outcomes.columns().items()}

    def _state(self, experience: bool = True) -> dict[str, Any]:
        experiment = self.trainer.experiment
        return self.trainer.state_dict(experience) | {
            "environment": {"id": experiment.environment, "fingerprint": self.fingerprint},
            "logs": {"metrics": self._metrics.position(), "timing": self._timing.position()},
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
    trainer = Trainer(experiment)
    digest = fingerprint(experiment.environment, experiment.task)
    run = Run.create(folder, experiment.to_dict(), digest)
    return Session(trainer, run, digest, report=report)


def resume(folder: str, report: Callable[[Report], None] | None = None) -> tuple[Session, list[str]]:
    """A session that goes on where the run in `folder` stopped, and sentences on what was passed over.

    Raises:
        BadParameter: there is no run in `folder`.
        UserError: no checkpoint can be read, or it belongs to another environment.
    """
    run, experiment = open_run(folder)
    trainer = Trainer(experiment)
    digest = fingerprint(experiment.environment, experiment.task)
    if not run.has_checkpoint():
        return Session(trainer, run, digest, report=report), [
            f"the run '{folder}' had no checkpoint yet, so it starts again"
        ]
    state, warnings = run.load()
    check_environment(run, state, experiment, digest)
    fit(run, lambda: trainer.load_state_dict(state))
    if not trainer.env.spec.resumable:
        warnings.append(f"'{experiment.environment}' cannot be saved, so its episodes start again; learning goes on")
    return Session(trainer, run, digest, state["logs"], report), warnings
