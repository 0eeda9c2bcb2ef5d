"""Allelopathic harvest.

Tested are recordings of Melting Pot, the growth law by number, planting, eating, guilt, and the
players.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.allelopathic_harvest.maps import MAPS
from stigmergy.envs.dilemmas.allelopathic_harvest.rules import (
    LARGEST_STEPS,
    PLANTED,
    RIPE,
    RIPE_NOW,
    UNRIPE,
    chance_to_ripen,
)
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make

from ..support.dilemmas.bots import bot
from ..support.dilemmas.melting_pot import cases, play_with_some_seed, table
from ..support.dilemmas.staging import act, stage, where

ID = "dilemmas/allelopathic_harvest-v0"
STAY, FORWARD, BACKWARD, LEFT, SANCTION, RED, GREEN, BLUE = 0, 1, 2, 5, 7, 8, 9, 10
NEARBY = {"left": 0, "right": 0, "forward": 1, "backward": 0}
LETTERS = ".W123rgb"
BEAMS = ("zap", "paint_1", "paint_2", "paint_3")
TRANSLATION = str.maketrans("PW123", ".#rgb")
FIELD = "\n".join(["........"] * 6)


def small(drawing, n=1, num_envs=1, **parameters):
    """An environment on a drawing, with a view that fits every torus."""
    parameters.setdefault("view", NEARBY)
    return make(ID, num_envs, map=drawing, num_agents=n, **parameters)


def letters(env, env_index=0):
    """Cells of an env in the letters of the recording."""
    return ["".join(LETTERS[code] for code in row) for row in env.state.cell[env_index]]


def replay(case, seed=0):
    """The environment of a recorded case, staged."""
    roles = case.roles or ["red", "green", "red"][: len(case.start)]  # what the reference takes
    berries = sum(case.map.count(letter) for letter in "123")
    drawing = case.map if berries else case.map.replace("P", "1", 1)  # our maps need a berry: where nobody is, it says
    rate = case.parameters["Regrowth"]["baseRate"]
    assert rate in (0, 1)
    env = small(
        drawing.translate(TRANSLATION),
        len(roles),
        ripening=rate,
        cubic_rate=1e6,  # so that every berry ripens for certain, if at all
    )
    env.reset(seed)
    env.garden.favourite[:] = [role.endswith("green") for role in roles]
    stage(env, [(r, c, "NESW"[f]) for (r, c), f in zip(case.start, case.facing)])
    return env


RECORDED = [*cases("allelopathic/"), *cases("sanctions/")]


@pytest.mark.parametrize("case", RECORDED, ids=[case.name for case in RECORDED])
def test_plays_like_melting_pot(case):
    play_with_some_seed(case, play_as_recorded)


def play_as_recorded(case, seed):
    """Compare positions, colours, rewards, the map and beams with the recording.

    The mark is left out, since it is seen a step longer there.
    """
    env = replay(case, seed)
    s, seen = env.state, case.columns
    compared = set(seen) - case.varies
    for t in range(case.steps):
        eaters = [values["player_index"] for name, values in case.events[t + 1] if name == "eating"]
        if len(set(eaters)) < len(eaters):
            return  # a berry that ripens under an agent whose move is blocked is eaten twice there, not here
        reward = env.step(case.actions[t][None]).groups["agents"].reward[0]
        said = f"{case.name}, step {t}"
        if "reward" in compared:
            assert reward.tolist() == seen["reward"][t + 1].tolist(), said
        if "alive" in compared:
            assert (s.out[0] == 0).tolist() == seen["alive"][t + 1].tolist(), said
        here = s.out[0] == 0
        if "position" in compared:
            assert s.position[0][here].tolist() == seen["position"][t + 1][here].tolist(), said
        if "facing" in compared:
            assert s.facing[0][here].tolist() == seen["facing"][t + 1][here].tolist(), said
        if "colour" in compared:
            stayed = here & (seen["alive"][t] == 1)  # who comes back turns grey a step later there
            assert s.colour[0][stayed].tolist() == seen["colour"][t + 1][stayed].tolist(), said
        if case.maps and "map" not in case.varies and any(letter in case.map for letter in "123"):
            assert letters(env) == case.maps[t + 1], said
        if case.beams and "beams" not in case.varies:
            mine = {name: {(r, c) for r, c in np.argwhere(s.beam[0] >> b & 1)} for b, name in enumerate(BEAMS)}
            assert {k: v for k, v in mine.items() if v} == {k: v for k, v in case.beams[t + 1].items() if v}, said


def waiting_times(drawing, num_envs=16, steps=1500):
    """Steps that berries waited for each one that ripened, after the delay, while no agent ate."""
    env = make(ID, num_envs, map=drawing, num_agents=1, view=NEARBY)
    env.reset(1)
    stay, berries = np.zeros((num_envs, 1), int), len(env.sites)
    exposed = 0
    for t in range(steps):
        if t >= 9:
            exposed += num_envs * berries - env.state.env_counters[:, RIPE_NOW].sum()
        env.step(stay)
    return exposed / env.state.env_counters[:, RIPE_NOW].sum(), env.state.env_counters[:, RIPE_NOW].sum()


def test_a_berry_takes_575_steps_to_ripen_in_a_monoculture_and_1724_among_thirds():
    thirds, n = waiting_times(MAPS["open"])
    assert thirds == pytest.approx(1724, rel=3 / n**0.5)
    alike, m = waiting_times(MAPS["open"].replace("g", "r").replace("b", "r"))
    assert alike == pytest.approx(575, rel=3 / m**0.5)
    assert thirds / alike == pytest.approx(3, rel=3 * (1 / n + 1 / m) ** 0.5)


def test_no_berry_ripens_before_the_tenth_step_nor_after_being_eaten():
    env = small(FIELD.replace(".", "r", 1), ripening=1.0)
    env.reset(0)
    stage(env, [(1, 0, "N")])
    ripe_at = []
    for t in range(25):
        act(env, STAY if t != 9 else FORWARD)  # it ripens in step 9 and is eaten in that same step
        ripe_at += (
            [t] if env.state.env_counters[0, RIPE_NOW] or env.state.agent_counters[0, 0, 0] > len(ripe_at) else []
        )
    assert ripe_at[0] == 9
    assert env.state.agent_counters[0, 0, 0] == 1  # it ate on entering and does not eat again where it stands
    assert env.state.env_counters[0, RIPE_NOW] == 1
    act(env, LEFT)
    assert env.state.agent_counters[0, 0, 0] == 1


def test_each_berry_ripens_by_its_own_chance_and_independently():
    # 12 red, 4 green, 8 blue berries: chances .3, .1 and .2 in the first step after the delay.
    env = make(ID, 6000, map="rrrgrrrg\nbbbbbbbb\nrrrgrrrg\n........", num_agents=1, ripening=0.6, delay=1, view=NEARBY)
    env.reset(3)
    env.step(np.zeros((6000, 1), int))
    ripe = env.state.cell[:, env.sites[:, 0], env.sites[:, 1]] >= RIPE
    colour = env.layout.cells[env.sites[:, 0], env.sites[:, 1]] - UNRIPE
    chance = np.array([0.3, 0.1, 0.2])[colour]
    sigma = np.sqrt(chance * (1 - chance) / 6000)
    assert (abs(ripe.mean(axis=0) - chance) < 4.5 * sigma).all()
    expected = (chance * (1 - chance)).sum()
    assert ripe.sum(axis=1).var() == pytest.approx(expected, rel=4.5 * (2 / 6000) ** 0.5)


def test_the_reference_itself_draws_by_this_law():
    for count, seen in table("allelopathic_ripening").items():
        chance, draws = 0.001 * int(count), seen["draws"]
        assert abs(seen["ripened"] - chance * draws) < 3 * (draws * chance * (1 - chance)) ** 0.5
    seen = table("allelopathic_colours")
    assert abs(seen["grey"] - 0.6 * seen["meals"]) < 3 * (seen["meals"] * 0.6 * 0.4) ** 0.5
    assert set(table("allelopathic_paint_timers")["gaps"]) == {"2"}


@pytest.mark.parametrize(("cubic_rate", "same", "chance"), [(0, 348, 1.74e-3), (0, 116, 5.8e-4), (9e-6, 348, 1.74e-3 * (1 + 9e-6 * 348**2)), (1e6, 300, 1)])  # fmt: skip
def test_the_chance_to_ripen(cubic_rate, same, chance):
    env = make(ID, 1, cubic_rate=cubic_rate)
    assert len(env.sites) == 348
    assert chance_to_ripen(env.garden, same) == pytest.approx(chance)


def test_eating_reveals_with_the_share_of_the_other_colours():
    env = make(
        ID,
        4000,
        map="........\n.r......\n........\n..rggb..",
        num_agents=1,
        ripening=1.0,
        cubic_rate=1e6,
        delay=1,
        view=NEARBY,
    )
    env.reset(0)
    env.state.occupant[:] = 0
    env.state.occupant[:, 1, 0] = 1
    env.state.position[:], env.state.facing[:] = (1, 0), 1
    env.step(np.full((4000, 1), STAY))
    env.state.colour[:] = 1
    rewards = env.step(np.full((4000, 1), FORWARD)).groups["agents"].reward
    assert (rewards == 2).all()
    assert (env.state.colour == 0).mean() == pytest.approx(0.6, abs=3.5 * (0.24 / 4000) ** 0.5)


def test_graduated_sanctions_by_number():
    env = small(FIELD[:-1] + "r", 2, ripening=0.0)
    env.reset(0)
    stage(env, [(2, 2, "E"), (2, 4, "N")])
    assert env.step(np.array([[SANCTION, STAY]])).signals["target"][0].tolist() == [[0, 1], [0, 0]]  # t = 0
    places, rewards = [], []
    for t in range(1, 68):
        step = env.step(
            np.array(
                [[SANCTION if t == 40 else STAY, BACKWARD if t in (24, 25) or t > 40 else FORWARD if t == 26 else STAY]]
            )
        )
        places.append(where(env, 1))
        rewards.append(float(step.groups["agents"].reward[0, 1]))
    assert places[:24] == [(2, 4, "N")] * 24  # t = 1 .. 24
    assert places[24:39] == [(3, 4, "N"), *[(2, 4, "N")] * 14]  # t = 25, the first effective one, and back
    assert rewards == [-10.0 if t == 40 else 0.0 for t in range(1, 68)]
    assert places[39] == (2, 4, "N")
    assert places[40:66] == [None] * 26  # t = 41 .. 66
    assert places[66] is not None  # t = 67
    assert env.state.hits[0].tolist() == [[0, 2], [0, 0]]


def test_the_next_sanction_is_possible_5_steps_later_and_the_next_planting_2():
    env = small(FIELD[:-1] + "r", 1)
    env.reset(0)
    stage(env, [(0, 0, "N")])
    fired = [int(env.step(np.array([[SANCTION]])).signals["sanction"][0, 0]) for _ in range(11)]
    assert fired == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    planted = []
    for t in range(6):
        act(env, GREEN if t % 2 else BLUE)  # one timer for all three
        planted.append(int(env.state.beam.max()))
    assert planted == [1 << 3, 0] * 3


def test_views_go_around_the_torus():
    env = small(
        ".......b\n........\n........\n........\n........\n.....r..",
        view={"left": 2, "right": 2, "forward": 2, "backward": 1},
    )
    env.reset(0)
    seen = stage(env, [(0, 6, "N")]).groups["agents"].observation[0, 0]
    red, blue = env.planes.index("unripe_red"), env.planes.index("unripe_blue")
    assert np.argwhere(seen[red]).tolist() == [[1, 1]]
    assert np.argwhere(seen[blue]).tolist() == [[2, 3]]
    assert set(np.unique(seen)) <= {0, 1}
    assert seen[env.planes.index("prefers_red")].all()
    assert not seen[env.planes.index("prefers_green")].any()


def test_one_can_plant_under_another_and_only_the_first_beam_counts():
    env = small("...r....\n........\n........\n........", 3, preferences=(0, 0, 3))
    env.reset(0)
    stage(env, [(0, 1, "E"), (0, 3, "N"), (0, 5, "W")])
    act(env, GREEN, STAY, BLUE)
    s = env.state
    code = s.cell[0, 0, 3]
    assert code in (UNRIPE + 1, UNRIPE + 2)
    assert s.agent_counters[0, :, PLANTED].tolist() == [int(code == UNRIPE + 1), 0, int(code == UNRIPE + 2)]
    assert s.colour[0].tolist() == [2 * int(code == UNRIPE + 1), 0, 3 * int(code == UNRIPE + 2)]
    act(env, *[STAY] * 3)
    act(env, int(code) - UNRIPE + RED, STAY, int(code) - UNRIPE + RED)  # the colour that it has: nothing happens
    assert s.agent_counters[0, :, PLANTED].sum() == 1


def test_guilty_is_who_planted_a_rarer_colour_as_seen_on_the_frame_of_the_decision():
    env = small("rgb.....\n........\n........\n........\n........", 3, ripening=0.0)
    env.reset(0)
    s = env.state
    stage(env, [(1, 0, "N"), (1, 1, "N"), (3, 3, "E")])
    assert not s.guilty.any()
    act(env, BLUE, STAY, STAY)  # 0 red, 1 green, 2 blue
    assert s.colour[0].tolist() == [3, 0, 0]
    assert not s.guilty.any()
    act(env, STAY, RED, STAY)  # 1 red, 0 green, 2 blue
    assert s.guilty[0].tolist() == [False, True, False]
    stage(env, [(1, 0, "N"), (3, 4, "N"), (3, 3, "E")])
    act(env, STAY, STAY, SANCTION)
    assert (s.just[0].tolist(), s.hits[0, 2].tolist()) == ([0, 0, 1], [0, 1, 0])
    stage(env, [(1, 0, "N"), (3, 6, "N"), (1, 1, "W")])
    for _ in range(4):
        act(env, STAY, STAY, STAY)
    act(env, STAY, STAY, SANCTION)
    measured = {name: value[0] for name, value in env._measure().items()}
    assert (measured["hits"], measured["just_hits"], measured["unjust_hits"]) == (2, 1, 1)


def test_metrics_by_hand():
    env = small("rgb.....\n........\n........\n........", 1, ripening=0.0, preferences=(0, 1, 0))
    env.reset(0)
    stage(env, [(1, 1, "N")])
    assert np.isnan(env._measure()["favourites_eaten"][0])
    act(env, STAY)  # thirds
    act(env, RED)  # two of three are red
    env.state.cell[0, 0, 1] = RIPE
    env.state.env_counters[0, RIPE_NOW] = 1
    act(env, FORWARD)  # eaten, so nothing is ripe at the end of the step
    act(env, STAY)
    measured = {name: value[0] for name, value in env._measure().items()}
    assert measured["monoculture"] == pytest.approx((1 + 2 + 2 + 2) / 12)
    assert measured["monoculture_end"] == measured["share_red"] == pytest.approx(2 / 3)
    assert (measured["share_green"], measured["share_blue"]) == (0, pytest.approx(1 / 3))
    assert (measured["berries_eaten"], measured["favourites_eaten"], measured["planted"]) == (1, 0, 1)
    assert measured["mean_return"] == 1
    assert measured["ripe_share"] == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([{}, {"enabled": False}, {"graduated": False, "fine": 1.0}]))
def test_what_is_counted_is_what_is_there(seed, sanctions):
    env = make(ID, 2, map="small", num_agents=6, ripening=0.05, delay=3, sanctions=sanctions)
    env.reset(seed)
    rng = np.random.default_rng(seed)
    largest = np.zeros(2)
    for _ in range(60):
        step = env.step(rng.integers(0, len(env.action_names), (2, 6)))
        s = env.state
        cells = s.cell[:, env.sites[:, 0], env.sites[:, 1]]
        counts = np.stack([(cells == UNRIPE + k).sum(1) + (cells == RIPE + k).sum(1) for k in range(3)], axis=1)
        assert (s.env_counters[:, :3] == counts).all()
        assert (s.env_counters[:, RIPE_NOW] == (cells >= RIPE).sum(1)).all()
        assert (counts.sum(1) == 60).all()
        largest += counts.max(axis=1)
        assert (s.env_counters[:, LARGEST_STEPS] == largest).all()
        rarer = np.take_along_axis(counts, np.maximum(s.colour.astype(int) - 1, 0), axis=1) < counts.max(
            1, keepdims=True
        )
        assert (s.guilty == ((s.colour > 0) & rarer)).all()
        assert step.groups["agents"].observation.max() <= 1
    assert s.agent_counters[:, :, 0].sum() > 0


def mean_returns(players, num_envs=8, **parameters):
    """Mean returns of an episode on the small map, `(n,)`, and the environment at its end."""
    env = make(ID, num_envs, map="small", num_agents=len(players), max_cycles=600, **parameters)
    step = env.reset(0)
    bots = {name: bot(name, env) for name in set(players)}
    while not step.last.all():
        stream = env.state.stream.copy()
        acts = {name: policy.act(env.state) for name, policy in bots.items()}
        assert (env.state.stream == stream).all()
        step = env.step(np.stack([acts[name][:, i] for i, name in enumerate(players)], axis=1))
    return env.state.returns.mean(axis=0), env


def test_it_is_a_dilemma():
    together, env = mean_returns(["cooperate"] * 6)
    assert (env._measure()["share_red"] > 0.99).all()
    alone, other = mean_returns(["defect"] * 6)
    assert (other._measure()["planted"] == 0).all()
    assert together.mean() > 1.5 * alone.mean()


def test_punishers_of_green_hit_who_plants_green_and_leave_each_other_alone():
    returns, env = mean_returns(["punish_green"] * 5 + ["planter_green"])
    hits = env.state.hits.sum(axis=0)
    assert hits[:5, 5].sum() > 20
    assert hits[:5, 5].sum() > 4 * hits[:5, :5].mean(axis=1).sum()  # they hit others only because they stand beside one
    assert returns[5] < 0 < returns[:5].mean()
    assert (env._measure()["share_red"] > 0.8).all()
    _, env = mean_returns(["punish_red"] * 3 + ["planter_blue", "eater", "planter_red"])
    assert env.state.hits[:, :3, 5].sum() > env.state.hits[:, :3, 3].sum()
    assert (env.state.agent_counters[:, 4, PLANTED] == 0).all()


@pytest.mark.parametrize("name", ["among_punishers_of_green", "among_planters_of_red"])
@pytest.mark.parametrize("size", ["", "_small"])
def test_scenarios_have_one_learner_who_likes_green(name, size):
    env = make(f"dilemmas/allelopathic_harvest_{name}{size}-v0", 2, max_cycles=3)
    assert [(group.name, group.size) for group in env.spec.groups] == [("learner", 1)]
    seen = env.reset(0).groups["learner"].observation
    assert seen.shape == (2, 1, 28, 11, 11)
    assert seen[:, :, 26].all()
    env.step(np.array([[GREEN], [STAY]]))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"preferences": (8, 8, 1)}, "preferences are (8, 8, 1); allowed are three counts for red, green and blue that add up to num_agents, which is 16"),
        ({"preferences": (17, -1, 0)}, "preferences are (17, -1, 0)"),
        ({"ripening": 1.5}, "ripening is 1.5; allowed is 0 to 1"),
        ({"delay": 0}, "delay is 0; allowed is 1 to 10000"),
        ({"map": "....\n....", "view": NEARBY}, "map has no berries"),
        ({"map": "opne"}, "open"),
        ({"map": "r...\n....\n....\n...."}, "view covers 11 x 11 cells"),
        ({"plant_length": 30}, "the length of the beam 'plant_red' is 30"),
    ],
)  # fmt: skip
def test_bad_parameters_get_a_sentence(given, sentence):
    with pytest.raises(BadParameter) as error:
        make(ID, 1, **given)
    assert sentence in str(error.value)


def test_the_open_map_is_that_of_melting_pot():
    env = make(ID, 1)
    assert env.layout.cells.shape == (30, 29)
    assert [int((env.layout.cells == UNRIPE + k).sum()) for k in range(3)] == [116] * 3
    assert env.action_names[7:] == ("sanction", "plant_red", "plant_green", "plant_blue")
    env.reset(0)
    assert env.state.extra_observation[0].argmax(axis=1).tolist() == [0] * 8 + [1] * 8
