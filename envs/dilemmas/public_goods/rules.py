"""Rules of the public goods game: a stage of contributions, and one of punishment."""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import shuffle
from ...kernels import each_env, njit
from ..outcomes import punish
from .config import PublicGoodsConfig
from .state import Constants, State

NONE = -1
"""Contribution of an agent before the first round."""


def build_constants(config: PublicGoodsConfig) -> Constants:
    """Constants of a config."""
    return Constants(
        endowment=float(config.endowment),
        unit=config.unit,
        share=config.share,
        punishment=config.punishment,
        cost=float(config.punishment_cost),
        fine=float(config.punishment_fine),
        most_points=config.most_points,
        anonymous=config.anonymous,
        levels=config.levels,
    )


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Begin episodes in the envs `where`."""
    for field in state[4:]:
        field[where] = 0
    state.contribution[where] = NONE
    n = state.contribution.shape[1]
    state.slot[where] = (np.arange(n)[:, None] + np.arange(1, n)) % n


@each_env
def advance(state, k, action, reward, opportunity, sanction, target, env):
    """Play a step: contributions, or with `punishment` in every other step points.

    `action` is (num_envs, n, parts); rewards and signals come zeroed.
    """
    n = reward.shape[1]
    state.points[env, :, :] = 0
    if k.punishment and state.elapsed[env] % 2 == 1:
        assign_points(state, k, action[env], reward[env], opportunity[env], sanction[env], target[env], env)
    else:
        contribute(state, k, action[env], reward[env], env)
    for i in range(n):
        state.returns[env, i] += reward[env, i]


@njit(cache=True)
def contribute(state, k, action, reward, env):
    """Pay each agent what it kept and its share of the pot."""
    n = reward.shape[0]
    contribution = state.contribution[env]
    total, lacking = 0, 0
    for i in range(n):
        contribution[i] = action[i, 0]
        total += action[i, 0]
        lacking += action[i, 0] < k.levels - 1
    for i in range(n):
        reward[i] = k.endowment - k.unit * contribution[i] + k.share * k.unit * total
        state.given[env, i] += contribution[i]
        own = contribution[i] < k.levels - 1
        if lacking > own:
            state.disappointed[env, i] = True
        if k.anonymous:
            shuffle(state.stream[env], state.slot[env, i])


@njit(cache=True)
def assign_points(state, k, action, reward, opportunity, sanction, target, env):
    """Assign the points of all agents, which cost both sides."""
    n = reward.shape[0]
    contribution, slot, points = state.contribution[env], state.slot[env], state.points[env]
    total = 0
    for i in range(n):
        total += contribution[i]
    for i in range(n):
        opportunity[i] = 1.0
        state.chances[env, i] += 1
        for place in range(n - 1):
            count = action[i, 1 + place]
            if count > 0:
                j = slot[i, place]
                points[i, j] = count
                state.assigned[env, i] += count
                guilty = n * contribution[j] < total
                punish(reward, sanction, target, state.hits[env], state.just[env], i, j, count, k.cost, k.fine, guilty)
        state.shots[env, i] += sanction[i] > 0


@each_env
def observe(state, k, observation, mask, global_state, env):
    """Write observations, masks and the global state, as PublicGoods describes them.

    `mask` has no elements without punishment.
    """
    n = state.contribution.shape[1]
    contribution, slot, points = state.contribution[env], state.slot[env], state.points[env]
    start = contribution[0] == NONE
    punishing = k.punishment and state.elapsed[env] % 2 == 1
    most = 1.0 / (k.levels - 1)
    global_state[env, 0], global_state[env, 1] = start, punishing
    for i in range(n):
        row = observation[env, i]
        row[0] = start
        row[1] = 0.0 if start else contribution[i] * most
        for place in range(n - 1):
            row[2 + place] = 0.0 if start else contribution[slot[i, place]] * most
        global_state[env, 2 + i] = row[1]
        received = 0
        for j in range(n):
            received += points[j, i]
        global_state[env, 2 + n + i] = received / ((n - 1) * k.most_points)
        if k.punishment:
            row[n + 1] = punishing
            row[n + 2] = global_state[env, 2 + n + i]
            write_mask(mask[env, i], k.levels, k.most_points, punishing)


@njit(cache=True)
def write_mask(mask, levels, most_points, punishing):
    """Allow action 0 alone in the parts of the other stage."""
    for a in range(levels):
        mask[a] = a == 0 or not punishing
    for a in range(levels, mask.shape[0]):
        mask[a] = (a - levels) % (most_points + 1) == 0 or punishing
