"""Sessions that are watched by a display and stopped by signals."""

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

from ..callbacks import Report
from ..runs.run import Run
from ..runs.run_loop import Session
from ..runs.stop_signals import handled, leave, stop_signals

Begin = Callable[[Callable[[Report], None]], tuple[Session | None, list[str]]]
"""Opening of a session: from the function that gets its reports to the session, and sentences for
the user. The session is None if there is nothing to train; the sentences say why."""


class Display:
    """Display that shows nothing, and warns of the unexpected by Python's warnings.

    It is the base of other displays. As a context it lasts as long as the training.
    """

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *exception: Any) -> None:
        return None

    def warn(self, sentence: str) -> None:
        """Show a warning."""
        warnings.warn(sentence, stacklevel=2)

    def choose(self, folder: str) -> None:
        """Learn the run folder, before anything is done in it."""

    def idle(self, sentences: list[str]) -> None:
        """Show that there is nothing to train."""

    def begin(self, session: Session) -> None:
        """Show the beginning of a session."""

    def report(self, report: Report) -> None:
        """Show an update."""
        for sentence in report.notes:
            self.warn(sentence)

    def fail(self, session: Session, error: BaseException) -> None:
        """Show a failure, which is raised afterwards."""
        error.add_note(kept_state(session))

    def end(self, session: Session, number: int) -> None:
        """Show the end, by the signal `number` if it is not 0."""


def kept_state(session: Session) -> str:
    """Name the checkpoint to resume from after a failure."""
    run: Run = session.run_folder
    if not run.has_checkpoint():
        return f"no checkpoint had been written in '{run.folder}' before"
    what = "the last good checkpoint" if session.rescued is None else f"the state after update {session.rescued}"
    return f"{what} is kept in '{run.folder}'"


def run_observed(begin: Begin, display: Display) -> int:
    """Open a session and train until its end; return 0, or the signal that stopped it.

    Raises:
        Stopped: a signal came before the training had begun.
        Exception: that of a failure; the display knows of it if the session was open.
    """
    with handled(stop_signals(), leave):
        session, sentences = begin(display.report)
        if session is None:
            display.idle(sentences)
            return 0
        try:
            for sentence in [*sentences, *session.notes]:
                display.warn(sentence)
            display.begin(session)
            with display:
                number = session.run()
        except (Exception, SystemExit) as error:
            display.fail(session, error)
            raise
        finally:
            session.close()
        _close(session, display)
        display.end(session, number)
        return number


def _close(session: Session, display: Display) -> None:
    """Close the environments, once everything is saved.

    An exit of the process by an environment is raised; a failure is a warning.
    """
    try:
        session.trainer.close()
    except Exception as error:
        display.warn(f"close() of the environment failed: {type(error).__name__}: {error}")
    except SystemExit:
        folder = session.run_folder.folder
        with contextlib.suppress(Warning):
            display.warn(f"close() of the environment ends the process; the run in '{folder}' is saved")
        raise
