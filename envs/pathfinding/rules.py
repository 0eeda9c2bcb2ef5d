"""The rules of POGEMA 1.4, one-shot and lifelong, as kernels over the state: what a step does. `placement` begins episodes.

Source: Skrynnik et al., "POGEMA: a benchmark platform for cooperative multi-agent pathfinding" (2024) and the
package pogema 1.4.0, which the differential tests follow step by step.
"""

from ..grid.moves import MOVES, resolve_moves
from ..kernels import each_env, njit
from .reset import lift, measure_distance, next_goal, put, same, set_cell
from .state import NEVER, NOTHING, RESTART


@each_env
def advance(state, k, scratch, action, reward, c):
    """Move the agents of copy c, pay rewards, and hand out new goals. `action` and `reward` are (num_envs, n)."""
    position, target = state.position[c], scratch.target[c]
    n = position.shape[0]
    for i in range(n):
        m = action[c, i]
        target[i, 0] = position[i, 0] + MOVES[m, 0]
        target[i, 1] = position[i, 1] + MOVES[m, 1]
    state.collisions[c] += resolve_moves(
        k.collision_system,
        state.obstacle[c],
        state.occupant[c],
        scratch.claim[c],
        scratch.cancel[c],
        k.radius,
        position,
        target,
    )
    for i in range(n):  # lift all before putting any down, so that trains and rotations work
        if position[i, 0] >= 0 and not same(position[i], target[i]):
            lift(state, k.radius, c, i)
    for i in range(n):
        if position[i, 0] >= 0 and not same(position[i], target[i]):
            set_cell(position[i], target[i])
            put(state, k.radius, c, i)
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
        if not same(state.position[c, i], state.goal[c, i]):
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
            next_goal(state, k, c, i)
            state.standing_since[c, i] = NEVER
            measure_distance(state, k, scratch, c, i)
        else:
            lift(state, k.radius, c, i)
            state.position[c, i, 0] = -1
    if k.on_target == NOTHING and all_home:
        for i in range(n):
            reward[c, i] = 1.0
            state.reached[c, i] += 1
