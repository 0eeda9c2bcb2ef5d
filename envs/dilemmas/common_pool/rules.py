"""Kernels of the common pool: logistic growth, harvest in proportion to effort, and fines."""

import numpy as np

from ...core.random_streams import normal
from ...kernels import each_env, njit
from ..outcomes import punish
from .config import CommonPoolConfig
from .state import Constants

COOPERATIVE = 1
"""Level of the cooperative effort; 0 is rest."""
NOBODY = -1


def build_constants(config: CommonPoolConfig) -> Constants:
    """Constants of a config."""
    low, high = config.efforts()
    return Constants(
        growth=float(config.growth),
        capacity=float(config.capacity),
        dt=float(config.dt),
        initial=float(config.initial * config.capacity),
        price=float(config.price),
        cost=float(config.cost),
        noise=float(config.noise * config.capacity),
        sanctions=config.sanctions,
        sanction_cost=float(config.sanction_cost),
        sanction_fine=float(config.sanction_fine),
        effort=np.concatenate([[0.0], np.linspace(low, high, config.levels - 1)]),
    )


@each_env
def begin(state, k, env):
    """Fill the history of the resource with its initial value; all other fields are 0."""
    state.stock[env, :] = k.initial
    draw_errors(state.stream[env], state.error[env], k.noise)


@njit(cache=True)
def draw_errors(stream, error, noise):
    """Draw the errors of all agents; without noise nothing is drawn."""
    if noise > 0:
        for i in range(error.shape[0]):
            error[i] = noise * normal(stream)


@each_env
def advance(state, k, action, reward, opportunity, sanction, target, env):
    """Impose fines for the step before, then harvest.

    `action` is (num_envs, n, parts); rewards and signals come zeroed.
    """
    if k.sanctions:
        impose_fines(state, k, action[env], reward[env], opportunity[env], sanction[env], target[env], env)
    take(state, k, action[env], reward[env], env)
    draw_errors(state.stream[env], state.error[env], k.noise)
    for i in range(reward.shape[1]):
        state.returns[env, i] += reward[env, i]
        if reward[env, i] > 0:
            state.paid[env, i] += 1
            state.paid_at[env, i] += state.elapsed[env]


@njit(cache=True)
def greediest(level, i):
    """Agent that i could fine: the largest effort of the others, NOBODY if all rested.

    Of several it is the first after i.
    """
    n = level.shape[0]
    found, most = NOBODY, 0
    for ahead in range(1, n):
        j = (i + ahead) % n
        if level[j] > most:
            found, most = j, level[j]
    return found


@njit(cache=True)
def impose_fines(state, k, action, reward, opportunity, sanction, target, env):
    """Impose the fines that agents chose on the greediest of the others in the last step."""
    level, fined = state.level[env], state.fined[env]
    fined[:, :] = False
    for i in range(level.shape[0]):
        j = greediest(level, i)
        if j == NOBODY:
            continue
        opportunity[i] = 1.0
        state.chances[env, i] += 1
        if action[i, 1] == 1:
            fined[i, j] = True
            state.shots[env, i] += 1
            guilty = level[j] > COOPERATIVE
            cost, fine = k.sanction_cost, k.sanction_fine
            punish(reward, sanction, target, state.hits[env], state.just[env], i, j, 1, cost, fine, guilty)


@njit(cache=True)
def take(state, k, action, reward, env):
    """Harvest from the present resource, and let it grow as if nothing had been taken."""
    n = reward.shape[0]
    level, stock = state.level[env], state.stock[env]
    now, total, greedy = stock[0], 0.0, 0
    for i in range(n):
        level[i] = action[i, 0]
        effort = k.effort[level[i]]
        total += effort
        greedy += level[i] > COOPERATIVE
        reward[i] += k.dt * (k.price * effort * now - k.cost * effort)
    for i in range(n):
        if greedy > (level[i] > COOPERATIVE):
            state.disappointed[env, i] = True
    state.restrained[env] += n - greedy
    state.effort[env] += total
    state.harvest[env] += k.dt * total * now
    for ago in range(stock.shape[0] - 1, 0, -1):
        stock[ago] = stock[ago - 1]
    # Above the capacity, where the resource shrinks by itself, more can be lost than there is.
    stock[0] = max(now + k.dt * (k.growth * now * (1 - now / k.capacity) - total * now), 0.0)


@each_env
def observe(state, k, observation, mask, global_state, env):
    """Write observations, masks and the global state, as CommonPool describes them.

    `mask` has no elements without sanctions.
    """
    n = state.level.shape[1]
    level, stock, fined = state.level[env], state.stock[env], state.fined[env]
    largest, total = k.effort[k.effort.shape[0] - 1], 0.0
    for i in range(n):
        total += k.effort[level[i]]
    global_state[env, 0] = state.elapsed[env] == 0
    global_state[env, 1] = stock[0] / k.capacity
    for i in range(n):
        row, own, j = observation[env, i], k.effort[level[i]], greediest(level, i)
        row[0] = state.elapsed[env] == 0
        row[1] = max(stock[stock.shape[0] - 1] + state.error[env, i], 0.0) / k.capacity
        row[2] = own / largest
        row[3] = max(min((total - own) / (n - 1) / largest, 1.0), 0.0)  # clipped, because the sum is rounded
        row[4] = 0.0 if j == NOBODY else k.effort[level[j]] / largest
        global_state[env, 2 + i] = row[2]
        if k.sanctions:
            count = 0
            for other in range(n):
                count += fined[other, i]
            row[5] = count / (n - 1)
            for a in range(mask.shape[2]):
                mask[env, i, a] = True
            mask[env, i, mask.shape[2] - 1] = j != NOBODY
