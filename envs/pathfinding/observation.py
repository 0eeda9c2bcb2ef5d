"""Observations: POGEMA's windows, and the Follower's path."""

from ..grid.moves import MOVES
from ..grid.search import UNREACHABLE, downhill
from ..grid.simd_copy import clear_bytes
from ..grid.windows import cut_window
from ..kernels import each_env, njit
from .state import NOTHING


@each_env
def observe(state, k, observation, terminated, active, mask, env):
    """Write the rows of the env.

    Args:
        observation: flat uint8, all envs after each other.
        terminated, active: (num_envs, agents).
        mask: (num_envs, agents, 5), or (0, 0, 0) without masks.
    """
    n = state.position.shape[1]
    radius = k.radius
    side = 2 * radius + 1
    channels = 4 if k.shortest_path else 3
    row = state.obstacle.shape[2]
    cells = state.obstacle.shape[1] * row
    obstacle, occupied = state.obstacle.reshape(-1), state.occupied.reshape(-1)
    together = k.on_target == NOTHING and state.reached[env, 0] > 0
    to = env * n * channels * side * side
    for i in range(n):
        r, q = state.position[env, i, 0], state.position[env, i, 1]
        gone = r < 0
        terminated[env, i] = gone or together
        active[env, i] = not (gone or together)
        if gone:
            clear_bytes(observation, to, channels * side * side)
        else:
            start = env * cells + r * row + q
            cut_window(obstacle, start, row, observation, to, side)
            cut_window(occupied, start, row, observation, to + side * side, side)
            clear_bytes(observation, to + 2 * side * side, (channels - 2) * side * side)
            dr = min(max(state.goal[env, i, 0] - r, -radius), radius) + radius
            dq = min(max(state.goal[env, i, 1] - q, -radius), radius) + radius
            observation[to + (2 * side + dr) * side + dq] = 1
            if k.shortest_path:
                _draw_path(state, k, observation, to + 3 * side * side, env, i)
        if mask.shape[0] > 0:
            for m in range(5):
                mask[env, i, m] = m == 0 or (
                    not gone and state.obstacle[env, r + radius + MOVES[m, 0], q + radius + MOVES[m, 1]] == 0
                )
        to += channels * side * side


@njit(cache=True)
def _draw_path(state, k, observation, to, env, i):
    """Mark a shortest path from the agent on, until it leaves the window.

    It is the Follower's path channel; here the path ignores the other agents.

    Source: Skrynnik et al., "Learn to Follow" (AAAI 2024).
    """
    radius = k.radius
    side = 2 * radius + 1
    distance = state.distance[env, i]
    r, q = radius, radius  # within the window
    top, left = state.position[env, i, 0], state.position[env, i, 1]
    while 0 <= r < side and 0 <= q < side:
        observation[to + r * side + q] = 1
        here = distance[top + r, left + q]
        if here == 0 or here == UNREACHABLE:
            return
        m = downhill(distance, top + r, left + q)
        r += MOVES[m, 0]
        q += MOVES[m, 1]
