"""Moves, beams, removals, views and ends of the engine, compared with recordings of Melting Pot.

They are of the commons without apples. Tests of the tasks compare their own parts: dirt, apples,
berries, resources, graduated sanctions, tori.
"""

import numpy as np
import pytest

from stigmergy.envs.registration.make import make

from ..support.dilemmas.melting_pot import ABSENT, cases
from ..support.dilemmas.staging import stage, where

SANCTIONS = {
    "beamLength": "length",
    "beamRadius": "radius",
    "cooldownTime": "cooldown",
    "framesTillRespawn": "removal",
    "removeHitPlayer": "remove",
}
COMMONS = [
    case
    for prefix in ("moves/", "beams/", "zap/", "views/", "end/")
    for case in cases(prefix)
    if case.substrate == "commons_harvest__open"
]


def commons(case):
    """The recorded map with the recorded beam; agents stand where they did."""
    zapper = case.parameters.get("Zapper", {})
    sanctions = {SANCTIONS[key]: value for key, value in zapper.items() if key in SANCTIONS}
    # Ours have to do something; what those that remove nobody pay is not recorded.
    sanctions["fine"] = -zapper.get("penaltyForBeingZapped", 0) if sanctions.get("remove", True) else 1
    # Ours reaches at most as far to the sides as ahead: columns beyond are empty.
    sanctions["radius"] = min(sanctions.get("radius", 1), sanctions.get("length", 3))
    ending = case.parameters.get("StochasticIntervalEpisodeEnding", {})
    env = make(
        "dilemmas/harvest-v0",
        map=_with_starts(case),
        num_agents=len(case.start),
        sanctions=sanctions,
        ends_after=ending.get("minimumFramesPerEpisode", 0),
        end_interval=ending.get("intervalLength", 100),
        end_chance=1.0,
        max_cycles=8 if case.name == "end/horizon_8" else 1000,
    )
    env.reset(0)
    if "P" in case.map:  # the reference starts agents elsewhere than where they come back
        spawns = np.argwhere([[letter == "P" for letter in row] for row in case.map.split("\n")])
        env.constants = env.constants._replace(spawns=np.ascontiguousarray(spawns, np.int16))
    stage(env, [(r, q, "NESW"[way]) for (r, q), way in zip(case.start.tolist(), case.facing)])
    return env


def _with_starts(case) -> str:
    rows = [list(row) for row in case.map.replace("W", "#").split("\n")]
    if "P" in case.map:
        for r, q in case.start:
            rows[r][q] = "P"
    return "\n".join("".join(row) for row in rows)


def check_agents(env, case, t, reward):
    """Positions, directions, readiness of beams and rewards, less columns that vary by chance."""
    columns = {name: column[t + 1] for name, column in case.columns.items() if name not in case.varies}
    for i in range(len(case.start)):
        now = where(env, i)
        if "alive" in columns:
            assert (now is not None) == columns["alive"][i], f"step {t}, agent {i}"
        if "position" in columns and columns["position"][i, 0] != ABSENT:
            assert now is not None
            assert now[:2] == tuple(columns["position"][i]), f"step {t}, agent {i}"
        if "facing" in columns and now:
            assert now[2] == "NESW"[columns["facing"][i]], f"step {t}, agent {i}"
        if "ready" in columns and now:
            ready = 1 - env.state.cooling[0, i, 0] / env.config.sanctions.cooldown
            assert columns["ready"][i] == pytest.approx(ready, abs=0.005), f"step {t}, agent {i}"
        if "reward" in columns:
            assert columns["reward"][i] == reward[i], f"step {t}, agent {i}"


@pytest.mark.parametrize("case", COMMONS, ids=lambda case: case.name)
def test_a_recorded_course(case):
    env = commons(case)
    for t in range(case.steps):
        step = env.step(case.actions[t][None])
        hits = step.signals["target"][0]
        check_agents(env, case, t, step.groups["agents"].reward[0] + _gain(case) * hits.sum(axis=1))
        if case.beams and "beams" not in case.varies:
            shone = {(int(r), int(q)) for r, q in np.argwhere(env.state.beam[0])}
            assert shone == case.beams[t + 1].get("zap", set()), f"step {t}"
        if case.events and "events" not in case.varies:
            assert {(int(i), int(j)) for i, j in np.argwhere(hits)} == case.hits(t), f"step {t}"
        for i, rows in enumerate(case.views[t + 1] if case.views else []):
            check_view(env, step.groups["agents"].observation[0, i], rows)
        assert step.last[0] == (case.ended and t == case.steps - 1), f"step {t}"


def _gain(case) -> float:
    """Reward of the punisher for a hit there, which is a cost of shots here."""
    return case.parameters.get("Zapper", {}).get("rewardForZapping", 0)


def check_view(env, window, rows):
    """Compare the window of an agent, `(planes, height, width)`, with rows of letters."""
    wall, apple = (window[env.planes.index(name)] for name in ("wall", "apple"))
    letters = np.array([list(row) for row in rows])
    np.testing.assert_array_equal(wall == 1, np.isin(letters, ["W", "o"]))
    np.testing.assert_array_equal(apple == 1, letters == "a")
