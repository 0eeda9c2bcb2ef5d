"""Cost of a step of target tracking for each pair of a pursuer and a target.

Sizes go from ten of each to a thousand.
"""

import numpy as np

import stigmergy
from benchmarks.speed import batch_speed, in_turn

SIZES = (10, 30, 100, 300, 1000)
PAIRS = 2_000_000
"""Pairs in a batch, so that all sizes have about the same work. A batch has at least one env and at
most a thousand."""


def measure() -> list[tuple[int, int, float]]:
    """Rows of pursuers (as many targets), envs, and nanoseconds for a pair and step.

    The time is that of one thread.
    """
    batches = {
        n: stigmergy.make("pursuit/tracking-v0", min(1000, max(1, PAIRS // n**2)), num_pursuers=n, num_targets=n)
        for n in SIZES
    }
    speeds = in_turn({str(n): lambda env=env: batch_speed(env, 1) for n, env in batches.items()}, rounds=3)
    return [(n, env.num_envs, 1e9 / (float(np.median(speeds[str(n)])) * n)) for n, env in batches.items()]
