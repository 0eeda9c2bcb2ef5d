"""Processes of a sweep: each trains one run, and ends with its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stigmergy.sweeps.progress import read_tail

LOGS = "logs"
"""Folder of what the processes print, in the folder of a sweep."""
DEATH_SIGNAL = 1
"""Option PR_SET_PDEATHSIG of Linux' prctl."""
MOST_TAIL = 1 << 16


class RunProcess:
    """Process that trains one run; what it prints is appended to `log`."""

    def __init__(self, arguments: Sequence[str], log: Path):
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as file:
            self._start = file.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "stigmergy", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches the sweep alone, which stops its runs. A second signal would make
                # them leave at once.
                start_new_session=True,
                preexec_fn=_end_with_parent(),
            )

    def poll(self) -> int | None:
        """Exit status, negative for the signal that ended the process; None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask the process to save and end; a second time, to end at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process without a checkpoint."""
        self._process.kill()
        self._process.wait()

    def failure(self) -> str:
        """Last sentence of an error that the process printed, or what ended it."""
        status = self._process.returncode
        if status < 0:
            name = signal.Signals(-status).name
            return f"ended by {name}" + (", as by a system without free memory" if name == "SIGKILL" else "")
        if status > 128:
            return f"stopped by {signal.Signals(status - 128).name}"
        printed = read_tail(self.log, MOST_TAIL, self._start).splitlines()
        errors = [line.removeprefix("error: ") for line in printed if line.startswith("error: ")]
        if errors:
            return errors[-1]
        return next((line for line in reversed(printed) if line.strip()), f"exit status {status}")


def _end_with_parent() -> Callable[[], None] | None:
    """Function for a new process by which Linux sends it SIGTERM when its parent is killed."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def call() -> None:
        prctl(DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it was killed before the call
            os._exit(128 + signal.SIGTERM)

    return call


def stop_all(processes: Sequence[RunProcess], seconds: float) -> None:
    """Ask processes to end, and kill those that do not within `seconds`."""
    for process in processes:
        process.stop()
    end = time.monotonic() + seconds
    while any(process.poll() is None for process in processes) and time.monotonic() < end:
        time.sleep(0.02)
    for process in processes:
        if process.poll() is None:
            process.kill()
