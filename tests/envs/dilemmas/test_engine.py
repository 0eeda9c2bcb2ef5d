"""Moves, beams, sanctions and views that all grid dilemmas share.

Timings and footprints are Melting Pot's (spec D0).
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.grid_engine.config import Sanctions, View
from stigmergy.envs.dilemmas.grid_engine.maps import WALL, find_map, read_layout
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView

from ..support.dilemmas.small import Small, SmallConfig, Torus
from ..support.dilemmas.staging import act, stage, where

STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, SHOOT = range(8)
OPEN = "\n".join(["#" * 11, *["#" + "P" * 9 + "#"] * 9, "#" * 11])


def small(num_agents: int = 2, map: str = OPEN, cls: type[Small] = Small, num_envs: int = 1, **given) -> Small:
    sanctions = Sanctions(**given.pop("sanctions", {}))
    env = cls("test/small-v0", num_envs, SmallConfig(map=map, num_agents=num_agents, sanctions=sanctions, **given))
    env.reset(0)
    return env


@pytest.mark.parametrize(
    ("facing", "action", "to"),
    [
        ("N", FORWARD, (4, 5)),
        ("N", BACKWARD, (6, 5)),
        ("N", STEP_LEFT, (5, 4)),
        ("N", STEP_RIGHT, (5, 6)),
        ("E", FORWARD, (5, 6)),
        ("E", STEP_LEFT, (4, 5)),
        ("S", FORWARD, (6, 5)),
        ("S", STEP_LEFT, (5, 6)),
        ("W", FORWARD, (5, 4)),
        ("W", STEP_RIGHT, (4, 5)),
    ],
)
def test_moves_are_relative_to_facing_and_do_not_turn(facing, action, to):
    env = small(1)
    stage(env, [(5, 5, facing)])
    act(env, action)
    assert where(env, 0) == (*to, facing)


def test_turning_four_times_comes_back():
    env = small(1)
    stage(env, [(5, 5, "N")])
    seen = []
    for _ in range(4):
        act(env, TURN_RIGHT)
        seen.append(where(env, 0)[2])
    assert seen == ["E", "S", "W", "N"]
    act(env, TURN_LEFT)
    assert where(env, 0) == (5, 5, "W")


def test_walls_and_agents_are_in_the_way_and_nobody_swaps():
    env = small()
    stage(env, [(1, 1, "N"), (1, 2, "W")])
    act(env, FORWARD, FORWARD)
    assert (where(env, 0), where(env, 1)) == ((1, 1, "N"), (1, 2, "W"))
    stage(env, [(5, 5, "E"), (5, 6, "W")])
    for _ in range(20):
        act(env, FORWARD, FORWARD)
    assert (where(env, 0), where(env, 1)) == ((5, 5, "E"), (5, 6, "W"))


def test_of_two_that_want_a_cell_each_gets_it_half_of_the_time_and_followers_need_the_leader_first():
    env = small(num_envs=2000)
    for env_index in range(2000):
        for i, at in enumerate([(5, 4), (5, 6)] if env_index < 1000 else [(5, 4), (5, 5)]):
            env.state.position[env_index, i] = at
            env.state.facing[env_index, i] = 1 if i == 0 or env_index >= 1000 else 3
    env.state.occupant[:] = 0
    for env_index in range(2000):
        for i in range(2):
            env.state.occupant[env_index, *env.state.position[env_index, i]] = i + 1
    env.step(np.ones((2000, 2), int))
    first = (env.state.position[:1000, 0, 1] == 5).sum()
    assert abs(first - 500) < 3 * np.sqrt(250)
    assert ((env.state.position[:1000, 0, 1] == 5) ^ (env.state.position[:1000, 1, 1] == 5)).all()
    followed = (env.state.position[1000:, 0, 1] == 5).sum()
    assert (env.state.position[1000:, 1, 1] == 6).all()
    assert abs(followed - 500) < 3 * np.sqrt(250)


def beam_cells(env, shooter: tuple[int, int, str]) -> set[tuple[int, int]]:
    """Cells of the beam relative to the shooter: rows ahead, columns to the right."""
    cells = np.argwhere(env.state.beam[0]) - np.array(shooter[:2])
    turn = "NESW".index(shooter[2])
    ahead, right = [((-1, 0), (0, 1)), ((0, 1), (1, 0)), ((1, 0), (0, -1)), ((0, -1), (-1, 0))][turn]
    return {(int(cell @ ahead), int(cell @ right)) for cell in cells}


@pytest.mark.parametrize("facing", "NESW")
def test_the_footprint_of_length_3_and_radius_1_has_nine_cells(facing):
    env = small(1)
    stage(env, [(5, 5, facing)])
    act(env, SHOOT)
    assert beam_cells(env, (5, 5, facing)) == {(1, 0), (2, 0), (3, 0)} | {(r, q) for r in range(3) for q in (-1, 1)}


def test_sides_get_shorter_by_one_for_each_column():
    env = small(1, sanctions={"length": 3, "radius": 2})
    stage(env, [(5, 5, "N")])
    act(env, SHOOT)
    expected = {(1, 0), (2, 0), (3, 0)} | {(r, q) for r in range(3) for q in (-1, 1)}
    assert beam_cells(env, (5, 5, "N")) == expected | {(r, q) for r in range(2) for q in (-2, 2)}


def test_a_wall_beside_the_shooter_cuts_off_the_columns_beyond_but_one_further_ahead_does_not():
    drawing = OPEN.split("\n")
    drawing[5] = "#PPP#PPPPP#"[:11]
    env = small(1, "\n".join(drawing), sanctions={"length": 3, "radius": 2})
    stage(env, [(5, 5, "N")])  # the wall is at 5, 4
    act(env, SHOOT)
    assert {q for _, q in beam_cells(env, (5, 5, "N"))} == {0, 1, 2}
    stage(env, [(6, 5, "N")])  # now it is one ahead of the left neighbour
    for _ in range(11):
        act(env, STAY)
    act(env, SHOOT)
    left = {cell for cell in beam_cells(env, (6, 5, "N")) if cell[1] < 0}
    assert left == {(0, -1), (0, -2), (1, -2)}


def test_a_beam_ends_at_the_first_agent_and_leaves_no_trace_there():
    env = small(3, sanctions={"removal": 5})
    stage(env, [(8, 5, "N"), (6, 5, "N"), (5, 5, "N")])
    step = act(env, SHOOT, STAY, STAY)
    assert where(env, 1) is None
    assert where(env, 2) == (5, 5, "N")
    assert beam_cells(env, (8, 5, "N")) >= {(1, 0)}
    assert not {(2, 0), (3, 0)} & beam_cells(env, (8, 5, "N"))
    np.testing.assert_array_equal(step.signals["target"][0], [[0, 1, 0], [0, 0, 0], [0, 0, 0]])


def test_beams_go_through_walls_where_those_do_not_block():
    drawing = OPEN.split("\n")
    drawing[5] = "#" * 11
    for block, gone in ((True, False), (False, True)):
        env = small(2, "\n".join(drawing), sanctions={"walls_block": block})
        stage(env, [(6, 5, "N"), (4, 5, "S")])
        act(env, SHOOT, STAY)
        assert (where(env, 1) is None) == gone


def test_two_that_shoot_at_each_other_are_both_hit():
    env = small(2, sanctions={"cost": 1, "fine": 7})
    stage(env, [(5, 5, "E"), (5, 7, "W")])
    step = act(env, SHOOT, SHOOT)
    assert where(env, 0) is None
    assert where(env, 1) is None
    np.testing.assert_allclose(step.groups["agents"].reward, [[-8, -8]])
    np.testing.assert_array_equal(env.state.hits[0], [[0, 1], [1, 0]])


def test_a_removed_agent_is_away_one_step_more_than_removal_and_sees_nothing():
    env = small(2, sanctions={"removal": 50})
    stage(env, [(5, 5, "E"), (5, 7, "W")])
    away = []
    for t in range(60):
        step = act(env, SHOOT if t == 0 else STAY, STAY)
        if where(env, 1) is None:
            away.append(t)
            assert not step.groups["agents"].observation[0, 1].any()
    assert away == list(range(51))
    assert env._measure()["peace"][0] == pytest.approx(2 - 51 / 60)


def test_the_beam_is_ready_again_after_cooldown_and_one_step():
    env = small(1, sanctions={"cooldown": 10})
    stage(env, [(5, 5, "N")])
    shots = [t for t in range(24) if act(env, SHOOT).signals["sanction"][0, 0]]
    assert shots == [0, 11, 22]


def test_graduated_sanctions_keep_the_reference_timings():
    given = {"graduated": True, "freeze": 25, "mark": 50, "fine": 10, "removal": 25, "cooldown": 4}
    env = small(2, sanctions=given)
    stage(env, [(5, 5, "E"), (5, 7, "W")])
    act(env, SHOOT, STAY)
    turned = []
    for t in range(1, 41):
        before = where(env, 1)
        step = act(env, SHOOT if t == 40 else STAY, TURN_RIGHT if t < 27 else STAY)
        turned += [t] if where(env, 1) != before else []
        assert step.groups["agents"].reward[0, 1] == (-10 if t == 40 else 0)
    assert turned == [25, 26]
    assert where(env, 1) is not None
    away = []
    for t in range(41, 80):
        act(env, STAY, STAY)
        away += [t] if where(env, 1) is None else []
    assert away == list(range(41, 67))


def test_who_comes_back_from_a_graduated_removal_has_to_cool_down_first():
    env = small(2, sanctions={"graduated": True, "freeze": 2, "fine": 10, "removal": 25, "cooldown": 4})
    stage(env, [(5, 5, "E"), (5, 7, "W")])
    shots = []
    for t in range(60):
        step = act(env, SHOOT if t in (0, 5) else STAY, SHOOT if t > 5 else STAY)
        shots += [t] if step.signals["sanction"][0, 1] else []
    assert shots[0] == 5 + 25 + 2 + 5, "back 27 steps after the hit, ready 5 later"


@pytest.mark.parametrize(("graduated", "fined"), [(False, 5), (True, 2)])
def test_what_sanctioning_costs_by_hand(graduated, fined):
    """A shot costs 2 and a fine is 7. With `graduated` the first hits on each agent fine nobody."""
    sanctions = {"cost": 2, "fine": 7, "remove": False, "cooldown": 0, "graduated": graduated, "mark": 50}
    env = small(3, max_cycles=5, sanctions=sanctions)
    stage(env, [(5, 5, "N"), (3, 5, "N"), (5, 6, "W")])
    act(env, SHOOT, STAY, STAY)  # hits 1 ahead and 2 beside
    act(env, SHOOT, STAY, STAY)  # both again
    act(env, STAY, SHOOT, STAY)  # nobody
    act(env, STAY, STAY, SHOOT)  # hits 0
    step = act(env, STAY, STAY, STAY)
    assert (step.metrics["sanctions"], step.metrics["hits"]) == (4, 5)
    assert (step.metrics["sanction_cost"], step.metrics["sanction_fines"]) == (4 * 2, fined * 7)
    assert step.metrics["mean_return"] * 3 == -(4 * 2 + fined * 7), "nothing else is paid here"
    for _ in range(6):
        step = act(env, STAY, STAY, STAY)
    assert (step.metrics["sanction_cost"], step.metrics["sanction_fines"]) == (0, 0), "in the next episode"


def test_a_mark_heals_after_its_time():
    given = {"graduated": True, "freeze": 2, "mark": 50, "fine": 10, "removal": 25, "cooldown": 0}
    for again, paid in ((49, -10), (50, 0)):
        env = small(2, sanctions=given)
        stage(env, [(5, 5, "E"), (5, 7, "W")])
        rewards = [act(env, SHOOT if t in (0, again) else STAY, STAY).groups["agents"].reward[0, 1] for t in range(51)]
        assert sum(rewards) == paid


def test_a_frozen_agent_neither_moves_nor_shoots_and_must_cool_down_afterwards():
    env = small(2, sanctions={"freeze": 5, "remove": False, "cooldown": 4})
    stage(env, [(5, 5, "E"), (5, 7, "W")])
    shots = []
    for t in range(14):
        shots += [t] if act(env, SHOOT if t == 0 else STAY, SHOOT if t > 0 else STAY).signals["sanction"][0, 1] else []
    assert shots[0] == 5 + 4 + 1


def test_opportunities_are_those_of_the_frame_on_which_the_agent_decided():
    env = small()
    stage(env, [(5, 5, "E"), (5, 7, "N")])
    step = act(env, SHOOT, FORWARD)  # the target steps out of the row, but not out of the side column
    np.testing.assert_array_equal(step.signals["opportunity"], [[1, 0]])
    assert step.signals["target"][0, 0, 1] == 1
    stage(env, [(5, 5, "E"), (3, 7, "S")])  # two columns away: no opportunity, although it steps into the beam
    for _ in range(60):
        act(env, STAY, STAY)
    stage(env, [(5, 5, "E"), (3, 7, "S")])
    step = act(env, SHOOT, FORWARD)
    assert step.signals["opportunity"][0, 0] == 0
    assert step.signals["target"][0, 0, 1] == 1
    stage(env, [(5, 1, "W"), (5, 7, "W")])
    step = act(env, SHOOT, STAY)
    assert not step.signals["opportunity"].any()
    assert step.signals["sanction"][0, 0] == 0, "the beam is cooling"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_an_opportunity_is_what_shooting_and_standing_still_would_hit(seed, steps):
    """Against a look-ahead: everyone else stays, one shoots."""
    env = small(
        4, "\n".join(["######", *["#PPPP#"] * 3, "######"]), sanctions={"cooldown": 2, "removal": 5, "freeze": 2}
    )
    env.reset(seed)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        env.step(rng.integers(0, 8, (1, 4)))
    before = env.snapshot()
    noted = act(env, 0, 0, 0, 0).signals["opportunity"].copy()
    for i in range(4):
        env.restore(before)
        step = act(env, *[SHOOT if j == i else STAY for j in range(4)])
        assert noted[0, i] == step.signals["target"][0, i].any()


def test_the_window_turns_with_the_agent():
    env = small(2, view=View(left=2, right=2, forward=3, backward=1))
    for facing, others in (("N", (3, 6)), ("E", (6, 7)), ("S", (7, 4)), ("W", (4, 3))):
        step = stage(env, [(5, 5, facing), (*others, "N")])
        planes = step.groups["agents"].observation[0, 0][
            [env.planes.index(name) for name in env.planes if "facing" in name]
        ]
        plane, row, column = np.argwhere(planes)[0]
        assert (row, column) == (1, 3), "two ahead, one to the right"
        assert plane == (0 - "NESW".index(facing)) % 4
        assert planes.sum() == 1


def test_beyond_the_map_is_wall_and_on_a_torus_the_other_side():
    env = small(2, view=View(left=2, right=2, forward=3, backward=1))
    step = stage(env, [(1, 1, "N"), (9, 9, "N")])
    wall = step.groups["agents"].observation[0, 0, env.planes.index("wall")]
    expected = np.ones((5, 5))
    expected[3:, 2:] = 0
    np.testing.assert_array_equal(wall, expected)
    torus = small(2, "\n".join(["P" * 9] * 9), Torus, view=View(left=2, right=2, forward=3, backward=1))
    step = stage(torus, [(0, 0, "N"), (7, 8, "W")])
    seen = np.argwhere(step.groups["agents"].observation[0, 0])
    facing_left = torus.planes.index("agent_facing_left")
    assert [facing_left, 1, 1] in seen.tolist()
    act(torus, FORWARD, STAY)
    assert where(torus, 0) == (8, 0, "N")


def test_spawns_are_without_replacement_and_equally_likely():
    env = small(3, "#####\n#PPP#\n#   #\n#####", num_envs=3000, view=View(1, 1, 1, 1))
    assert (env.state.position[:, :, 0] == 1).all()
    assert (np.sort(env.state.position[:, :, 1], axis=1) == [1, 2, 3]).all()
    counts = np.bincount(env.state.position[:, 0, 1], minlength=4)[1:]
    assert (abs(counts - 1000) < 3 * np.sqrt(3000 * 2 / 9)).all()
    facings = np.bincount(env.state.facing[:, 0])
    assert (abs(facings - 750) < 3 * np.sqrt(3000 * 3 / 16)).all()


def test_an_agent_whose_spawn_cells_are_taken_comes_back_when_one_is_free():
    env = small(
        2, "######\n#PP  #\n######", view=View(1, 1, 1, 1), sanctions={"removal": 2, "cooldown": 0, "length": 2}
    )
    stage(env, [(1, 1, "E"), (1, 2, "W")])
    act(env, SHOOT, STAY)
    assert where(env, 1) is None
    env.state.occupant[0, 1, 2] = 9  # somebody stands there
    for _ in range(10):
        act(env, STAY, STAY)
    assert where(env, 1) is None
    env.state.occupant[0, 1, 2] = 0
    act(env, STAY, STAY)
    assert where(env, 1) is not None


def test_an_episode_may_end_by_chance_at_its_moments():
    env = small(num_envs=1000, ends_after=20, end_interval=10, end_chance=0.3, max_cycles=45)
    lengths = np.zeros(1000, int)
    for t in range(1, 46):
        last = env.step(np.zeros((1000, 2), int)).last
        lengths = np.where((lengths == 0) & last, t, lengths)
    assert set(lengths) == {29, 39, 45}
    assert abs((lengths == 29).sum() - 300) < 3 * np.sqrt(210)


def test_the_rgb_window_shows_what_the_symbols_say():
    env = small(2, view=View(left=2, right=2, forward=3, backward=1), observation="rgb")
    step = stage(env, [(1, 5, "N"), (1, 6, "N")])
    picture = step.groups["agents"].observation[0, 0]
    assert picture.shape == (3, 40, 40)
    wall = picture[:, 17, 17]
    floor = picture[:, 33, 17]
    assert (picture[:, 0:24].reshape(3, 3, 8, 40)[:, 2] == wall[:, None, None]).all()
    assert (floor != wall).any()
    other = picture[:, 24:32, 24:32]
    assert len(np.unique(other.reshape(3, -1), axis=1).T) == 3, "floor, body and tip"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"removal": 0}, "sanctions.removal is 0 with sanctions.remove on"),
        ({"graduated": True, "mark": 0}, "sanctions.mark is 0 with sanctions.graduated on"),
        ({"remove": False}, "sanctions do nothing"),
        ({"radius": 4}, "sanctions.radius is 4; allowed is 0 to 3"),
        ({"length": 0}, "sanctions.length is 0"),
        ({"fine": float("nan")}, "sanctions.fine is nan"),
    ],
)
def test_contradicting_sanctions_are_named(given, sentence):
    with pytest.raises(BadParameter, match=sentence.replace(".", r"\.")):
        Sanctions(**given)


@pytest.mark.parametrize(
    ("drawing", "sentence"),
    [
        ("##\n###", "map has 3 letters in line 2 and 2 in line 1"),
        ("##\n#Q", "map has 'Q' in line 2, column 2; allowed letters are # ' ' P"),
        ("", "map has 1 lines of 0 letters"),
    ],
)
def test_maps_that_cannot_be_read_are_named(drawing, sentence):
    with pytest.raises(BadParameter, match=sentence):
        read_layout(drawing, {"#": WALL, " ": 0, "P": 0})


def test_an_unknown_map_names_the_nearest():
    with pytest.raises(BadParameter, match="Did you mean 'closed'"):
        find_map("closd", {"open": "", "closed": ""})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sanctions": {"length": 11}}, "sanctions.length is 11; allowed is less than the longer side of the map"),
        ({"num_agents": 64, "map": "###\n#P#\n###"}, "num_agents is 64; allowed is 1 to 1, the spawn cells"),
        ({"cls": Torus, "map": "\n".join(["P" * 9] * 9)}, "view covers 11 x 11 cells; on a torus of 9 x 9"),
        ({"observation": "pixels"}, "observation is 'pixels'; allowed are symbols and rgb"),
    ],
)
def test_parameters_that_do_not_fit_the_map_are_named(given, sentence):
    given = {"sanctions": {"length": 2}, **given}
    with pytest.raises(BadParameter, match=sentence):
        small(**{"num_agents": 2, **given})


def test_without_sanctions_there_is_no_action_and_no_signal():
    env = Small("test/small-v0", 1, replace(SmallConfig(map=OPEN), sanctions=Sanctions(enabled=False)))
    assert env.action_names[-1] == "turn_right"
    assert env.spec.signals == {}
    assert "sanctions" not in env.spec.metrics
    env.reset(0)
    act(env, FORWARD, TURN_LEFT)


def test_pettingzoo_infos_have_the_signals_of_the_step():
    env = small()
    view = ParallelView(env)
    view.reset(0)
    stage(env, [(5, 5, "E"), (5, 7, "N")])
    infos = view.step({"agent_0": SHOOT, "agent_1": STAY})[-1]
    for agent in ("agent_0", "agent_1"):
        np.testing.assert_array_equal(infos[agent]["signals"]["target"], [[0, 1], [0, 0]])
        np.testing.assert_array_equal(infos[agent]["signals"]["opportunity"], [1, 0])


def test_snapshots_hold_everything():
    env = small(4, num_envs=3, sanctions={"graduated": True, "freeze": 5, "removal": 7, "cooldown": 1})
    rng = np.random.default_rng(1)
    for _ in range(50):
        env.step(rng.integers(0, 8, (3, 4)))
    kept, actions = env.snapshot(), rng.integers(0, 8, (40, 3, 4))
    ends = []
    for _ in range(2):
        env.restore(kept)
        for action in actions:
            env.step(action)
        ends.append(env.snapshot())
    for one, other in zip(*ends):
        np.testing.assert_array_equal(one, other)


def test_pictures_show_beams_marks_ice_and_who_is_away():
    env = small(3, sanctions={"graduated": True, "freeze": 5, "removal": 9, "cooldown": 0})
    stage(env, [(5, 5, "E"), (5, 7, "W"), (2, 2, "N")])
    plain = env.draw(0)
    act(env, SHOOT, STAY, STAY)
    hit = env.draw(0)
    act(env, SHOOT, STAY, STAY)
    act(env, STAY, STAY, STAY)
    gone = env.draw(0, follow=0)
    assert len({plain.tobytes(), hit.tobytes(), gone.tobytes()}) == 3
    assert "1 off the map" in env.text(0)
