"""The rules of a step of POGEMA 1.4, one-shot and lifelong, as kernels; `reset` begins episodes.

Source: Skrynnik et al., "POGEMA: a benchmark platform for cooperative multi-agent pathfinding"
(2024) and the package pogema 1.4.0, which the differential tests follow step by step.
"""

from ..grid.moves import MOVES, resolve_moves
from ..kernels import each_env, njit
from .reset import lift, measure_distance, next_goal, put, same, set_cell
from .state import NEVER, NOTHING, RESTART


@each_env
def advance(state, k, scratch, action, reward, env):
    """Move the agents, pay rewards, and assign new goals.

    `action` and `reward` are (num_envs, agents).
    """
    position, target = state.position[env], scratch.target[env]
    n = position.shape[0]
    for i in range(n):
        m = action[env, i]
        target[i, 0] = position[i, 0] + MOVES[m, 0]
        target[i, 1] = position[i, 1] + MOVES[m, 1]
    state.collisions[env] += resolve_moves(
        k.collision_system,
        state.obstacle[env],
        state.occupant[env],
        scratch.claim[env],
        scratch.cancel[env],
        k.radius,
        position,
        target,
    )
    for i in range(n):  # lift all before putting any down, so that trains and rotations work
        if position[i, 0] >= 0 and not same(position[i], target[i]):
            lift(state, k.radius, env, i)
    for i in range(n):
        if position[i, 0] >= 0 and not same(position[i], target[i]):
            set_cell(position[i], target[i])
            put(state, k.radius, env, i)
    _arrive(state, k, scratch, reward, env)


@njit(cache=True)
def _arrive(state, k, scratch, reward, env):
    n = state.position.shape[1]
    step = state.elapsed[env]
    all_home = True
    for i in range(n):
        if state.position[env, i, 0] < 0:
            continue
        state.waited[env, i] += 1
        if not same(state.position[env, i], state.goal[env, i]):
            state.standing_since[env, i] = NEVER
            all_home = False
            continue
        if state.standing_since[env, i] == NEVER:
            state.standing_since[env, i] = step
        if state.first_arrival[env, i] == NEVER:
            state.first_arrival[env, i] = step
        if k.on_target == NOTHING:
            continue
        reward[env, i] = 1.0
        state.reached[env, i] += 1
        if k.on_target == RESTART:
            next_goal(state, k, env, i)
            state.standing_since[env, i] = NEVER
            measure_distance(state, k, scratch, env, i)
        else:
            lift(state, k.radius, env, i)
            state.position[env, i, 0] = -1
    if k.on_target == NOTHING and all_home:
        for i in range(n):
            reward[env, i] = 1.0
            state.reached[env, i] += 1
