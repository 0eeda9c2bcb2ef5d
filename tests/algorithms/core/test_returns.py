"""Advantages against hand-worked numbers, and against a slow reading of the equation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stigmergy.algorithms.core.returns import generalized_advantage, n_step_return

NAN = math.nan


def column(*values, dtype=np.float32):
    """One env with one agent: `(T, 1, 1)`."""
    return np.array(values, dtype)[:, None, None]


def flags(*values):
    return column(*values, dtype=np.bool_)


def one_env(*values):
    """One env: `(T, 1)`."""
    return np.array(values, np.bool_)[:, None]


def test_termination_in_the_middle_and_truncation_at_the_end():
    # Two steps to a terminal state, the step into the next episode, one step up to the horizon;
    # gamma = lambda = 1/2.
    advantage, known = generalized_advantage(
        reward=column(1, 2, 0, 4),
        value=column(2, 4, NAN, 6, 10),
        terminated=flags(0, 1, 0, 0),
        truncated=one_env(0, 0, 0, 1),
        active=flags(1, 1, 0, 1, 1),
        first=one_env(1, 0, 0, 1, 0),
        gamma=0.5,
        gae_lambda=0.5,
    )
    # 2 - 4 = -2;  1 + 4/2 - 2 + (-2)/4 = 0.5;  4 + 10/2 - 6 = 3
    assert advantage.ravel().tolist() == [0.5, -2, 0, 3]
    assert known.ravel().tolist() == [True, True, False, True]
    assert advantage.dtype == np.float32


def test_truncation_in_the_middle_bootstraps_from_the_last_observation():
    advantage, known = generalized_advantage(
        reward=column(1, 2, 0, 4),
        value=column(2, 4, 8, 6, 10),
        terminated=flags(0, 0, 0, 0),
        truncated=one_env(0, 1, 0, 0),
        active=flags(1, 1, 1, 1, 1),
        first=one_env(1, 0, 0, 1, 0),
        gamma=0.5,
        gae_lambda=0.5,
    )
    # 2 + 8/2 - 4 = 2;  1 + 4/2 - 2 + 2/4 = 1.5;  4 + 10/2 - 6 = 3
    assert advantage.ravel().tolist() == [1.5, 2, 0, 3]
    assert known.ravel().tolist() == [True, True, False, True]


def test_truncation_cuts_the_sum_by_itself():
    """Truncation alone ends the sum, without the step into the next episode."""
    advantage, _ = generalized_advantage(
        reward=column(2, 4),
        value=column(4, 8, 10),
        terminated=flags(0, 0),
        truncated=one_env(1, 0),
        active=flags(1, 1, 1),
        first=one_env(0, 0, 0),
        gamma=0.5,
        gae_lambda=0.5,
    )
    assert advantage.ravel().tolist() == [2 + 4 - 4, 4 + 5 - 8]


def test_an_agent_that_waits_collects_discounted_rewards():
    advantage, known = generalized_advantage(
        reward=column(1, 2, 4, 1),
        value=column(1, NAN, NAN, 8, 2),
        terminated=flags(0, 0, 0, 0),
        truncated=one_env(0, 0, 0, 0),
        active=flags(1, 0, 0, 1, 1),
        first=one_env(1, 0, 0, 0, 0),
        gamma=0.5,
        gae_lambda=0.5,
    )
    # 1 + 2/2 - 8 = -6;  (1 + 2/2 + 4/4) + 8/8 - 1 + (1/8)(1/2)(-6) = 2.625: three steps discount,
    # one decision counts for lambda
    assert advantage.ravel().tolist() == [2.625, 0, 0, -6]
    assert known.ravel().tolist() == [True, False, False, True]


@pytest.mark.parametrize("cut", [False, True])
def test_an_agent_still_waiting_at_the_end_is_not_known(cut):
    advantage, known = generalized_advantage(
        reward=column(1, 2, 4),
        value=column(3, 5, NAN, NAN),
        terminated=flags(0, 0, 0),
        truncated=one_env(0, 0, cut),
        active=flags(1, 1, 0, 0),
        first=one_env(1, 0, 0, 0),
        gamma=0.5,
        gae_lambda=0.5,
    )
    # The first decision's successor has a value, and no advantage yet.
    assert advantage.ravel().tolist() == [1 + 2.5 - 3, 0, 0]
    assert known.ravel().tolist() == [True, False, False]


def test_an_agent_that_dies_while_it_waits_has_its_outcome():
    advantage, known = generalized_advantage(
        reward=column(1, -4, 100),
        value=column(3, NAN, NAN, NAN),
        terminated=flags(0, 1, 1),
        truncated=one_env(0, 0, 0),
        active=flags(1, 0, 0, 0),
        first=one_env(1, 0, 0, 0),
        gamma=0.5,
        gae_lambda=0.5,
    )
    assert advantage.ravel().tolist() == [1 - 2 - 3, 0, 0]
    assert known.ravel().tolist() == [True, False, False]


def slow_advantages(reward, value, terminated, truncated, active, first, gamma, lam):
    """Equation 16, agent by agent and episode by episode.

    It is a sum forward in time over the agent's decisions.
    """
    length, num_envs, n = reward.shape
    advantage, known = np.zeros(reward.shape), np.zeros(reward.shape, bool)
    for e in range(num_envs):
        for start, stop in episodes(first[:, e], length):
            for i in range(n):
                own = [x[:, e, i] for x in (reward, value, terminated, active)]
                links = [link(t, stop, *own, gamma) for t in range(start, stop)]
                chain = [one for one in links if one is not None]
                for k, (t, delta, _, _) in enumerate(chain):
                    if delta is None:
                        continue
                    known[t, e, i] = True
                    advantage[t, e, i] = eligibility_sum(chain[k:], lam)
    return advantage, known


def episodes(first, length):
    """Stretches `[start, stop)` of transitions: the rollout without the steps into new episodes."""
    start = 0
    for t in range(length):
        if first[t + 1]:
            yield start, t
            start = t + 1
    yield start, length


def link(t, stop, reward, value, terminated, active, gamma):
    """Decision at t, or None if nobody decides.

    It is (t, its TD error or None, the discount to the next decision, True if there is one).
    """
    if not active[t]:
        return None
    gain, discount = 0.0, 1.0
    for u in range(t, stop):
        gain += discount * float(reward[u])
        discount *= gamma
        if terminated[u]:
            return t, gain - float(value[t]), 0.0, False
        if active[u + 1]:
            return t, gain + discount * float(value[u + 1]) - float(value[t]), discount, u + 1 < stop
    return t, None, 0.0, False


def eligibility_sum(chain, lam):
    """Sum over l of (gamma lambda)^l delta_{t+l}.

    It ends with the episode, or with the known outcomes.
    """
    total, weight = 0.0, 1.0
    for _, delta, discount, goes_on in chain:
        if delta is None:
            break
        total += weight * delta
        weight *= discount * lam
        if not goes_on:
            break
    return total


@st.composite
def stretches(draw):
    """Random flags, rewards and values.

    Flags obey the contract of TimeStep; NaN stands wherever nothing may be read.
    """
    length, num_envs, n = draw(st.integers(1, 9)), draw(st.integers(1, 2)), draw(st.integers(1, 3))
    few = st.sampled_from([False, False, False, True])
    waits, dies = (draw(hnp.arrays(bool, (length + 1, num_envs, n), elements=few)) for _ in range(2))
    cuts = draw(hnp.arrays(bool, (length + 1, num_envs), elements=few))
    numbers = st.floats(-4, 4, width=16)
    reward = draw(hnp.arrays(np.float32, (length, num_envs, n), elements=numbers))
    value = draw(hnp.arrays(np.float32, (length + 1, num_envs, n), elements=numbers))
    terminated, truncated = np.zeros(reward.shape, bool), np.zeros((length, num_envs), bool)
    first, active = np.zeros((length + 1, num_envs), bool), np.zeros((length + 1, num_envs, n), bool)
    first[0] = cuts[0]  # a rollout begins at an episode's first step or anywhere within
    dead = dies[0] & ~first[0][:, None]
    over = dead.all(axis=1)
    active[0] = ~dead & ~waits[0]
    for t in range(length):
        reward[t][over] = NAN if draw(st.booleans()) else 0
        reward[t][dead] = NAN
        first[t + 1] = over
        dead = (dead | dies[t + 1]) & ~over[:, None]
        terminated[t] = dead
        truncated[t] = cuts[t + 1] & ~over
        over = truncated[t] | (dead.all(axis=1) & ~over)
        active[t + 1] = ~dead & ~waits[t + 1]
    value[~active] = NAN
    return reward, value, terminated, truncated, active, first


@given(stretches(), st.sampled_from([0.0, 0.5, 0.9, 1.0]), st.sampled_from([0.0, 0.7, 1.0]))
@settings(max_examples=300, deadline=None)
def test_equals_the_slow_sum(stretch, gamma, lam):
    advantage, known = generalized_advantage(*stretch, gamma, lam)
    expected, expected_known = slow_advantages(*stretch, gamma, lam)
    np.testing.assert_array_equal(known, expected_known)
    np.testing.assert_allclose(advantage, expected, rtol=1e-5, atol=1e-4)


def test_two_step_returns_by_hand():
    target, known = n_step_return(
        reward=column(1, 2, 0, 4, 6),
        value=column(NAN, 4, 8, 6, 10, 12),
        terminated=flags(0, 1, 0, 0, 0),
        truncated=one_env(0, 0, 0, 0, 1),
        active=flags(1, 1, 0, 1, 1, 1),
        first=one_env(1, 0, 0, 1, 0, 0),
        gamma=0.5,
        n=2,
    )
    # 1 + 2/2;  2 (the end);  no transition;  4 + 6/2 + 12/4 = 10;  6 + 12/2 (cut off after one
    # decision)
    assert target.ravel().tolist() == [2, 2, 0, 10, 12]
    assert known.ravel().tolist() == [True, True, False, True, True]


def slow_n_steps(reward, value, terminated, truncated, active, first, gamma, n):
    """Rewards of the next n decisions and the value after them, decision by decision."""
    length, num_envs, agents = reward.shape
    target, known = np.zeros(reward.shape), np.zeros(reward.shape, bool)
    for e, i in np.ndindex(num_envs, agents):
        own = [x[:, e, i] for x in (reward, value, terminated, active)]
        for start, stop in episodes(first[:, e], length):
            links = [link(t, stop, *own, gamma) for t in range(start, stop)]
            chain = [one for one in links if one is not None]
            for k, (t, _, _, _) in enumerate(chain):
                total, discount = 0.0, 1.0
                for u, delta, onward, goes_on in chain[k : k + n]:
                    if delta is None:
                        break
                    # delta = gain + onward * V' - V; the value after it takes the place of what was
                    # known so far.
                    after = float(value[u + round(math.log(onward, gamma)), e, i]) if onward > 0 else 0.0
                    gain = delta + float(value[u, e, i]) - onward * after
                    total += discount * gain
                    discount *= onward
                    target[t, e, i], known[t, e, i] = total + discount * after, True
                    if not goes_on:
                        break
    return target, known


@given(stretches(), st.sampled_from([0.5, 0.9]), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_n_steps_equal_the_slow_reading(stretch, gamma, n):
    target, known = n_step_return(*stretch, gamma, n)
    expected, expected_known = slow_n_steps(*stretch, gamma, n)
    np.testing.assert_array_equal(known, expected_known)
    np.testing.assert_allclose(target, expected, rtol=1e-4, atol=1e-4)


@given(stretches(), st.sampled_from([0.5, 0.9]))
@settings(max_examples=100, deadline=None)
def test_one_step_is_what_lambda_0_gives(stretch, gamma):
    target, known = n_step_return(*stretch, gamma, 1)
    gain, also_known = generalized_advantage(*stretch, gamma, 0.0)
    np.testing.assert_array_equal(known, also_known)
    np.testing.assert_allclose(target[known], (gain + stretch[1][:-1])[known], rtol=1e-5, atol=1e-5)
