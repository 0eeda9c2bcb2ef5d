"""Progress of training: a bar with speed, return, time left and shares of time.

Without a terminal, lines are printed.
"""

import contextlib
import os
import shlex
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from stigmergy.algorithms.core.learner import Diverged
from stigmergy.cli.console import open_console
from stigmergy.cli.failures import one_line
from stigmergy.envs.errors import NotFinite, UserError
from stigmergy.training.callbacks import Report
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.run_loop import Session
from stigmergy.training.runs.stop_signals import Stopped
from stigmergy.training.sessions.observed import Display, kept_state

SECONDS_BETWEEN_LINES = 5.0
PHASES = ("env", "act", "learn", "other")
_LOST = (OSError, SystemExit)
"""Exceptions of a write to a closed pipe or terminal; rich turns the first into SystemExit."""


def exit_status(train: Callable[["TerminalDisplay"], int]) -> int:
    """Call `train` with a display in the terminal and return the exit status.

    `train` returns 0, or the signal that stopped it. A finished run has status 0 in any case.
    """
    display = TerminalDisplay()
    try:
        number = train(display)
    except Stopped as stop:
        if Run(display.folder).is_begun():
            complain(f"stopped at once; go on with: stigmergy resume {shlex.quote(display.folder)}")
        else:
            complain("stopped before the run was made")
        number = stop.number
    except (Diverged, NotFinite) as error:
        if not display.has_failed:
            raise
        return 2 if isinstance(error, UserError) else 1  # the display has shown it
    return 128 + number if number else 0


class TerminalDisplay(Display):
    """Display of a bar in a terminal, or of lines elsewhere.

    Training continues when its output is no longer read.
    """

    def __init__(self):
        console = open_console()
        self.folder = ""
        self.has_failed = False
        self._output = Output()
        self._inner = BarDisplay(console) if console.is_terminal else LineDisplay(self._output.say)

    def __enter__(self) -> "TerminalDisplay":
        self._inner.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._inner.__exit__(*exception)

    def warn(self, sentence: str) -> None:
        """Print a warning on standard error."""
        complain(f"warning: {sentence}")

    def choose(self, folder: str) -> None:
        """Keep the name of the run folder."""
        self.folder = folder

    def idle(self, sentences: list[str]) -> None:
        """Print why there is nothing to train."""
        for sentence in [*sentences, f"see it with: stigmergy render {shlex.quote(self.folder)}"]:
            self._output.say(sentence)

    def begin(self, session: Session) -> None:
        """Print the folder, the players if there are several, and the notes of their learners."""
        self._output.say(f"run folder: {self.folder}")
        for line in _announcements(session):
            self._output.say(line)

    def report(self, report: Report) -> None:
        """Show an update."""
        self._inner.report(report)

    def fail(self, session: Session, error: BaseException) -> None:
        """Print what is kept, with the sentence of a divergence before it."""
        self.has_failed = True
        kept = kept_state(session)
        if session.run_folder.has_checkpoint():
            kept += f"; go on from it with: stigmergy resume {shlex.quote(self.folder)}"
        known = isinstance(error, (Diverged, NotFinite))
        complain(f"error: {one_line(str(error))}; {kept}" if known else f"warning: {kept}")

    def end(self, session: Session, number: int) -> None:
        """Print how to go on."""
        folder = shlex.quote(self.folder)
        if session.is_finished:
            self._output.say(f"finished; see it with: stigmergy render {folder}")
        else:
            self._output.say(f"stopped after a checkpoint; go on with: stigmergy resume {folder}")


def _announcements(session: Session) -> list[str]:
    """Players, if there are several, and the notes of their learners."""
    trainer, lines = session.trainer, []
    if len(trainer.learners) > 1:
        players = trainer.experiment.players(trainer.env).items()
        lines.append("  ".join(f"{group}: {algorithm}" for group, algorithm in players))
    lines += trainer.env.announce()
    for name, learner in trainer.learners.items():
        lines += [f"{name}: {sentence}" for sentence in learner.announce()]
    return [*lines, *session.trackers.announce()]


class Output:
    """Lines on standard output.

    Lines that cannot be written are left out, with one warning.
    """

    def __init__(self):
        self._lost = False

    def say(self, line: str) -> None:
        """Print a line.

        Never raises for a closed pipe, a full disk, or a lost terminal.
        """
        if self._lost:
            return
        try:
            print(line, flush=True)
        except (OSError, ValueError):
            self._lost = True
            with contextlib.suppress(OSError, ValueError):  # else the flush at exit fails again
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            complain("warning: what is printed cannot be written any more; training goes on without it")


def complain(line: str) -> None:
    """Print a line on standard error, if it can be written."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


class Averages:
    """Latest outcomes, and the speed since the last text."""

    def __init__(self):
        self.latest: dict[str, float] = {}
        self.seconds: dict[str, float] = dict.fromkeys((*PHASES, "total"), 0.0)
        self.agent_steps = 0

    def add(self, report: Report) -> None:
        """Add an update."""
        self.latest |= report.metrics
        self.agent_steps += report.agent_steps
        for name, value in report.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + value

    def text(self, short: bool = False) -> str:
        """Return one line: return, speed, and the share of each phase. Restart the speed."""
        total = max(self.seconds["total"], 1e-9)
        speed = self.agent_steps / total
        parts = [f"{label} {self.latest[name]:.3g}" for name, label in self._shown()]
        parts.append(f"{speed / 1000:.0f}k/s" if short else f"{speed:,.0f} agent-steps/s")
        phases = PHASES[:3] if short else PHASES
        shares = " ".join(f"{name} {100 * self.seconds[name] / total:.0f}" for name in phases)
        self.seconds = dict.fromkeys(self.seconds, 0.0)
        self.agent_steps = 0
        return "  ".join([*parts, f"{shares} %"])

    def _shown(self) -> list[tuple[str, str]]:
        """Keys and labels of the return and its evaluation.

        Groups with returns of their own have one each.
        """
        own = [name for name in self.latest if name.startswith("episode/return/")]
        names = own or [name for name in ("episode/return", "evaluation/return") if name in self.latest]
        labels = {"episode/return": "return", "evaluation/return": "evaluated"}
        return [(name, labels.get(name, name.removeprefix("episode/return/"))) for name in names]


class LineDisplay:
    """Display of a line every few seconds, for logs and pipes."""

    def __init__(self, say: Callable[[str], None]):
        self._say = say
        self._averages = Averages()
        self._printed = time.monotonic()

    def __enter__(self) -> "LineDisplay":
        return self

    def __exit__(self, *exception: Any) -> None:
        return None

    def report(self, report: Report) -> None:
        """Add an update."""
        self._averages.add(report)
        for sentence in report.notes:
            complain(f"warning: {sentence}")
        now = time.monotonic()
        if now - self._printed >= SECONDS_BETWEEN_LINES or report.update == report.num_updates:
            self._printed = now
            self._say(f"update {report.update}/{report.num_updates}  {self._averages.text()}")


class BarDisplay:
    """Progress bar with the averages of the last second beside it."""

    def __init__(self, console: Console):
        columns = (BarColumn(bar_width=8), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(compact=True))
        self._bar = Progress(*columns, TextColumn("{task.description}"), console=console)
        self._task = self._bar.add_task("", total=None)
        self._averages = Averages()
        self._shown = 0.0

    def __enter__(self) -> "BarDisplay":
        with contextlib.suppress(*_LOST):
            self._bar.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        with contextlib.suppress(*_LOST):
            self._bar.stop()

    def report(self, report: Report) -> None:
        """Add an update."""
        self._averages.add(report)
        with contextlib.suppress(*_LOST):
            for sentence in report.notes:
                self._bar.console.print(f"warning: {sentence}", highlight=False, markup=False, soft_wrap=True)
            self._bar.update(self._task, completed=report.update, total=report.num_updates)
            if time.monotonic() - self._shown > 1 or report.update == report.num_updates:
                self._shown = time.monotonic()
                self._bar.update(self._task, description=self._averages.text(short=True))
