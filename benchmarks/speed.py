"""Speed in agent-steps per second under random actions.

Contestants take turns in rounds.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numba
import numpy as np

import stigmergy
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.random_policy import random_actions

SECONDS = 2.0
ROUNDS = 5
ACTIONS = 16
"""Joint actions drawn beforehand, so that drawing is not timed."""


def per_second(step: Callable[[int], object], seconds: float = SECONDS) -> float:
    """Calls of `step` in a second."""
    for k in range(3):
        step(k)
    steps = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        step(steps)
        steps += 1
    return steps / spent


def batch_speed(env: BatchEnv, threads: int, seconds: float = SECONDS) -> float:
    """Agent-steps per second of a batch on `threads` threads."""
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    generator = np.random.default_rng(0)
    step = env.reset(0)
    actions = [random_actions(env.spec.groups, step, generator) for _ in range(ACTIONS)]
    masked = any(group.has_action_mask for group in env.spec.groups)

    def advance(k: int) -> None:
        nonlocal step
        # Masks change with the state, so drawing actions is timed, as for any user.
        step = env.step(random_actions(env.spec.groups, step, generator) if masked else actions[k % ACTIONS])

    return env.num_envs * env.spec.num_agents * per_second(advance, seconds)


def view_speed(env: Any, seconds: float = SECONDS) -> float:
    """Agent-steps per second through PettingZoo's parallel API, ours or another package's."""
    env.reset(seed=0)
    agents = list(env.possible_agents)
    for seed, agent in enumerate(agents):
        env.action_space(agent).seed(seed)
    actions = [{agent: env.action_space(agent).sample() for agent in agents} for _ in range(ACTIONS)]

    def step(k: int) -> None:
        given = actions[k % ACTIONS]
        env.step({agent: given[agent] for agent in env.agents})
        if not env.agents:
            env.reset()

    return len(agents) * per_second(step, seconds)


def in_turn(contestants: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, np.ndarray]:
    """Measure every contestant in every round.

    Rounds alternate, so that a slow minute of the machine affects all contestants.
    """
    speeds = {name: np.zeros(rounds) for name in contestants}
    for k in range(rounds):
        for name, contestant in contestants.items():
            speeds[name][k] = contestant()
    return speeds


def bytes_per_env(id: str, **parameters: Any) -> int:
    """Memory of one more env in bytes: state, observations, and the kernels' work space."""

    def held(num_envs: int) -> int:
        env = stigmergy.make(id, num_envs, **parameters)
        arrays: dict[int, np.ndarray] = {}
        _collect(vars(env), arrays, set())
        return sum(array.nbytes for array in arrays.values())

    return (held(9) - held(1)) // 8


def _collect(value: Any, arrays: dict[int, np.ndarray], seen: set[int]) -> None:
    """Collect every array that owns its memory, once."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        owner = value if value.base is None else value.base
        if isinstance(owner, np.ndarray):
            arrays[id(owner)] = owner
    elif isinstance(value, Mapping):
        for item in value.values():
            _collect(item, arrays, seen)
    elif isinstance(value, (tuple, list)):
        for item in value:
            _collect(item, arrays, seen)
