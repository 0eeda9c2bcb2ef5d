"""The rules of a step of SISL's pursuit_v5, as kernels; `reset` begins episodes.

Source: Gupta, Egorov and Kochenderfer, "Cooperative multi-agent control using deep reinforcement
learning" (2017), as `pettingzoo.sisl.pursuit_v5` of PettingZoo 1.27 plays it; the differential
tests follow that step by step.
"""

import numpy as np

from ...core.random_streams import next_u64
from ...kernels import each_env, njit
from .state import MOVES, NEVER

# The parts of a step are inlined into `advance`, because handing the whole state on costs more than
# some of them do; it halves the time.


@each_env
def advance(state, k, action, reward, env):
    """Move the pursuers in turn, remove the evaders that are caught, move the other evaders.

    `action` and `reward` are (num_envs, pursuers).
    """
    _chase(state, k, action, reward, env)
    _catch(state, k, env)
    if not k.frozen:
        _wander(state, k, env)
    _pay(state, k, reward, env)


@njit(cache=True, inline="always")
def _chase(state, k, action, reward, env):
    """Move the pursuers and write the tags.

    pursuit_v5 pays everyone's tags, divided by n, after each of the n moves. Evaders stand still
    meanwhile, so pursuer i is paid i times for the evaders beside its old cell and n - i times for
    those beside its new one.
    """
    n = action.shape[1]
    cell, count = state.pursuer[env], state.pursuer_count[env]
    for i in range(n):
        r, q = cell[i, 0], cell[i, 1]
        before = _evaders_beside(state, k, env, r, q)
        r += MOVES[action[env, i], 0]
        q += MOVES[action[env, i], 1]
        after = before
        if k.wall[r + k.pad, q + k.pad] == 0:
            count[cell[i, 0] + k.pad, cell[i, 1] + k.pad] -= np.uint8(1)
            count[r + k.pad, q + k.pad] += np.uint8(1)
            cell[i, 0], cell[i, 1] = r, q
            after = _evaders_beside(state, k, env, r, q)
        reward[env, i] = k.tag_reward * (i * before + (n - i) * after) / n
        state.tags[env] += after
        state.catching[env, i] = False


@njit(cache=True, inline="always")
def _evaders_beside(state, k, env, r, q):
    """Evaders in the four cells beside (r, q).

    A cell off the map stands for (r, q) itself, as in pursuit_v5.
    """
    count = state.evader_count[env]
    pad = k.pad
    bottom, right = count.shape[0] - 2 * pad - 1, count.shape[1] - 2 * pad - 1
    up, down = max(r - 1, 0), min(r + 1, bottom)
    before, behind = max(q - 1, 0), min(q + 1, right)
    vertical = np.int64(count[up + pad, q + pad]) + np.int64(count[down + pad, q + pad])
    return vertical + np.int64(count[r + pad, before + pad]) + np.int64(count[r + pad, behind + pad])


@njit(cache=True, inline="always")
def _catch(state, k, env):
    """Remove the evaders that are caught, and mark the pursuers that caught them.

    All evaders are judged before any of them moves.
    """
    for j in range(state.evader.shape[1]):
        if state.caught_at[env, j] != NEVER:
            continue
        r, q = state.evader[env, j, 0], state.evader[env, j, 1]
        if _is_caught(state, k, env, r, q):
            state.caught_at[env, j] = state.elapsed[env] + 1
            state.evader_count[env, r + k.pad, q + k.pad] -= np.uint8(1)
            for i in range(state.pursuer.shape[1]):
                away = abs(state.pursuer[env, i, 0] - r) + abs(state.pursuer[env, i, 1] - q)
                if away == (1 if k.surround else 0):
                    state.catching[env, i] = True


@njit(cache=True, inline="always")
def _is_caught(state, k, env, r, q):
    count = state.pursuer_count[env]
    if not k.surround:
        return count[r + k.pad, q + k.pad] >= k.n_catch
    for m in range(4):
        nr, nq = r + MOVES[m, 0] + k.pad, q + MOVES[m, 1] + k.pad
        if k.wall[nr, nq] == 0 and count[nr, nq] == 0:
            return False
    return True


@njit(cache=True, inline="always")
def _wander(state, k, env):
    """Move every evader that is left in one of five ways, each equally likely.

    A byte that is not 0 gives a move: 255 is a multiple of 5. So eight moves come from one draw.
    """
    stream, cell, count = state.stream[env], state.evader[env], state.evader_count[env]
    word, left = np.uint64(0), 0
    for j in range(cell.shape[0]):
        if state.caught_at[env, j] != NEVER:
            continue
        byte = np.int64(0)
        while byte == 0:
            if left == 0:
                word, left = next_u64(stream), 8
            byte = np.int64(word & np.uint64(255))
            word >>= np.uint64(8)
            left -= 1
        m = (byte * 5) >> 8
        r, q = cell[j, 0] + MOVES[m, 0], cell[j, 1] + MOVES[m, 1]
        if k.wall[r + k.pad, q + k.pad] == 0:
            count[cell[j, 0] + k.pad, cell[j, 1] + k.pad] -= np.uint8(1)
            count[r + k.pad, q + k.pad] += np.uint8(1)
            cell[j, 0], cell[j, 1] = r, q


@njit(cache=True, inline="always")
def _pay(state, k, reward, env):
    """Add catches and urgency to the tags, and share."""
    n = reward.shape[1]
    total = 0.0
    for i in range(n):
        reward[env, i] += k.urgency_reward + k.catch_reward * state.catching[env, i]
        total += reward[env, i]
    for i in range(n):
        reward[env, i] = k.local_ratio * reward[env, i] + (1 - k.local_ratio) * total / n
    state.earned[env] += total / n
