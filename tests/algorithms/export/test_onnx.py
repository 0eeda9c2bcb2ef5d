"""Exported models of ONNX in its reference runtime; `make onnx` installs it and runs them."""

import json

import numpy as np
import pytest

from stigmergy.algorithms.export.onnx_file import write_onnx
from stigmergy.algorithms.export.policy_file import export_graph
from stigmergy.algorithms.export.verification import same_actions

from ..support.every_learner import build, changed, every_learner, noise, quick_config
from ..support.exported import disturb, play
from ..test_every_learner import SPACES
from .test_export import OBSERVATIONS, OPTIONS, WITH_OPTIONS

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

KINDS = [
    ("features", "masked"),
    ("entities", "shifted"),
    ("image", "multidiscrete masked"),
    ("image", "box"),
    ("features", "unbounded box"),
]


def assert_equal(name, config, observation="features", space="masked"):
    """Play a learner beside its model: equal logits, to 1e-5 of the largest, and equal actions.

    Rounding of 6e-8 in sums of at most 72 products stays below that.
    """
    action, masks = SPACES[space]
    env = noise(OBSERVATIONS[observation], masks, action=action)
    learner = build(name, config, env)
    disturb(learner)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    content = write_onnx({"agents": export_graph(learner)}, {})
    session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    hidden_size = {given.name: given.shape[-1] for given in session.get_inputs()}.get("hidden_state", 0)
    hidden_state = np.zeros((5, 3, hidden_size), np.float32)
    for step in play(env, learner):
        hidden_state = np.where(step.first[:, None, None], 0, hidden_state).astype(np.float32)
        given = {
            "observation": step.observation,
            "mask": step.mask,
            "active": step.active,
            "hidden_state": hidden_state,
        }
        read = {own.name: given[own.name] for own in session.get_inputs()}
        results = dict(zip([own.name for own in session.get_outputs()], session.run(None, read)))
        hidden_state = results.get("next_hidden_state", hidden_state)
        size = max(1, np.abs(step.logits).max())
        np.testing.assert_allclose(results["logits"][step.active], step.logits[step.active], rtol=0, atol=1e-5 * size)
        agree = same_actions(env.spec.groups[0], step.action, results["action"], results["logits"], tolerance=1e-5)
        assert agree[step.active].all()


@pytest.mark.parametrize(("observation", "space"), KINDS)
def test_a_model_acts_as_the_learner_in_every_kind_of_space(observation, space):
    assert_equal("ippo", quick_config(every_learner()["ippo"]), observation, space)


@pytest.mark.parametrize(("name", "option"), WITH_OPTIONS)
def test_a_model_acts_as_the_learner_with_every_option(name, option):
    assert_equal(name, changed(quick_config(every_learner()[name]), OPTIONS[option]))


def test_a_model_describes_itself():
    learner = build("iql", quick_config(every_learner()["iql"]), noise(OBSERVATIONS["image"], True))
    model = onnx.load_from_string(
        write_onnx({"some": export_graph(learner), "others": export_graph(learner)}, {"run": 7})
    )
    about = json.loads({entry.key: entry.value for entry in model.metadata_props}["stigmergy"])
    assert about["run"] == 7
    assert list(about["groups"]) == ["some", "others"]
    names = [own.name for own in model.graph.input]
    assert names == [f"{group}/{name}" for group in ("some", "others") for name in ("observation", "mask")]
    assert model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.UINT8
