"""Hallway on hand-made scenes, and beside a plain reading of its rules."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import stigmergy
from stigmergy.envs.games.hallway.policies import OneGroupAtATime
from stigmergy.envs.registration.make import make

STAY, LEFT, RIGHT = 0, 1, 2
PLAYING, WON, FAILED = 0, 1, 2


def place(env, places):
    """Put the agents of env 0 on `places` and observe again."""
    env.reset(0)
    state = env.snapshot()
    state.place[0] = places
    return env.restore(state)


def play(places, actions, **parameters):
    """Play one env from `places`; return it, its last step and the rewards of agent 0."""
    env = make("games/hallway-v0", 1, **parameters)
    step = place(env, places)
    rewards = []
    for joint in actions:
        step = env.step(np.array([joint]))
        assert (step.groups["agents"].reward == step.groups["agents"].reward[0, 0]).all()
        rewards.append(float(step.groups["agents"].reward[0, 0]))
    return env, step, rewards


def test_join1_pays_when_all_arrive_in_the_same_step():
    _, step, rewards = play([1, 1, 1], [(LEFT, LEFT, LEFT)], game="join1", reward=10)
    assert rewards == [10]
    assert step.groups["agents"].terminated.all()
    assert not step.truncated[0]


def test_join1_ends_without_pay_as_soon_as_anyone_is_there_alone():
    _, step, rewards = play([1, 1, 1], [(LEFT, STAY, STAY)], game="join1", reward=10)
    assert rewards == [0]
    assert step.groups["agents"].terminated.all()
    assert step.metrics["groups_failed"][0] == 1


def test_join1_has_corridors_of_2_6_and_10_and_a_limit_of_20():
    env, step, _ = play([2, 6, 10], [(RIGHT, RIGHT, RIGHT)], game="join1")
    assert env.state.place[0].tolist() == [2, 6, 10]  # the far end is closed
    assert env.spec.horizon == 20
    np.testing.assert_allclose(step.groups["agents"].observation[0], [[0.2, 1], [0.6, 1], [1, 1]], rtol=1e-6)


def test_the_defaults_are_those_of_the_source():
    env = make("games/hallway-v0")
    assert env.constants.length.tolist() == [4] * 12
    assert np.diff(env.constants.first).tolist() == [2, 2, 2, 3, 3]
    assert env.constants.reward == 1
    assert env.spec.horizon == 14


TWO = {"lengths": (4, 4, 4, 4), "groups": (2, 2), "reward": 4.0}
ALL_LEFT, FIRST_LEFT, SECOND_LEFT = (LEFT,) * 4, (LEFT, LEFT, STAY, STAY), (STAY, STAY, LEFT, LEFT)


def test_groups_that_arrive_one_after_the_other_score_both():
    env, step, rewards = play([1, 1, 1, 1], [FIRST_LEFT, SECOND_LEFT], **TWO)
    assert rewards == [4, 4]
    assert env.state.group[0].tolist() == [WON, WON]
    assert {name: float(value[0]) for name, value in step.metrics.items()} == {
        "groups_won": 1,
        "groups_failed": 0,
        "success": 1,
        "clashes": 0,
    }


def test_groups_that_arrive_together_pay_are_put_back_and_can_score_later():
    """Each of two groups costs half a reward; both are put back and score one by one later."""
    env, step, rewards = play([1, 1, 1, 1], [ALL_LEFT], **TWO)
    assert rewards == [-0.5 * 4 * 2]
    assert env.state.place[0].tolist() == [1, 1, 1, 1]
    assert env.state.group[0].tolist() == [PLAYING, PLAYING]
    assert env.state.clashed[0].all()
    assert step.groups["agents"].active.all()
    _, step, rewards = play([1, 1, 1, 1], [ALL_LEFT, SECOND_LEFT, FIRST_LEFT], **TWO)
    assert rewards == [-4, 4, 4]
    assert (step.metrics["success"][0], step.metrics["clashes"][0]) == (1, 1)


def test_three_groups_that_clash_pay_for_three_and_a_fourth_that_fails_stays_out():
    parameters = {"lengths": (3,) * 5, "groups": (1, 1, 1, 2), "reward": 2.0}
    env, step, rewards = play([1, 1, 1, 1, 2], [(LEFT,) * 5], **parameters)
    assert rewards == [-3]
    assert env.state.group[0].tolist() == [PLAYING] * 3 + [FAILED]
    assert env.state.place[0].tolist() == [1, 1, 1, 0, 1]
    np.testing.assert_array_equal(step.groups["agents"].active[0], [True] * 3 + [False] * 2)


def test_a_group_that_is_through_or_failed_stands_still_and_is_paid_on():
    env, step, rewards = play([1, 1, 2, 2], [FIRST_LEFT, (RIGHT, RIGHT, LEFT, LEFT), SECOND_LEFT], **TWO)
    assert rewards == [4, 0, 4]
    assert env.state.place[0, :2].tolist() == [0, 0]
    env, step, rewards = play([1, 2, 3, 3], [ALL_LEFT, ALL_LEFT], **TWO)
    assert rewards == [0, 0]
    assert env.state.group[0].tolist() == [FAILED, PLAYING]
    assert env.state.place[0].tolist() == [0, 1, 1, 1]
    np.testing.assert_array_equal(step.groups["agents"].active[0], [False, False, True, True])
    assert not step.groups["agents"].terminated.any()


def test_an_episode_of_wins_and_failures_ends():
    _, step, rewards = play([1, 1, 1, 1], [FIRST_LEFT, (STAY, STAY, LEFT, STAY)], **TWO)
    assert rewards == [4, 0]
    assert step.groups["agents"].terminated.all()
    assert (step.metrics["groups_won"][0], step.metrics["groups_failed"][0]) == (0.5, 0.5)
    assert step.metrics["success"][0] == 0


def test_global_state_has_every_place():
    _, step, _ = play([1, 2, 3, 4], [(STAY, STAY, STAY, STAY)], **TWO)
    np.testing.assert_allclose(step.state[0], [0.25, 1, 0.5, 1, 0.75, 1, 1, 1, 1 / 14], rtol=1e-6)


def test_starts_are_uniform_in_each_corridor():
    env = make("games/hallway-v0", 6000, game="join1")
    env.reset(0)
    for i, length in enumerate((2, 6, 10)):
        counts = np.bincount(env.state.place[:, i], minlength=length + 1)
        assert counts[0] == 0
        assert stats.chisquare(counts[1:]).pvalue > 1e-3


class Reading:
    """The rules read plainly: sets of members, one group after the other."""

    def __init__(self, places, lengths, groups, reward):
        ends = np.cumsum(groups)
        self.members = [list(range(end - size, end)) for end, size in zip(ends, groups)]
        self.places, self.lengths, self.reward = list(places), lengths, reward
        self.status = ["playing"] * len(groups)

    def step(self, actions):
        before = list(self.places)
        for g, members in enumerate(self.members):
            if self.status[g] == "playing":
                for i in members:
                    wanted = self.places[i] + {STAY: 0, LEFT: -1, RIGHT: 1}[actions[i]]
                    self.places[i] = min(max(wanted, 0), self.lengths[i])
        winners = []
        for g, members in enumerate(self.members):
            if self.status[g] == "playing":
                home = [self.places[i] == 0 for i in members]
                if all(home):
                    winners.append(g)
                elif any(home):
                    self.status[g] = "failed"
        if len(winners) == 1:
            self.status[winners[0]] = "won"
            return self.reward
        for g in winners:
            for i in self.members[g]:
                self.places[i] = before[i]
        return -0.5 * self.reward * len(winners)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 2**31))
def test_random_play_follows_the_plain_reading(groups, seed):
    generator = np.random.default_rng(seed)
    lengths = tuple(int(x) for x in generator.integers(1, 4, sum(groups)))
    env = make("games/hallway-v0", 1, lengths=lengths, groups=groups, reward=2.0, max_cycles=20)
    step = env.reset(seed)
    for _ in range(3):
        reading = Reading(env.state.place[0].tolist(), lengths, groups, 2.0)
        while not step.last[0]:
            actions = generator.choice([STAY, LEFT, RIGHT], len(lengths), p=[0.2, 0.6, 0.2])
            step = env.step(actions[None])
            np.testing.assert_array_equal(step.groups["agents"].reward[0], reading.step(actions))
            assert env.state.place[0].tolist() == reading.places
            assert [("playing", "won", "failed")[s] for s in env.state.group[0]] == reading.status
            assert step.groups["agents"].terminated.all() == ("playing" not in reading.status)
        step = env.step(np.zeros((1, len(lengths)), int))


@pytest.mark.parametrize("parameters", [{}, {"game": "join1"}, TWO])
def test_one_group_at_a_time_scores_with_every_group(parameters):
    env = make("games/hallway-v0", 50, **parameters)
    policy = OneGroupAtATime.build(env.spec, env.spec.groups[0], env.config)
    env.reset(3)
    latest = env.state.place.max() - 1 + env.state.group.shape[1]
    total, over = np.zeros(50), np.zeros(50, bool)
    for _ in range(latest):
        step = env.step(policy.act(env.state))
        total += np.where(over, 0, step.groups["agents"].reward[:, 0])
        over |= step.last
    assert over.all()
    np.testing.assert_allclose(total, env.constants.reward * env.state.group.shape[1])


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"game": "halway"}, "game is 'halway'; allowed are hallway and join1. Did you mean 'hallway'"),
        ({"groups": (2, 2)}, r"groups is \(2, 2\), 4 agents, but lengths gives corridors to 12; the sizes have to add"),
        ({"lengths": (3, 3), "groups": (1, 2)}, r"groups is \(1, 2\), 3 agents, but lengths gives corridors to 2"),
        ({"lengths": (3, 0)}, r"lengths\[1\] is 0; allowed is 1 to 1000000"),
        ({"lengths": (3, 3), "groups": (2, 0)}, r"groups\[1\] is 0; allowed is 1 to 1000000"),
        ({"reward": -1}, "reward is -1.*; allowed is 0 to 1000000"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("games/hallway-v0", **parameters)


def test_text_shows_corridors_and_what_became_of_the_groups():
    env, _, _ = play([1, 1, 1, 4], [FIRST_LEFT, SECOND_LEFT], **TWO)
    assert env.text(0).splitlines() == ["o.... through", "o.... through", "o.... failed", "|..o. failed", "step 2"]
    env, _, _ = play([1, 1, 1, 1], [ALL_LEFT], **TWO)
    assert env.text(0).splitlines()[0] == "|o... clash"
    assert env.draw(0).shape[2] == 3
