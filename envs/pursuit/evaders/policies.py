"""A scripted yardstick: pursuers who see the whole map and gather around the evaders that they can enclose soonest."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...grid.search import UNREACHABLE, distances_to
from ...kernels import njit
from .buildings import build_map
from .config import EvadersParameters
from .state import MOVES, NEVER, STAY, State

FREE = -1
NO_TEAM = np.int64(2**62)


class Work(NamedTuple):
    """Work space for one copy; means nothing between calls. h x w is the map with a ring of walls."""

    distance: NDArray[np.int32]  # (n, h, w) steps from each pursuer, the others ignored
    queue: NDArray[np.int32]  # (h * w,)
    goal: NDArray[np.int32]  # (n, 2) where each pursuer heads, on the ringed map; row FREE while it has no goal
    place: NDArray[np.int32]  # (places, 2) cells to be held around the evader that is looked at
    team: NDArray[np.int32]  # (places,) who would hold them
    picked: NDArray[np.bool_]  # (n,) who is in that team
    served: NDArray[np.bool_]  # (m,) the evader needs no team, or has one


class GreedyPursuit(ScriptedPolicy):
    """Pursuers form teams around evaders, and walk on shortest paths around the walls to the open cells beside them.

    Again and again, of all evaders that the pursuers still free are enough to catch, the one whose team would be in place soonest
    (then: with the fewest steps) gets its team: the nearest pursuers, one for each open cell beside it (without `surround`:
    `n_catch` of them for its own cell). Those who are left over head for the evader nearest to them. Our own definition; a pure
    function of the state, planned anew at every step.
    """

    plays = ("pursuit/evaders",)
    groups = ("pursuers",)

    def __init__(self, walls: NDArray[np.uint8], n_pursuers: int, n_evaders: int, surround: bool, n_catch: int):
        """`walls` (rows, columns) uint8 is the map; the rest are parameters of the task."""
        self._wall = np.pad(walls, 1, constant_values=1)
        self._surround = surround
        places = 4 if surround else n_catch
        self._work = Work(
            distance=np.zeros((n_pursuers, *self._wall.shape), np.int32),
            queue=np.zeros(self._wall.size, np.int32),
            goal=np.zeros((n_pursuers, 2), np.int32),
            place=np.zeros((places, 2), np.int32),
            team=np.zeros(places, np.int32),
            picked=np.zeros(n_pursuers, np.bool_),
            served=np.zeros(n_evaders, np.bool_),
        )

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: EvadersParameters) -> "GreedyPursuit":
        """The policy for a task with these parameters."""
        return cls(build_map(parameters), group.size, parameters.n_evaders, parameters.surround, parameters.n_catch)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The moves of all pursuers, `(num_envs, n)`. Copies whose episode is over stay."""
        action = np.full(world.catching.shape, STAY, np.int64)
        _plan_copies(world, self._wall, self._surround, self._work, action)
        return action


@njit(cache=True)
def _plan_copies(world, wall, surround, w, action):
    for c in range(action.shape[0]):
        if not world.over[c]:
            _plan(world.pursuer[c], world.evader[c], world.caught_at[c], wall, surround, w, action[c])


@njit(cache=True)
def _plan(pursuer, evader, caught_at, wall, surround, w, action):
    for i in range(pursuer.shape[0]):
        distances_to(wall, pursuer[i, 0] + 1, pursuer[i, 1] + 1, w.distance[i], w.queue)
        w.goal[i, 0] = FREE
    for j in range(evader.shape[0]):
        w.served[j] = caught_at[j] != NEVER
    while _send_a_team(evader, wall, surround, w):
        pass
    for i in range(pursuer.shape[0]):
        if w.goal[i, 0] == FREE:
            _head_for_the_nearest(evader, caught_at, w, i)
        action[i] = _first_step(w.distance[i], w.goal[i, 0], w.goal[i, 1])


@njit(cache=True)
def _send_a_team(evader, wall, surround, w):
    """Give one team its goals; False if there are not enough free pursuers for any evader that is left."""
    best, chosen = NO_TEAM, -1
    for j in range(evader.shape[0]):
        if not w.served[j]:
            cost = _choose_team(evader[j, 0] + 1, evader[j, 1] + 1, wall, surround, w)
            if cost < best:
                best, chosen = cost, j
    if chosen < 0:
        return False
    r, q = evader[chosen, 0], evader[chosen, 1]
    _choose_team(r + 1, q + 1, wall, surround, w)
    for s in range(_list_places(r + 1, q + 1, wall, surround, w.place)):
        w.goal[w.team[s], 0], w.goal[w.team[s], 1] = w.place[s, 0], w.place[s, 1]
    for j in range(evader.shape[0]):  # those on the same cell are caught with it
        w.served[j] = w.served[j] or (evader[j, 0] == r and evader[j, 1] == q)
    return True


@njit(cache=True)
def _choose_team(r, q, wall, surround, w):
    """Write the nearest free pursuers for an evader in (r, q) of the ringed map to `w.team`; the cost, NO_TEAM if there are not enough."""
    places = _list_places(r, q, wall, surround, w.place)
    longest, steps = np.int64(0), np.int64(0)
    w.team[:] = FREE
    w.picked[:] = False
    for _ in range(places):  # the closest pair of a place and a pursuer, one after the other
        nearest, where, who = np.int64(UNREACHABLE), -1, -1
        for s in range(places):
            if w.team[s] == FREE:
                for i in range(w.goal.shape[0]):
                    away = w.distance[i, w.place[s, 0], w.place[s, 1]]
                    if away < nearest and w.goal[i, 0] == FREE and not w.picked[i]:
                        nearest, where, who = away, s, i
        if who < 0:
            return NO_TEAM
        w.team[where], w.picked[who] = who, True
        longest, steps = max(longest, nearest), steps + nearest
    return (longest << 32) + steps


@njit(cache=True)
def _list_places(r, q, wall, surround, place):
    """Write the cells that have to be held to catch an evader in (r, q); returns how many there are."""
    if not surround:
        place[:, 0], place[:, 1] = r, q
        return place.shape[0]
    count = 0
    for m in range(4):
        if wall[r + MOVES[m, 0], q + MOVES[m, 1]] == 0:
            place[count, 0], place[count, 1] = r + MOVES[m, 0], q + MOVES[m, 1]
            count += 1
    return count


@njit(cache=True)
def _head_for_the_nearest(evader, caught_at, w, i):
    nearest = UNREACHABLE
    for j in range(evader.shape[0]):
        away = w.distance[i, evader[j, 0] + 1, evader[j, 1] + 1]
        if caught_at[j] == NEVER and away < nearest:
            nearest = away
            w.goal[i, 0], w.goal[i, 1] = evader[j, 0] + 1, evader[j, 1] + 1


@njit(cache=True)
def _first_step(distance, r, q):
    """The first move of a shortest way to (r, q), found by walking back; `distance` counts from where the way begins."""
    move = STAY
    while distance[r, q] > 0:
        for m in range(4):
            if distance[r - MOVES[m, 0], q - MOVES[m, 1]] < distance[r, q]:
                move = m
                break
        r, q = r - MOVES[move, 0], q - MOVES[move, 1]
    return move
