"""The stochastic game's rules: what is paid and where it leads is a table of states and joint actions, drawn from a seed."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import draw_uniform
from ...core.validation import check_within
from ...errors import BadParameter

START, NONE = 0, -1
HIGHEST_REWARD = 5.0
MOST_TRANSITIONS = 4_000_000


@dataclass(frozen=True)
class StochasticParameters:
    """Options of the stochastic game.

    Raises:
        BadParameter: a value is out of range, or the game's table is too large.
    """

    num_agents: int = 3
    """Agents."""
    num_states: int = 30
    """States of the game."""
    num_actions: int = 5
    """Actions of each agent."""
    game_seed: int = 0
    """Which game it is: rewards and transitions are drawn from this seed, not from that of the episodes."""
    max_cycles: int = 30
    """Steps after which an episode is truncated."""

    def __post_init__(self):
        for name, most in (("num_agents", 20), ("num_states", 2000), ("num_actions", 1000)):
            check_within(name, getattr(self, name), 1, most)
        check_within("game_seed", self.game_seed, 0, 2**63 - 1)
        check_within("max_cycles", self.max_cycles, 1, 10_000)
        transitions = self.num_states**2 * self.num_actions**self.num_agents
        if transitions > MOST_TRANSITIONS:
            raise BadParameter(
                f"num_states is {self.num_states} with num_agents {self.num_agents} and num_actions {self.num_actions}, "
                f"{transitions} transitions; allowed are {MOST_TRANSITIONS}"
            )


class State(NamedTuple):
    """n is the number of agents."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    place: NDArray[np.int64]  # (num_envs,) the game's state
    before: NDArray[np.int64]  # (num_envs,) the game's state before the last step; NONE before the first
    action: NDArray[np.int64]  # (num_envs, n) the last joint action; NONE before the first step
    paid: NDArray[np.float64]  # (num_envs,) the episode's return so far
    optimal: NDArray[np.int32]  # (num_envs,) steps with the best joint action


class Game(NamedTuple):
    """S states, J joint actions, which are numbered with the last agent's action changing fastest."""

    reward: NDArray[np.float64]  # (S, J) what all agents are paid
    transition: NDArray[np.float64]  # (S, J, S) chances of the next state
    stride: NDArray[np.int64]  # (n,) how far an agent's next action is in the numbering
    cumulative: NDArray[np.float64]  # (S, J, S) chances of the next state or one before it; the last are exactly 1


def draw_game(parameters: StochasticParameters) -> Game:
    """The game of a seed: rewards uniform in (-5, 5), then transitions as rows of uniform numbers, normalised."""
    states, n, actions = parameters.num_states, parameters.num_agents, parameters.num_actions
    generator = np.random.default_rng(parameters.game_seed)
    joint = actions**n
    reward = generator.uniform(-HIGHEST_REWARD, HIGHEST_REWARD, (states, joint))
    transition = generator.random((states, joint, states))
    transition /= transition.sum(axis=2, keepdims=True)
    cumulative = transition.cumsum(axis=2)
    cumulative[:, :, -1] = 1  # whatever rounding says, a draw below 1 finds a state
    return Game(reward, transition, actions ** np.arange(n - 1, -1, -1), cumulative)


def best_plan(game: Game, steps: int) -> tuple[NDArray[np.int32], float]:
    """Backward induction over `steps` steps, undiscounted.

    Returns:
        the best joint action by steps left and state, `(steps + 1, S)` (row 0 means nothing), and the best expected return from START.
    """
    plan = np.zeros((steps + 1, len(game.reward)), np.int32)
    value = np.zeros(len(game.reward))
    for left in range(1, steps + 1):
        gain = game.reward + game.transition @ value
        plan[left] = gain.argmax(axis=1)
        value = gain.max(axis=1)
    return plan, float(value[START])


def uniform_return(game: Game, steps: int) -> float:
    """The expected return from START where every agent draws every action with the same chance, exactly."""
    reward, transition = game.reward.mean(axis=1), game.transition.mean(axis=1)
    value = np.zeros(len(reward))
    for _ in range(steps):
        value = reward + transition @ value
    return float(value[START])


def begin(state: State, where: NDArray[np.bool_]) -> None:
    """Start episodes in the copies `where`."""
    state.place[where] = START
    state.before[where] = NONE
    state.action[where] = NONE
    state.paid[where] = 0
    state.optimal[where] = 0


def advance(
    state: State, game: Game, plan: NDArray[np.int32], action: NDArray[np.int64], where: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Play a step in the copies `where`; what it pays all agents in every copy, `(num_envs,)`.

    Args:
        plan: the best joint action by steps left and state, by which actions are counted as best.
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
