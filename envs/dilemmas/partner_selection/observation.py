"""What agents of partner selection see and may do, and the global state."""

import numpy as np

from ...kernels import over_copies, prange
from ...plane.particles import kernel
from .state import COOPERATE, DEFECT, NOBODY, PLAY, PUNISH, SELECT, UNKNOWN

PHASES = 3
PLAY_WIDTH = 7
SLOT_WIDTH = 6


def observation_width(n: int, slots: int) -> int:
    """Numbers that an agent sees: the phase, its own reputation, those of others, the play block, and a block for each slot."""
    return PHASES + 1 + (n - 1) + PLAY_WIDTH + SLOT_WIDTH * slots


def state_width(n: int, viewers: int) -> int:
    """Numbers of the global state."""
    return PHASES + 3 + viewers * n + 6 * n


@kernel
def shown(reputation, private, viewer, i, scale):
    """The reputation of agent i in the eyes of another, between -1 and 1."""
    value = reputation[viewer if private else 0, i]
    return value / (abs(value) + scale)


@kernel
def acts(phase, centipede, mover, first, second, target, i):
    """Whether agent i has something to decide."""
    if phase == SELECT:
        return True
    if phase == PUNISH:
        return target[i, 0] != NOBODY
    if centipede:
        return i == (first if mover == 0 else second)
    return i in (first, second)


@kernel
def observe_copy(state, k, observation, mask, active, c):
    """The rows of copy c. Who has nothing to decide sees the phase alone, and may do nothing but 0."""
    n = state.partner.shape[1]
    phase, first = state.phase[c], np.int64(state.pair[c])
    second = np.int64(state.partner[c, first])
    for i in range(n):
        row = observation[c, i]
        for at in range(row.shape[0]):
            row[at] = 0.0
        row[phase] = 1.0
        active[c, i] = acts(phase, k.centipede, state.mover[c], first, second, state.target[c], i)
        choices = 1
        if active[c, i]:
            other = second if i == first else first
            choices = see(state, k, row, phase, i, other, first, second, c)
        for a in range(mask.shape[2]):
            mask[c, i, a] = a < choices


@kernel
def see(state, k, row, phase, i, other, first, second, c):
    """Fill in what agent i decides on; the number of its choices."""
    n = state.partner.shape[1]
    reputation, last = state.reputation[c], state.last[c]
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
        victim = np.int64(state.target[c, i, slot])
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
def describe_copy(state, k, world, c):
    """The global state: phase, mover, round, time, all reputations, and for each agent what concerns it."""
    n = state.partner.shape[1]
    row = world[c]
    for at in range(row.shape[0]):
        row[at] = 0.0
    phase, first = state.phase[c], np.int64(state.pair[c])
    row[phase] = 1.0
    row[PHASES] = state.mover[c]
    row[PHASES + 1] = state.round[c] / k.rounds
    row[PHASES + 2] = state.elapsed[c] * k.time_scale
    at = PHASES + 3
    for viewer in range(state.reputation.shape[1]):
        for i in range(n):
            row[at] = shown(state.reputation[c], k.private, viewer, i, k.scale)
            at += 1
    for i in range(n):
        row[at] = state.last[c, i] == COOPERATE
        row[at + 1] = state.last[c, i] == DEFECT
        if phase != SELECT:
            row[at + 2] = i == first
            row[at + 3] = i == state.partner[c, first]
        for slot in range(k.slots):
            victim = np.int64(state.target[c, i, slot])
            if victim != NOBODY:
                row[at + (4 if victim == first else 5)] = 1.0
        at += 6


@over_copies
def observe_copies(state, k, observation, mask, active, world):
    """Observe in every copy."""
    for c in prange(observation.shape[0]):
        observe_copy(state, k, observation, mask, active, np.int64(c))
        describe_copy(state, k, world, np.int64(c))
