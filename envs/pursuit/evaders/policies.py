"""A scripted baseline: pursuers gather around the evaders that they can enclose soonest."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...core.spec import EnvSpec, GroupSpec
from ...grid.search import UNREACHABLE, distances_to
from ...kernels import njit
from ...kernels.arrays import Bool, Int32, allocate
from .buildings import build_map
from .config import EvadersConfig
from .state import MOVES, NEVER, STAY, State

FREE = -1
NO_TEAM = np.int64(2**62)


class Work(NamedTuple):
    """Work space for one env; means nothing between calls. The map has a ring of walls."""

    distance: Annotated[Int32, "pursuers ringed_rows ringed_columns"]
    """Steps from each pursuer, the others ignored."""
    queue: Annotated[Int32, "ringed_cells"]
    goal: Annotated[Int32, "pursuers 2"]
    """Cell that each pursuer heads for, on the ringed map; row FREE while it has no goal."""
    place: Annotated[Int32, "places 2"]
    """Cells to be held around the evader that is looked at."""
    team: Annotated[Int32, "places"]
    """Pursuers that would hold them."""
    picked: Annotated[Bool, "pursuers"]
    """True for the pursuers of that team."""
    served: Annotated[Bool, "evaders"]
    """True if the evader needs no team, or has one."""


class GreedyPursuit(ScriptedPolicy):
    """Pursuers form teams around evaders, and walk on shortest paths to the open cells beside them.

    Again and again, of all evaders that the pursuers still free are enough to catch, the one whose
    team would be in place soonest (then: with the fewest steps) gets its team: the nearest
    pursuers, one for each open cell beside it (without `surround`: `n_catch` of them for its own
    cell). Pursuers that are left over head for the evader nearest to them. They see the whole map.
    Our own definition; a pure function of the state, planned anew at every step.
    """

    plays = ("pursuit/evaders",)
    groups = ("pursuers",)

    def __init__(self, walls: NDArray[np.uint8], n_pursuers: int, n_evaders: int, surround: bool, n_catch: int):
        """Allocate the work space. `walls` (rows, columns) uint8 is the map."""
        self._wall = np.pad(walls, 1, constant_values=1)
        self._surround = surround
        self._work = allocate(
            Work,
            pursuers=n_pursuers,
            evaders=n_evaders,
            places=4 if surround else n_catch,
            ringed_rows=self._wall.shape[0],
            ringed_columns=self._wall.shape[1],
            ringed_cells=self._wall.size,
        )

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: EvadersConfig) -> "GreedyPursuit":
        """The policy for a task with this config."""
        return cls(build_map(config), group.size, config.n_evaders, config.surround, config.n_catch)

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The moves of all pursuers, `(num_envs, pursuers)`; in envs that are over they stay."""
        action = np.full(world.catching.shape, STAY, np.int64)
        _plan_all(world, self._wall, self._surround, self._work, action)
        return action


@njit(cache=True)
def _plan_all(state, wall, surround, w, action):
    for env in range(action.shape[0]):
        if not state.over[env]:
            _plan(state.pursuer[env], state.evader[env], state.caught_at[env], wall, surround, w, action[env])


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
    """Give one team its goals; False if the free pursuers are too few for any evader left."""
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
    """Write the nearest free pursuers for an evader in (r, q) of the ringed map to `w.team`.

    Returns the cost, or NO_TEAM if there are not enough pursuers.
    """
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
    """Write the cells that have to be held to catch an evader in (r, q); returns their number."""
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
    """Find the first move of a shortest path to (r, q) by walking back.

    `distance` counts from the cell where the path begins.
    """
    move = STAY
    while distance[r, q] > 0:
        for m in range(4):
            if distance[r - MOVES[m, 0], q - MOVES[m, 1]] < distance[r, q]:
                move = m
                break
        r, q = r - MOVES[move, 0], q - MOVES[move, 1]
    return move
