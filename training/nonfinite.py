"""Cause of learning that went to NaN: values of the environment that are not finite."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .rollout_buffer import RolloutBuffer


def find_fault(environment: str, buffers: Mapping[str, RolloutBuffer]) -> str:
    """Find the first number from the environment in the rollouts that is NaN or infinite.

    Returns:
        A sentence that names the environment, the quantity, the agent, the step of the rollout and
        the env; empty if all numbers are finite.
    """
    found = [fault for buffer in buffers.values() for fault in _faults(buffer)]
    if not found:
        return ""
    step, quantity, whose, env_index, value = min(found, key=lambda fault: fault[0])
    return (
        f"'{environment}' gave {quantity} of {value} to {whose}, in step {step} of the last rollout and env {env_index}; "
        "learning needs finite numbers, so this has to be mended in the environment"
    )


def _faults(buffer: RolloutBuffer) -> list[tuple[int, str, str, int, float]]:
    """Step, quantity, agents, env and value of the first fault of each array."""
    faults = []
    agents = buffer.group.agents
    # An observation at t follows step t - 1, and the first belongs to the rollout before. Rows of
    # agents that need not act are ignored.
    rows = (
        ("an observation", buffer.observation, buffer.active, 0),
        ("a reward", buffer.reward, buffer.active[:-1], 1),
    )
    for quantity, array, active, offset in rows:
        at = _first(array, active)
        if at is not None:
            faults.append((at[0] + offset, quantity, f"the agent '{agents[at[2]]}'", at[1], float(array[at])))
    whole = {f"the signal {name}": array for name, array in (buffer.signals or {}).items()}
    if buffer.state is not None:
        whole["a global state"] = buffer.state
    for quantity, array in whole.items():
        at = _first(array)
        if at is not None:
            faults.append((at[0], quantity, "all agents", at[1], float(array[at])))
    return faults


def _first(array: NDArray[Any], where: NDArray[np.bool_] | None = None) -> tuple[int, ...] | None:
    """Index of the first number that is not finite, or None.

    With `where`, a mask of the first axes of `array`, only those rows are searched.
    """
    if array.dtype.kind != "f":
        return None
    finite = np.isfinite(array)
    if finite.all():
        return None
    if where is not None:
        finite |= ~where.reshape(*where.shape, *[1] * (array.ndim - where.ndim))
    bad = np.argwhere(~finite)
    return tuple(int(i) for i in bad[0]) if len(bad) else None
