"""The begin of an episode: a map, starts and goals, drawn as POGEMA draws them."""

from ..core.random_streams import below, shuffle
from ..grid.search import distances_to, label_components
from ..kernels import each_env, njit
from .maps.generators import FIXED, generate
from .state import NEVER

MAP_ATTEMPTS = 100


@each_env
def begin(state, k, scratch, env):
    """Draw a map, starts and goals; `placed` is False if no draw had room for all agents."""
    state.placed[env] = False
    fixed_map = k.map_kind == FIXED
    for attempt in range(MAP_ATTEMPTS):
        if attempt == 0 or not fixed_map:
            _lay_out(state, k, scratch, env)
        if _place_starts(state, k, scratch, env) and _place_goals(state, k, env):
            state.placed[env] = True
            break
    state.occupant[env].fill(0)
    state.occupied[env].fill(0)
    state.collisions[env] = 0
    for i in range(state.position.shape[1]):
        set_cell(state.position[env, i], state.start[env, i])
        put(state, k.radius, env, i)
        state.goal_number[env, i] = 0
        state.reached[env, i] = 0
        state.first_arrival[env, i] = NEVER
        state.standing_since[env, i] = NEVER
        state.waited[env, i] = 0
        measure_distance(state, k, scratch, env, i)


@njit(cache=True)
def _lay_out(state, k, scratch, env):
    """Draw the map, ring it with walls, label its components, and list cells for goals."""
    radius = k.radius
    height, width = k.goal_allowed.shape
    state.obstacle[env].fill(0)  # beyond the ring of walls all is empty, as in POGEMA
    inner = state.obstacle[env, radius : radius + height, radius : radius + width]
    if k.map_kind == FIXED:
        for r in range(height):
            for q in range(width):
                inner[r, q] = k.drawing[r, q]
    else:
        generate(state.stream[env], k.map_kind, k.density, inner)
    ring = state.obstacle[env, radius - 1 : radius + height + 1, radius - 1 : radius + width + 1]
    for r in range(height + 2):
        ring[r, 0] = 1
        ring[r, width + 1] = 1
    for q in range(width + 2):
        ring[0, q] = 1
        ring[height + 1, q] = 1
    label = state.component[env, radius - 1 : radius + height + 1, radius - 1 : radius + width + 1]
    label_components(ring, label, scratch.queue[env])
    _list_goal_cells(state, k, scratch, env)


@njit(cache=True)
def _list_goal_cells(state, k, scratch, env):
    """Counting sort of the goal cells by component."""
    height, width = k.goal_allowed.shape
    label = state.component[env, k.radius : k.radius + height, k.radius : k.radius + width]
    first = state.goal_first[env]
    first.fill(0)
    for r in range(height):
        for q in range(width):
            if label[r, q] >= 0 and k.goal_allowed[r, q]:
                first[label[r, q] + 1] += 1
    for j in range(height * width):
        first[j + 1] += first[j]
    next_place = scratch.order[env]
    for j in range(height * width):
        next_place[j] = first[j]
    for r in range(height):
        for q in range(width):
            if label[r, q] >= 0 and k.goal_allowed[r, q]:
                state.goal_cells[env, next_place[label[r, q]]] = r * width + q
                next_place[label[r, q]] += 1


@njit(cache=True)
def _goals_in(state, k, env, r, q):
    """Index of the first goal cell of the component around (r, q), and the number of them."""
    label = state.component[env, r + k.radius, q + k.radius]
    first = state.goal_first[env, label]
    return first, state.goal_first[env, label + 1] - first


@njit(cache=True)
def _place_starts(state, k, scratch, env):
    """Draw distinct starts in components that have a goal for each agent there, and one more.

    Returns False if there are too few.
    """
    n = state.start.shape[1]
    if k.fixed_starts.shape[0] > 0:
        for i in range(n):
            set_cell(state.start[env, i], k.fixed_starts[i])
        return True
    height, width = k.start_allowed.shape
    order = scratch.order[env]
    free = 0
    for cell in range(height * width):
        r, q = cell // width, cell % width
        if state.obstacle[env, r + k.radius, q + k.radius] == 0 and k.start_allowed[r, q]:
            order[free] = cell
            free += 1
    shuffle(state.stream[env], order[:free])
    used = scratch.queue[env]  # agents placed in each component
    used.fill(0)
    placed = 0
    for j in range(free):
        if placed == n:
            break
        r, q = order[j] // width, order[j] % width
        label = state.component[env, r + k.radius, q + k.radius]
        _, count = _goals_in(state, k, env, r, q)
        if count >= 2 and used[label] < count:
            used[label] += 1
            state.start[env, placed, 0], state.start[env, placed, 1] = r, q
            placed += 1
    return placed == n


@njit(cache=True)
def _place_goals(state, k, env):
    """Draw distinct first goals, each in its agent's component and away from its start.

    Returns False if no goal was found for an agent.
    """
    n = state.start.shape[1]
    if k.fixed_goals.shape[0] > 0:
        for i in range(n):
            set_cell(state.goal[env, i], k.fixed_goals[i, 0])
        return True
    width = k.goal_allowed.shape[1]
    for i in range(n):
        first, count = _goals_in(state, k, env, state.start[env, i, 0], state.start[env, i, 1])
        found = False
        for _ in range(8 * count + 8):
            cell = state.goal_cells[env, first + below(state.stream[env], count)]
            state.goal[env, i, 0], state.goal[env, i, 1] = cell // width, cell % width
            if not same(state.goal[env, i], state.start[env, i]) and not _taken(state.goal[env], i):
                found = True
                break
        if not found:
            return False
    return True


@njit(cache=True, inline="always")
def same(a, b):
    """True if two cells are the same."""
    return a[0] == b[0] and a[1] == b[1]


@njit(cache=True, inline="always")
def set_cell(a, b):
    """Write cell `b` into `a`."""
    a[0], a[1] = b[0], b[1]


@njit(cache=True)
def _taken(goals, i):
    for j in range(i):  # noqa: SIM110 (kernels know no generators)
        if same(goals[j], goals[i]):
            return True
    return False


@njit(cache=True)
def next_goal(state, k, env, i):
    """Assign the next goal of agent i.

    It is the next of its given sequence, or any goal cell of its component but its own cell.
    """
    state.goal_number[env, i] += 1
    state.waited[env, i] = 0
    if k.fixed_goals.shape[0] > 0:
        set_cell(state.goal[env, i], k.fixed_goals[i, state.goal_number[env, i] % k.fixed_goals.shape[1]])
        return
    width = k.goal_allowed.shape[1]
    first, count = _goals_in(state, k, env, state.position[env, i, 0], state.position[env, i, 1])
    while True:
        cell = state.goal_cells[env, first + below(state.stream[env], count)]
        state.goal[env, i, 0], state.goal[env, i, 1] = cell // width, cell % width
        if not same(state.goal[env, i], state.position[env, i]):
            return


@njit(cache=True)
def measure_distance(state, k, scratch, env, i):
    """Write the distances to agent i's goal, where the state keeps them, after it has changed."""
    if state.distance.shape[1] > 0:
        goal = state.goal[env, i]
        distances_to(
            state.obstacle[env], goal[0] + k.radius, goal[1] + k.radius, state.distance[env, i], scratch.queue[env]
        )


@njit(cache=True)
def put(state, radius, env, i):
    """Mark agent i's cell as occupied."""
    r, q = state.position[env, i, 0] + radius, state.position[env, i, 1] + radius
    state.occupant[env, r, q] = i + 1
    state.occupied[env, r, q] = 1


@njit(cache=True)
def lift(state, radius, env, i):
    """Mark agent i's cell as free."""
    r, q = state.position[env, i, 0] + radius, state.position[env, i, 1] + radius
    state.occupant[env, r, q] = 0
    state.occupied[env, r, q] = 0
