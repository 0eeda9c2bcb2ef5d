"""How the five tasks pay: what the score gained, and shaping that cannot change which of two episodes is the better one.

Shaping is the change of a potential of the agent (Ng, Harada and Russell, "Policy invariance under reward transformations", 1999).
With `pay` it starts from the potential at the beginning, and what was paid is taken back when the agent's episode ends, by its rules
or at `max_cycles`: without discounting it adds nothing, and an agent's rewards add up to what it was paid of the score.
"""

from ...kernels import njit
from .state import GONE


@njit(cache=True, inline="always")
def set_origin(state, c, i, potential):
    """Note the potential of agent i at the beginning of an episode."""
    state.origin[c, i] = potential
    state.shaped[c, i] = 0


@njit(cache=True, inline="always")
def pay_up_to(state, k, reward, c, i, gained, total):
    """Pay agent i what it is paid of the score, and so much shaping that it adds up to `total` since the beginning."""
    reward[c, i] = gained + k.shaping * (total - state.shaped[c, i])
    state.shaped[c, i] = total


@njit(cache=True, inline="always")
def pay(state, k, reward, c, i, gained, potential):
    """Pay agent i in `reward` (num_envs, n), once a step after the task's update.

    Args:
        gained: what it is paid of the score.
        potential: its potential now; if its episode ends with this step, that at the beginning counts instead.
    """
    ends = state.finished[c] or state.position[c, i, 0] == GONE or state.elapsed[c] + 1 >= k.horizon
    pay_up_to(state, k, reward, c, i, gained, 0.0 if ends else potential - state.origin[c, i])
