"""Outcomes of pathfinding episodes, after POGEMA's metric wrappers."""

import numpy as np
from numpy.typing import NDArray

from .state import NEVER, NOTHING, State

Metrics = dict[str, NDArray[np.float64]]


def measure_lifelong(state: State) -> Metrics:
    """Outcomes of lifelong episodes: goals reached per step, and collisions."""
    steps = np.maximum(state.elapsed, 1)
    return {"throughput": state.reached.sum(axis=1) / steps, "collisions": state.collisions.astype(np.float64)}


def measure_oneshot(state: State, on_target: int) -> Metrics:
    """Success and costs of one-shot episodes.

    An agent's cost is the number of steps until it arrived (`finish`), or until it stood on its
    goal for good (`nothing`); an agent that failed costs the whole episode. `sum_of_costs` adds the
    costs, `makespan` is the largest, `ep_length` their mean (in `nothing`: the length of the
    episode, as in POGEMA).
    """
    arrival = state.standing_since if on_target == NOTHING else state.first_arrival
    succeeded = arrival != NEVER
    cost = np.where(succeeded, arrival + 1, state.elapsed[:, None]).astype(np.float64)
    return {
        "isr": succeeded.mean(axis=1),
        "csr": succeeded.all(axis=1).astype(np.float64),
        "ep_length": state.elapsed.astype(np.float64) if on_target == NOTHING else cost.mean(axis=1),
        "makespan": cost.max(axis=1),
        "sum_of_costs": cost.sum(axis=1),
        "collisions": state.collisions.astype(np.float64),
    }
