"""Matrix games on a grid.

Tested are recordings of Melting Pot step by step, the goldens of spec D5 by number, payoffs by
hand, bots, and bad options.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.in_the_matrix.config import PRESETS
from stigmergy.envs.dilemmas.in_the_matrix.games import GAMES
from stigmergy.envs.dilemmas.in_the_matrix.maps import MAPS
from stigmergy.envs.dilemmas.in_the_matrix.rules import FIRST, MEMORY
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import make

from ..support.dilemmas.bots import returns_beside
from ..support.dilemmas.melting_pot import GOLDEN, table
from ..support.dilemmas.staging import act, stage, where

STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, SHOOT = range(8)
ID = "dilemmas/in_the_matrix-v0"
OURS = str.maketrans({"W": "#", "n": "P", "1": "0", "2": "1", "3": "2", "r": "0", "p": "1", "s": "2"})
NUM_ENVS = 16


def matrix(num_envs: int = 1, seed: int = 0, **given) -> Any:
    env = make(ID, num_envs, **given)
    env.reset(seed)
    return env


def resources(env, env_index: int = 0) -> list[str]:
    """The map as the recording draws it."""
    cells = env.state.cell[env_index]
    letters = np.where(cells == 1, "W", ".")
    stands = (cells >= FIRST) & (cells < env.own.waiting)
    letters[stands] = ((cells[stands] - FIRST) // env.config.health + 1).astype(str)
    return ["".join(row) for row in letters]


def recorded_cases():
    text = gzip.decompress(GOLDEN.with_name("in_the_matrix.json.gz").read_bytes())
    own = [("crowd/" + entry["case"]["name"], entry) for entry in json.loads(text)["cases"]]
    shared = json.loads(gzip.decompress(Path(GOLDEN).read_bytes()))["cases"]
    own += [(entry["case"]["name"], entry) for entry in shared if entry["case"]["name"].startswith("matrix/")]
    return [pytest.param(entry["case"], entry["result"], id=name) for name, entry in own]


class Replay:
    """Plays a recorded case in several envs at once, which differ in chance alone.

    After each step all go on from an env whose outcome is the recorded one.
    """

    def __init__(self, case):
        game, arena = case["substrate"].split("_in_the_matrix__")
        given = case.get("parameters", {})
        rate = given.get("Resource", {}).get("regenerationRate", 0.5)
        rows = [list(row) for row in case["map"]]
        if sum(letter in "nP" for row in rows for letter in row) < len(case["start"]):
            for row, column in case["start"]:
                rows[row][column] = "n"
        drawing = "\n".join("".join(row) for row in rows).translate(OURS)
        respawn = given.get("GameInteractionZapper", {}).get("framesTillRespawn")
        self.by_chance = rate not in (0, 1)
        self.env = matrix(
            NUM_ENVS,
            game=game,
            arena=arena,
            num_agents=len(case["start"]),
            map=drawing,
            regrowth_rate=0 if self.by_chance else rate,
            respawn=respawn,
        )
        self.agents = range(len(case["start"]))
        for env_index in range(NUM_ENVS):
            stage(
                self.env,
                [(row, column, "NESW"[way]) for (row, column), way in zip(case["start"], case["facing"])],
                env_index,
            )

    def grow(self, wanted):
        """Let what the recording has regrown regrow here, if it may."""
        s, own = self.env.state, self.env.own
        for row, letters in enumerate(wanted):
            for column, letter in enumerate(letters):
                if letter in "123" and s.cell[0, row, column] >= own.waiting and s.age[0, row, column] > own.delay:
                    s.cell[:, row, column] -= own.waiting - FIRST

    def shown(self, env_index):
        s, k, env = self.env.state, self.env.own.strategies, self.env
        told = s.extra_observation[env_index].astype(int)
        here = [s.out[env_index, i] == 0 for i in self.agents]
        return {
            "map": resources(env, env_index),
            "position": [s.position[env_index, i].tolist() if here[i] else None for i in self.agents],
            "facing": [int(s.facing[env_index, i]) if here[i] else None for i in self.agents],
            "reward": [round(float(reward), 4) for reward in env.groups["agents"].reward[env_index]],
            "inventory": s.inventory[env_index].tolist(),
            "beams": sorted(np.argwhere(s.beam[env_index] & 2).tolist()),
            "interaction": [[told[i, k : 2 * k].tolist(), told[i, 2 * k : 3 * k].tolist()] for i in self.agents],
            "ready": [1 - s.cooling[env_index, i, 1] / 2 if here[i] else None for i in self.agents],
        }

    def go_on_from(self, env_index, arrived):
        s = self.env.state
        for name, values in zip(s._fields, s):
            if name != "stream":
                values[:] = values[env_index]
        for i in arrived:
            s.occupant[:, s.position[0, i, 0], s.position[0, i, 1]] = 0
        for i, (row, column, way) in arrived.items():
            s.position[:, i], s.facing[:, i], s.occupant[:, row, column] = (row, column), way, i + 1


def expected(result, t, agents):
    here = [result["position"][t][i] is not None for i in agents]
    return {
        "map": result["maps"][result["map"][t]],
        "position": result["position"][t],
        "facing": result["facing"][t],
        "reward": [round(float(reward), 4) for reward in result["reward"][t]],
        "inventory": result["inventory"][t],
        "beams": sorted(result["beams"][t].get("interact", [])),
        "interaction": [
            [[max(value, 0) for value in part] for part in parts] for parts in result["interaction"][t]
        ],  # -1 for none
        "ready": [result["ready"][t][i] if here[i] else None for i in agents],
    }


@pytest.mark.parametrize(("case", "result"), recorded_cases())
def test_a_recorded_course_of_melting_pot(case, result):
    replay = Replay(case)
    env, spawns = replay.env, replay.env.constants.spawns.tolist()
    for t, joint in enumerate(case["actions"]):
        env.step(np.tile([int(action, 16) for action in joint], (NUM_ENVS, 1)))
        want = expected(result, t + 1, replay.agents)
        if replay.by_chance:
            replay.grow(want["map"])
        arrived = {
            i: (*want["position"][i], want["facing"][i])
            for i in replay.agents
            if want["position"][i] is not None and result["position"][t][i] is None
        }
        differences = []
        for env_index in range(NUM_ENVS):
            got = replay.shown(env_index)
            for i in arrived:
                assert got["position"][i] in spawns, f"agent {i} is not back in step {t}"
                got["position"][i], got["facing"][i] = want["position"][i], want["facing"][i]
            differences = [(name, got[name], want[name]) for name in want if got[name] != want[name]]
            if not differences:
                replay.go_on_from(env_index, arrived)
                break
        assert not differences, f"step {t}: {differences}"


def test_golden_of_d5():
    """(2, 1) zaps (1, 2): 13/9 and 28/9, paid 17 steps after the zap.

    Both are back 23 steps after it; inventories show for one step.
    """
    env = matrix(map="#######\n#P01 P#\n#######", regrowth_rate=0)
    stage(env, [(1, 1, "E"), (1, 4, "W")])
    act(env, FORWARD, FORWARD)
    assert env.state.inventory[0].tolist() == [[2, 1], [1, 2]]
    act(env, SHOOT, STAY)
    names = list(env.planes)
    shown = [names.index(name) for name in ("own_0", "own_1", "other_0", "other_1")]
    observation = env.groups["agents"].observation[0]
    assert observation[0, shown, 0, 0].tolist() == [2, 1, 1, 2]
    assert observation[1, shown, 0, 0].tolist() == [1, 2, 2, 1]
    for frame in range(1, 23):
        reward = act(env, FORWARD, BACKWARD).groups["agents"].reward[0]
        np.testing.assert_allclose(reward, (13 / 9, 28 / 9) if frame == 17 else (0, 0), rtol=1e-6)
        assert (where(env, 0) is None) == (where(env, 1) is None) == (frame >= 17)
        assert not env.groups["agents"].observation[0][:, shown].any()
        if frame < 17:
            assert (where(env, 0), where(env, 1)) == ((1, 2, "E"), (1, 3, "W"))
    act(env, STAY, STAY)
    assert where(env, 0) is not None
    assert where(env, 1) is not None
    assert env.state.inventory[0].tolist() == [[1, 1], [1, 1]]
    measured = {name: float(value[0]) for name, value in env._measure().items()}
    assert measured["interactions"] == 1
    assert measured["payoff"] == pytest.approx(41 / 18)
    assert measured["cooperation"] == measured["share_0"] == pytest.approx(1 / 2)
    assert measured["return_1"] == pytest.approx(28 / 9)


# Payoffs by hand for inventories (2, 1) and (1, 2), of three strategies (2, 1, 1) and (1, 2, 1).
# The first agent shoots.
BY_HAND = {
    "prisoners_dilemma": (13 / 9, 28 / 9),
    "chicken": ((3 * 2 + 2 * 4 + 5 * 1) / 9, (3 * 2 + 5 * 4 + 2 * 1) / 9),
    "stag_hunt": ((4 * 2 + 0 * 4 + 2 * 1 + 2 * 2) / 9, (4 * 2 + 2 * 4 + 0 * 1 + 2 * 2) / 9),
    "bach_or_stravinsky": ((3 * 2 + 2 * 2) / 9, (2 * 2 + 3 * 2) / 9),
    "pure_coordination": (5 / 16, 5 / 16),
    "rationalizable_coordination": ((2 + 4 + 3) / 16, 9 / 16),
    "running_with_scissors": (-10 / 16, 10 / 16),
}


@pytest.mark.parametrize("game", GAMES)
def test_payoffs_by_hand(game):
    env = matrix(game=game, map="#######\n#P01 P#\n#######", regrowth_rate=0, freeze=0)
    stage(env, [(1, 1, "E"), (1, 4, "W")])
    act(env, FORWARD, FORWARD)
    act(env, SHOOT, STAY)
    np.testing.assert_allclose(act(env, STAY, STAY).groups["agents"].reward[0], BY_HAND[game], rtol=1e-6)


def test_payoffs_of_ones_own_and_roles():
    for shooter, paid in ((0, (4.0, 40.0)), (1, (4.0, 40.0))):  # with roles agent 0 chooses the row whoever shoots
        env = matrix(
            payoffs=[[[1, 4], [2, 3]], [[10, 40], [20, 30]]],
            roles=True,
            map="#######\n#P01 P#\n#######",
            freeze=0,
            start=0,
        )
        stage(env, [(1, 1, "E"), (1, 4, "W")])
        act(env, FORWARD, FORWARD)
        act(env, *(SHOOT if i == shooter else STAY for i in range(2)))
        np.testing.assert_allclose(act(env, STAY, STAY).groups["agents"].reward[0], paid)
    env = matrix(arena="arena", num_agents=3, game="bach_or_stravinsky", map="########\n#P0 0 P#\n##   P##\n########")
    stage(env, [(1, 3, "W"), (1, 4, "E"), (2, 4, "N")])
    act(env, FORWARD, FORWARD, STAY)
    act(env, TURN_RIGHT, TURN_LEFT, STAY)
    act(env, TURN_RIGHT, TURN_LEFT, STAY)
    act(env, SHOOT, STAY, STAY)
    assert not env.state.frozen.any()  # both choose rows


def test_the_rate_of_regrowth_and_its_delay():
    env = matrix(64, map="#" * 12 + "\n#P" + "0" * 8 + "P#\n" + "#" * 12, regrowth_rate=0.02)
    s, own = env.state, env.own
    s.cell[:, 1, 2:10] += own.waiting - FIRST
    s.age[:] = 0
    grown = tried = 0
    for step in range(60):
        before = (s.cell[:, 1, 2:10] >= own.waiting) & (s.occupant[:, 1, 2:10] == 0)
        env.step(np.zeros((64, 2), np.int64))
        came = int((before & (s.cell[:, 1, 2:10] < own.waiting)).sum())
        if step < own.delay:
            assert came == 0
        else:
            grown, tried = grown + came, tried + int(before.sum())
    assert abs(grown / tried - 0.02) < 3 * np.sqrt(0.02 * 0.98 / tried)
    recorded = table("matrix_regrowth")
    assert recorded  # what the reference does is counted there


def test_half_of_the_random_resources_are_of_each_strategy():
    env = matrix(200, map="#" * 12 + "\n#P" + "?" * 8 + "P#\n" + "#" * 12)
    ones = (env.state.cell[:, 1, 2:10] - FIRST) // 3
    assert set(np.unique(ones)) == {0, 1}
    assert abs(ones.mean() - 0.5) < 3 * 0.5 / np.sqrt(1600)


def test_what_others_see_and_what_is_told():
    env = matrix(map="#######\n#P01 P#\n#######", regrowth_rate=0)
    stage(env, [(1, 1, "E"), (1, 4, "W")])
    names = list(env.planes)
    act(env, FORWARD, FORWARD)
    window = env.groups["agents"].observation[0, 0]
    assert window[names.index("inventory_0"), 0, 0] == 2
    assert window[names.index("inventory_1"), 4, 4] == 1
    assert not window[names.index("ready")].any()  # it is seen a step later, as in the reference
    act(env, STAY, STAY)
    window = env.groups["agents"].observation[0, 0]
    assert np.argwhere(window[names.index("ready")]).tolist() == [[2, 2], [3, 2]]
    act(env, SHOOT, STAY)
    act(env, STAY, STAY)
    window = env.groups["agents"].observation[0, 0]
    assert window[names.index("paid_3"), 2, 2] == window[names.index("paid_1"), 3, 2] == 1  # 28/9 and 13/9
    assert window[names.index("frozen"), 2, 2] == 1


def test_all_cooperate_best_together_and_a_defector_beats_a_cooperator():
    episodes = {"num_envs": 8, "max_cycles": 400}
    both, lone, neither = (
        returns_beside(ID, players, **episodes)
        for players in (("cooperate", "cooperate"), ("defect", "cooperate"), ("defect", "defect"))
    )
    assert both.mean() > 1.5 * neither.mean()
    assert lone[0] > both.max()
    assert lone[1] < neither.min()
    for retaliator in ("tit_for_tat", "grim"):
        beside_defector = returns_beside(ID, ("defect", retaliator), **episodes)
        assert beside_defector[1] > lone[1]
        assert beside_defector[0] < both.mean()
        assert returns_beside(ID, ("cooperate", retaliator), **episodes).mean() > 0.95 * both.mean()


def test_paper_beats_rock_and_scissors_beat_paper():
    for players in (("pure_1", "pure_0"), ("pure_2", "pure_1"), ("pure_0", "pure_2")):
        returns = returns_beside(ID, players, num_envs=4, game="running_with_scissors", max_cycles=300)
        assert returns[0] > 0 > returns[1]


def test_sanctions_keep_interactions_going_and_know_who_defected():
    env = matrix(
        map="#######\n#P11 P#\n#######", regrowth_rate=0, sanctions={"enabled": True, "freeze": 1, "remove": False}
    )
    sanction, interact = 7, 8
    stage(env, [(1, 1, "E"), (1, 4, "W")])
    act(env, FORWARD, FORWARD)
    act(env, interact, STAY)
    assert env.state.guilty[0].all()
    assert env.state.agent_counters[0, 0, MEMORY + 1] == 2
    for step in range(16):
        act(env, STEP_LEFT, FORWARD)
        env.state.cooling[0, 1, 0] = 0  # somebody else's sanction, as it were
        assert env.state.frozen[0].all(), step
    assert where(env, 0) == (1, 2, "E")
    assert act(env, sanction, STAY).groups["agents"].reward[0].tolist() == pytest.approx(
        [3 / 9 + 10 / 9 + 4 / 9, 3 / 9 + 10 / 9 + 4 / 9], rel=1e-5
    )


@given(st.integers(0, 10**6), st.sampled_from(sorted(GAMES)), st.sampled_from(sorted(PRESETS["arena"])))
@settings(max_examples=12, deadline=None)
def test_what_always_holds(seed, game, arena):
    if arena == "storm" and len(GAMES[game].row) > 2:
        return
    env = matrix(3, seed=seed, game=game, arena=arena, respawn=3, sanctions={"enabled": True, "removal": 4})
    n, low, high = env.config.num_agents, env.own.payoff.min(), env.own.payoff.max()
    random = np.random.default_rng(seed)
    s = env.state
    for _ in range(60):
        step = env.step(random.choice(9, size=(3, n), p=[0.04, 0.4, 0.06, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]))
        assert (s.inventory >= env.own.start).all()
        reward = step.groups["agents"].reward
        assert ((reward == 0) | ((reward >= low) & (reward <= high))).all()
        for env_index in range(3):
            stand = {tuple(s.position[env_index, i]) for i in range(n) if s.out[env_index, i] == 0}
            assert {tuple(place) for place in np.argwhere(s.occupant[env_index])} == stand
    assert all(np.isnan(value).any() or np.isfinite(value).all() for value in env._measure().values())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"game": "prisoner_dilemma"}, "prisoners_dilemma"),
        ({"arena": "repeatd"}, "repeated"),
        ({"payoffs": [[1, 2, 3], [4, 5, 6]]}, "2 x 3"),
        ({"payoffs": [[[1, 2], [3, 4]]] * 3}, "3 x 2 x 2"),
        ({"payoffs": [[1, 2], [3]]}, "equal lengths"),
        ({"payoffs": [[1]]}, "1 x 1"),
        ({"payoffs": np.eye(4).tolist()}, "0 to 3"),
        ({"map": "####\n#PP#\n####"}, "no resources"),
        ({"map": "####\n#P2#\n####"}, "line 2, column 3"),
        ({"map": "#####\n#P0 #\n#####"}, "spawn cells"),
        ({"num_agents": 1}, "2 to 64"),
        ({"health": 0}, "health"),
        ({"regrowth_rate": 1.5}, "regrowth_rate"),
        ({"view": {"left": 99}}, "view.left"),
        ({"beam_radius": 4}, "beam_radius"),
        ({"freeze": -1}, "freeze"),
    ],
)
def test_bad_options_get_their_sentence(given, told):
    with pytest.raises(BadParameter, match=told):
        make(ID, **given)


def test_the_maps_have_what_their_games_need():
    for name, drawing in MAPS.items():
        letters = set(drawing) - set("\n# P?")
        assert letters == set("012" if name.endswith("_3") else "01")
    assert make(ID, arena="arena").config.view.forward == 9
    assert make(ID, arena="arena", view={"forward": 4}).config.view.left == 5
