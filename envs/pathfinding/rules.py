"""The rules of POGEMA 1.4, one-shot and lifelong, as kernels over one state tuple. No API here.

Source: Skrynnik et al., "POGEMA: a benchmark platform for cooperative multi-agent pathfinding" (2024) and the
package pogema 1.4.0, which the differential tests follow step by step.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ..grid import MOVES, UNREACHABLE, cut_window, distances_to, label_components, resolve_moves
from ..rows import clear_bytes
from ..streams import below, shuffle
from .maps import FIXED, generate

FINISH, NOTHING, RESTART = 0, 1, 2
ON_TARGET = {"finish": FINISH, "nothing": NOTHING, "restart": RESTART}
NEVER = np.int32(-1)
MAP_ATTEMPTS = 100


class State(NamedTuple):
    """H x W is the map, n the number of agents; `padded` grids are (H + 2 radius) x (W + 2 radius)."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    obstacle: NDArray[np.uint8]  # (num_envs, padded) 1 wall, 0 free
    component: NDArray[np.int32]  # (num_envs, padded) label of the connected component, -1 on walls
    goal_cells: NDArray[np.int32]  # (num_envs, H * W) cells a goal may lie on, as r * W + c, grouped by component
    goal_first: NDArray[np.int32]  # (num_envs, H * W + 1) where each component's cells begin in goal_cells
    position: NDArray[np.int32]  # (num_envs, n, 2) row, column; row -1 once the agent has left the map
    start: NDArray[np.int32]  # (num_envs, n, 2)
    goal: NDArray[np.int32]  # (num_envs, n, 2)
    goal_number: NDArray[np.int32]  # (num_envs, n) goals assigned so far, less one
    occupant: NDArray[np.int32]  # (num_envs, padded) agent index + 1, or 0
    occupied: NDArray[np.uint8]  # (num_envs, padded) 1 where an agent stands
    distance: NDArray[np.int32]  # (num_envs, n, padded) steps to the goal; (num_envs, 0, 0, 0) where nothing needs it
    reached: NDArray[np.int32]  # (num_envs, n) goals reached
    first_arrival: NDArray[np.int32]  # (num_envs, n) step index of the first arrival, or -1
    standing_since: NDArray[np.int32]  # (num_envs, n) step index since which the agent stands on its goal, or -1
    waited: NDArray[np.int32]  # (num_envs, n) steps since the agent's goal was assigned
    collisions: NDArray[np.int32]  # (num_envs,) moves that another agent prevented
    placed: NDArray[np.bool_]  # (num_envs,) False if the agents could not be placed


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    collision_system: int
    on_target: int
    radius: int
    shortest_path: bool
    map_kind: int
    density: float
    drawing: NDArray[np.uint8]  # (H, W) the map, for FIXED maps
    start_allowed: NDArray[np.bool_]  # (H, W)
    goal_allowed: NDArray[np.bool_]  # (H, W)
    fixed_starts: NDArray[np.int32]  # (n, 2), or (0, 2) to draw them
    fixed_goals: NDArray[np.int32]  # (n, k, 2) sequences of goals, or (0, 0, 2) to draw them


class Scratch(NamedTuple):
    """Work space of the kernels, one row a copy; means nothing between steps."""

    target: NDArray[np.int32]  # (num_envs, n, 2)
    claim: NDArray[np.int32]  # (num_envs, padded) zero between steps
    cancel: NDArray[np.bool_]  # (num_envs, n)
    queue: NDArray[np.int32]  # (num_envs, padded cells)
    order: NDArray[np.int32]  # (num_envs, H * W)


def allocate_state(num_envs: int, n: int, height: int, width: int, radius: int, with_distance: bool) -> State:
    """A state of zeros."""
    padded = (height + 2 * radius, width + 2 * radius)
    per_agent = lambda *shape: np.zeros((num_envs, n, *shape), np.int32)  # noqa: E731
    return State(
        stream=np.zeros((num_envs, 4), np.uint64),
        elapsed=np.zeros(num_envs, np.int32),
        over=np.zeros(num_envs, np.bool_),
        obstacle=np.zeros((num_envs, *padded), np.uint8),
        component=np.full((num_envs, *padded), -1, np.int32),
        goal_cells=np.zeros((num_envs, height * width), np.int32),
        goal_first=np.zeros((num_envs, height * width + 1), np.int32),
        position=per_agent(2),
        start=per_agent(2),
        goal=per_agent(2),
        goal_number=per_agent(),
        occupant=np.zeros((num_envs, *padded), np.int32),
        occupied=np.zeros((num_envs, *padded), np.uint8),
        distance=per_agent(*padded) if with_distance else np.zeros((num_envs, 0, 0, 0), np.int32),
        reached=per_agent(),
        first_arrival=per_agent(),
        standing_since=per_agent(),
        waited=per_agent(),
        collisions=np.zeros(num_envs, np.int32),
        placed=np.ones(num_envs, np.bool_),
    )


def allocate_scratch(state: State, height: int, width: int) -> Scratch:
    """Work space for a state."""
    num_envs, n = state.position.shape[:2]
    cells = state.obstacle[0].size
    return Scratch(
        target=np.zeros((num_envs, n, 2), np.int32),
        claim=np.zeros(state.obstacle.shape, np.int32),
        cancel=np.zeros((num_envs, n), np.bool_),
        queue=np.zeros((num_envs, cells), np.int32),
        order=np.zeros((num_envs, height * width), np.int32),
    )


# Beginning an episode.


@njit(cache=True)
def begin_copy(state, k, scratch, c):
    """Draw a map, starts and goals for copy c. `state.placed[c]` is False if no draw had room for all agents."""
    state.placed[c] = False
    fixed_map = k.map_kind == FIXED
    for attempt in range(MAP_ATTEMPTS):
        if attempt == 0 or not fixed_map:
            _lay_out(state, k, scratch, c)
        if _place_starts(state, k, scratch, c) and _place_goals(state, k, c):
            state.placed[c] = True
            break
    state.occupant[c].fill(0)
    state.occupied[c].fill(0)
    state.collisions[c] = 0
    for i in range(state.position.shape[1]):
        _set(state.position[c, i], state.start[c, i])
        _put(state, k.radius, c, i)
        state.goal_number[c, i] = 0
        state.reached[c, i] = 0
        state.first_arrival[c, i] = NEVER
        state.standing_since[c, i] = NEVER
        state.waited[c, i] = 0
        _measure_distance(state, k, scratch, c, i)


@njit(cache=True)
def _lay_out(state, k, scratch, c):
    """Draw the map, ring it with walls, label its components, and list the cells that may be goals."""
    radius = k.radius
    height, width = k.goal_allowed.shape
    state.obstacle[c].fill(0)  # beyond the ring the world is empty, as in POGEMA
    inner = state.obstacle[c, radius : radius + height, radius : radius + width]
    if k.map_kind == FIXED:
        for r in range(height):
            for q in range(width):
                inner[r, q] = k.drawing[r, q]
    else:
        generate(state.stream[c], k.map_kind, k.density, inner)
    ring = state.obstacle[c, radius - 1 : radius + height + 1, radius - 1 : radius + width + 1]
    for r in range(height + 2):
        ring[r, 0] = 1
        ring[r, width + 1] = 1
    for q in range(width + 2):
        ring[0, q] = 1
        ring[height + 1, q] = 1
    label = state.component[c, radius - 1 : radius + height + 1, radius - 1 : radius + width + 1]
    label_components(ring, label, scratch.queue[c])
    _list_goal_cells(state, k, scratch, c)


@njit(cache=True)
def _list_goal_cells(state, k, scratch, c):
    """Counting sort of the goal cells by component."""
    height, width = k.goal_allowed.shape
    label = state.component[c, k.radius : k.radius + height, k.radius : k.radius + width]
    first = state.goal_first[c]
    first.fill(0)
    for r in range(height):
        for q in range(width):
            if label[r, q] >= 0 and k.goal_allowed[r, q]:
                first[label[r, q] + 1] += 1
    for j in range(height * width):
        first[j + 1] += first[j]
    next_place = scratch.order[c]
    for j in range(height * width):
        next_place[j] = first[j]
    for r in range(height):
        for q in range(width):
            if label[r, q] >= 0 and k.goal_allowed[r, q]:
                state.goal_cells[c, next_place[label[r, q]]] = r * width + q
                next_place[label[r, q]] += 1


@njit(cache=True)
def _goals_in(state, k, c, r, q):
    """Where the goal cells of the component around (r, q) begin, and how many there are."""
    label = state.component[c, r + k.radius, q + k.radius]
    first = state.goal_first[c, label]
    return first, state.goal_first[c, label + 1] - first


@njit(cache=True)
def _place_starts(state, k, scratch, c):
    """Distinct starts in components that have a goal for each agent there, and one to go on to. False if there are too few."""
    n = state.start.shape[1]
    if k.fixed_starts.shape[0] > 0:
        for i in range(n):
            _set(state.start[c, i], k.fixed_starts[i])
        return True
    height, width = k.start_allowed.shape
    order = scratch.order[c]
    free = 0
    for cell in range(height * width):
        r, q = cell // width, cell % width
        if state.obstacle[c, r + k.radius, q + k.radius] == 0 and k.start_allowed[r, q]:
            order[free] = cell
            free += 1
    shuffle(state.stream[c], order[:free])
    used = scratch.queue[c]  # agents placed in each component
    used.fill(0)
    placed = 0
    for j in range(free):
        if placed == n:
            break
        r, q = order[j] // width, order[j] % width
        label = state.component[c, r + k.radius, q + k.radius]
        _, count = _goals_in(state, k, c, r, q)
        if count >= 2 and used[label] < count:
            used[label] += 1
            state.start[c, placed, 0], state.start[c, placed, 1] = r, q
            placed += 1
    return placed == n


@njit(cache=True)
def _place_goals(state, k, c):
    """Distinct first goals, each in its agent's component and away from its start. False if a draw got stuck."""
    n = state.start.shape[1]
    if k.fixed_goals.shape[0] > 0:
        for i in range(n):
            _set(state.goal[c, i], k.fixed_goals[i, 0])
        return True
    width = k.goal_allowed.shape[1]
    for i in range(n):
        first, count = _goals_in(state, k, c, state.start[c, i, 0], state.start[c, i, 1])
        found = False
        for _ in range(8 * count + 8):
            cell = state.goal_cells[c, first + below(state.stream[c], count)]
            state.goal[c, i, 0], state.goal[c, i, 1] = cell // width, cell % width
            if not _same(state.goal[c, i], state.start[c, i]) and not _taken(state.goal[c], i):
                found = True
                break
        if not found:
            return False
    return True


@njit(cache=True, inline="always")
def _same(a, b):
    return a[0] == b[0] and a[1] == b[1]


@njit(cache=True, inline="always")
def _set(a, b):
    a[0], a[1] = b[0], b[1]


@njit(cache=True)
def _taken(goals, i):
    for j in range(i):  # noqa: SIM110 (kernels know no generators)
        if _same(goals[j], goals[i]):
            return True
    return False


@njit(cache=True)
def _next_goal(state, k, c, i):
    """The lifelong agent's next goal: the next of its given sequence, or any goal cell of its component but the one it is on."""
    state.goal_number[c, i] += 1
    state.waited[c, i] = 0
    if k.fixed_goals.shape[0] > 0:
        _set(state.goal[c, i], k.fixed_goals[i, state.goal_number[c, i] % k.fixed_goals.shape[1]])
        return
    width = k.goal_allowed.shape[1]
    first, count = _goals_in(state, k, c, state.position[c, i, 0], state.position[c, i, 1])
    while True:
        cell = state.goal_cells[c, first + below(state.stream[c], count)]
        state.goal[c, i, 0], state.goal[c, i, 1] = cell // width, cell % width
        if not _same(state.goal[c, i], state.position[c, i]):
            return


@njit(cache=True)
def _measure_distance(state, k, scratch, c, i):
    if state.distance.shape[1] > 0:
        goal = state.goal[c, i]
        distances_to(state.obstacle[c], goal[0] + k.radius, goal[1] + k.radius, state.distance[c, i], scratch.queue[c])


@njit(cache=True)
def _put(state, radius, c, i):
    r, q = state.position[c, i, 0] + radius, state.position[c, i, 1] + radius
    state.occupant[c, r, q] = i + 1
    state.occupied[c, r, q] = 1


@njit(cache=True)
def _lift(state, radius, c, i):
    r, q = state.position[c, i, 0] + radius, state.position[c, i, 1] + radius
    state.occupant[c, r, q] = 0
    state.occupied[c, r, q] = 0


# One step.


@njit(cache=True)
def advance_copy(state, k, scratch, action, reward, c):
    """Move the agents of copy c, pay rewards, and hand out new goals. `action` and `reward` are (num_envs, n)."""
    position, target = state.position[c], scratch.target[c]
    n = position.shape[0]
    for i in range(n):
        m = action[c, i]
        target[i, 0] = position[i, 0] + MOVES[m, 0]
        target[i, 1] = position[i, 1] + MOVES[m, 1]
    state.collisions[c] += resolve_moves(
        k.collision_system, state.obstacle[c], state.occupant[c], scratch.claim[c], scratch.cancel[c], k.radius, position, target
    )
    for i in range(n):  # lift all before putting any down, so that trains and rotations work
        if position[i, 0] >= 0 and not _same(position[i], target[i]):
            _lift(state, k.radius, c, i)
    for i in range(n):
        if position[i, 0] >= 0 and not _same(position[i], target[i]):
            _set(position[i], target[i])
            _put(state, k.radius, c, i)
    _arrive(state, k, scratch, reward, c)


@njit(cache=True)
def _arrive(state, k, scratch, reward, c):
    n = state.position.shape[1]
    step = state.elapsed[c]
    all_home = True
    for i in range(n):
        if state.position[c, i, 0] < 0:
            continue
        state.waited[c, i] += 1
        if not _same(state.position[c, i], state.goal[c, i]):
            state.standing_since[c, i] = NEVER
            all_home = False
            continue
        if state.standing_since[c, i] == NEVER:
            state.standing_since[c, i] = step
        if state.first_arrival[c, i] == NEVER:
            state.first_arrival[c, i] = step
        if k.on_target == NOTHING:
            continue
        reward[c, i] = 1.0
        state.reached[c, i] += 1
        if k.on_target == RESTART:
            _next_goal(state, k, c, i)
            state.standing_since[c, i] = NEVER
            _measure_distance(state, k, scratch, c, i)
        else:
            _lift(state, k.radius, c, i)
            state.position[c, i, 0] = -1
    if k.on_target == NOTHING and all_home:
        for i in range(n):
            reward[c, i] = 1.0
            state.reached[c, i] += 1


# What the agents see.


@njit(cache=True)
def observe_copy(state, k, observation, terminated, active, mask, c):
    """Write copy c's rows of `observation` (flat uint8), `terminated`, `active`, and `mask` (num_envs, n, 5) or (0, 0, 0)."""
    n = state.position.shape[1]
    radius = k.radius
    side = 2 * radius + 1
    channels = 4 if k.shortest_path else 3
    row = state.obstacle.shape[2]
    cells = state.obstacle.shape[1] * row
    obstacle, occupied = state.obstacle.reshape(-1), state.occupied.reshape(-1)
    together = k.on_target == NOTHING and state.reached[c, 0] > 0
    to = c * n * channels * side * side
    for i in range(n):
        r, q = state.position[c, i, 0], state.position[c, i, 1]
        gone = r < 0
        terminated[c, i] = gone or together
        active[c, i] = not (gone or together)
        if gone:
            clear_bytes(observation, to, channels * side * side)
        else:
            start = c * cells + r * row + q
            cut_window(obstacle, start, row, observation, to, side)
            cut_window(occupied, start, row, observation, to + side * side, side)
            clear_bytes(observation, to + 2 * side * side, (channels - 2) * side * side)
            dr = min(max(state.goal[c, i, 0] - r, -radius), radius) + radius
            dq = min(max(state.goal[c, i, 1] - q, -radius), radius) + radius
            observation[to + (2 * side + dr) * side + dq] = 1
            if k.shortest_path:
                _draw_path(state, k, observation, to + 3 * side * side, c, i)
        if mask.shape[0] > 0:
            for m in range(5):
                mask[c, i, m] = m == 0 or (not gone and state.obstacle[c, r + radius + MOVES[m, 0], q + radius + MOVES[m, 1]] == 0)
        to += channels * side * side


@njit(cache=True)
def _draw_path(state, k, observation, to, c, i):
    """Mark a shortest path from the agent on, until it leaves the window (the Follower's path channel).

    Source: Skrynnik et al., "Learn to Follow" (AAAI 2024); here the path ignores the other agents.
    """
    radius = k.radius
    side = 2 * radius + 1
    distance = state.distance[c, i]
    r, q = radius, radius  # within the window
    top, left = state.position[c, i, 0], state.position[c, i, 1]
    while 0 <= r < side and 0 <= q < side:
        observation[to + r * side + q] = 1
        here = distance[top + r, left + q]
        if here == 0 or here == UNREACHABLE:
            return
        for m in range(1, 5):
            if distance[top + r + MOVES[m, 0], left + q + MOVES[m, 1]] == here - 1:
                r += MOVES[m, 0]
                q += MOVES[m, 1]
                break


# The batch: each copy apart from the others, on one thread or on several.


@njit(cache=True)
def begin_copies(state, k, scratch, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in range(where.shape[0]):
        if where[c]:
            begin_copy(state, k, scratch, c)


@njit(cache=True, parallel=True)
def begin_copies_parallel(state, k, scratch, where):
    """`begin_copies` on Numba's threads."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, scratch, np.int64(c))


@njit(cache=True)
def advance_copies(state, k, scratch, where, action, reward):
    """Advance every copy of `where` (num_envs,) bool by one step."""
    for c in range(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, action, reward, c)


@njit(cache=True, parallel=True)
def advance_copies_parallel(state, k, scratch, where, action, reward):
    """`advance_copies` on Numba's threads."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, action, reward, np.int64(c))


@njit(cache=True)
def observe_copies(state, k, observation, terminated, active, mask):
    """Write what every copy shows."""
    for c in range(terminated.shape[0]):
        observe_copy(state, k, observation, terminated, active, mask, c)


@njit(cache=True, parallel=True)
def observe_copies_parallel(state, k, observation, terminated, active, mask):
    """`observe_copies` on Numba's threads."""
    for c in prange(terminated.shape[0]):
        observe_copy(state, k, observation, terminated, active, mask, np.int64(c))
