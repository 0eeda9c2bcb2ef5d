"""Observations, masks and the global state of partner selection."""

import numpy as np

from ...kernels import each_env, kernel
from .state import COOPERATE, DEFECT, NOBODY, PLAY, PUNISH, SELECT, UNKNOWN

PHASES = 3
PLAY_WIDTH = 7
SLOT_WIDTH = 6


def observation_width(n: int, slots: int) -> int:
    """Size of an observation: phase, reputations, the block of play, and a block for each slot."""
    return PHASES + 1 + (n - 1) + PLAY_WIDTH + SLOT_WIDTH * slots


def state_width(n: int, viewers: int) -> int:
    """Size of the global state."""
    return PHASES + 3 + viewers * n + 6 * n


@kernel
def shown(reputation, private, viewer, i, scale):
    """The reputation of agent i in the view of another, between -1 and 1."""
    value = reputation[viewer if private else 0, i]
    return value / (abs(value) + scale)


@kernel
def acts(phase, centipede, mover, first, second, target, i):
    """True if agent i has a choice in this step."""
    if phase == SELECT:
        return True
    if phase == PUNISH:
        return target[i, 0] != NOBODY
    if centipede:
        return i == (first if mover == 0 else second)
    return i in (first, second)


@kernel
def write_choice(state, k, row, phase, i, other, first, second, env):
    """Write the observation of the choice of agent i; return the number of its actions."""
    n = state.partner.shape[1]
    reputation, last = state.reputation[env], state.last[env]
    if phase == SELECT:
        row[PHASES] = shown(reputation, k.private, i, i, k.scale)
        for step in range(n - 1):
            row[PHASES + 1 + step] = shown(reputation, k.private, i, (i + 1 + step) % n, k.scale)
        return n - 1
    if phase == PLAY:
        row[PHASES + n + last[other]] = 1.0
        row[PHASES + n + 3 + last[i]] = 1.0
        if k.show_in_play:
            row[PHASES] = shown(reputation, k.private, i, i, k.scale)
            row[PHASES + n + 6] = shown(reputation, k.private, i, other, k.scale)
        return 2
    choices = 1
    for slot in range(k.slots):
        victim = np.int64(state.target[env, i, slot])
        if victim == NOBODY:
            continue
        choices *= 2
        beside = second if victim == first else first
        at = PHASES + n + PLAY_WIDTH + SLOT_WIDTH * slot
        row[at + last[victim]] = 1.0
        if last[beside] != UNKNOWN:
            row[at + 2 + last[beside]] = 1.0
        if k.show_in_punish:
            row[at + 4] = shown(reputation, k.private, i, victim, k.scale)
            row[at + 5] = shown(reputation, k.private, i, beside, k.scale)
    return choices


@kernel
def write_global_state(state, k, row, env):
    """Write phase, mover, round, time, reputations, and the part of each agent in the pairing."""
    n = state.partner.shape[1]
    for at in range(row.shape[0]):
        row[at] = 0.0
    phase, first = state.phase[env], np.int64(state.pair[env])
    row[phase] = 1.0
    row[PHASES] = state.mover[env]
    row[PHASES + 1] = state.round[env] / k.rounds
    row[PHASES + 2] = state.elapsed[env] * k.time_scale
    at = PHASES + 3
    for viewer in range(state.reputation.shape[1]):
        for i in range(n):
            row[at] = shown(state.reputation[env], k.private, viewer, i, k.scale)
            at += 1
    for i in range(n):
        row[at] = state.last[env, i] == COOPERATE
        row[at + 1] = state.last[env, i] == DEFECT
        if phase != SELECT:
            row[at + 2] = i == first
            row[at + 3] = i == state.partner[env, first]
        for slot in range(k.slots):
            victim = np.int64(state.target[env, i, slot])
            if victim != NOBODY:
                row[at + (4 if victim == first else 5)] = 1.0
        at += 6


@each_env
@kernel
def observe(state, k, observation, mask, active, global_state, env):
    """Write observations, masks and the global state.

    An agent without a choice observes the phase alone, and its mask allows action 0 alone.
    """
    n = state.partner.shape[1]
    phase, first = state.phase[env], np.int64(state.pair[env])
    second = np.int64(state.partner[env, first])
    for i in range(n):
        row = observation[env, i]
        for at in range(row.shape[0]):
            row[at] = 0.0
        row[phase] = 1.0
        active[env, i] = acts(phase, k.centipede, state.mover[env], first, second, state.target[env], i)
        choices = 1
        if active[env, i]:
            other = second if i == first else first
            choices = write_choice(state, k, row, phase, i, other, first, second, env)
        for a in range(mask.shape[2]):
            mask[env, i, a] = a < choices
    write_global_state(state, k, global_state[env], env)
