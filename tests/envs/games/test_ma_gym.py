"""Switch and checkers beside ma-gym 0.0.14, step by step: recorded and fresh cases."""

import gzip
import json
import os

import numpy as np
import pytest

from stigmergy.envs.registration.make import make
from tests.oracles.record_ma_gym import GOLDEN, PYTHON_VARIABLE, draw_cases, play

RECORDS = json.loads(gzip.decompress(GOLDEN.read_bytes()))
OURS = {"n_agents": "num_agents", "max_steps": "max_cycles", "full_observable": "full_observation"}
LIMITS = {"switch": 50, "checkers": 100}
FOOD = np.array(["0", "Y", "R"])


def build(case):
    parameters = {"clock": case["task"] == "switch", **case["parameters"]}  # ma-gym's defaults differ in this
    parameters = {OURS.get(name, name): value for name, value in parameters.items()}
    if "step_cost" in parameters:
        parameters["step_cost"] *= -1
    return make(f"games/{case['task']}-v0", 1, **parameters)


def compare(record):
    """Play one case and raise at the first difference."""
    case, result = record["case"], record["result"]
    env = build(case)
    step = env.reset(0)
    look(env, step, case, result, 0)
    for t, actions in enumerate(result["actions"], 1):
        assert not step.last[0], f"ours ended before step {t}"
        step = env.step(np.array([actions]))
        look(env, step, case, result, t)
        np.testing.assert_allclose(step.groups["agents"].reward[0], result["rewards"][t - 1], atol=1e-5)
        cut = t == env.spec.horizon  # ma-gym terminates all agents here
        assert step.truncated[0] == cut
        if not cut:
            np.testing.assert_array_equal(step.groups["agents"].terminated[0], result["ended"][t - 1])
    assert step.last[0]


def look(env, step, case, result, t):
    np.testing.assert_array_equal(env.state.cell[0].ravel(), result["cells"][t])
    np.testing.assert_allclose(step.groups["agents"].observation[0], result["seen"][t], atol=0.0051)  # rounded there
    if case["task"] == "checkers":
        assert "".join(FOOD[env.state.food[0].ravel()]) == result["food"][t]


@pytest.mark.parametrize("task", ["switch", "checkers"])
def test_every_recorded_step_is_followed(task):
    records = [record for record in RECORDS if record["case"]["task"] == task]
    assert sum(len(record["result"]["actions"]) for record in records) > 1500
    for record in records:
        compare(record)


def test_the_recordings_hold_what_they_should_test():
    """Arrivals of two and of four agents, boards that were cleared, and episodes that were cut."""
    lengths = {}
    for record in RECORDS:
        case, result = record["case"], record["result"]
        limit = case["parameters"].get("max_steps", LIMITS[case["task"]])
        kind = case["task"], case["parameters"].get("n_agents")
        lengths.setdefault(kind, []).append(len(result["actions"]) == limit)
    assert set(lengths) == {("switch", 2), ("switch", 3), ("switch", 4), ("checkers", None)}
    assert all(any(cut) and not all(cut) for cut in lengths.values())


def test_a_wrong_rule_would_be_found():
    record = next(record for record in RECORDS if record["case"]["task"] == "switch")
    wrong = json.loads(json.dumps(record))
    wrong["result"]["rewards"][3][0] += 0.1
    with pytest.raises(AssertionError):
        compare(wrong)


@pytest.mark.skipif(PYTHON_VARIABLE not in os.environ, reason=f"{PYTHON_VARIABLE} names no Python with ma-gym")
def test_fresh_cases_are_followed():
    cases = draw_cases(np.random.default_rng(7))[::4]
    for case, result in zip(cases, play(cases, os.environ[PYTHON_VARIABLE])):
        compare({"case": case, "result": result})
