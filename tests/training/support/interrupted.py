"""The command line, which sends itself a signal.

    python -m tests.training.support.interrupted UPDATE SIGNAL SECONDS ARGUMENTS...

The signal comes SECONDS after the first update from number UPDATE on has begun, at no particular
point of the program. The update after the next waits for it, so that a run never ends before it
comes, however fast or busy the machine is.
"""

import os
import sys
import threading

from stigmergy.cli.entry import main
from stigmergy.training.trainer import Metrics, Trainer


def interrupt(update: int, number: int, seconds: float) -> None:
    """Have the signal `number` sent."""
    sent, make_update = threading.Event(), Trainer.update
    begun: list[int] = []

    def send() -> None:
        os.kill(os.getpid(), number)
        sent.set()

    def watched(trainer: Trainer) -> Metrics:
        if trainer.progress.update >= update:
            if not begun:
                threading.Timer(seconds, send).start()
            begun.append(trainer.progress.update)
            if len(begun) == 3:
                sent.wait()
        return make_update(trainer)

    Trainer.update = watched


if __name__ == "__main__":
    interrupt(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
    sys.exit(main(sys.argv[4:]))
