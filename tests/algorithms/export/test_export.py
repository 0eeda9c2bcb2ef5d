"""Exported policies of every registered learner act as the learners do."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stigmergy.algorithms.export.load_policy import FORMAT, Policy
from stigmergy.algorithms.export.policy_file import LOADER
from stigmergy.envs.errors import UserError

from ..support.every_learner import build, changed, every_learner, has, noise, quick_config
from ..support.exported import Played, disturb, export, play, replay
from ..support.tiny_envs import ENTITIES, FEATURES, IMAGE
from ..test_every_learner import SPACES

OBSERVATIONS = {"features": FEATURES, "entities": ENTITIES, "image": IMAGE}
OPTIONS = {
    "gru": {"network": {"memory": "gru"}},
    "tanh": {"network": {"activation": "tanh"}},
    "shared": {"network": {"sharing": "all"}},
    "ids": {"network": {"sharing": "all", "agent_id": True, "memory": "gru"}},
    "last_action": {"network": {"last_action": True}},
    "last_action-gru": {"network": {"memory": "gru", "last_action": True}},
    "separate_critic": {"network": {"memory": "gru", "separate_critic": True}},
    "channel": {"network": {"channel": "features"}},
    "channel-gru": {"network": {"channel": "memory", "memory": "gru"}},
    "hides": {"norms": {"hides": (1,)}},
    "private": {"norms": {"policy_sees": False}},
}
EVERY_LEARNER = pytest.mark.parametrize("name", list(every_learner()))
WITH_OPTIONS = [
    pytest.param(name, option, id=f"{name}-{option}")
    for name, cls in every_learner().items()
    for option, wanted in OPTIONS.items()
    if has(quick_config(cls), wanted)
]


def side_by_side(name, config, path, observation="features", space="masked", wrong=lambda graph: None):
    """Play a learner, and its export with the same inputs."""
    action, masks = SPACES[space]
    env = noise(OBSERVATIONS[observation], masks, action=action)
    learner = build(name, config, env)
    disturb(learner)
    export(learner, path, wrong)
    played = play(env, learner)
    return played, replay(Policy(path), played)


def assert_equal(played: list[Played], answers):
    """Compare actions and logits of agents that act, in double precision.

    Two orders of summing at most 64 products of numbers below 100 differ by less than 1e-11.
    """
    assert sum(step.active.sum() for step in played) > 60
    for step, (action, logits) in zip(played, answers):
        assert step.logits is not None
        np.testing.assert_allclose(logits[step.active], step.logits[step.active], rtol=1e-11, atol=1e-11)
        np.testing.assert_allclose(action[step.active], step.action[step.active], rtol=1e-11, atol=1e-11)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(("name", "option"), WITH_OPTIONS)
def test_it_acts_as_the_learner_with_every_option(name, option, tmp_path):
    config = changed(quick_config(every_learner()[name]), OPTIONS[option])
    assert_equal(*side_by_side(name, config, tmp_path / "policy.npz"))


@pytest.mark.thorough
@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("observation", list(OBSERVATIONS))
@pytest.mark.parametrize("space", list(SPACES))
@EVERY_LEARNER
def test_it_acts_as_the_learner_in_every_space(name, space, observation, tmp_path):
    config = quick_config(every_learner()[name])
    if "box" in space and has(config, {"epsilon_start": 1.0}):
        with pytest.raises(UserError, match="chooses among countable actions"):
            side_by_side(name, config, tmp_path / "policy.npz", observation, space)
        return
    assert_equal(*side_by_side(name, config, tmp_path / "policy.npz", observation, space))


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("observation", ["entities", "image"])
@pytest.mark.parametrize("space", ["multidiscrete masked", "box"])
def test_one_learner_acts_the_same_in_every_kind_of_space(space, observation, tmp_path):
    config = quick_config(every_learner()["ippo"])
    assert_equal(*side_by_side("ippo", config, tmp_path / "policy.npz", observation, space))


def nudge(graph):
    """One part in a million more in one weight of the head."""
    head = next(name for name in ("actor.weight", "values.weight") if name in graph.arrays)
    graph.arrays[head][0, 0, 0] *= 1 + 1e-6


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("name", ["ippo", "iql"])
def test_a_weight_that_differs_a_little_is_found_out(name, tmp_path):
    config = quick_config(every_learner()[name])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equal(*side_by_side(name, config, tmp_path / "policy.npz", wrong=nudge))


# Single precision, in a process that has numpy and nothing else

CHILD = """
import json, sys
sys.path[:0] = sys.argv[1:3]  # the copied loader, and numpy alone
import numpy as np
from load_policy import Policy
report = {}
for name in sys.argv[3:]:
    policy, steps, hidden = Policy(name + ".npz"), np.load(name + ".steps.npz"), None
    difference = wrong = clear = 0
    for t in range(len(steps["observation"])):
        observation, mask, active, first, action, logits = (steps[key][t] for key in steps["order"])
        hidden = hidden if hidden is None else np.where(first[:, None, None], 0, hidden)
        own, given, hidden = policy.act(observation, mask, hidden, active)
        assert given.dtype == hidden.dtype == np.float32 and own.dtype == np.int64
        difference = max(difference, float(abs(given - logits)[active].max(initial=0)))
        two = np.sort(np.where(mask, logits, -np.inf))[..., -2:]
        distinct = active & (two[..., 1] - two[..., 0] > 2e-5)
        wrong += int((own != action)[distinct].sum())
        clear += int(distinct.sum())
    report[name] = difference, wrong, clear
loaded = sorted(set(sys.modules) & {"torch", "stigmergy", "numba", "gymnasium"})
print(json.dumps([report, loaded]))
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Largest difference of logits, wrong actions and compared ones of every learner's export.

    They are as at the beginning: there all logits are below 1, rows of weights have at most the
    length 1.42 and 17 numbers, so that rounding of 6e-8 in three layers stays below 1e-5.
    """
    folder = tmp_path_factory.mktemp("exported")
    packages = folder / "packages"
    packages.mkdir()
    for package in Path(np.__file__).parents[1].glob("numpy*"):
        if package.name in ("numpy", "numpy.libs"):
            (packages / package.name).symlink_to(package)
    names = []
    for name, cls in every_learner().items():
        for option in ("tanh", "gru"):
            config = changed(quick_config(cls), OPTIONS[option])
            env = noise(FEATURES, True)
            learner = build(name, config, env)
            export(learner, folder / f"{name}-{option}.npz")
            parts = [np.stack(part) for part in zip(*play(env, learner))]
            np.savez(
                folder / f"{name}-{option}.steps.npz",
                order=np.array(Played._fields),
                **dict(zip(Played._fields, parts)),
            )
            names.append(f"{name}-{option}")
    (folder / LOADER.name).write_bytes(LOADER.read_bytes())
    command = [sys.executable, "-I", "-S", "-c", CHILD, str(folder), str(packages), *names]
    result = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("option", ["tanh", "gru"])
@EVERY_LEARNER
def test_numpy_alone_gives_logits_to_five_digits_and_equal_actions(name, option, report):
    difference, wrong, compared = report[0][f"{name}-{option}"]
    assert difference <= 1e-5
    assert wrong == 0
    assert compared > 60


def test_the_loader_needs_numpy_alone(report):
    assert report[1] == []
    tree = ast.parse(LOADER.read_text())
    imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert sorted(imported) == ["json", "numpy"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def test_the_loader_has_at_most_60_lines():
    assert len(LOADER.read_text().splitlines()) <= 60


# What the loader refuses


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("policy") / "policy.npz"
    export(build("ippo", quick_config(every_learner()["ippo"]), noise(IMAGE, False)), path)
    return path


def test_a_file_of_another_format_is_refused(path, tmp_path):
    arrays = dict(np.load(path))
    about = json.loads(str(arrays["description"])) | {"format": FORMAT + 1}
    np.savez(tmp_path / "new.npz", **arrays | {"description": np.array(json.dumps(about))})
    with pytest.raises(ValueError, match=rf"new\.npz' has the format {FORMAT + 1}; this loader reads {FORMAT}$"):
        Policy(tmp_path / "new.npz")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(ValueError, match=r"other\.npz' has the format None"):
        Policy(tmp_path / "other.npz")


@pytest.mark.parametrize("shape", [(3, 2, 5, 4), (2, 2, 5, 5), (2, 5, 5), (1, 1, 3, 2, 5, 5), ()])
def test_an_observation_of_another_shape_is_refused(path, shape):
    with pytest.raises(ValueError) as error:
        Policy(path).act(np.zeros(shape))
    assert (
        str(error.value)
        == f"the observation has shape {shape}; allowed is (3, 2, 5, 5), or with an axis of envs before it"
    )


def test_a_group_that_the_file_does_not_have_is_refused(path):
    assert Policy(path).group == Policy(path, "agents").group == "agents"
    with pytest.raises(ValueError, match=r"the group is 'prey'; '.*policy.npz' has agents$"):
        Policy(path, "prey")


def test_the_first_axis_of_envs_may_be_left_out(path):
    observation = np.random.default_rng(1).integers(0, 256, (4, 3, 2, 5, 5)).astype(np.uint8)
    policy = Policy(path)
    together = policy.act(observation)
    for i, single in enumerate(observation):
        for whole, own in zip(together, policy.act(single)):
            assert own.shape == whole.shape[1:]
            np.testing.assert_allclose(own, whole[i], atol=1e-5)


def test_a_shared_network_serves_any_number_of_agents(tmp_path):
    config = changed(quick_config(every_learner()["ippo"]), {"network": {"sharing": "all", "memory": "gru"}})
    export(build("ippo", config, noise(FEATURES, False)), tmp_path / "policy.npz")
    action, logits, hidden_state = Policy(tmp_path / "policy.npz").act(np.ones((7, 3)))
    assert (action.shape, logits.shape, hidden_state.shape) == ((7,), (7, 4), (7, 8))


def test_the_file_describes_itself(path):
    about = Policy(path).about
    assert about["format"] == FORMAT
    assert about["groups"]["agents"] | {"nodes": 0, "arrays": 0, "outputs": 0} == {
        "agents": ["agent_0", "agent_1", "agent_2"],
        "observation_space": {"shape": [2, 5, 5], "dtype": "uint8"},
        "action_space": {"type": "Discrete", "n": 4, "start": 0},
        "has_action_mask": False,
        "size": 3,
        "inputs": {"observation": ["float32", 2, 5, 5], "mask": ["bool", 4], "active": ["bool"], "hidden": ["float32", 0]},
        "logits": "distribution",
        "nodes": 0,
        "arrays": 0,
        "outputs": 0,
    }  # fmt: skip
    layers = {node["output"]: node["op"] for node in about["groups"]["agents"]["nodes"]}
    assert [layers[name] for name in ("convolution_0", "hidden_0", "relu", "actor", "action")] == [
        "linear",
        "linear",
        "relu",
        "linear",
        "reshape",
    ]
    assert about["groups"]["agents"]["arrays"]["hidden_0.weight"] == [3, 4 * 3 * 3, 16]
