"""Rewards of the five tasks: changes of the score, and shaping that keeps the order of episodes.

Shaping is the change of a potential of the agent (Ng, Harada and Russell, "Policy invariance under
reward transformations", 1999). With `pay` it starts from the potential at the beginning, and what
was paid is taken back when the agent's episode ends, by its rules or at `max_cycles`. So without
discounting it adds nothing, and an agent's rewards add up to its part of the score.
"""

from ...kernels import njit
from .state import GONE


@njit(cache=True, inline="always")
def set_origin(state, env, i, potential):
    """Note the potential of agent i at the beginning of an episode."""
    state.origin[env, i] = potential
    state.shaped[env, i] = 0


@njit(cache=True, inline="always")
def pay_up_to(state, k, reward, env, i, gained, total):
    """Pay agent i its part of the score, and shaping up to `total` since the beginning."""
    reward[env, i] = gained + k.shaping * (total - state.shaped[env, i])
    state.shaped[env, i] = total


@njit(cache=True, inline="always")
def pay(state, k, reward, env, i, gained, potential):
    """Pay agent i in `reward` (num_envs, n), once a step after the task's update.

    Args:
        gained: its part of the change of the score.
        potential: its potential now; where its episode ends with this step, that at the beginning
            counts instead.
    """
    ends = state.finished[env] or state.position[env, i, 0] == GONE or state.elapsed[env] + 1 >= k.horizon
    pay_up_to(state, k, reward, env, i, gained, 0.0 if ends else potential - state.origin[env, i])
