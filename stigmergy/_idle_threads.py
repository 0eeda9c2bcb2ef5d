"""Default of OMP_WAIT_POLICY: idle threads of the numerical libraries sleep instead of spinning.

OpenMP's threads spin for a while after a parallel loop. Beside other work on the same cores they
take the time that this work needs: each of two trainings at once has less than half the speed that
it has with sleeping threads. On an idle machine sleeping costs a quarter of the default training's
speed (measured, see docs/training.md); `OMP_WAIT_POLICY=ACTIVE` restores it.
The libraries read the variable when they are loaded, so this module is imported before them.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
