"""The loop that plays an environment: evaluation, rendering, diagrams, fingerprints, traces."""

from collections.abc import Callable, Iterator

from ..core.env import Actions, BatchEnv
from ..core.timestep import TimeStep

Act = Callable[[TimeStep], Actions]
"""Compute the actions for `BatchEnv.step` from the time step before it."""


def play(env: BatchEnv, act: Act, seed: int) -> Iterator[TimeStep]:
    """Reset `env` and step it for as long as the caller iterates.

    Args:
        act: is called once for each step that the caller asks for, and not after the last one.
        seed: of `env.reset`.

    Yields:
        The time step of the reset, then that of each step. Its arrays are valid until the next one.
    """
    step = env.reset(seed)
    while True:
        yield step
        step = env.step(act(step))
