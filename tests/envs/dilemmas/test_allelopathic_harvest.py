"""Allelopathic harvest: what Melting Pot did, the growth law by number, planting, eating, guilt, and the players."""

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
)
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.factory import make

from .bots import bot
from .melting_pot import cases, table
from .staging import act, stage, where

ID = "dilemmas/allelopathic_harvest-v0"
STAY, FORWARD, BACKWARD, LEFT, SANCTION, RED, GREEN, BLUE = 0, 1, 2, 5, 7, 8, 9, 10
NEARBY = {"left": 0, "right": 0, "forward": 1, "backward": 0}
LETTERS = ".W123rgb"
TRANSLATION = str.maketrans("PW123", ".#rgb")
FIELD = "\n".join(["........"] * 6)


def small(drawing, n=1, num_envs=1, **parameters):
    """An environment on a drawing, with a view that fits every torus."""
    parameters.setdefault("view", NEARBY)
    return make(ID, num_envs, map=drawing, num_agents=n, **parameters)


def letters(env, copy=0):
    """The cells of a copy in the letters of the recording."""
    return ["".join(LETTERS[code] for code in row) for row in env.state.cell[copy]]


def replay(case):
    """The environment of a recorded case, staged."""
    roles = case.roles or ["red"] * len(case.start)
    red = sum(role.endswith("red") for role in roles)
    berries = sum(case.map.count(letter) for letter in "123")
    drawing = case.map if berries else case.map.replace("P", "1", 1)  # our maps need a berry: where nobody is, it says
    rate = case.parameters["Regrowth"]["baseRate"]
    assert rate in (0, 1)
    env = small(
        drawing.translate(TRANSLATION),
        len(roles),
        preferences=(red, len(roles) - red, 0),
        ripening=rate,
        cubic_rate=1e6,  # so that every berry ripens for certain, if at all
    )
    env.reset(0)
    if roles[0].endswith("green") and red:  # the recording has the one who likes green first
        env.garden.favourite[:] = [1, 0]
    stage(env, [(r, c, "NESW"[f]) for (r, c), f in zip(case.start, case.facing)])
    return env


RECORDED = [*cases("allelopathic/"), *cases("sanctions/")]


@pytest.mark.parametrize("case", RECORDED, ids=[case.name for case in RECORDED])
def test_plays_like_melting_pot(case):
    env = replay(case)
    s, seen = env.state, case.columns
    compared = set(seen) - case.varies
    for t in range(case.steps):
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
            assert s.colour[0][here].tolist() == seen["colour"][t + 1][here].tolist(), said
        if case.maps and "map" not in case.varies and any(letter in case.map for letter in "123"):
            assert letters(env) == case.maps[t + 1], said
        if case.beams and "beams" not in case.varies:
            mine = {name: {(r, c) for r, c in np.argwhere(s.beam[0] >> b & 1)} for b, name in enumerate(BEAMS)}
            assert {k: v for k, v in mine.items() if v} == {k: v for k, v in case.beams[t + 1].items() if v}, said


BEAMS = ("zap", "paint_1", "paint_2", "paint_3")
