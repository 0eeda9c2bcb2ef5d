"""The river and the orchard: Melting Pot's recordings, the goldens of spec D1 by number, chances within 3 sigma, presets, metrics by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.dilemmas.cleanup.maps import APPLE, CLEAN, DIRT, MAPS, TREE
from stigmergy.envs.dilemmas.cleanup.parameters import CleanupParameters
from stigmergy.envs.dilemmas.cleanup.rules import ALIVE, CLEANED, CLEANED_NOW, DIRTY, EATEN
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.factory import make

from .bots import returns_beside
from .melting_pot import ABSENT, cases, table
from .staging import act, stage, where

STAY, FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, TURN_LEFT, TURN_RIGHT, SHOOT, WASH = range(9)
LETTERS = {"\n": "\n", "W": "#", "B": "A", "T": "A", "H": "R", "F": "D"}
"""From Melting Pot's letters of the micro maps to ours; all others are floor: tests say where agents begin, and streams do nothing."""
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
    """The map of copy 0 in the letters of the recordings."""
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
    chosen = {
        OPTIONS[component, key]: value
        for component, values in case.parameters.items()
        for key, value in values.items()
    }
    if "clean_radius" in chosen:  # ours is at most the length, as the columns beyond are empty
        chosen["clean_radius"] = min(chosen["clean_radius"], chosen.get("clean_length", 3))
    n = len(case.start)
    env = cleanup("".join(LETTERS.get(letter, " ") for letter in case.map), n, **chosen)
    stage(env, [(r, q, "NESW"[way]) for (r, q), way in zip(case.start.tolist(), case.facing)])
    certain = {name for name in (*case.columns, "map", "beams", "events") if name not in case.varies}
    if case.maps and "map" in certain:
        assert seen_on(env) == case.maps[0]
    told = np.zeros(n)
    for t, actions in enumerate(case.actions):
        before = [where(env, i) for i in range(n)]
        grown = bool(case.parameters.get("AppleGrow", {}).get("maxAppleGrowthRate") == 1.0) and env.river.depletion > env.state.count[0, DIRTY] / max(len(env.river.water), 1)  # fmt: skip
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
                # There an apple that grows under an agent whose way is blocked is eaten a second time.
                blocked = before[i] == now and FORWARD <= actions[i] <= STEP_RIGHT
                twice = grown and blocked and env.layout.letters[before[i][:2]] == "A"
                assert case.columns["reward"][t + 1, i] == step.groups["agents"].reward[0, i] + twice, f"step {t}"
            if "ready" in certain and now:
                cooling = 1 - env.state.cooling[0, i, 0] / env.parameters.sanctions.cooldown
                assert case.columns["ready"][t + 1, i] == pytest.approx(cooling), f"step {t}"
        if "others_cleaned" in certain:
            np.testing.assert_array_equal(case.columns["others_cleaned"][t + 1], told, f"step {t}")  # a step late
        told = env.state.told[0, :, 0].copy()
        if case.maps and "map" in certain:
            assert seen_on(env) == case.maps[t + 1], f"step {t}"
        if case.beams and "beams" in certain:
            for bit, name in enumerate(("zap", "clean")):
                shone = {(int(r), int(q)) for r, q in np.argwhere(env.state.beam[0] >> bit & 1)}
                assert shone == case.beams[t + 1].get(name, set()), f"step {t}, {name}"
        if case.events and "events" in certain:
            cleaned = [values["player_index"] for name, values in case.events[t + 1] if name == "player_cleaned"]
            assert env.state.tally[0, :, CLEANED_NOW].tolist() == [cleaned.count(i) for i in range(n)], f"step {t}"
            assert {(i, j) for i, j in np.argwhere(step.signals["target"][0])} == case.hits(t), f"step {t}"
