"""Messages: a number that an agent sends with its move and that agents within reach hear next step.

They carry no sender. The benchmark's agents write sentences; numbers are our own definition. As
there, an agent hears its own message as well.
"""

from ...kernels import njit
from .state import GONE


@njit(cache=True, inline="always")
def speak(state, scratch, env):
    """Note the messages of this step; agents that have left the map are silent."""
    for i in range(state.on.shape[1]):
        state.said[env, i] = scratch.message[env, i] if state.position[env, i, 0] != GONE else 0


@njit(cache=True, inline="always")
def within_reach(state, radius, env, i, j):
    """True if agents i and j are both on the map and at most `radius` rows and columns apart."""
    r, q = state.position[env, i, 0], state.position[env, i, 1]
    s, t = state.position[env, j, 0], state.position[env, j, 1]
    return r != GONE and s != GONE and abs(r - s) <= radius and abs(q - t) <= radius


@njit(cache=True)
def count_heard(state, radius, env, i, message):
    """Number of agents within reach of agent i, itself included, that have just said `message`."""
    heard = 0
    for j in range(state.on.shape[1]):
        if state.said[env, j] == message and within_reach(state, radius, env, i, j):
            heard += 1
    return heard
