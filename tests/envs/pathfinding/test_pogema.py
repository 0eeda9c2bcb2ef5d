"""Our pathfinding against pogema 1.4.0, step by step: a recording, and fresh cases."""

import gzip
import json
import os
import zlib
from pathlib import Path

import numpy as np
import pytest

from stigmergy import envs
from stigmergy.envs.core.random_streams import fresh_seed
from tests.oracles.pogema_cases import MODES, PYTHON_VARIABLE, SYSTEMS, draw_cases, oracle_python, play

GOLDEN = Path(__file__).parents[2] / "golden" / "pogema.json.gz"
SEED_VARIABLE = "STIGMERGY_POGEMA_SEED"
LIVE_CASES_EACH = 32
METRICS = {
    "finish": {"ISR": "isr", "CSR": "csr", "ep_length": "ep_length"},
    "nothing": {"ISR": "isr", "CSR": "csr", "ep_length": "ep_length", "SoC": "sum_of_costs", "makespan": "makespan"},
    "restart": {"avg_throughput": "throughput"},
}
every_rule = pytest.mark.parametrize(("system", "mode"), [(system, mode) for system in SYSTEMS for mode in MODES])


@pytest.fixture(scope="module")
def recording():
    return json.loads(gzip.decompress(GOLDEN.read_bytes()))


@every_rule
def test_recording(recording, system, mode):
    chosen = [(entry["case"], entry["result"]) for entry in recording if _rule(entry["case"]) == (system, mode)]
    assert sum(len(result["actions"]) for _, result in chosen) > 700  # a recording without play would prove nothing
    for k, (case, result) in enumerate(chosen):
        check_case(case, result, f"recorded case {k}")


@every_rule
@pytest.mark.skipif(oracle_python() is None, reason=f"{PYTHON_VARIABLE} does not name a Python with pogema 1.4.0")
def test_live(system, mode):
    seed = int(os.environ.get(SEED_VARIABLE, fresh_seed() % 2**32))
    cases = draw_cases(np.random.default_rng(seed), system, mode, LIVE_CASES_EACH)
    for k, (case, result) in enumerate(zip(cases, play(cases, oracle_python()))):
        check_case(case, result, f"live case {k} ({SEED_VARIABLE}={seed})")


def _rule(case):
    return case["collision_system"], case["on_target"]


def check_case(case, result, name):
    """Play the recorded actions here; all that our environment shows must be what pogema showed."""
    env = _build(case)
    step = env.reset(seed=0)
    _check_scene(env, step, result, 0, name)
    for t, actions in enumerate(result["actions"]):
        assert not step.last[0], f"{name}: ours ends after {t} steps, pogema goes on"
        step = env.step(np.array([actions]))
        _check_flags(step, result, t, f"{name}, step {t}")
        _check_scene(env, step, result, t + 1, f"{name}, step {t}")
    assert step.last[0], f"{name}: pogema ends after {len(result['actions'])} steps, ours goes on"
    _check_metrics(step, case, result, name)


def _build(case):
    restart = case["on_target"] == "restart"
    return envs.make(
        "pathfinding/lifelong-v0" if restart else "pathfinding/oneshot-v0",
        map=case["map"],
        starts=tuple(map(tuple, case["starts"])),
        goals=tuple(tuple(map(tuple, sequence)) for sequence in case["goals"]),
        obs_radius=case["obs_radius"],
        collision_system=case["collision_system"],
        max_cycles=case["max_episode_steps"],
        **({} if restart else {"on_target": case["on_target"]}),
    )


def _check_flags(step, result, t, where):
    agents = step.groups["agents"]
    np.testing.assert_array_equal(agents.reward[0], result["rewards"][t], f"rewards, {where}")
    np.testing.assert_array_equal(agents.terminated[0], result["terminated"][t], f"terminated, {where}")
    np.testing.assert_array_equal(
        np.full(agents.reward.shape[1], step.truncated[0]), result["truncated"][t], f"truncated, {where}"
    )


def _check_scene(env, step, result, t, where):
    """Compare positions and goals at time t.

    pogema leaves a finished agent's cell in its list; ours has left the map.
    """
    agents = step.groups["agents"]
    on_map = np.array(result["active"][t], bool)
    terminated = np.array(result["terminated"][t - 1], bool) if t else np.zeros(len(on_map), bool)
    np.testing.assert_array_equal(agents.active[0], on_map & ~terminated, f"active, {where}")
    positions = np.reshape(result["positions"][t], (-1, 2))
    np.testing.assert_array_equal(env.state.position[0, on_map], positions[on_map], f"positions, {where}")
    assert (env.state.position[0, ~on_map, 0] < 0).all(), f"a finished agent is still on the map, {where}"
    np.testing.assert_array_equal(env.state.goal[0], np.reshape(result["goals"][t], (-1, 2)), f"goals, {where}")
    seen = agents.observation[0, on_map]
    for channel, name in enumerate(("walls", "agents", "goal")):
        digest = zlib.crc32(np.ascontiguousarray(seen[:, channel]).tobytes())
        assert digest == result["digests"][t][channel], f"the channel of {name} differs, {where}"


def _check_metrics(step, case, result, name):
    mode = case["on_target"]
    reported = {METRICS[mode][key]: value for key, value in result["metrics"].items()}
    assert reported.keys() == set(METRICS[mode].values())
    if mode == "nothing" and _somebody_left_at_the_end(result):
        # pogema then keeps the arrival time of an agent that is away in the end; see
        # tests/oracles/README.md.
        del reported["sum_of_costs"], reported["makespan"]
    for key, value in reported.items():
        assert step.metrics[key][0] == pytest.approx(value, abs=1e-12), f"{name}: {key}"


def _somebody_left_at_the_end(result):
    before, after = (np.reshape(result["positions"][t], (-1, 2)) for t in (-2, -1))
    goals = np.reshape(result["goals"][-1], (-1, 2))
    return ((before == goals).all(axis=1) & (after != goals).any(axis=1)).any()
