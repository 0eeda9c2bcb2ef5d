"""Export of learners and encoders of others, by the hooks `export_policy` and `Encoder.export`."""

import re

import numpy as np
import pytest
import torch

from stigmergy.algorithms.core.learner import Context, Decision, Learner
from stigmergy.algorithms.core.make import learner_class, make_learner
from stigmergy.algorithms.core.policy_graph import NotExportable
from stigmergy.algorithms.export.load_policy import OPS, Policy
from stigmergy.algorithms.export.policy_file import export_graph
from stigmergy.algorithms.export.verification import verify
from stigmergy.algorithms.nn.encoders import ENCODERS, Encoder
from stigmergy.algorithms.norms.cnm import CNM
from stigmergy.algorithms.ppo.ippo import IPPO
from stigmergy.envs.registration.registry import load_plugin
from tests.support.source_rules import ROOT

from ..support.every_learner import build, changed, every_learner, noise, quick_config
from ..support.exported import export, play, replay
from ..support.tiny_envs import FEATURES

QUICK = quick_config(IPPO)


def exported(learner, path):
    """The policy of a learner, after the comparison that `stigmergy export` makes."""
    export(learner, path)
    policy = Policy(path)
    verify(learner, policy)
    return policy


class Doubled(Encoder):
    """An encoder of a plugin: all numbers twice."""

    ranks = (1,)

    def __init__(self, spec, stream):
        super().__init__(spec, stream)
        self.outputs = 2 * spec.shape[0]

    def forward(self, observation):
        return torch.cat([observation, observation], dim=-1).transpose(0, 1)


class Described(Doubled):
    """The same with its description."""

    def export(self, graph, x):
        return graph.add("concat", x, x)


@pytest.fixture
def with_encoder(monkeypatch):
    def learner(encoder):
        monkeypatch.setitem(ENCODERS, "own", encoder)
        return build("ippo", changed(QUICK, {"network": {"encoder": "own"}}), noise(FEATURES, True))

    return learner


def test_an_encoder_without_a_description_is_named(with_encoder):
    with pytest.raises(NotExportable) as error:
        export_graph(with_encoder(Doubled))
    sentence = "the policy of 'agents' cannot be exported: its encoder Doubled has no export, which describes it"
    assert str(error.value) == sentence


def test_an_encoder_with_a_description_is_exported(with_encoder, tmp_path):
    learner = with_encoder(Described)
    played = play(noise(FEATURES, True), learner)
    for step, (_, logits) in zip(played, replay(exported(learner, tmp_path / "policy.npz"), played)):
        np.testing.assert_allclose(logits[step.active], step.logits[step.active], atol=1e-5)


class Linear(Learner):
    """A learner of a plugin: the best action by one matrix for each agent."""

    def __init__(self, context, config):
        super().__init__(context, config)
        shape = self.group.size, self.group.observation_space.shape[0], self.group.num_choices
        self.weight = torch.randn(shape, generator=self.stream("initialisation"))

    def act(self, step, hidden_state, greedy=False):
        values = np.einsum("eni,nia->ena", step.observation, self.weight.numpy())
        return Decision(np.where(step.action_mask, values, -np.inf).argmax(-1))


class LinearDescribed(Linear):
    """The same with its description."""

    def export_policy(self, graph):
        bias = torch.zeros(self.group.size, 1, self.group.num_choices)
        values = graph.linear(graph.observation, self.weight, bias)
        choice = graph.best_choices(values, [self.group.num_choices])
        graph.finish(graph.discrete_action(choice), values, "values")


def documented():
    """The `export_policy` of docs/export.md, and the learner that it describes."""
    page = (ROOT / "docs/export.md").read_text()
    scope = {}
    exec(
        next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "def export_policy" in block),
        scope,
    )
    load_plugin(str(ROOT / "docs/examples/reinforce.py"))
    return type("Documented", (learner_class("reinforce"),), {"export_policy": scope["export_policy"]})


def test_the_description_in_the_documentation_is_that_of_the_example(tmp_path):
    learner = of_class(documented(), masks=False)
    torch.nn.init.uniform_(learner.weight.data, -1, 1, generator=learner.stream("test"))
    exported(learner, tmp_path / "policy.npz")


def of_class(cls, masks=True):
    env = noise(FEATURES, masks)
    return cls(Context(env.spec, env.spec.groups[0], seed=1), cls.Config())


def test_a_learner_without_a_description_is_named():
    with pytest.raises(NotExportable) as error:
        export_graph(of_class(Linear))
    sentence = "the policy of 'agents' cannot be exported: Linear has no export_policy, which describes its network"
    assert str(error.value) == sentence


def test_a_learner_with_a_description_is_exported(tmp_path):
    learner = of_class(LinearDescribed)
    played = play(noise(FEATURES, True), learner)
    for step, (action, _) in zip(played, replay(exported(learner, tmp_path / "policy.npz"), played)):
        np.testing.assert_array_equal(action[step.active], step.action[step.active])


class Negative(LinearDescribed):
    """A learner that acts otherwise than its description says."""

    def act(self, step, hidden_state, greedy=False):
        return super().act(step._replace(observation=-step.observation), hidden_state, greedy)


class Deaf(CNM):
    """A learner whose network gets other inputs than its description says."""

    def _inputs(self, observation, first, active):
        inputs = super()._inputs(observation, first, active)
        return inputs._replace(extra_inputs=50 + inputs.extra_inputs)


@pytest.mark.parametrize("cls", [Negative, Deaf])
def test_a_description_of_other_actions_is_found_out(cls, tmp_path):
    with pytest.raises(NotExportable, match=f"describes other actions than those that {cls.__name__} takes$"):
        exported(of_class(cls), tmp_path / "policy.npz")


@pytest.mark.parametrize("name", list(every_learner()))
def test_every_learner_passes_the_comparison(name, tmp_path):
    exported(build(name, quick_config(every_learner()[name]), noise(FEATURES, True)), tmp_path / "policy.npz")


def test_a_policy_without_a_network_is_not_exported():
    env = noise(FEATURES, True)
    random = make_learner("random", Context(env.spec, env.spec.groups[0]))
    with pytest.raises(NotExportable, match="'agents' cannot be exported: Random has no export_policy"):
        export_graph(random)


def test_an_unknown_op_is_refused(with_encoder):
    class Strange(Doubled):
        def export(self, graph, x):
            return graph.add("fold", x)

    with pytest.raises(NotExportable) as error:
        export_graph(with_encoder(Strange))
    assert (
        str(error.value)
        == f"the policy of 'agents' cannot be exported: its op 'fold' is none of {', '.join(sorted(OPS))}"
    )
