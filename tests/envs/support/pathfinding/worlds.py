"""Random pathfinding tasks for property tests."""

from hypothesis import assume
from hypothesis import strategies as st

from stigmergy import envs
from stigmergy.envs.errors import BadParameter


@st.composite
def tasks(draw):
    """An id and parameters of a small random map, with episodes so short that play sees several."""
    parameters = {
        "num_agents": draw(st.integers(1, 10)),
        "height": draw(st.integers(2, 9)),
        "width": draw(st.integers(2, 9)),
        "density": draw(st.sampled_from([0.0, 0.2, 0.4])),
        "obs_radius": draw(st.integers(1, 6)),
        "collision_system": draw(st.sampled_from(["priority", "block_both", "soft"])),
        "shortest_path": draw(st.booleans()),
        "mask_walls": draw(st.booleans()),
        "max_cycles": draw(st.integers(1, 15)),
    }
    on_target = draw(st.sampled_from(["finish", "nothing", "restart"]))
    if on_target == "restart":
        return "pathfinding/lifelong-v0", parameters
    return "pathfinding/oneshot-v0", parameters | {"on_target": on_target}


def build(task, num_envs=1):
    """The environment of a task; tasks with more agents than cells are passed over."""
    id, parameters = task
    assume(parameters["num_agents"] < parameters["height"] * parameters["width"])
    return envs.make(id, num_envs=num_envs, **parameters)


def with_room(call, argument):
    """Call `env.reset(seed)` or `env.step(actions)`; skip tasks without room for the agents."""
    try:
        return call(argument)
    except BadParameter as error:
        assume("no room" not in str(error))
        raise


def map_of(env, copy):
    """Free cells of an env's map, `(height, width)` bool."""
    r = env.constants.radius
    return env.state.obstacle[copy, r:-r, r:-r] == 0


def reachable(free, cell):
    """Cells that can be walked to from `cell`."""
    found, frontier = {cell}, [cell]
    while frontier:
        r, c = frontier.pop()
        for near in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            inside = 0 <= near[0] < free.shape[0] and 0 <= near[1] < free.shape[1]
            if inside and free[near] and near not in found:
                found.add(near)
                frontier.append(near)
    return found


def random_moves(env, random):
    """Moves of all agents, `(num_envs, n)`."""
    return random.integers(5, size=(env.num_envs, env.spec.num_agents))
