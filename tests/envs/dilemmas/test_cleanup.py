"""The clean-up task.

Tested are recordings of Melting Pot, the goldens of spec D1 by number, chances within 3 sigma,
presets, and metrics by hand.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.cleanup.config import CleanupConfig
from stigmergy.envs.dilemmas.cleanup.maps import APPLE, CLEAN, DIRT, MAPS, TREE
from stigmergy.envs.dilemmas.cleanup.rules import ALIVE, CLEANED, CLEANED_NOW, DIRTY, EATEN
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make

from ..support.dilemmas.bots import returns_beside
from ..support.dilemmas.melting_pot import ABSENT, cases, play_with_some_seed, table
from ..support.dilemmas.staging import act, stage, where

STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, SHOOT, WASH = range(9)
LETTERS = {"\n": "\n", "W": "#", "B": "A", "T": "A", "H": "R", "F": "D"}
"""Melting Pot's letters of the micro maps to ours.

All others are floor: tests say where agents begin, and streams do nothing.
"""
OPTIONS = {
    ("AppleGrow", "maxAppleGrowthRate"): "apple_chance",
    ("AppleGrow", "thresholdDepletion"): "depletion",
    ("AppleGrow", "thresholdRestoration"): "restoration",
    ("DirtSpawner", "dirtSpawnProbability"): "dirt_chance",
    ("DirtSpawner", "delayStartOfDirtSpawning"): "dirt_delay",
    ("Cleaner", "beamLength"): "clean_length",
    ("Cleaner", "beamRadius"): "clean_radius",
    ("Cleaner", "cooldownTime"): "clean_cooldown",
}


def cleanup(map: str, num_agents: int = 1, num_envs: int = 1, **given):
    env = make("dilemmas/cleanup-v0", num_envs, map=map, num_agents=num_agents, **given)
    env.reset(0)
    return env


def seen_on(env) -> list[str]:
    """Map of env 0 in the letters of the recordings."""
    letters = {1: "W", APPLE: "a", DIRT: "d"}
    return ["".join(letters.get(int(code), ".") for code in row) for row in env.state.cell[0]]


def rewards(env, *actions: int) -> list[float]:
    return act(env, *actions).groups["agents"].reward[0].tolist()


RECORDED = [
    case
    for prefix in ("clean_up/", "beams/clean", "zap/clean", "moves/clean_up")
    for case in cases(prefix)
    if "apple_for_two" not in case.name  # what two agents eat of one apple is the order's doing
]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case.name)
def test_a_recorded_course_of_melting_pot(case):
    play_with_some_seed(case, play_as_recorded)


def play_as_recorded(case, seed):
    chosen = {
        OPTIONS[component, key]: value for component, values in case.parameters.items() for key, value in values.items()
    }
    if "clean_radius" in chosen:  # ours is at most the length, as the columns beyond are empty
        chosen["clean_radius"] = min(chosen["clean_radius"], chosen.get("clean_length", 3))
    n = len(case.start)
    env = cleanup("".join(LETTERS.get(letter, " ") for letter in case.map), n, **chosen)
    env.reset(seed)
    stage(env, [(r, q, "NESW"[way]) for (r, q), way in zip(case.start.tolist(), case.facing)])
    certain = {name for name in (*case.columns, "map", "beams", "events") if name not in case.varies}
    if case.maps and "map" in certain:
        assert seen_on(env) == case.maps[0]
    told = np.zeros(n)
    for t, actions in enumerate(case.actions):
        before = [where(env, i) for i in range(n)]
        grown = bool(case.parameters.get("AppleGrow", {}).get("maxAppleGrowthRate") == 1.0) and env.river.depletion > env.state.env_counters[0, DIRTY] / max(len(env.river.water), 1)  # fmt: skip
        step = env.step(actions[None])
        for i in range(n):
            now = where(env, i)
            if "position" in certain and "position" in case.columns:
                r, q = case.columns["position"][t + 1, i]
                assert (now is None) == (r == ABSENT), f"step {t}"
                assert now is None or now[:2] == (r, q), f"step {t}"
            if "facing" in certain and now:
                assert "NESW".index(now[2]) == case.columns["facing"][t + 1, i], f"step {t}"
            if "alive" in case.columns:
                assert (now is not None) == case.columns["alive"][t + 1, i], f"step {t}"
            if "reward" in certain:
                # There an apple under an agent whose move is blocked is eaten a second time.
                blocked = before[i] == now and FORWARD <= actions[i] <= STEP_RIGHT
                twice = grown and blocked and env.layout.letters[before[i][:2]] == "A"
                assert case.columns["reward"][t + 1, i] == step.groups["agents"].reward[0, i] + twice, f"step {t}"
            if "ready" in certain and now:
                cooling = 1 - env.state.cooling[0, i, 0] / env.config.sanctions.cooldown
                assert case.columns["ready"][t + 1, i] == pytest.approx(cooling), f"step {t}"
        if "others_cleaned" in certain:
            np.testing.assert_array_equal(case.columns["others_cleaned"][t + 1], told, f"step {t}")  # a step late
        told = env.state.extra_observation[0, :, 0].copy()
        if case.maps and "map" in certain:
            assert seen_on(env) == case.maps[t + 1], f"step {t}"
        if case.beams and "beams" in certain:
            for bit, name in enumerate(("zap", "clean")):
                shone = {(int(r), int(q)) for r, q in np.argwhere(env.state.beam[0] >> bit & 1)}
                assert shone == case.beams[t + 1].get(name, set()), f"step {t}, {name}"
        if case.events and "events" in certain:
            cleaned = [values["player_index"] for name, values in case.events[t + 1] if name == "player_cleaned"]
            assert env.state.agent_counters[0, :, CLEANED_NOW].tolist() == [cleaned.count(i) for i in range(n)], (
                f"step {t}"
            )
            assert {(i, j) for i, j in np.argwhere(step.signals["target"][0])} == case.hits(t), f"step {t}"


def test_a_no_apple_grows_while_the_share_of_dirt_is_at_the_threshold():
    map = "#########\n#DDRRRAA#\n#AAAAAAA#\n#P      #\n#########"
    at = cleanup(map, num_envs=200, dirt_chance=0)  # 2 of 5 are .4
    below = cleanup(map.replace("DDRRR", "DRRRR"), num_envs=200, dirt_chance=0)
    for env in (at, below):
        for _ in range(30):
            env.step(np.zeros((200, 1), int))
    assert (at.state.env_counters[:, ALIVE] == 0).all()
    assert (below.state.env_counters[:, ALIVE] > 0).all()
    assert (at.state.cell != APPLE).all()


@pytest.mark.parametrize(
    ("river", "chance"),
    [("RRRRRRRRRR", 0.05), ("DDRRRRRRRR", 0.025), ("DDDRRRRRRR", 0.0125), ("DDDDRRRRRR", 0), ("DDDDDDRRRR", 0)],
)
def test_b_apples_grow_as_the_river_allows_within_3_sigma(river, chance):
    env = cleanup("\n".join([river, "P" + " " * 9, *["A" * 10] * 10]), num_envs=200, dirt_chance=0)
    draws = grown = 0
    for _ in range(5):
        before = env.state.env_counters[:, ALIVE].copy()
        env.step(np.zeros((200, 1), int))
        np.testing.assert_array_equal(env.state.env_counters[:, ALIVE], (env.state.cell == APPLE).sum(axis=(1, 2)))
        draws += (100 - before).sum()
        grown += (env.state.env_counters[:, ALIVE] - before).sum()
    assert abs(grown - draws * chance) <= 3 * np.sqrt(draws * chance * (1 - chance))


def test_b_every_tree_is_as_likely_as_the_next_and_they_do_not_depend_on_each_other():
    envs, trees, chance = 20_000, 12, 0.3
    env = cleanup("R" * trees + "\n" + "A" * trees + "\nP" + " " * (trees - 1), num_envs=envs, apple_chance=chance)
    env.step(np.zeros((envs, 1), int))
    grown = env.state.cell[:, 1] == APPLE
    assert (abs(grown.mean(axis=0) - chance) < 4 * np.sqrt(chance * (1 - chance) / envs)).all()
    both = (grown[:, :-1] & grown[:, 1:]).mean(axis=0)
    assert (abs(both - chance**2) < 4 * np.sqrt(chance**2 * (1 - chance**2) / envs)).all()
    whole = np.bincount(grown.sum(axis=1), minlength=trees + 1)
    assert grown.sum(axis=1).var() == pytest.approx(trees * chance * (1 - chance), rel=0.05), whole


def test_the_reference_itself_grows_apples_with_these_chances():
    for share, seen in table("clean_up_apples").items():
        p = max(0.05 * (0.4 - float(share)) / 0.4, 0)
        assert abs(seen["grown"] - p * seen["draws"]) <= 3 * np.sqrt(p * seen["draws"])


def test_c_a_beam_cleans_the_nearest_dirt_of_each_column_and_passes_agents_and_apples():
    env = cleanup("#######\n#  DDD#\n#  DDD#\n#  DDD#\n#######", 2, dirt_chance=0)
    stage(env, [(2, 1, "E"), (2, 2, "N")])
    for shot in range(3):
        act(env, WASH, STAY)
        assert env.state.agent_counters[0, 0, CLEANED_NOW] == (3 if shot == 0 else 1 if shot == 1 else 0)
        for _ in range(2):
            act(env, STAY, STAY)
    assert seen_on(env)[1:4] == ["W...ddW", "W....dW", "W...ddW"]  # it reaches three cells ahead, two beside


def test_d_cleaning_is_ready_again_after_three_steps_and_the_sanction_after_eleven():
    env = cleanup("######\n#  D #\n#    #\n######", 1, dirt_chance=1, dirt_delay=0)
    stage(env, [(1, 2, "E")])
    washed = [t for t in range(10) if act(env, WASH) and env.state.agent_counters[0, 0, CLEANED_NOW]]
    assert washed == [0, 3, 6, 9]  # the only cell gets dirty again in every step
    env = cleanup(
        "##########\n#  DDDDDD#\n#        #\n##########", 2, dirt_chance=0, sanctions={"remove": False, "fine": 1}
    )
    stage(env, [(1, 2, "E"), (2, 3, "N")])
    shots = [t for t in range(34) if act(env, SHOOT, STAY).signals["sanction"][0, 0]]
    assert shots == [0, 11, 22, 33]


def test_e_who_is_sanctioned_away_sees_nothing_for_51_steps():
    env = cleanup("########\n#      #\n#  P P #\n########", 2)
    stage(env, [(1, 1, "E"), (1, 3, "W")])
    assert env.config.sanctions.removal == 50
    seen = [act(env, SHOOT if t == 0 else STAY, STAY).groups["agents"].observation[0, 1].any() for t in range(53)]
    assert seen == [False] * 51 + [True] * 2
    assert where(env, 1)[:2] in {(2, 3), (2, 5)}


@pytest.mark.parametrize("delay", [0, 50])
def test_one_cell_gets_dirty_in_half_of_the_steps_after_a_delay(delay):
    envs, steps = 400, 100
    wide = "\n".join(["R" * 30] * 12 + ["P" + " " * 29])
    env = cleanup(wide, num_envs=envs, dirt_delay=delay)
    dirty = np.zeros((steps + 1, envs), int)
    for t in range(steps):
        env.step(np.zeros((envs, 1), int))
        dirty[t + 1] = env.state.env_counters[:, DIRTY]
    new = np.diff(dirty, axis=0)
    np.testing.assert_array_equal(dirty[-1], (env.state.cell == DIRT).sum(axis=(1, 2)))
    assert (new[:delay] == 0).all()
    assert new.max() == 1
    draws = envs * (steps - delay)
    assert abs(new.sum() - draws / 2) <= 3 * np.sqrt(draws / 4)
    assert new[delay].sum() > 0
    seen = table("clean_up_dirt")
    assert abs(seen["with_new_dirt"] - seen["frames"] / 2) <= 3 * np.sqrt(seen["frames"] / 4)


def test_each_clean_cell_is_as_likely_to_get_dirty():
    envs = 4000
    env = cleanup("RDRDRRR\nP      ", num_envs=envs, dirt_delay=0, dirt_chance=1)
    env.step(np.zeros((envs, 1), int))
    first = (env.state.cell[:, 0] == DIRT).sum(axis=0)
    assert first[1] == first[3] == envs
    clear = first[[0, 2, 4, 5, 6]]
    assert clear.sum() == envs
    assert (abs(clear - envs / 5) <= 3 * np.sqrt(envs * 0.2 * 0.8)).all()
    for _ in range(6):
        env.step(np.zeros((envs, 1), int))
    assert (env.state.cell[:, 0] == DIRT).all()  # and then no more


def test_maps_have_the_cells_of_their_sources():
    counts = {name: {letter: drawing.count(letter) for letter in "ADRP"} for name, drawing in MAPS.items()}
    lines = {name: drawing.strip("\n").split("\n") for name, drawing in MAPS.items()}
    assert counts["clean_up"] == {"A": 122, "D": 79, "R": 68, "P": 19}
    assert (len(lines["clean_up"]), len(lines["clean_up"][0])) == (21, 30)
    assert counts["ssd"]["A"] == 103
    assert counts["ssd"]["D"] + counts["ssd"]["R"] == 119
    assert counts["small"]["D"] / (counts["small"]["D"] + counts["small"]["R"]) > 0.4
    env = make("dilemmas/cleanup-v0", 1)
    env.reset(0)
    assert env.state.env_counters[0, DIRTY] / len(env.river.water) == pytest.approx(0.537, abs=0.001)


def test_presets_set_what_is_not_given():
    pot = CleanupConfig()
    assert (pot.map, pot.num_agents, pot.apple_chance, pot.depletion, pot.restoration) == ("clean_up", 7, 0.05, 0.4, 0)
    assert (pot.dirt_chance, pot.dirt_delay) == (0.5, 50)
    assert (pot.clean_length, pot.clean_radius, pot.clean_cooldown) == (3, 1, 2)
    beam = pot.sanctions
    assert (beam.length, beam.radius, beam.cooldown, beam.removal, beam.cost, beam.fine) == (3, 1, 10, 50, 0, 0)
    ssd = CleanupConfig(rules="ssd")
    beam = ssd.sanctions
    assert (beam.length, beam.cooldown, beam.cost, beam.fine, beam.remove) == (5, 0, 1, 50, False)
    assert (ssd.map, ssd.num_agents, ssd.under_agents, ssd.dirt_until) == ("ssd", 5, False, 0.4)
    assert (ssd.view.left, ssd.view.right, ssd.view.forward, ssd.view.backward) == (7, 7, 7, 7)
    assert make("dilemmas/cleanup-v0", 1, rules="ssd").groups["agents"].observation.shape[3:] == (15, 15)
    own = make(
        "dilemmas/cleanup-v0", 1, rules="ssd", map="small", dirt_delay=9, sanctions={"fine": 2}, view={"left": 1}
    )
    p = own.config
    assert (p.map, p.num_agents, p.dirt_delay, p.sanctions.fine, p.sanctions.cost) == ("small", 3, 9, 2, 1)
    assert (p.view.left, p.view.right) == (1, 7)
    assert make("dilemmas/cleanup-v0", 1, map="small", num_agents=2).config.num_agents == 2


def test_ssd_dirt_comes_almost_surely_and_only_below_the_threshold():
    envs = 500
    env = cleanup(
        "RRRRRRRRRR\nP         ", num_envs=envs, rules="ssd", dirt_chance=0.5, clean_length=3, sanctions={"length": 3}
    )
    for _ in range(30):
        env.step(np.zeros((envs, 1), int))
    assert (env.state.env_counters[:, DIRTY] == 4).all()
    env = cleanup("RR\nP \n  \n  \n  ", num_envs=4000, rules="ssd", dirt_until=1.0, dirt_chance=0.3, clean_length=3, sanctions={"length": 3})  # fmt: skip
    env.step(np.zeros((4000, 1), int))
    some = env.state.env_counters[:, DIRTY].mean()
    assert abs(some - 0.51) <= 3 * np.sqrt(0.51 * 0.49 / 4000)  # 1 - .7 ** 2


def test_beams_of_ssd_end_at_agents_and_a_shot_costs_1_and_a_hit_50():
    env = cleanup("########\n#   D  #\n#  P P #\n########", 2, rules="ssd")
    stage(env, [(1, 1, "E"), (1, 2, "N")])
    assert rewards(env, WASH, STAY) == [0, 0]
    assert env.state.cell[0, 1, 4] == DIRT
    assert rewards(env, SHOOT, STAY) == [-1, -50]
    assert where(env, 1) == (1, 2, "N")
    stage(env, [(1, 1, "E"), (2, 5, "N")])
    act(env, WASH, STAY)
    assert env.state.cell[0, 1, 4] == CLEAN


def test_the_beam_of_socialjax_cleans_all_that_it_covers_and_streams_count_as_clean():
    env = cleanup("#######\n# DDD~#\n#    ~#\n#######", 1, rules="socialjax", dirt_chance=0)
    stage(env, [(1, 1, "E")])
    act(env, WASH)
    assert seen_on(env)[1] == "W...d.W"
    assert env.state.agent_counters[0, 0, CLEANED_NOW] == 2
    assert env.river.streams == 2
    assert cleanup("D~  \nP   ", 1).river.streams == 0
    metrics = env._measure()
    assert metrics["dirt_fraction"][0] == pytest.approx(1 / 5)


def test_apples_grow_under_agents_only_where_the_rules_say_so():
    for under, first in ((True, 1), (False, 0)):
        env = cleanup("#####\n#AR #\n#####", 1, apple_chance=1, under_agents=under, dirt_chance=0)
        stage(env, [(1, 1, "E")])
        assert rewards(env, STAY) == [first]
        assert env.state.cell[0, 1, 1] == TREE
        assert rewards(env, TURN_LEFT) == [first]
        rewards(env, STEP_RIGHT)  # off the tree
        rewards(env, STAY)
        assert rewards(env, STEP_LEFT) == [1]
        assert env.state.agent_counters[0, 0, EATEN] == env._measure()["apples_eaten"][0]


def test_everyone_on_the_map_is_paid_where_reward_is_shared():
    env = cleanup("######\n#A R #\n#    #\n######", 3, apple_chance=1, shared=True, dirt_chance=0)
    stage(env, [(1, 2, "W"), (2, 4, "N"), (2, 1, "N")])
    env.state.out[0, 2], env.state.occupant[0, 2, 1] = 5, 0
    assert rewards(env, FORWARD, STAY, STAY) == [1, 1, 0]
    assert env.state.agent_counters[0, :, EATEN].tolist() == [1, 0, 0]


def test_agents_are_told_how_many_others_cleaned():
    env = cleanup("#######\n# D D #\n#  P  #\n#P P P#\n#######", 3, dirt_chance=0)
    plane = env.planes.index("others_cleaned")
    stage(env, [(1, 1, "E"), (1, 5, "W"), (3, 3, "N")])
    told = [act(env, WASH, WASH, STAY).groups["agents"].observation[0, :, plane].copy() for _ in range(2)]
    assert [(plane.min(), plane.max()) for plane in told[0]] == [(1, 1), (1, 1), (2, 2)]
    assert not told[1].any()


def test_guilty_is_who_ate_and_did_not_clean_of_late():
    env = cleanup("#######\n#AR  D#\n#     #\n#######", 2, apple_chance=1, dirt_chance=0, depletion=1, restoration=0.9, guilt=4, sanctions={"remove": False, "fine": 1})  # fmt: skip
    stage(env, [(1, 2, "W"), (1, 4, "E")])
    act(env, FORWARD, STAY)  # eats
    seen = [env.state.guilty[0].tolist()]
    act(env, BACKWARD, WASH)
    seen += [env.state.guilty[0].tolist()]
    for _ in range(4):
        act(env, STAY, STAY)
        seen += [env.state.guilty[0].tolist()]
    assert seen == [[True, False]] * 5 + [[False, False]]  # it ate once more as it left; that step and three more
    stage(env, [(1, 2, "W"), (1, 4, "W")])
    assert act(env, STAY, SHOOT).signals["target"][0, 1, 0] == 1  # unjust, for the meal is forgotten
    for _ in range(10):
        act(env, STAY, STAY)
    act(env, FORWARD, STAY)
    act(env, BACKWARD, SHOOT)
    metrics = env._measure()
    assert (metrics["hits"][0], metrics["just_hits"][0], metrics["unjust_hits"][0]) == (2, 1, 1)


def test_who_cleans_is_forgiven_at_once():
    env = cleanup("#######\n#A DR #\n#######", apple_chance=1, depletion=1, restoration=0.9, dirt_chance=0)
    stage(env, [(1, 2, "W")])
    for action in (STAY, FORWARD, BACKWARD, TURN_RIGHT, TURN_RIGHT):
        act(env, action)
    assert env.state.guilty[0, 0]
    act(env, WASH)
    assert env.state.agent_counters[0, 0, CLEANED] == 1
    assert not env.state.guilty[0, 0]


def test_metrics_by_hand():
    env = cleanup("#######\n#A DRR#\n#P P P#\n#######", 3, apple_chance=0, dirt_chance=0, max_cycles=4)
    stage(env, [(1, 2, "E"), (2, 3, "N"), (2, 5, "N")])
    env.state.cell[0, 1, 1], env.state.env_counters[0, ALIVE] = APPLE, 1
    act(env, STAY, STAY, STAY)
    act(env, WASH, WASH, STAY)  # both clean the one cell
    act(env, STAY, STAY, STAY)
    step = act(env, BACKWARD, STAY, STAY)
    assert step.last[0]
    assert step.groups["agents"].reward[0].tolist() == [1, 0, 0]
    metrics = {name: float(value[0]) for name, value in step.metrics.items()}
    assert metrics["dirt_fraction"] == pytest.approx(1 / 3 / 4)
    assert (metrics["apples_eaten"], metrics["apples_alive"], metrics["dirt_cleaned"]) == (1, 0, 2)
    assert metrics["cleaners"] == pytest.approx(2 / 3)
    assert (metrics["efficiency"], metrics["return_0"], metrics["sustainability"]) == (0.25, 1, 3)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000), rules=st.sampled_from(["melting_pot", "ssd", "socialjax"]), freeze=st.integers(0, 3)
)
def test_counts_are_those_of_the_map_after_any_play(seed, rules, freeze):
    env = make("dilemmas/cleanup-v0", 4, map="small", rules=rules, num_agents=4, depletion=0.9, dirt_chance=0.3, sanctions={"freeze": freeze})  # fmt: skip
    env.reset(seed)
    start = env.layout.cells
    random = np.random.default_rng(seed)
    for _ in range(40):
        step = env.step(random.integers(0, 9, (4, 4)))
        s = env.state
        np.testing.assert_array_equal(s.env_counters[:, DIRTY], (s.cell == DIRT).sum(axis=(1, 2)))
        np.testing.assert_array_equal(s.env_counters[:, ALIVE], (s.cell == APPLE).sum(axis=(1, 2)))
        assert (np.isin(s.cell, (CLEAN, DIRT)) == np.isin(start, (CLEAN, DIRT))).all()
        assert (np.isin(s.cell, (APPLE, TREE)) == (start == TREE)).all()
        sums = s.agent_counters[:, :, EATEN].sum(axis=1)
        if rules != "ssd":
            np.testing.assert_array_equal(s.returns.sum(axis=1), sums)
        assert step.groups["agents"].observation.max() <= 4


def test_cleaning_pays_all_and_eating_alone_pays_each():
    both = returns_beside("dilemmas/cleanup-v0", ["cleaner"] * 3, 8, map="small", max_cycles=400)
    none = returns_beside("dilemmas/cleanup-v0", ["defect"] * 3, 8, map="small", max_cycles=400)
    lone = returns_beside("dilemmas/cleanup-v0", ["cleaner", "cleaner", "defect"], 8, map="small", max_cycles=400)
    assert both.mean() > 20 > 5 > none.mean()
    assert lone[2] > both.mean()


def test_punishing_players_shoot_at_eaters_alone():
    players = returns_beside("dilemmas/cleanup-v0", ["punish", "punish", "defect"], 4, map="small", max_cycles=300, dirt_chance=0.2)  # fmt: skip
    lone = returns_beside("dilemmas/cleanup-v0", ["cleaner", "cleaner", "defect"], 4, map="small", max_cycles=300, dirt_chance=0.2)  # fmt: skip
    assert players[2] < 0.7 * lone[2]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rules": "melting_pots"}, "rules is 'melting_pots'"),
        ({"map": "clean"}, "map is 'clean'"),
        ({"map": "#P\n#X"}, "'X' in line 2, column 2"),
        ({"map": "#P\n#"}, "line 2"),
        ({"map": "#P\n#A"}, "the length of the beam|sanctions.length is 3"),
        ({"restoration": 0.5}, "restoration is 0.5"),
        ({"depletion": 1.5}, "depletion is 1.5"),
        ({"apple_chance": -0.1}, "apple_chance is -0.1"),
        ({"dirt_chance": 2}, "dirt_chance is 2"),
        ({"dirt_delay": -1}, "dirt_delay is -1"),
        ({"dirt_until": 1.1}, "dirt_until is 1.1"),
        ({"clean_length": 0}, "clean_length is 0"),
        ({"clean_radius": 4}, "clean_radius is 4"),
        ({"clean_cooldown": -1}, "clean_cooldown is -1"),
        ({"guilt": 0}, "guilt is 0"),
        ({"num_agents": 20}, "num_agents is 20"),
        ({"sanctions": {"removal": 0}}, "sanctions.removal is 0"),
    ],
)
def test_bad_parameters_get_a_sentence(given, sentence):
    with pytest.raises(BadParameter, match=sentence):
        make("dilemmas/cleanup-v0", 1, **given)
