"""The common pool's rules: a logistic resource in steps of time, efforts that take a share of it each, and fines."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import normal
from ...kernels import njit, over_copies, prange
from ..outcomes import punish
from .config import CommonPoolParameters

COOPERATIVE = 1
"""The level of the cooperative effort; 0 is rest."""
NOBODY = -1


class State(NamedTuple):
    """n is the number of agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    stock: NDArray[np.float64]  # (num_envs, lag + 1) the resource: now, one step ago, and so on
    error: NDArray[np.float64]  # (num_envs, n) error in each agent's view of the resource
    level: NDArray[np.int16]  # (num_envs, n) level of effort in the last step; 0 before the first
    fined: NDArray[np.bool_]  # (num_envs, n, n) the row's agent fined the column's in the last step
    disappointed: NDArray[np.bool_]  # (num_envs, n) another has made more than the cooperative effort in some step
    harvest: NDArray[np.float64]  # (num_envs,) what was taken by all, summed
    effort: NDArray[np.float64]  # (num_envs,) effort of all, summed over steps
    restrained: NDArray[np.int32]  # (num_envs,) efforts not above the cooperative one, over agents and steps
    returns: NDArray[np.float64]  # (num_envs, n) sum of rewards
    paid: NDArray[np.int32]  # (num_envs, n) steps with a reward above 0
    paid_at: NDArray[np.float64]  # (num_envs, n) sum of the steps with a reward above 0
    chances: NDArray[np.int32]  # (num_envs, n) opportunities to fine
    shots: NDArray[np.int32]  # (num_envs, n) those taken
    hits: NDArray[np.int32]  # (num_envs, n, n) fines of the row's agent for the column's
    just: NDArray[np.int32]  # (num_envs, n) fines of the agent for efforts above the cooperative one


class Constants(NamedTuple):
    """What the kernels need and no step changes."""

    growth: float
    capacity: float
    dt: float
    initial: float
    price: float
    cost: float
    noise: float
    sanctions: bool
    sanction_cost: float
    sanction_fine: float
    effort: NDArray[np.float64]  # (levels,)


def constants_of(p: CommonPoolParameters) -> Constants:
    """The parameters as the kernels read them."""
    low, high = p.efforts()
    return Constants(
        growth=float(p.growth),
        capacity=float(p.capacity),
        dt=float(p.dt),
        initial=float(p.initial * p.capacity),
        price=float(p.price),
        cost=float(p.cost),
        noise=float(p.noise * p.capacity),
        sanctions=p.sanctions,
        sanction_cost=float(p.sanction_cost),
        sanction_fine=float(p.sanction_fine),
        effort=np.concatenate([[0.0], np.linspace(low, high, p.levels - 1)]),
    )


@over_copies
def begin(state, k, where):
    """Start episodes in the copies `where`, all else of whose state is 0."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@njit(cache=True)
def begin_copy(state, k, c):
    """A resource that has been as it is for as long as agents can look back."""
    state.stock[c, :] = k.initial
    look(state.stream[c], state.error[c], k.noise)


@njit(cache=True)
def look(stream, error, noise):
    """Draw the errors of all agents; without noise nothing is drawn."""
    if noise > 0:
        for i in range(error.shape[0]):
            error[i] = noise * normal(stream)


@over_copies
def advance(state, k, action, reward, opportunity, sanction, target, where):
    """Play a step in the copies `where`; `action` is (num_envs, n, parts), the others are rewards and signals, zeroed."""
    for c in prange(where.shape[0]):
        if where[c]:
            step_copy(state, k, action, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def step_copy(state, k, action, reward, opportunity, sanction, target, c):
    """Fines for the step before, then the harvest."""
    if k.sanctions:
        impose_fines(state, k, action[c], reward[c], opportunity[c], sanction[c], target[c], c)
    take(state, k, action[c], reward[c], c)
    look(state.stream[c], state.error[c], k.noise)
    for i in range(reward.shape[1]):
        state.returns[c, i] += reward[c, i]
        if reward[c, i] > 0:
            state.paid[c, i] += 1
            state.paid_at[c, i] += state.elapsed[c]


@njit(cache=True)
def greediest(level, i):
    """Whom agent i could fine: of the others the one with the largest effort, the first after i of several; NOBODY if all rested."""
    n = level.shape[0]
    found, most = NOBODY, 0
    for ahead in range(1, n):
        j = (i + ahead) % n
        if level[j] > most:
            found, most = j, level[j]
    return found


@njit(cache=True)
def impose_fines(state, k, action, reward, opportunity, sanction, target, c):
    """Each agent fines the greediest of the others in the last step, if it chose to and there is one."""
    level, fined = state.level[c], state.fined[c]
    fined[:, :] = False
    for i in range(level.shape[0]):
        j = greediest(level, i)
        if j == NOBODY:
            continue
        opportunity[i] = 1.0
        state.chances[c, i] += 1
        if action[i, 1] == 1:
            fined[i, j] = True
            state.shots[c, i] += 1
            guilty = level[j] > COOPERATIVE
            punish(
                reward,
                sanction,
                target,
                state.hits[c],
                state.just[c],
                i,
                j,
                1,
                k.sanction_cost,
                k.sanction_fine,
                guilty,
            )


@njit(cache=True)
def take(state, k, action, reward, c):
    """All harvest what there is now, and what is left grows as if they had not."""
    n = reward.shape[0]
    level, stock = state.level[c], state.stock[c]
    now, total, greedy = stock[0], 0.0, 0
    for i in range(n):
        level[i] = action[i, 0]
        effort = k.effort[level[i]]
        total += effort
        greedy += level[i] > COOPERATIVE
        reward[i] += k.dt * (k.price * effort * now - k.cost * effort)
    for i in range(n):
        if greedy > (level[i] > COOPERATIVE):
            state.disappointed[c, i] = True
    state.restrained[c] += n - greedy
    state.effort[c] += total
    state.harvest[c] += k.dt * total * now
    for ago in range(stock.shape[0] - 1, 0, -1):
        stock[ago] = stock[ago - 1]
    # Only above the capacity, where it shrinks by itself, can more be lost than there is.
    stock[0] = max(now + k.dt * (k.growth * now * (1 - now / k.capacity) - total * now), 0.0)


@over_copies
def observe(state, k, observation, mask, world):
    """Write what agents see and may do, and the global state; `mask` has no elements without sanctions."""
    for c in prange(observation.shape[0]):
        observe_copy(state, k, observation, mask, world, np.int64(c))


@njit(cache=True)
def observe_copy(state, k, observation, mask, world, c):
    """The rows of copy c, as CommonPool describes them."""
    n = state.level.shape[1]
    level, stock, fined = state.level[c], state.stock[c], state.fined[c]
    largest, total = k.effort[k.effort.shape[0] - 1], 0.0
    for i in range(n):
        total += k.effort[level[i]]
    world[c, 0] = state.elapsed[c] == 0
    world[c, 1] = stock[0] / k.capacity
    for i in range(n):
        row, own, j = observation[c, i], k.effort[level[i]], greediest(level, i)
        row[0] = state.elapsed[c] == 0
        row[1] = max(stock[stock.shape[0] - 1] + state.error[c, i], 0.0) / k.capacity
        row[2] = own / largest
        row[3] = max(min((total - own) / (n - 1) / largest, 1.0), 0.0)  # the sum may be off by a last digit
        row[4] = 0.0 if j == NOBODY else k.effort[level[j]] / largest
        world[c, 2 + i] = row[2]
        if k.sanctions:
            count = 0
            for other in range(n):
                count += fined[other, i]
            row[5] = count / (n - 1)
            for a in range(mask.shape[2]):
                mask[c, i, a] = True
            mask[c, i, mask.shape[2] - 1] = j != NOBODY
