"""Plugin by which tests hold or break runs of a sweep, through files in the folder $HELD.

`wait-N` holds a run before update N, `break-S` makes the run with seed S fail in its third update,
for as long as the file is there. `prune-R` holds a run of R rounds before update 5 until it is told
to stop. A run that arrives at a hold leaves a file `arrived-SEED`.
"""

import os
import signal
import time
from pathlib import Path

from stigmergy.training.trainer import Metrics, Trainer

FOLDER = Path(os.environ["HELD"])
make_update = Trainer.update


def held(trainer: Trainer) -> Metrics:
    """Update when no file holds the run."""
    update, seed = trainer.progress.update + 1, trainer.experiment.training.seed
    if update == 3 and (FOLDER / f"break-{seed}").exists():
        raise ArithmeticError(f"seed {seed} is broken")
    while (FOLDER / f"wait-{update}").exists():
        (FOLDER / f"arrived-{seed}").touch()
        time.sleep(0.01)
    handler = signal.getsignal(signal.SIGTERM)  # another one stands there after the signal
    rounds = getattr(trainer.experiment.task, "rounds", None)
    while update == 5 and (FOLDER / f"prune-{rounds}").exists() and signal.getsignal(signal.SIGTERM) == handler:
        time.sleep(0.01)
    return make_update(trainer)


Trainer.update = held
