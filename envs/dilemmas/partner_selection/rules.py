"""The rules of partner selection: seasons of choosing a partner, playing rounds with it, and punishing after each."""

import numpy as np

from ...core.random_streams import below
from ...kernels import over_copies, prange
from ...plane.particles import kernel
from ..outcomes import punish
from .state import COOPERATE, DEFECT, NOBODY, PLAY, PUNISH, SELECT, SLOTS, UNKNOWN


@kernel
def begin_copy(state, k, c):
    """Nobody has a partner or a past; reputations go, or with `keep` stay."""
    n = state.partner.shape[1]
    state.season[c] = 0
    state.picks[c], state.picked_cooperators[c] = 0, 0
    for i in range(n):
        state.partner[c, i], state.last[c, i] = NOBODY, UNKNOWN
        state.moves[c, i], state.cooperated[c, i] = 0, 0
        state.chances[c, i], state.shots[c, i], state.just[c, i] = 0, 0, 0
        state.returns[c, i] = 0.0
        for j in range(n):
            state.hits[c, i, j], state.punished[c, i, j] = 0, False
        for slot in range(SLOTS):
            state.target[c, i, slot] = NOBODY
        if not k.keep:
            for viewer in range(state.reputation.shape[1]):
                state.reputation[c, viewer, i] = 0.0
    begin_season(state, k, c)


@kernel
def begin_season(state, k, c):
    """Let all choose a partner, or draw partners and begin the first pairing."""
    n = state.partner.shape[1]
    state.pair[c], state.round[c], state.mover[c] = 0, 0, 0
    state.phase[c] = SELECT if k.selection else PLAY
    if not k.selection:
        for i in range(n):
            state.partner[c, i] = (i + 1 + below(state.stream[c], n - 1)) % n


@kernel
def next_round(state, k, c):
    """After a move, and its punishment: the next move, round, pairing or season."""
    n = state.partner.shape[1]
    state.phase[c] = PLAY
    if k.centipede:
        first = np.int64(state.pair[c])
        mover = first if state.mover[c] == 0 else np.int64(state.partner[c, first])
        stopped = state.last[c, mover] == DEFECT
        state.mover[c] = 1 - state.mover[c]
        if state.mover[c] == 0:
            state.round[c] += 1
    else:
        stopped = False
        state.round[c] += 1
    if stopped or state.round[c] >= k.rounds:
        state.round[c], state.mover[c] = 0, 0
        state.pair[c] += 1
        if state.pair[c] >= n:
            state.season[c] += 1
            begin_season(state, k, c)


@kernel
def advance_copy(state, k, action, reward, opportunity, sanction, target, c):
    """One step of whatever phase it is."""
    n = state.partner.shape[1]
    for i in range(n):
        for j in range(n):
            state.punished[c, i, j] = False
    phase = state.phase[c]
    if phase == SELECT:
        choose(state.partner[c], state.last[c], action[c], state.picks, state.picked_cooperators, c)
        state.phase[c] = PLAY
    elif phase == PLAY:
        play(state, k, action[c], reward[c], c)
        if k.slots > 0:
            charge(state, k, c)
            state.phase[c] = PUNISH
        else:
            next_round(state, k, c)
    else:
        punish_all(state, k, action[c], reward[c], opportunity[c], sanction[c], target[c], c)
        next_round(state, k, c)
    for i in range(n):
        state.returns[c, i] += reward[c, i]


@kernel
def choose(partner, last, action, picks, picked_cooperators, c):
    """Take everyone's choice of a partner, counted from the next index on; what is no partner counts as 0."""
    n = partner.shape[0]
    for i in range(n):
        step = action[i] if action[i] < n - 1 else 0
        j = (i + 1 + step) % n
        partner[i] = j
        if last[j] != UNKNOWN:
            picks[c] += 1
            picked_cooperators[c] += last[j] == COOPERATE


@kernel
def play(state, k, action, reward, c):
    """The pair plays, or one of it moves, and is paid."""
    first = np.int64(state.pair[c])
    second = np.int64(state.partner[c, first])
    if k.centipede:
        mover, other = (first, second) if state.mover[c] == 0 else (second, first)
        if move(state, k, action, mover, c) == COOPERATE:
            reward[mover] -= k.gift_cost
            reward[other] += k.gift
    else:
        a, b = move(state, k, action, first, c), move(state, k, action, second, c)
        reward[first] += k.payoff[a, b]
        reward[second] += k.payoff[b, a]


@kernel
def move(state, k, action, i, c):
    """What agent i does, remembered; what is neither counts as 0."""
    done = DEFECT if action[i] == DEFECT else COOPERATE
    state.last[c, i] = done
    state.moves[c, i] += 1
    state.cooperated[c, i] += done == COOPERATE
    shift(state.reputation[c], k.known, k.private, i, k.play_reputation[done])
    return done


@kernel
def shift(reputation, known, private, i, change):
    """Change what is thought of agent i: the one number, or all others' opinions."""
    if not known:
        return
    if private:
        for viewer in range(reputation.shape[0]):
            if viewer != i:
                reputation[viewer, i] += change
    else:
        reputation[0, i] += change


@kernel
def charge(state, k, c):
    """Say who decides on the punishment of whom."""
    n = state.partner.shape[1]
    first = np.int64(state.pair[c])
    second = np.int64(state.partner[c, first])
    target = state.target[c]
    for i in range(n):
        for slot in range(SLOTS):
            target[i, slot] = NOBODY
    for which in range(2):
        if k.centipede and which != state.mover[c]:
            continue
        victim, other = (first, second) if which == 0 else (second, first)
        if k.direct:
            target[other, 0] = victim
        if k.third:
            third = below(state.stream[c], n - 2)
            third += third >= min(first, second)
            third += third >= max(first, second)
            target[third, 0 if target[third, 0] == NOBODY else 1] = victim


@kernel
def punish_all(state, k, action, reward, opportunity, sanction, target, c):
    """Everyone with a target punishes it or not. Bit s of the action is for slot s; bits of free slots count as 0."""
    for i in range(reward.shape[0]):
        if state.target[c, i, 0] == NOBODY:
            continue
        opportunity[i] = 1.0
        state.chances[c, i] += 1
        for slot in range(SLOTS):
            victim = np.int64(state.target[c, i, slot])
            state.target[c, i, slot] = NOBODY
            if victim == NOBODY:
                continue
            if (action[i] >> slot) & 1 == 0 or action[i] >= 4:
                reward[i] += k.spare_reward
                shift(state.reputation[c], k.known, k.private, i, k.spare_reputation)
                continue
            state.punished[c, i, victim] = True
            guilty = state.last[c, victim] == DEFECT
            cost = -k.just_reward if guilty else -k.unjust_reward
            punish(reward, sanction, target, state.hits[c], state.just[c], i, victim, 1, cost, k.fine, guilty)
            shift(state.reputation[c], k.known, k.private, i, k.just_reputation if guilty else k.unjust_reputation)
            if k.private:
                resent(state, k, i, victim, guilty, c)
        state.shots[c, i] += sanction[i] > 0


@kernel
def resent(state, k, punisher, victim, guilty, c):
    """What the two that played think of a punisher, beside what all do."""
    first = np.int64(state.pair[c])
    second = np.int64(state.partner[c, first])
    wronged = second if victim == first else first
    state.reputation[c, victim, punisher] += k.persecutor_reputation
    if guilty and wronged != punisher:
        state.reputation[c, wronged, punisher] += k.avenger_reputation


@over_copies
def begin_copies(state, k, where):
    """Begin an episode in every copy of `where` (num_envs,) bool."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, np.int64(c))


@over_copies
def advance_copies(state, k, action, reward, opportunity, sanction, target, where):
    """Advance every copy of `where` (num_envs,) bool by one step; rewards and signals come zeroed."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, action, reward, opportunity, sanction, target, np.int64(c))
