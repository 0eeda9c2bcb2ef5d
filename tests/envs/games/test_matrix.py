"""The matrix game against the payoffs of the literature, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import stigmergy
from stigmergy.envs.games.policies import Optimum
from stigmergy.envs.registration.make import make

# The games as printed; rows are agent 0's actions.
CLIMBING = [[11, -30, 0], [-30, 7, 6], [0, 0, 5]]
QTRAN = [[8, -12, -12], [-12, 0, 0], [-12, 0, 0]]


def penalty(k):
    return [[-k, 0, 10], [0, 2, 0], [10, 0, -k]]


def everything(shape):
    """All joint actions of a table, `(joint actions, n)`."""
    return np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1)


def rewards_of(**parameters):
    """Payoffs of every joint action, `(*actions, n)`, each played in an env of its own."""
    n = make("games/matrix-v0", **parameters).spec.num_agents
    actions = int(make("games/matrix-v0", **parameters).spec.groups[0].action_space.n)
    joint = everything((actions,) * n)
    env = make("games/matrix-v0", len(joint), **parameters)
    env.reset(0)
    return env.step(joint).groups["agents"].reward.reshape(*(actions,) * n, n)


@pytest.mark.parametrize(
    ("parameters", "table", "best", "where"),
    [
        ({"game": "climbing"}, CLIMBING, 11, [(0, 0)]),
        *(({"game": "penalty", "penalty": k}, penalty(k), 10, [(0, 2), (2, 0)]) for k in (0, 25, 50, 75, 100)),
        ({"game": "qtran"}, QTRAN, 8, [(0, 0)]),
        ({"game": "coordination", "num_actions": 3}, np.eye(3), 1, [(0, 0), (1, 1), (2, 2)]),
    ],
)
def test_the_known_games_pay_what_is_printed_and_have_the_known_optimum(parameters, table, best, where):
    paid = rewards_of(**parameters)
    for i in range(2):
        np.testing.assert_array_equal(paid[..., i], table)
    assert paid.max() == best
    assert [tuple(cell) for cell in np.argwhere(paid[..., 0] == best)] == where


def test_the_table_of_climbings_transpose_can_be_given():
    transpose = np.transpose(CLIMBING).tolist()
    np.testing.assert_array_equal(rewards_of(payoff=transpose)[..., 0], transpose)


def test_three_agents_coordinate_when_all_choose_alike():
    paid = rewards_of(game="coordination", num_agents=3, num_actions=2)
    np.testing.assert_array_equal(np.argwhere(paid[..., 0]), [(0, 0, 0), (1, 1, 1)])


def test_each_agent_has_a_table_of_its_own_without_common():
    row, column = [[3, 0], [5, 1]], [[3, 5], [0, 1]]
    paid = rewards_of(payoff=[row, column], common=False)
    np.testing.assert_array_equal(paid[..., 0], row)
    np.testing.assert_array_equal(paid[..., 1], column)


def play(actions, **parameters):
    """Play one env through `actions`; return it and its last step."""
    env = make("games/matrix-v0", 1, **parameters)
    step = env.reset(0)
    for joint in actions:
        step = env.step(np.array([joint]))
    return env, step


def test_metrics_by_hand():
    """Rounds of climbing.

    (0, 0) is optimal and an equilibrium, (1, 1) an equilibrium that pays 7, (0, 1) pays -30.
    """
    _, step = play([(0, 0), (1, 1), (0, 1), (0, 0)], rounds=4)
    assert {name: float(value[0]) for name, value in step.metrics.items()} == {
        "optimal": 2 / 4,
        "equilibrium": 3 / 4,
        "regret": (0 + 4 + 41 + 0) / 4,
    }


def test_the_dilemmas_equilibrium_is_not_its_optimum():
    """The best of (3, 3) 6 and (1, 1) 2 in sum is left by either alone for 5."""
    _, step = play([(1, 1)], payoff=[[[3, 0], [5, 1]], [[3, 5], [0, 1]]], common=False)
    assert (step.metrics["optimal"], step.metrics["equilibrium"], step.metrics["regret"]) == (0, 1, 2)


def test_the_one_shot_game_terminates_and_the_endless_one_is_cut():
    _, once = play([(0, 0)])
    assert once.last[0]
    assert once.groups["agents"].terminated.all()
    _, thrice = play([(0, 0)] * 3, rounds=3)
    assert thrice.groups["agents"].terminated.all()
    assert not thrice.truncated[0]
    _, cut = play([(0, 0)] * 3, rounds=None, max_cycles=3)
    assert cut.truncated[0]
    assert not cut.groups["agents"].terminated.any()
    assert cut.groups["agents"].active.all()


def test_agents_see_the_last_joint_action_with_their_own_first():
    parameters = {"game": "coordination", "num_agents": 3, "num_actions": 2, "rounds": 2, "observe": "actions"}
    env, step = play([], **parameters)
    assert not step.groups["agents"].observation.any()
    assert not step.state.any()
    step = env.step(np.array([(0, 1, 1)]))
    a, b = [1, 0], [0, 1]  # one-hot actions 0 and 1
    np.testing.assert_array_equal(step.groups["agents"].observation[0], [a + b + b, b + b + a, b + a + b])
    np.testing.assert_array_equal(step.state[0], a + b + b)


def test_without_observations_all_see_one_constant():
    _, step = play([], observe="nothing")
    np.testing.assert_array_equal(step.groups["agents"].observation, np.ones((1, 2, 1)))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3).flatmap(
        lambda n: st.integers(1, 3).flatmap(lambda a: arrays(np.int64, (a,) * n, elements=st.integers(-9, 9)))
    )
)
def test_any_table_pays_what_it_says_and_optimum_finds_its_maximum(table):
    paid = rewards_of(payoff=table.tolist())
    np.testing.assert_array_equal(paid, np.stack([table] * table.ndim, axis=-1))
    env = make("games/matrix-v0", 2, payoff=table.tolist())
    env.reset(0)
    optimum = Optimum.build(env.spec, env.spec.groups[0], env.config)
    step = env.step(optimum.act(env.state))
    np.testing.assert_array_equal(step.groups["agents"].reward, table.max())
    np.testing.assert_array_equal(step.metrics["optimal"], 1)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"game": "climbin"}, "game is 'climbin'; allowed are climbing, .*Did you mean 'climbing'"),
        ({"payoff": [[1, 2, 3], [4, 5, 6]]}, r"shape \(2, 3\); .* as many actions along every one"),
        ({"payoff": [[1, 2], [3]]}, "rows have equal lengths"),
        ({"payoff": [["[1, 2"], [3]]}, "rows have equal lengths"),
        ({"payoff": ["[1, 2"]}, "payoff is '.1, 2'; allowed are lists of numbers"),
        ({"payoff": [[1, float("nan")], [3, 4]]}, "payoff holds nan; allowed are numbers from"),
        ({"payoff": [[1, 2], [3, 4]], "common": False}, r"shape \(2, 2\), tables of 1 agents"),
        ({"payoff": [[1, 2], [3, 4]], "num_agents": 3}, "num_agents is 3 but the payoff is for 2"),
        ({"game": "qtran", "num_actions": 2}, "num_actions is 2 but the payoff is for 3"),
        ({"game": "coordination", "num_agents": 20}, "num_agents is 20 and num_actions is 2, a table of"),
        ({"num_agents": 20_000, "game": "coordination"}, "num_agents is 20000; allowed is 1 to 20"),
        ({"game": "climbin", "payoff": ((1, 2), (3, 4))}, "game is 'climbin'.*Did you mean 'climbing'"),
        ({"common": False}, "common is False without a payoff"),
        ({"rounds": 200}, "rounds is 200; allowed is 1 to 100"),
        ({"payoff": ((1e7, 2), (3, 4))}, "payoff holds 10000000.0; allowed are numbers from -1000000 to 1000000"),
        ({"penalty": -1}, "penalty is -1.*allowed is 0 to 1000000"),
        ({"rounds": 0}, "rounds is 0; allowed is 1"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("games/matrix-v0", **parameters)


def test_a_table_may_come_as_the_command_line_gives_it():
    whole = make("games/matrix-v0", payoff=("[[1, 2], [3, 4]]",)).config
    rows = make("games/matrix-v0", payoff=("[1, 2]", "[3, 4]")).config
    assert whole == rows == make("games/matrix-v0", payoff=np.array([[1, 2], [3, 4]])).config
    assert whole.payoff == ((1.0, 2.0), (3.0, 4.0))
    assert make("games/matrix-v0", payoff=("1", "2")).spec.num_agents == 1


def test_text_and_picture_show_the_choice():
    env, _ = play([(1, 2)])
    assert env.text(0).splitlines()[1].split() == ["-30", "7", "[", "6]"]
    for parameters in ({"game": "coordination", "num_agents": 4}, {"payoff": [1, 2]}):
        env = make("games/matrix-v0", 1, **parameters)
        env.reset(0)
        assert env.draw(0).shape[2] == 3
        assert env.text(0)
