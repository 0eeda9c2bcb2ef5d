"""Encoders by name: what `auto` stands for, which ranks each reads, and one of a plugin's."""

import pytest
import torch

from stigmergy.algorithms.nn.encoders import ENCODERS, Encoder, build_encoder
from stigmergy.algorithms.nn.layers import StackedLinear
from stigmergy.algorithms.ppo.networks import NetworkConfig
from stigmergy.algorithms.q_learning.network import QNetworkConfig
from stigmergy.envs.errors import BadParameter

from ..support.loop import Collector, ippo, mappo, small, train
from ..support.tiny_envs import Noise

SHAPES = {"mlp": (4,), "attention": (5, 3), "cnn": (2, 5, 5)}


def build(name, shape, seed=0):
    return build_encoder(3, shape, 8, (4, 6), "relu", torch.Generator().manual_seed(seed), name)


@pytest.mark.parametrize("name", list(SHAPES))
def test_auto_goes_by_the_rank(name):
    auto, named = build("auto", SHAPES[name]), build(name, SHAPES[name])
    assert type(auto) is type(named) is ENCODERS[name]
    weights = auto.state_dict()
    assert weights.keys() == named.state_dict().keys()
    assert all(torch.equal(x, named.state_dict()[key]) for key, x in weights.items())


@pytest.mark.parametrize("shape", list(SHAPES.values()))
def test_mlp_puts_all_numbers_in_one_row(shape):
    x = torch.randn(2, 3, *shape)
    encoder = build("mlp", shape)
    assert encoder.outputs == x[0, 0].numel()
    assert torch.equal(encoder(x), x.reshape(2, 3, -1).transpose(0, 1))


@pytest.mark.parametrize(
    ("name", "shape", "allowed"),
    [
        ("cnn", (4,), "auto, mlp"),
        ("attention", (4,), "auto, mlp"),
        ("cnn", (5, 3), "auto, mlp, attention"),
        ("attention", (2, 5, 5), "auto, mlp, cnn"),
    ],
)
def test_an_encoder_that_does_not_fit_gets_a_sentence(name, shape, allowed):
    with pytest.raises(BadParameter) as caught:
        build(name, shape)
    assert str(caught.value) == (
        f"encoder is '{name}', which does not read observations of shape {shape}, of rank {len(shape)}; "
        f"allowed there is {allowed}"
    )


def test_a_learner_says_so_before_the_first_step():
    with pytest.raises(BadParameter, match=r"encoder is 'cnn', which does not read observations of shape \(\d+,\)"):
        ippo(Noise(5), network=small(encoder="cnn"))


@pytest.mark.parametrize("config", [NetworkConfig, QNetworkConfig])
def test_an_unknown_encoder_gets_a_sentence(config):
    with pytest.raises(
        BadParameter, match=r"encoder is 'atention'; there is no such encoder\. Did you mean 'attention'\?"
    ):
        config(encoder="atention")


class Squashed(Encoder):
    """An encoder such as a plugin brings."""

    ranks = (1,)

    def __init__(self, spec, stream):
        super().__init__(spec, stream)
        self.outputs = 5
        self.layer = StackedLinear(spec.m, spec.shape[0], 5, stream)

    def forward(self, observation):
        return torch.tanh(self.layer(observation.transpose(0, 1)))


@pytest.mark.parametrize("learner", [ippo, mappo])
def test_a_plugin_adds_its_own_with_one_line(monkeypatch, learner):
    monkeypatch.setitem(ENCODERS, "squashed", Squashed)
    options = {"critic_sees": "state_and_observation", "state": "observations"} if learner is mappo else {}
    env = Noise(5)
    trained = learner(env, network=small(encoder="squashed"), **options)
    assert isinstance(trained.network.bodies[0].encoder, Squashed)
    # the state is read by its rank, the agent's own observation as the actor reads it
    if learner is mappo:
        assert isinstance(trained.network.critic.own, Squashed)
        assert isinstance(trained.network.critic.encoder, ENCODERS["mlp"])
    before = trained.network.bodies[0].encoder.layer.weight.detach().clone()
    train(env, trained, 12, 1)
    assert not torch.equal(trained.network.bodies[0].encoder.layer.weight, before)
    assert Collector(env, trained, 3).collect().valid.any()
