"""Lets idle threads of the numerical libraries sleep instead of spinning, unless the user has said otherwise.

OpenMP's threads spin for a while after a parallel loop, in the hope of another one. Beside any other work on the same cores they
take the time that the other work needs, and wait for each other: each of two trainings at once has less than half the speed that
it has with threads that sleep. On an idle machine sleeping costs a quarter of the default training's speed (measured, see
docs/training.md); `OMP_WAIT_POLICY=ACTIVE` takes that back.
The libraries read the variable when they are loaded, so this module comes before them.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
