"""Games in turns: one agent is active, the others wait, and rewards find their decisions."""

import numpy as np
import pytest

from stigmergy.algorithms.core.returns import generalized_advantage
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.interop.from_pettingzoo import Bridge, BrokenEnvironment

from ...support.bridged import Duel

TAKE_ONE = np.zeros((1, 2), int)


def duel(cls=Duel, num_envs=1, **parts):
    return Bridge("duel", lambda: cls(**parts), num_envs)


def test_the_selected_agent_is_active_and_the_others_wait():
    env = duel(pile=3)
    assert [(group.name, group.size, group.has_action_mask, group.optional_mask) for group in env.spec.groups] == [
        ("agents", 2, True, False)
    ]
    active, rewards, steps = [], [], [env.reset(0)]
    for _ in range(3):
        rows = steps[-1].groups["agents"]
        active.append(rows.active[0].tolist())
        steps.append(env.step(TAKE_ONE))
        rewards.append(steps[-1].groups["agents"].reward[0].tolist())
    assert active == [[True, False], [False, True], [True, False]]
    assert rewards == [[0, 0], [0, 0], [1, -1]]
    last = steps[-1]
    assert (last.last[0], last.truncated[0], last.groups["agents"].terminated[0].tolist()) == (
        True,
        False,
        [True, True],
    )
    assert env._envs[0].steps[-2:] == [("player_1", None), ("player_0", None)] or env._envs[0].steps[-2:] == [
        ("player_0", None),
        ("player_1", None),
    ]
    again = env.step(TAKE_ONE)
    assert again.first[0]
    assert again.groups["agents"].active[0].tolist() == [True, False]


def test_what_comes_while_an_agent_waits_counts_for_its_last_decision():
    """The loser decided before the winner: -1, discounted by the step in between."""
    env = duel(pile=2)
    told = [env.reset(0)]
    active, reward, terminated = [told[0].groups["agents"].active.copy()], [], []
    for _ in range(2):
        step = env.step(TAKE_ONE)
        rows = step.groups["agents"]
        active.append(rows.active.copy())
        reward.append(rows.reward.copy())
        terminated.append(rows.terminated.copy())
    gain, known = generalized_advantage(
        np.array(reward), np.zeros((3, 1, 2), np.float32), np.array(terminated), np.zeros((2, 1), bool), np.array(active),
        np.array([[True], [False], [False]]), 0.5, 1.0,
    )  # fmt: skip
    assert gain[:, 0].tolist() == [[-0.5, 0], [0, 1]]
    assert known[:, 0].tolist() == [[True, False], [False, True]]


def test_masks_of_the_selected_agent_are_kept():
    env = duel(num_envs=3, pile=5)
    generator = np.random.default_rng(0)
    step = env.reset(1)
    for _ in range(60):  # Duel asserts that no move is illegal
        rows = step.groups["agents"]
        assert (rows.active.sum(axis=1) <= 1).all()
        step = env.step(random_actions(env.spec.groups, step, generator))
    one = duel(pile=1)
    one.reset(0)
    with pytest.raises(ValueError, match="forbids"):
        one.step(np.ones((1, 2), int))


class Paid(Duel):
    """Every move pays the mover 1 and costs the others 0.25; after `pile` moves all is cut off."""

    def play(self, agent, action):
        self.left -= 1
        self.rewards = {other: 1.0 if other == agent else -0.25 for other in self.agents}
        if self.left == 0:
            self.truncations = dict.fromkeys(self.agents, True)


def test_a_game_that_is_cut_off_shows_everybody_its_last_observation():
    env = duel(Paid, pile=5, players=3, masks=False)
    env.reset(0)
    total = np.zeros(3)
    for _ in range(5):
        step = env.step(np.zeros((1, 3), int))
        total += step.groups["agents"].reward[0]
    assert (step.last[0], step.truncated[0]) == (True, True)
    assert step.groups["agents"].active[0].tolist() == [True] * 3
    assert total.tolist() == [2 - 0.75, 2 - 0.75, 1 - 1.0]


class Elimination(Duel):
    """An agent that takes 2 is out at once with -1; the last one gets 1."""

    def play(self, agent, action):
        if action == 1:
            self.rewards[agent] = -1.0
            self.terminations[agent] = True
        left = [other for other in self.agents if not self.terminations[other]]
        if len(left) == 1:
            self.rewards[left[0]] = 1.0
            self.terminations[left[0]] = True


def test_agents_that_are_out_leave_the_game_to_the_others():
    env = duel(Elimination, players=3, masks=False)
    env.reset(0)
    out = np.array([[1, 0, 1]])
    step = env.step(out)
    assert step.groups["agents"].terminated[0].tolist() == [True, False, False]
    assert step.groups["agents"].reward[0].tolist() == [-1, 0, 0]
    assert step.groups["agents"].active[0].tolist() == [False, True, False]
    step = env.step(out)
    assert step.groups["agents"].active[0].tolist() == [False, False, True]
    step = env.step(out)
    assert step.groups["agents"].reward[0].tolist() == [0, 1, -1]
    assert step.last[0]
    assert not step.truncated[0]


class Undead(Duel):
    """Forgets to take those who ended out of `agents`."""

    def _was_dead_step(self, action):
        return


def test_a_dead_step_that_removes_nobody_is_named():
    env = duel(Undead, pile=1)
    env.reset(0)
    with pytest.raises(
        BrokenEnvironment,
        match=r"'duel': step\(\) leaves 'player_\d', .* in `agents` at step 1; PettingZoo asks for its removal",
    ):
        env.step(TAKE_ONE)


class Generous(Paid):
    """Pays those who have ended once more when they take their leave, as some games do."""

    def _was_dead_step(self, action):
        agent = self.agent_selection
        super()._was_dead_step(action)
        for other in self.agents:
            self.rewards[other] = 0.5 if other != agent else 0.0
        self._accumulate_rewards()


@pytest.mark.parametrize("cls", [Duel, Paid, Elimination, Generous])
def test_agents_get_what_last_tells_them(cls):
    """The sums over a game are those of PettingZoo's own loop over `agent_iter` and `last`."""
    env = duel(cls, pile=7, players=3, masks=False)
    env.reset(0)
    summed = np.zeros(3)
    step = None
    while step is None or not step.last[0]:
        step = env.step(np.zeros((1, 3), int) if cls is not Elimination else np.ones((1, 3), int))
        summed += step.groups["agents"].reward[0]
    game = cls(pile=7, players=3, masks=False)
    game.reset(seed=0)
    told = dict.fromkeys(game.possible_agents, 0.0)
    for agent in game.agent_iter():
        _, reward, terminated, truncated, _ = game.last()
        told[agent] += reward
        game.step(None if terminated or truncated else int(cls is Elimination))
    assert summed.tolist() == pytest.approx(list(told.values()))
