"""Kernels of partner selection: choose a partner, play rounds with it, and punish after each."""

import numpy as np

from ...core.random_streams import below
from ...kernels import each_env, kernel
from ..outcomes import punish
from .state import COOPERATE, DEFECT, NOBODY, PLAY, PUNISH, SELECT, SLOTS, UNKNOWN


@each_env
@kernel
def begin(state, k, env):
    """Clear partners and the past; reputations go, or with `keep` stay."""
    n = state.partner.shape[1]
    state.season[env] = 0
    state.picks[env], state.picked_cooperators[env] = 0, 0
    for i in range(n):
        state.partner[env, i], state.last[env, i] = NOBODY, UNKNOWN
        state.moves[env, i], state.cooperated[env, i] = 0, 0
        state.chances[env, i], state.shots[env, i], state.just[env, i] = 0, 0, 0
        state.returns[env, i] = 0.0
        for j in range(n):
            state.hits[env, i, j], state.punished[env, i, j] = 0, False
        for slot in range(SLOTS):
            state.target[env, i, slot] = NOBODY
        if not k.keep:
            for viewer in range(state.reputation.shape[1]):
                state.reputation[env, viewer, i] = 0.0
    begin_season(state, k, env)


@kernel
def begin_season(state, k, env):
    """Let all choose a partner, or draw partners and begin the first pairing."""
    n = state.partner.shape[1]
    state.pair[env], state.round[env], state.mover[env] = 0, 0, 0
    state.phase[env] = SELECT if k.selection else PLAY
    if not k.selection:
        for i in range(n):
            state.partner[env, i] = (i + 1 + below(state.stream[env], n - 1)) % n


@kernel
def next_round(state, k, env):
    """Go to the next move, round, pairing or season."""
    n = state.partner.shape[1]
    state.phase[env] = PLAY
    if k.centipede:
        first = np.int64(state.pair[env])
        mover = first if state.mover[env] == 0 else np.int64(state.partner[env, first])
        stopped = state.last[env, mover] == DEFECT
        state.mover[env] = 1 - state.mover[env]
        if state.mover[env] == 0:
            state.round[env] += 1
    else:
        stopped = False
        state.round[env] += 1
    if stopped or state.round[env] >= k.rounds:
        state.round[env], state.mover[env] = 0, 0
        state.pair[env] += 1
        if state.pair[env] >= n:
            state.season[env] += 1
            begin_season(state, k, env)


@each_env
@kernel
def advance(state, k, action, reward, opportunity, sanction, target, env):
    """Play a step of the present phase; rewards and signals come zeroed."""
    n = state.partner.shape[1]
    for i in range(n):
        for j in range(n):
            state.punished[env, i, j] = False
    phase = state.phase[env]
    if phase == SELECT:
        choose(state.partner[env], state.last[env], action[env], state.picks, state.picked_cooperators, env)
        state.phase[env] = PLAY
    elif phase == PLAY:
        play(state, k, action[env], reward[env], env)
        if k.slots > 0:
            assign_targets(state, k, env)
            state.phase[env] = PUNISH
        else:
            next_round(state, k, env)
    else:
        punish_all(state, k, action[env], reward[env], opportunity[env], sanction[env], target[env], env)
        next_round(state, k, env)
    for i in range(n):
        state.returns[env, i] += reward[env, i]


@kernel
def choose(partner, last, action, picks, picked_cooperators, env):
    """Read the choices of partners, counted from the next index on; others count as 0."""
    n = partner.shape[0]
    for i in range(n):
        step = action[i] if action[i] < n - 1 else 0
        j = (i + 1 + step) % n
        partner[i] = j
        if last[j] != UNKNOWN:
            picks[env] += 1
            picked_cooperators[env] += last[j] == COOPERATE


@kernel
def play(state, k, action, reward, env):
    """Pay the moves of the pair, or in the centipede game of one of them."""
    first = np.int64(state.pair[env])
    second = np.int64(state.partner[env, first])
    if k.centipede:
        mover, other = (first, second) if state.mover[env] == 0 else (second, first)
        if move(state, k, action, mover, env) == COOPERATE:
            reward[mover] -= k.gift_cost
            reward[other] += k.gift
    else:
        a, b = move(state, k, action, first, env), move(state, k, action, second, env)
        reward[first] += k.payoff[a, b]
        reward[second] += k.payoff[b, a]


@kernel
def move(state, k, action, i, env):
    """Record and return the move of agent i; other actions count as 0."""
    done = DEFECT if action[i] == DEFECT else COOPERATE
    state.last[env, i] = done
    state.moves[env, i] += 1
    state.cooperated[env, i] += done == COOPERATE
    shift(state.reputation[env], k.known, k.private, i, k.play_reputation[done])
    return done


@kernel
def shift(reputation, known, private, i, change):
    """Change the reputation of agent i: the one number, or the opinions of all others."""
    if not known:
        return
    if private:
        for viewer in range(reputation.shape[0]):
            if viewer != i:
                reputation[viewer, i] += change
    else:
        reputation[0, i] += change


@kernel
def assign_targets(state, k, env):
    """Assign to agents the targets whose punishment they decide on."""
    n = state.partner.shape[1]
    first = np.int64(state.pair[env])
    second = np.int64(state.partner[env, first])
    target = state.target[env]
    for i in range(n):
        for slot in range(SLOTS):
            target[i, slot] = NOBODY
    for number in range(2):
        if k.centipede and number != state.mover[env]:
            continue
        victim, other = (first, second) if number == 0 else (second, first)
        if k.direct:
            target[other, 0] = victim
        if k.third:
            third = below(state.stream[env], n - 2)
            third += third >= min(first, second)
            third += third >= max(first, second)
            target[third, 0 if target[third, 0] == NOBODY else 1] = victim


@kernel
def punish_all(state, k, action, reward, opportunity, sanction, target, env):
    """Impose the punishments that agents chose for their targets.

    Bit s of the action is for slot s; bits of free slots count as 0.
    """
    for i in range(reward.shape[0]):
        if state.target[env, i, 0] == NOBODY:
            continue
        opportunity[i] = 1.0
        state.chances[env, i] += 1
        for slot in range(SLOTS):
            victim = np.int64(state.target[env, i, slot])
            state.target[env, i, slot] = NOBODY
            if victim == NOBODY:
                continue
            if (action[i] >> slot) & 1 == 0 or action[i] >= 4:
                reward[i] += k.spare_reward
                shift(state.reputation[env], k.known, k.private, i, k.spare_reputation)
                continue
            state.punished[env, i, victim] = True
            guilty = state.last[env, victim] == DEFECT
            cost = -k.just_reward if guilty else -k.unjust_reward
            punish(reward, sanction, target, state.hits[env], state.just[env], i, victim, 1, cost, k.fine, guilty)
            shift(state.reputation[env], k.known, k.private, i, k.just_reputation if guilty else k.unjust_reputation)
            if k.private:
                resent(state, k, i, victim, guilty, env)
        state.shots[env, i] += sanction[i] > 0


@kernel
def resent(state, k, punisher, victim, guilty, env):
    """Change the opinions that the two players have of a punisher, beside those of all."""
    first = np.int64(state.pair[env])
    second = np.int64(state.partner[env, first])
    wronged = second if victim == first else first
    state.reputation[env, victim, punisher] += k.persecutor_reputation
    if guilty and wronged != punisher:
        state.reputation[env, wronged, punisher] += k.avenger_reputation
