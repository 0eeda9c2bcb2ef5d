"""Rules of value_truth: the same reward in every step, until the episode is cut or ends."""

import numpy as np
from numpy.typing import NDArray

from .config import ValueTruthConfig
from .state import State


def observe(state: State, config: ValueTruthConfig, observation: NDArray[np.float32]) -> None:
    """Write observations `(num_envs, n, width)`: a constant, or the number of the step one-hot."""
    if config.observe == "time":
        observation[:] = (state.elapsed[:, None] == np.arange(config.max_cycles))[:, None]
    else:
        observation.fill(1)


def terminates(state: State, config: ValueTruthConfig) -> NDArray[np.bool_]:
    """Envs whose episode terminates now, `(num_envs,)`."""
    return (state.elapsed >= config.max_cycles) & (config.ends == "termination")
