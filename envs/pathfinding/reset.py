"""How an episode begins: a map, starts and goals, drawn as POGEMA draws them."""

from ..core.random_streams import below, shuffle
from ..grid.search import distances_to, label_components
from ..kernels import each_env, njit
from .maps.generators import FIXED, generate
from .state import NEVER

MAP_ATTEMPTS = 100


@each_env
def begin(state, k, scratch, c):
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
        set_cell(state.position[c, i], state.start[c, i])
        put(state, k.radius, c, i)
        state.goal_number[c, i] = 0
        state.reached[c, i] = 0
        state.first_arrival[c, i] = NEVER
        state.standing_since[c, i] = NEVER
        state.waited[c, i] = 0
        measure_distance(state, k, scratch, c, i)


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
            set_cell(state.start[c, i], k.fixed_starts[i])
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
            set_cell(state.goal[c, i], k.fixed_goals[i, 0])
        return True
    width = k.goal_allowed.shape[1]
    for i in range(n):
        first, count = _goals_in(state, k, c, state.start[c, i, 0], state.start[c, i, 1])
        found = False
        for _ in range(8 * count + 8):
            cell = state.goal_cells[c, first + below(state.stream[c], count)]
            state.goal[c, i, 0], state.goal[c, i, 1] = cell // width, cell % width
            if not same(state.goal[c, i], state.start[c, i]) and not _taken(state.goal[c], i):
                found = True
                break
        if not found:
            return False
    return True


@njit(cache=True, inline="always")
def same(a, b):
    """Whether two cells are one."""
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
def next_goal(state, k, c, i):
    """The lifelong agent's next goal: the next of its given sequence, or any goal cell of its component but the one it is on."""
    state.goal_number[c, i] += 1
    state.waited[c, i] = 0
    if k.fixed_goals.shape[0] > 0:
        set_cell(state.goal[c, i], k.fixed_goals[i, state.goal_number[c, i] % k.fixed_goals.shape[1]])
        return
    width = k.goal_allowed.shape[1]
    first, count = _goals_in(state, k, c, state.position[c, i, 0], state.position[c, i, 1])
    while True:
        cell = state.goal_cells[c, first + below(state.stream[c], count)]
        state.goal[c, i, 0], state.goal[c, i, 1] = cell // width, cell % width
        if not same(state.goal[c, i], state.position[c, i]):
            return


@njit(cache=True)
def measure_distance(state, k, scratch, c, i):
    """Measure the way from everywhere to agent i's goal anew, where the state keeps distances. Called when a goal changes, and then only."""
    if state.distance.shape[1] > 0:
        goal = state.goal[c, i]
        distances_to(state.obstacle[c], goal[0] + k.radius, goal[1] + k.radius, state.distance[c, i], scratch.queue[c])


@njit(cache=True)
def put(state, radius, c, i):
    """Mark agent i's cell as occupied."""
    r, q = state.position[c, i, 0] + radius, state.position[c, i, 1] + radius
    state.occupant[c, r, q] = i + 1
    state.occupied[c, r, q] = 1


@njit(cache=True)
def lift(state, radius, c, i):
    """Mark agent i's cell as free."""
    r, q = state.position[c, i, 0] + radius, state.position[c, i, 1] + radius
    state.occupant[c, r, q] = 0
    state.occupied[c, r, q] = 0
