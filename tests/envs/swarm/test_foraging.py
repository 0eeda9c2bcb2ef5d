"""Foraging: maps, rules in drawn scenes, rewards that add up to scores, messages, baseline."""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.foraging.maps import LAYOUTS, build_layouts, draw_ground
from stigmergy.envs.swarm.foraging.policies import Foragers
from stigmergy.envs.swarm.foraging.rules import set_origins
from stigmergy.envs.swarm.swarmbench.symbols import DOWN, EMPTY, FOOD, LEFT, LETTERS, NEST, RIGHT, STAY, UP
from tests.envs.support.swarm.layouts import drawn, lay

ROOM = ["WWWWWWW", "WFF...W", "WFF0..W", "W...1.W", "W..NN.W", "W..NN.W", "WWWWWWW"]


def scene(rows, on=None, **options):
    grid, agents = drawn(rows)
    env = make("swarm/foraging-v0", num_agents=len(agents), height=len(rows), width=len(rows[0]), **options)
    env.reset(seed=0)
    lay(env, grid, agents, on=on or [0] * len(agents))
    # The distances are those of the first layout, whose food is at the upper left too.
    set_origins(env.state, env.layouts, 0)
    return env


def test_food_is_taken_and_brought_home():
    """Agent 0 takes a piece and walks to the nest past agent 1, which is beside it with nothing."""
    env = scene(ROOM)
    env.step(np.array([[STAY, STAY]]))
    assert env.state.on[0].tolist() == [True, False]
    assert env.state.score[0] == 0
    step = env.step(np.array([[DOWN, RIGHT]]))  # to (3, 3), above the nest
    assert env.state.on[0].tolist() == [False, False]
    assert env.state.score[0] == 1
    assert env.state.env_counters[0, 1] == 1
    assert (step.groups["agents"].reward[0] > 0.4).all()


def test_who_is_beside_both_delivers_at_once():
    env = scene(["WWWWWWW", "WFF...W", "WFF0NNW", "W...NNW", "W....1W", "W.....W", "WWWWWWW"])
    env.step(np.array([[STAY, STAY]]))
    assert env.state.score[0] == 1
    assert not env.state.on[0, 0]


def test_diagonal_is_not_beside():
    env = scene(["WWWWWWW", "WFF...W", "WFF.1.W", "W..0..W", "W....NW", "W.....W", "WWWWWWW"])
    env.step(np.array([[STAY, STAY]]))
    assert not env.state.on[0].any()


def maps(height, width):
    grounds = [draw_ground(layout, height, width) for layout in range(LAYOUTS)]
    return ["\n".join("".join(LETTERS[x] for x in row) for row in ground) for ground in grounds]


def test_the_map_of_the_benchmarks_size():
    """One wall: food and nest on its closed side, at the left or above."""
    upper = ["WWWWWWWWWW", "WFF......W", "WFF......W", "W........W", "WWWWWWW..W"]
    lower = ["W........W", "W........W", "WNN......W", "WNN......W", "WWWWWWWWWW"]
    drawing = "\n".join(upper + lower)
    assert maps(10, 10).count(drawing) == 2


def test_the_map_with_two_walls():
    rows = ["W" * 14, "WFF" + "." * 10 + "W", "WFF" + "." * 10 + "W", "W" + "." * 12 + "W", "W" * 10 + "...W"]
    rows += ["W" + "." * 12 + "W"] * 3 + ["W..." + "W" * 10] + ["W" + "." * 12 + "W"]
    rows += ["W" + "." * 12 + "W", "W" + "." * 10 + "NNW", "W" + "." * 10 + "NNW", "W" * 14]
    assert maps(14, 14).count("\n".join(rows)) == 1


@pytest.mark.parametrize(("height", "width"), [(7, 7), (10, 10), (9, 14), (21, 13)])
def test_every_free_cell_has_a_path_to_food_and_nest(height, width):
    layouts = build_layouts(height, width)
    for ground, steps in zip(layouts.ground, layouts.steps):
        assert (ground == FOOD).sum() == (ground == NEST).sum() == 4
        for distance in steps:
            np.testing.assert_array_equal(distance >= 0, ground == EMPTY)
            assert distance.max() <= ground.size


def test_an_agents_rewards_add_up_to_the_score():
    env = make("swarm/foraging-v0", 16, max_cycles=50, shaping=0.7)
    env.reset(seed=2)
    policy = Foragers.build(env.spec, env.spec.groups[0], env.config)
    random = np.random.default_rng(0)
    total = np.zeros((16, 10))
    for _ in range(50):
        planned = random.random((16, 10)) < np.linspace(0, 1, 16)[:, None]
        action = np.where(planned, policy.act(env.state, random), random.integers(5, size=(16, 10)))
        step = env.step(action)
        total += step.groups["agents"].reward
    assert step.last.all()
    assert step.metrics["score"].max() > 5
    np.testing.assert_allclose(total, np.repeat(step.metrics["score"][:, None], 10, axis=1), atol=1e-4)
    np.testing.assert_array_equal(step.metrics["score"], env.state.score)
    assert (step.metrics["picked"] >= step.metrics["score"]).all()


def test_shaping_points_the_way():
    env = scene(["WWWWWWW", "WFF...W", "WFF..0W", "W.....W", "W..NN.W", "W..NN.W", "WWWWWWW"])
    step = env.step(np.array([[LEFT]]))
    towards = step.groups["agents"].reward[0, 0]
    step = env.step(np.array([[RIGHT]]))
    assert towards > 0
    assert step.groups["agents"].reward[0, 0] == pytest.approx(-towards)


def test_foragers_do_better_than_chance_by_far():
    env = make("swarm/foraging-v0", 16)
    policy = Foragers.build(env.spec, env.spec.groups[0], env.config)
    random = np.random.default_rng(0)
    scores = {}
    for name in ("foragers", "chance"):
        env.reset(seed=5)
        for _ in range(100):
            planned = name == "foragers"
            step = env.step(policy.act(env.state, random) if planned else random.integers(5, size=(16, 10)))
        scores[name] = step.metrics["score"].mean()
    assert scores["foragers"] > 15 > 2 > scores["chance"]


def test_messages_are_heard_in_the_next_step_by_those_within_view():
    rows = [
        "WWWWWWWWW",
        "W0.1...2W",
        "W.......W",
        "WFF.....W",
        "WFF.....W",
        "W....NN.W",
        "W....NN.W",
        "W.......W",
        "WWWWWWWWW",
    ]
    env = scene(rows, message_size=4)  # view 5: two cells
    step = env.step(np.array([[[STAY, 3], [STAY, 1], [STAY, 3]]]))
    heard = step.groups["agents"].observation[0, :, -3:, 0, 0].astype(int)
    third = 255 // 3
    np.testing.assert_array_equal(heard, [[third, 0, third], [third, 0, third], [0, 0, third]])
    assert "Messages you received: 1, 3" in env.agent_text(0, 1)
    step = env.step(np.array([[[STAY, 0]] * 3]))
    assert step.groups["agents"].observation[0, :, -3:].sum() == 0
    assert "Messages you received: none" in env.agent_text(0, 1)


def test_what_an_agent_sees():
    env = scene(ROOM, on=[1, 0], view=3, max_cycles=50)
    seen = env.groups["agents"].observation[0, 1] / 255
    outside, wall, carrying, empty_handed, food, nest, own, row, column, time = seen
    assert outside.sum() == wall.sum() == empty_handed.sum() == own.sum() == time.sum() == food.sum() == 0
    assert carrying.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert nest.tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 0]]
    np.testing.assert_allclose([row[0, 0], column[0, 0]], [3 / 6, 4 / 6], atol=1 / 255)
    assert env.groups["agents"].observation[0, 0, 6].min() == 255


def test_the_text_views():
    env = scene(ROOM, on=[1, 0])
    assert env.text().splitlines()[3:5] == ["  2  W   F   F   0   .   .   W", "  3  W   .   .   .   $1  .   W"]
    words = env.agent_text(0, 1)
    assert "position: row 3, column 4" in words
    assert "carrying food: no" in words
    assert words.splitlines()[-5:] == [
        "  1  F   .   .   .   W",
        "  2  F   0   .   .   W",
        "  3  .   .   Y   .   W",
        "  4  .   N   N   .   W",
        "  5  .   N   N   .   W",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"width": 6}, "width is 6; allowed is 7 to 128"),
        ({"num_agents": 18, "height": 7, "width": 7}, "num_agents is 18; allowed is 1 to 17"),
        ({"message_size": 65}, "message_size is 65"),
    ],
)
def test_bad_parameters(options, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make("swarm/foraging-v0", **options)


def test_an_agent_pushes_another_aside_up_the_wall():
    env = scene(["WWWWWWW", "WFF...W", "WFF..1W", "W....0W", "W..NN.W", "W..NN.W", "WWWWWWW"])
    env.step(np.array([[UP, STAY]]))
    assert env.state.position[0].tolist() == [[2, 5], [1, 5]]
