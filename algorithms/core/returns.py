"""Return estimators, with termination and truncation as separate arguments."""

import numpy as np
from numpy.typing import NDArray

from ...envs.kernels import njit


def generalized_advantage(
    reward: NDArray[np.float32],
    value: NDArray[np.float32],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    active: NDArray[np.bool_],
    first: NDArray[np.bool_],
    gamma: float,
    gae_lambda: float,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Compute generalized advantage estimates for agents that may wait, finish and be cut off.

    Termination bootstraps with 0, truncation with the value of the last observation. A waiting
    agent collects its rewards until it acts again, discounted by the steps in between. Lambda
    counts decisions. Source: Schulman et al. (2016), equation 16.

    Args:
        reward, terminated: `(T, E, n)`; index t is the outcome of action t.
        truncated: `(T, E)`.
        value, active: `(T + 1, E, n)`; value estimates of inactive rows are never read.
        first: `(T + 1, E)`; the step into an episode's first observation is no transition.

    Returns:
        The advantages `(T, E, n)`, 0 where there is no transition.
        A bool mask `(T, E, n)` of the transitions with an outcome in the rollout. An agent still
            waiting at the end of the rollout, or of a truncated episode, has no outcome yet.
    """
    advantage = np.zeros(reward.shape, value.dtype)
    valid_target = np.zeros(reward.shape, np.bool_)
    _advantage(reward, value, terminated, truncated, active, first, gamma, gae_lambda, advantage, valid_target)
    return advantage, valid_target


@njit(cache=True)
def _advantage(reward, value, terminated, truncated, active, first, gamma, gae_lambda, advantage, valid_target):
    length, num_envs, agents = reward.shape
    for e in range(num_envs):
        for i in range(agents):
            # The outcome of the step under the cursor: rewards while waiting, then the next
            # decision's value and advantage.
            outcome = active[length, e, i]
            next_value = value[length, e, i] if outcome else 0.0
            next_advantage, waiting_reward, discount = 0.0, 0.0, gamma
            for t in range(length - 1, -1, -1):
                if first[t + 1, e]:  # not a transition: step t was its episode's last
                    outcome, next_advantage = active[t, e, i], 0.0
                    next_value = value[t, e, i] if outcome else 0.0
                    waiting_reward, discount = 0.0, gamma
                    continue
                if terminated[t, e, i]:
                    outcome, next_value, next_advantage = True, 0.0, 0.0
                    waiting_reward, discount = 0.0, gamma
                elif truncated[t, e]:
                    next_advantage = 0.0
                total_reward = reward[t, e, i] + gamma * waiting_reward
                if not active[t, e, i]:
                    waiting_reward = total_reward
                    discount *= gamma
                    continue
                if outcome:
                    delta = total_reward + discount * next_value - value[t, e, i]
                    next_advantage = delta + discount * gae_lambda * next_advantage
                    advantage[t, e, i] = next_advantage
                    valid_target[t, e, i] = True
                outcome, next_value = True, value[t, e, i]
                waiting_reward, discount = 0.0, gamma


def n_step_return(
    reward: NDArray[np.float32],
    value: NDArray[np.float32],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    active: NDArray[np.bool_],
    first: NDArray[np.bool_],
    gamma: float,
    n: int,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Compute the discounted rewards of the next n decisions and the value after them.

    Arguments, and the rules for agents that wait, finish or are cut off, as in
    `generalized_advantage`. Where the episode or the arrays end before n decisions, the value of
    the last observation with an estimate is used. Source: Sutton and Barto (2018), equation 7.1.

    Returns:
        The returns `(T, E, n)`, 0 where there is no transition.
        A bool mask `(T, E, n)` of the transitions with an outcome.
    """
    result = np.zeros(reward.shape, value.dtype)
    valid_target = np.zeros(reward.shape, np.bool_)
    _n_step(reward, value, terminated, truncated, active, first, gamma, n, result, valid_target)
    return result, valid_target


@njit(cache=True)
def _n_step(reward, value, terminated, truncated, active, first, gamma, n, result, valid_target):
    length, num_envs, agents = reward.shape
    for e in range(num_envs):
        for i in range(agents):
            for start in range(length):
                if not active[start, e, i] or first[start + 1, e]:
                    continue
                total, discount, decisions = 0.0, 1.0, 0
                for t in range(start, length):
                    if first[t + 1, e]:
                        break
                    total += discount * reward[t, e, i]
                    discount *= gamma
                    if terminated[t, e, i]:
                        result[start, e, i], valid_target[start, e, i] = total, True
                        break
                    if not active[t + 1, e, i]:
                        continue
                    decisions += 1
                    result[start, e, i], valid_target[start, e, i] = total + discount * value[t + 1, e, i], True
                    if decisions == n or truncated[t, e]:
                        break
