"""The rules of pathfinding in drawn worlds, with outcomes worked out by hand."""

import pytest

from stigmergy.envs.errors import BadParameter

from ..support.pathfinding.scenes import move, picture, scene

SYSTEMS = ("priority", "block_both", "soft")
each_system = pytest.mark.parametrize("system", SYSTEMS)


def everywhere(outcome):
    return dict.fromkeys(SYSTEMS, outcome)


# name: (before, moves of a, b, c, ..., after under each collision system)
MEETINGS = {
    "two swap": ("ab..", "RL", everywhere("ab..")),
    "two want one cell": ("a.b.", "RL", {"priority": ".ab.", "block_both": "a.b.", "soft": ".ab."}),
    "the lower index follows": ("ab..", "RR", {"priority": "a.b.", "block_both": "a.b.", "soft": ".ab."}),
    "the higher index follows": ("ba..", "RR", {"priority": ".ba.", "block_both": "b.a.", "soft": ".ba."}),
    "four rotate": ("ab/dc", "RDLU", {"priority": "ab/dc", "block_both": "ab/dc", "soft": "da/cb"}),
    "two want one cell, one follows": ("a.bc", "RLL", {"priority": ".abc", "block_both": "a.bc", "soft": ".abc"}),
    "the follower of a loser": ("cb.a", "LRR", {"priority": "cba.", "block_both": "cb.a", "soft": "cba."}),
    "a train": ("abc.", "RRR", {"priority": "ab.c", "block_both": "ab.c", "soft": ".abc"}),
    "a train round a corner": ("ab/.c", "RDL", {"priority": "ab/c.", "block_both": "ab/c.", "soft": ".a/cb"}),
    "a train into a wall": ("abc#", "RRR", everywhere("abc#")),
    "a follower behind a swap": ("cab.", "RLR", everywhere("cab.")),
    "three want one cell": (".b./a.c", "RDL", {"priority": ".b./.ac", "block_both": ".b./a.c", "soft": ".b./.ac"}),
    "two want a cell left first": (
        ".../bac",
        "URL",
        {"priority": ".a./.bc", "block_both": ".a./b.c", "soft": ".a./.bc"},
    ),
    "two want a cell left last": (
        ".../acb",
        "RLU",
        {"priority": ".c./a.b", "block_both": ".c./a.b", "soft": ".c./.ab"},
    ),
    "into one who stays": ("ab..", "R-", everywhere("ab..")),
}


@each_system
@pytest.mark.parametrize("meeting", MEETINGS)
def test_who_moves(system, meeting):
    before, moves, after = MEETINGS[meeting]
    env, _ = scene(before, collision_system=system)
    move(env, moves)
    assert picture(env) == after[system]


@each_system
def test_border_and_walls_stop_an_agent(system):
    env, _ = scene("a#/..", collision_system=system)
    for direction in "ULR":
        move(env, direction)
        assert picture(env) == "a#/.."
    move(env, "D")
    assert picture(env) == ".#/a."


@each_system
def test_collisions_count_moves_that_agents_prevent_and_no_walls(system):
    env, _ = scene("ab#", collision_system=system, max_cycles=3)
    move(env, "RL")  # each is in the other's way
    move(env, "LR")  # border and wall
    assert move(env, "--").metrics["collisions"][0] == 2


@each_system
def test_a_finished_agent_is_gone_and_its_cell_free_for_the_next_step(system):
    env, _ = scene("b../.a.", [((0, 1),), ((0, 2),)], "finish", collision_system=system, obs_radius=2)
    agents = move(env, "U-").groups["agents"]
    assert picture(env) == "b../..."
    assert agents.terminated[0].tolist() == [True, False]
    assert agents.active[0].tolist() == [False, True]
    assert agents.observation[0, 0].sum() == 0
    assert agents.observation[0, 1, 1].sum() == 1  # b sees nobody but itself
    move(env, "LR")  # what a wants no longer counts
    assert picture(env) == ".b./..."
    last = move(env, "DR")
    assert last.last[0]
    assert last.groups["agents"].terminated.all()
    assert last.groups["agents"].reward[0].tolist() == [0, 1]  # a is paid once


def test_observation_shows_walls_agents_and_the_goal_at_the_border():
    _, step = scene("a.#/.b./...", [((2, 0),), ((0, 1),)], "finish", obs_radius=1)
    a, b = step.groups["agents"].observation[0]
    assert a.tolist() == [
        [[1, 1, 1], [1, 0, 0], [1, 0, 0]],
        [[0, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, 0], [0, 0, 0], [0, 1, 0]],  # two rows down: moved to the border
    ]
    assert b.tolist() == [
        [[0, 0, 1], [0, 0, 0], [0, 0, 0]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 0]],
        [[0, 1, 0], [0, 0, 0], [0, 0, 0]],
    ]


def test_the_world_beyond_its_ring_of_walls_is_empty():
    _, step = scene("a.#/.../...", [((2, 2),)], "finish", obs_radius=2)
    assert step.groups["agents"].observation[0, 0, 0].tolist() == [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 1, 1],
        [0, 1, 0, 0, 1],
        [0, 1, 0, 0, 0],
        [0, 1, 0, 0, 0],
    ]


def test_masks_forbid_walls_and_nothing_else():
    _, step = scene("a#/b.", mask_walls=True)
    stay_up_down_left_right = step.groups["agents"].action_mask[0].tolist()
    assert stay_up_down_left_right == [[True, False, True, False, False], [True, True, False, False, True]]


@pytest.mark.parametrize(
    ("radius", "path"),
    [
        (2, [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 1, 0, 1], [0, 0, 1, 0, 1], [0, 0, 1, 1, 1]]),
        (1, [[0, 0, 0], [0, 1, 0], [0, 1, 0]]),  # it ends where it leaves the window
    ],
)
def test_shortest_path_goes_around_walls_until_it_leaves_the_window(radius, path):
    _, step = scene("a#./.#./...", [((0, 2),)], "finish", obs_radius=radius, shortest_path=True)
    assert step.groups["agents"].observation[0, 0, 3].tolist() == path


def test_shortest_path_leads_to_the_next_goal_once_one_is_reached():
    env, _ = scene("a..", [((0, 1), (0, 2))], obs_radius=1, shortest_path=True)
    assert move(env, "R").groups["agents"].observation[0, 0, 3].tolist() == [[0, 0, 0], [0, 1, 1], [0, 0, 0]]


def test_bad_cells_are_refused_in_a_sentence():
    with pytest.raises(BadParameter, match="agent 0 cannot reach its goal"):
        scene("a#.", [((0, 2),)])
    with pytest.raises(BadParameter, match="is a wall"):
        scene("a#.", [((0, 1),)])
