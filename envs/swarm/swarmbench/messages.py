"""Messages: a symbol that an agent sends with its move, heard in the next step by those within reach, without a sender's name.

The benchmark's agents write sentences; numbers are our own definition. As there, an agent hears its own message as well.
"""

from ...kernels import njit
from .state import GONE


@njit(cache=True, inline="always")
def speak_copy(state, scratch, c):
    """Note what the agents say in this step; those that have left the map say nothing."""
    for i in range(state.on.shape[1]):
        state.said[c, i] = scratch.message[c, i] if state.position[c, i, 0] != GONE else 0


@njit(cache=True, inline="always")
def within_reach(state, radius, c, i, j):
    """Whether agents i and j are both on the map and at most `radius` rows and columns apart."""
    r, q = state.position[c, i, 0], state.position[c, i, 1]
    s, t = state.position[c, j, 0], state.position[c, j, 1]
    return r != GONE and s != GONE and abs(r - s) <= radius and abs(q - t) <= radius


@njit(cache=True)
def count_heard(state, radius, c, i, message):
    """How many agents within reach of agent i, itself included, have just said `message`."""
    heard = 0
    for j in range(state.on.shape[1]):
        if state.said[c, j] == message and within_reach(state, radius, c, i, j):
            heard += 1
    return heard
