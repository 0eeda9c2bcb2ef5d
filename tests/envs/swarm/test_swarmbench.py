"""SwarmBench's tasks against recordings of SwarmBench itself, round by round.

A task joins by an entry of KINDS.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.encircle import prey
from stigmergy.envs.swarm.encircle import rules as encircle
from stigmergy.envs.swarm.flocking import rules as flocking
from stigmergy.envs.swarm.foraging.maps import build_layouts
from stigmergy.envs.swarm.foraging.rules import LAYOUT
from stigmergy.envs.swarm.foraging.rules import set_origins as set_foraging_origins
from stigmergy.envs.swarm.swarmbench.pushing import push
from stigmergy.envs.swarm.swarmbench.state import GONE, STATIC
from stigmergy.envs.swarm.swarmbench.symbols import EMPTY, FOOD, NEST, WALL
from stigmergy.envs.swarm.synchronization import rules as synchronization
from stigmergy.envs.swarm.transport.rules import set_origins as set_transport_origins
from tests.envs.support.swarm.layouts import REFERENCE_TEMPLATES, Yard, lay

RECORDING = json.loads(gzip.decompress((Path(__file__).parents[2] / "golden" / "swarmbench.json.gz").read_bytes()))
LETTERS = "UDLR.S"


def cells(flat):
    """Flat coordinates as `(k, 2)`."""
    return np.array(flat).reshape(-1, 2)


def outside(positions, case):
    """Mask of the positions that lie outside the map of a case."""
    return ((positions < 0) | (positions >= (case["height"], case["width"]))).any(axis=1)


def box_of(result):
    """Template and corner of the recorded box, by our numbers."""
    return (REFERENCE_TEMPLATES[result["box"]["template"]], *result["box"]["cell"])


@dataclass
class Kind:
    """Preparation and comparison of a recorded task, beyond positions and end."""

    id: str
    prepare: Callable  # (env, case, result): lay the map out in env 0
    compare: Callable  # (env, case, recorded round): assert all else that is recorded, the score above all


def prepare_transport(env, case, result):
    lay(env, result["grid"], cells(result["start"]), box=box_of(result))
    drawing = env.text().splitlines()[1 : 1 + case["height"]]
    assert [["B" if x == "B" else "." for x in row] for row in result["grid"]] == [
        ["B" if x == "B" else "." for x in line.split()[1:]] for line in drawing
    ]
    np.testing.assert_array_equal(env.state.box[0, 1:], env.layouts.corner[env.state.box[0, 0]])
    set_transport_origins(env.state, env.layouts, 0)


def same_score(env, happened):
    assert env.state.score[0] == pytest.approx(happened["score"], abs=1e-9)


def compare_transport(env, case, happened):
    same_score(env, happened)
    if env.state.box[0, 0] != GONE:
        np.testing.assert_array_equal(env.state.box[0, 1:], happened["box"])
    else:
        r, q = happened["box"]
        assert r <= -4 or q <= -4 or r >= case["height"] or q >= case["width"]


def prepare_foraging(env, case, result):
    lay(env, result["grid"], cells(result["start"]), on=result["carrying"])
    statics = np.array([list(row) for row in result["grid"]])
    numbers = np.select([statics == "W", statics == "F", statics == "N"], [WALL, FOOD, NEST], EMPTY)
    layouts = build_layouts(case["height"], case["width"]).ground
    known = [layout for layout in range(len(layouts)) if np.array_equal(layouts[layout], numbers)]
    assert known, "the recorded map is none of ours"
    env.state.env_counters[0, LAYOUT] = known[0]
    set_foraging_origins(env.state, env.layouts, 0)


def compare_foraging(env, case, happened):
    same_score(env, happened)
    np.testing.assert_array_equal(env.state.on[0], np.array(happened["carrying"], bool))


def prepare_flocking(env, case, result):
    lay(env, result["grid"], cells(result["start"]))
    flocking.begin_measuring(env.state, env.formation, env.side, env.work, 0)
    assert env.state.env_counters[0, flocking.COST] == result["initial_cost"]


def compare_flocking(env, case, happened):
    same_score(env, happened)
    assert env.state.env_counters[0, flocking.COST] == happened["cost"]


def prepare_encircle(env, case, result):
    lay(env, result["grid"], cells(result["start"]), prey=result["prey"])
    env.state.env_counters[0, encircle.CAUGHT_ROW] = GONE


def compare_encircle(env, case, happened):
    """Compare a round, and move a prey that came back to its recorded cell.

    After a catch our prey comes back elsewhere. First the choice of the recorded cell is checked.
    """
    same_score(env, happened)
    state, n = env.state, case["num_agents"]
    caught = state.env_counters[0, encircle.CAUGHT_ROW] != GONE
    assert caught == bool(happened["samples"])
    if caught:
        places = cells(happened["samples"])
        assert len(places) == case["height"] * case["width"]
        prey.remove(state, env.constants, 0)
        safest = np.argmin([prey.danger(state, 0, r, q) for r, q in places])
        np.testing.assert_array_equal(places[safest], happened["prey"])
        prey.place(state, env.constants, 0, *happened["prey"], True)
    np.testing.assert_array_equal(state.position[0, n], happened["prey"])
    assert (state.occupant[0, *happened["prey"]] == STATIC) == bool(happened["static"])


def prepare_synchronization(env, case, result):
    lay(env, result["grid"], cells(result["start"]), on=result["lights"])
    env.state.env_counters[0, synchronization.LAST] = synchronization.UNSET


def compare_synchronization(env, case, happened):
    same_score(env, happened)
    np.testing.assert_array_equal(env.state.on[0], np.array(happened["lights"], bool))


KINDS = {
    "Flocking": Kind("swarm/flocking-v0", prepare_flocking, compare_flocking),
    "Pursuit": Kind("swarm/encircle-v0", prepare_encircle, compare_encircle),
    "Synchronization": Kind("swarm/synchronization-v0", prepare_synchronization, compare_synchronization),
    "Transport": Kind("swarm/transport-v0", prepare_transport, compare_transport),
    "Foraging": Kind("swarm/foraging-v0", prepare_foraging, compare_foraging),
}
PLAYED = [entry for entry in RECORDING if entry["case"]["task"] in KINDS]


@pytest.mark.parametrize("entry", PLAYED, ids=lambda entry: f"{entry['case']['task']}-{entry['case']['seed']}")
def test_every_round_is_as_recorded(entry):
    case, result = entry["case"], entry["result"]
    kind = KINDS[case["task"]]
    options = {name: case[name] for name in ("height", "width", "num_agents")}
    env = make(kind.id, 1, **options, max_cycles=case["rounds"])
    env.reset(seed=0)
    kind.prepare(env, case, result)
    n = case["num_agents"]
    for t, happened in enumerate(result["rounds"]):
        step = env.step(np.array([[LETTERS.index(letter) for letter in happened["actions"]]]))
        expected = cells(happened["positions"])
        expected[outside(expected, case)] = GONE
        np.testing.assert_array_equal(env.state.position[0, :n], expected, err_msg=f"round {t}")
        assert bool(step.last[0]) == bool(happened["ended"]), f"round {t}"
        kind.compare(env, case, happened)


def test_counters_have_another_name_in_checkpoints_of_earlier_releases():
    env = make("swarm/foraging-v0", 8)
    env.reset(seed=0)
    fields = env.snapshot()._asdict()
    fields["tally"] = fields.pop("env_counters") + 1
    np.testing.assert_array_equal(env.state_of(fields).env_counters, env.state.env_counters + 1)


def test_single_rounds_of_pushing_are_as_recorded():
    pushes = [entry for entry in RECORDING if entry["case"]["task"] == "physics" and entry["case"]["agents"]]
    assert len(pushes) > 500
    for entry in pushes:
        case, result = entry["case"], entry["result"]
        assert not result["ties"]  # as the argument in `pushing` says
        size = {"height": len(case["walls"]), "width": len(case["walls"][0])}
        env = Yard("yard", 1, Yard.Config(num_agents=len(case["agents"]), **size))
        lay(env, case["walls"], case["agents"], box=box_of(case) if case["box"] else None)
        env.scratch.move[0] = [LETTERS.index(letter) for letter in case["actions"]]
        push(env.state, env.constants, env.scratch, 0)
        expected = cells(result["positions"])
        expected[outside(expected, size)] = GONE
        np.testing.assert_array_equal(env.state.position[0], expected, err_msg=str(case))
        if case["box"] and env.state.box[0, 0] != GONE:
            np.testing.assert_array_equal(env.state.box[0, 1:], result["box"], err_msg=str(case))
