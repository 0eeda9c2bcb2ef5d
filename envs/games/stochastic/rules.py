"""Rules of the stochastic game: rewards and transitions are tables that are drawn from a seed."""

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import draw_uniform
from .config import StochasticConfig
from .state import Game, State

START, NONE = 0, -1
HIGHEST_REWARD = 5.0


def draw_game(config: StochasticConfig) -> Game:
    """Draw a game: rewards uniform in (-5, 5), then transitions as normalised uniform rows."""
    states, n, actions = config.num_states, config.num_agents, config.num_actions
    generator = np.random.default_rng(config.game_seed)
    joint = actions**n
    reward = generator.uniform(-HIGHEST_REWARD, HIGHEST_REWARD, (states, joint))
    transition = generator.random((states, joint, states))
    transition /= transition.sum(axis=2, keepdims=True)
    cumulative = transition.cumsum(axis=2)
    cumulative[:, :, -1] = 1  # so that a draw below 1 finds a state in spite of rounding
    return Game(reward, transition, actions ** np.arange(n - 1, -1, -1), cumulative)


def best_plan(game: Game, steps: int) -> tuple[NDArray[np.int32], float]:
    """Solve the game by backward induction over `steps` steps, undiscounted.

    Returns:
        the best joint action by steps left and state, `(steps + 1, states)`, of which row 0 is not
        used, and the best expected return from START.
    """
    plan = np.zeros((steps + 1, len(game.reward)), np.int32)
    value = np.zeros(len(game.reward))
    for left in range(1, steps + 1):
        q = game.reward + game.transition @ value
        plan[left] = q.argmax(axis=1)
        value = q.max(axis=1)
    return plan, float(value[START])


def uniform_return(game: Game, steps: int) -> float:
    """Compute the exact expected return from START of uniformly random actions."""
    reward, transition = game.reward.mean(axis=1), game.transition.mean(axis=1)
    value = np.zeros(len(reward))
    for _ in range(steps):
        value = reward + transition @ value
    return float(value[START])


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Begin episodes in the envs `where`."""
    state.place[where] = START
    state.before[where] = NONE
    state.action[where] = NONE
    state.paid[where] = 0
    state.optimal[where] = 0


def advance(
    state: State, game: Game, plan: NDArray[np.int32], action: NDArray[np.int64], where: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Play a step in the envs `where` and return the reward of all envs, `(num_envs,)`.

    Args:
        plan: the best joint action by steps left and state, for the count of optimal steps.
    """
    joint, place = action @ game.stride, state.place.copy()
    chance = draw_uniform(state.stream, where=where)
    following = (game.cumulative[place, joint] > chance[:, None]).argmax(axis=1)  # the first
    paid = np.where(where, game.reward[place, joint], 0)
    left = len(plan) - 1 - state.elapsed
    state.optimal[where] += (plan[left[where], place[where]] == joint[where]).astype(np.int32)
    state.paid[where] += paid[where]
    state.before[where] = place[where]
    state.action[where] = action[where]
    state.place[where] = following[where]
    return paid
