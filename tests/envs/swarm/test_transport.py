"""Transport: SwarmBench's own outcomes, layouts, rewards in the order of scores, baseline."""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.swarmbench.state import GONE
from stigmergy.envs.swarm.swarmbench.symbols import DOWN, STAY, UP
from stigmergy.envs.swarm.transport.maps import PHASES, box_shapes, build_layouts
from stigmergy.envs.swarm.transport.policies import Haulers
from stigmergy.envs.swarm.transport.rules import set_origins
from tests.envs.support.swarm.layouts import REFERENCE_TEMPLATES, lay

# The benchmark's first and last template: the box and where it stands on a map of 10 x 10.
FIRST = (["BBB..", "BBB..", "BBB..", ".BBBB"], (6, 5))
LAST = ([".BBBB", "BBB..", "BBB..", "BBB.."], (0, 5))
WALLED = ["WWWWWWWWW.", "W........."] + ["W........."] * 2 + ["W........W"] * 5 + ["WWWWWWWWWW"]
BOX = (REFERENCE_TEMPLATES[2], 0, 6)
"""Seed 1 of the benchmark: a gap at the upper end of the right wall; the box goes up, right."""


def play(env, moves):
    """One step; moves by agent, the others stay."""
    action = np.full((1, env.config.num_agents), STAY)
    action[0, : len(moves)] = moves
    return env.step(action)


@pytest.mark.parametrize(("pushers", "row"), [(4, 0), (5, -1)])
def test_four_cannot_move_the_box_and_five_can(pushers, row):
    env = make("swarm/transport-v0", num_agents=5)
    env.reset(seed=0)
    cells = [(5, 6), (5, 7), (5, 8), (6, 6), (6, 7)][:pushers] + [(1, 1)] * (5 - pushers)
    lay(env, WALLED, cells, box=BOX)
    play(env, [UP] * pushers)
    assert env.state.box[0].tolist() == [BOX[0], row, 6]


def test_who_leaves_adds_the_share_of_time_that_is_left():
    env = make("swarm/transport-v0", num_agents=5)
    env.reset(seed=0)
    lay(env, WALLED, [(0, 9), (1, 9), (2, 9), (3, 9), (3, 8)])
    env.state.elapsed[:] = 6
    right = 3
    step = play(env, [right, right, right, STAY, STAY])
    assert env.state.score[0] == pytest.approx(2.82)
    assert step.groups["agents"].terminated[0].tolist() == [True] * 3 + [False] * 2
    # The box is out, so all of the shaping is paid.
    np.testing.assert_allclose(step.groups["agents"].reward[0, :3], 0.94 + 1)
    play(env, [STAY] * 3 + [right, right])
    assert env.state.score[0] == pytest.approx(2.82 + 0.93)
    step = play(env, [UP] * 4 + [right])
    assert env.state.score[0] == pytest.approx(2.82 + 0.93 + 0.92)
    assert step.last[0]
    assert step.metrics["escaped"][0] == 1


def test_two_leave_together():
    """The benchmark's seed 1: 2.82 after three escapes at counter 6, 4.68 after two more at 7."""
    env = make("swarm/transport-v0", num_agents=5)
    env.reset(seed=0)
    lay(env, WALLED, [(0, 9), (1, 9), (2, 9), (3, 9), (0, 8)])
    env.state.elapsed[:] = 6
    play(env, [3, 3, 3, STAY, 3])
    assert env.state.score[0] == pytest.approx(2.82)
    play(env, [STAY] * 3 + [3, 3])
    assert env.state.score[0] == pytest.approx(4.68)


def test_the_templates_are_the_images_of_one():
    shapes, layouts = box_shapes(), build_layouts(10, 10)
    for number, (rows, corner) in ((0, FIRST), (7, LAST)):
        ours = REFERENCE_TEMPLATES[number]
        drawn = np.array([[letter == "B" for letter in row] for row in rows])
        np.testing.assert_array_equal(shapes[ours, 1:5, 1:6], drawn)
        assert tuple(layouts.corner[ours]) == corner
    assert len({shapes[template].tobytes() for template in range(8)}) == 8
    assert sorted(layouts.gap[REFERENCE_TEMPLATES[0]].tolist()) == [[9, 6], [9, 7], [9, 8], [9, 9]]


@pytest.mark.parametrize(("height", "width"), [(10, 10), (8, 13), (12, 8)])
def test_the_box_goes_the_way_that_the_layouts_say(height, width):
    """Enough agents that push in the right directions move it out in five moves, always."""
    env = make("swarm/transport-v0", 80, height=height, width=width)
    step = env.reset(seed=3)
    assert len(set(env.state.box[:, 0].tolist())) == 8
    policy = Haulers.build(env.spec, env.spec.groups[0], env.config)
    random = np.random.default_rng(0)
    gone, escaped = np.zeros(80, bool), np.zeros(80)
    for _ in range(60):
        before = env.state.env_counters[:, 0].copy()
        step = env.step(policy.act(env.state, random))
        assert ((env.state.env_counters[:, 0] - before)[~step.first] >= 0).all()
        gone |= step.last & (env.state.env_counters[:, 0] == PHASES)
        if step.last.any():
            escaped[step.last] = step.metrics["escaped"][step.last]
    assert gone.all()
    assert (escaped == 1).all()


def test_rewards_are_in_the_order_of_scores():
    """With any score above 0 shaping adds up to 1 for each agent, else to less.

    Agents follow the planner in a share of their steps, and chance in the others.
    """
    env = make("swarm/transport-v0", 96, num_agents=6, height=8, width=8, max_cycles=60, shaping=2.5)
    env.reset(seed=1)
    policy = Haulers.build(env.spec, env.spec.groups[0], env.config)
    random = np.random.default_rng(0)
    planned = np.linspace(0, 1, 96)[:, None]
    total, going, scores = np.zeros(96), np.ones(96, bool), []
    while going.any():
        action = np.where(
            random.random((96, 6)) < planned, policy.act(env.state, random), random.integers(5, size=(96, 6))
        )
        step = env.step(action)
        total += step.groups["agents"].reward.sum(axis=1) * going
        scores += (step.metrics["score"][step.last & going] > 0).tolist() if step.last.any() else []
        for index in np.flatnonzero(step.last & going):
            expected = step.metrics["score"][index]
            if expected > 0:
                assert total[index] == pytest.approx(expected + 2.5 * 6, abs=1e-4)
            else:
                assert total[index] < 2.5 * 6 + 1e-4
            going[index] = False
    assert 10 < sum(scores) < 86  # some of both kinds


def test_shaping_is_for_pushing_at_the_box_and_for_moving_it():
    env = make("swarm/transport-v0", num_agents=5)
    env.reset(seed=0)
    lay(env, WALLED, [(5, 6), (5, 7), (5, 8), (6, 6), (6, 7)], box=BOX)
    set_origins(env.state, env.layouts, 0)
    reward = play(env, [UP, STAY, DOWN, UP, UP]).groups["agents"].reward[0]
    assert env.state.position[0].tolist() == [[5, 6], [5, 7], [6, 8], [6, 6], [6, 7]]
    step_away = 0.15 / 20  # of nearness, on a map of 10 and 10
    np.testing.assert_allclose(reward, [0.15, 0, -step_away, 0.15, 0.15], atol=1e-6)
    play(env, [STAY, STAY, UP, STAY, STAY])
    reward = play(env, [UP] * 5).groups["agents"].reward[0]
    assert env.state.env_counters[0, 0] == 1
    assert (reward[:2] > 0.1).all()


def test_without_shaping_only_who_leaves_is_paid():
    env = make("swarm/transport-v0", num_agents=2, shaping=0.0)
    env.reset(seed=0)
    lay(env, WALLED, [(0, 9), (5, 5)])
    step = play(env, [UP, UP])
    np.testing.assert_allclose(step.groups["agents"].reward[0], [1, 0])
    step = play(env, [UP, DOWN])
    np.testing.assert_allclose(step.groups["agents"].reward[0], [0, 0])


def test_what_an_agent_sees():
    env = make("swarm/transport-v0", num_agents=2, view=3)
    env.reset(seed=0)
    lay(env, WALLED, [(5, 6), (5, 7)], box=BOX)
    env.state.elapsed[:] = 20
    outside, wall, box, agent, row, column, time = env.restore(env.snapshot()).groups["agents"].observation[0, 0] / 255
    assert outside.sum() == wall.sum() == 0
    assert box.tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
    assert agent.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    np.testing.assert_allclose([row[0, 0], column[1, 1], time[2, 2]], [5 / 9, 6 / 9, 0.2], atol=1 / 255)


def test_who_has_left_sees_nothing_and_says_nothing():
    env = make("swarm/transport-v0", num_agents=2, message_size=3)
    env.reset(seed=0)
    lay(env, WALLED, [(0, 9), (1, 9)])
    step = env.step(np.array([[[UP, 2], [STAY, 0]]]))
    assert env.state.position[0, 0].tolist() == [GONE, GONE]
    assert env.state.said[0].tolist() == [0, 0]
    assert step.groups["agents"].observation[0, 0].sum() == 0
    assert not step.groups["agents"].active[0, 0]
    assert "left the map" in env.agent_text(0, 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"height": 7}, "height is 7; allowed is 8 to 128"),
        ({"view": 4}, "view is 4; allowed are odd numbers"),
        ({"message_size": 1}, "message_size is 1; allowed is 0"),
        ({"num_agents": 28, "height": 8, "width": 8}, "num_agents is 28; allowed is 1 to 27"),
        ({"shaping": -1.0}, "shaping is -1"),
    ],
)
def test_bad_parameters(options, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("swarm/transport-v0", **options)
