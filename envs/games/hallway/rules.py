"""Kernels of hallway: a group scores if all its members reach their ends in one step."""

import numpy as np

from ...core.random_streams import below
from ...kernels import each_env
from .config import HallwayConfig
from .state import Constants

STAY, LEFT, RIGHT = 0, 1, 2
PLAYING, WON, FAILED = 0, 1, 2


def build_constants(config: HallwayConfig) -> Constants:
    """Constants of a config."""
    lengths, groups = config.corridors()
    return Constants(
        length=np.array(lengths, np.int32),
        first=np.concatenate([[0], np.cumsum(groups)]).astype(np.int32),
        reward=float(config.reward),
        longest=float(max(lengths)),
        limit=float(config.horizon()),
    )


@each_env
def begin(state, k, env):
    """Draw the place of each agent uniformly from 1 to the length of its corridor."""
    state.clashes[env] = 0
    for i in range(k.length.shape[0]):
        state.place[env, i] = 1 + below(state.stream[env], k.length[i])
    for g in range(state.group.shape[1]):
        state.group[env, g] = PLAYING
        state.clashed[env, g] = False


@each_env
def advance(state, k, scratch, action, reward, env):
    """Move the agents of groups that still play, then settle which groups arrived."""
    groups, arrived = state.group.shape[1], 0
    for g in range(groups):
        state.clashed[env, g] = False
        if state.group[env, g] != PLAYING:
            continue
        at_end, members = 0, k.first[g + 1] - k.first[g]
        for i in range(k.first[g], k.first[g + 1]):
            place = state.place[env, i]
            scratch.before[env, i] = place
            if action[env, i] == LEFT:
                place -= 1  # agents of playing groups never stand at the end
            elif action[env, i] == RIGHT and place < k.length[i]:
                place += 1
            state.place[env, i] = place
            at_end += place == 0
        if at_end == members:
            state.group[env, g] = WON
            state.clashed[env, g] = True  # taken back below if no other group arrives
            arrived += 1
        elif at_end > 0:
            state.group[env, g] = FAILED
    earned = k.reward if arrived == 1 else -0.5 * k.reward * arrived
    for g in range(groups):
        if state.clashed[env, g] and arrived == 1:
            state.clashed[env, g] = False
        elif state.clashed[env, g]:
            state.group[env, g] = PLAYING
            for i in range(k.first[g], k.first[g + 1]):
                state.place[env, i] = scratch.before[env, i]
    state.clashes[env] += arrived > 1
    for i in range(reward.shape[1]):
        reward[env, i] = earned


@each_env
def observe(state, k, observation, terminated, active, global_state, env):
    """Write observations and global state; all agents terminate together, with the last group."""
    playing_groups = 0
    for g in range(state.group.shape[1]):
        playing_groups += state.group[env, g] == PLAYING
    n = k.length.shape[0]
    for g in range(state.group.shape[1]):
        playing = state.group[env, g] == PLAYING
        for i in range(k.first[g], k.first[g + 1]):
            place = state.place[env, i] / k.longest
            observation[env, i, 0], observation[env, i, 1] = place, playing
            global_state[env, 2 * i], global_state[env, 2 * i + 1] = place, playing
            active[env, i] = playing
            terminated[env, i] = playing_groups == 0
    global_state[env, 2 * n] = state.elapsed[env] / k.limit
