"""Stacked layers against as many separate layers of torch, and encoders against their contracts."""

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch import nn

from stigmergy.algorithms.nn.distributions import build_distribution
from stigmergy.algorithms.nn.encoders import EncoderSpec, SetEncoder, build_encoder
from stigmergy.algorithms.nn.layers import AgentAxis, StackedConv, StackedGRU, StackedLinear
from stigmergy.algorithms.ppo.networks import ActorCritic
from stigmergy.envs.core.spec import GroupSpec
from stigmergy.envs.errors import BadParameter

from ..support.loop import small

M = 3

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def stream():
    return torch.Generator().manual_seed(0)


def scatter(module, stream):
    """Random parameters everywhere, biases included, so that none is idle in a comparison."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(0, 0.5, generator=stream)


def test_linear_equals_separate_layers(stream):
    stacked = StackedLinear(M, 4, 5, stream)
    scatter(stacked, stream)
    x = torch.randn(M, 7, 4, generator=stream)
    for k in range(M):
        one = nn.Linear(4, 5)
        one.load_state_dict({"weight": stacked.weight[k].T, "bias": stacked.bias[k, 0]})
        torch.testing.assert_close(stacked(x)[k], one(x[k]))


@pytest.mark.parametrize("stride", [1, 2])
def test_convolution_equals_separate_layers(stream, stride):
    stacked = StackedConv(M, 2, 5, 3, stride, stream)
    scatter(stacked, stream)
    x = torch.randn(6, M, 2, 9, 8, generator=stream)
    together = stacked(x.flatten(1, 2)).unflatten(1, (M, 5))
    for k in range(M):
        one = nn.Conv2d(2, 5, 3, stride)
        one.load_state_dict({"weight": stacked.weight[k], "bias": stacked.bias[k]})
        torch.testing.assert_close(together[:, k], one(x[:, k]))


def test_gru_equals_separate_cells(stream):
    stacked = StackedGRU(M, 4, 6, stream)
    scatter(stacked, stream)
    x, hidden_state = torch.randn(M, 7, 4, generator=stream), torch.randn(M, 7, 6, generator=stream)
    here = torch.ones(M, 1, 7, dtype=torch.bool)
    for k in range(M):
        cell = nn.GRUCell(4, 6)  # its gates stand in the order reset, update, new
        names = {"weight_ih": stacked.gates_in.weight[k].T, "bias_ih": stacked.gates_in.bias[k, 0]}
        names |= {"weight_hh": stacked.gates_memory.weight[k].T, "bias_hh": stacked.gates_memory.bias[k, 0]}
        cell.load_state_dict(names)
        torch.testing.assert_close(stacked(x, hidden_state, ~here, here)[k, 0], cell(x[k], hidden_state[k]))


def test_initial_weights_are_orthogonal_and_differ_between_networks(stream):
    weight = StackedLinear(M, 6, 4, stream, gain=2.0).weight.detach()
    torch.testing.assert_close(weight.transpose(1, 2) @ weight, 4 * torch.eye(4).expand(M, 4, 4))
    assert not torch.equal(weight[0], weight[1])
    kernel = StackedConv(M, 4, 6, 3, 1, stream).weight.detach().flatten(2)
    torch.testing.assert_close(kernel @ kernel.transpose(1, 2), 2 * torch.eye(6).expand(M, 6, 6))


def test_initial_weights_come_from_the_stream_alone():
    def build(seed):
        return StackedLinear(M, 6, 4, torch.Generator().manual_seed(seed)).weight

    untouched = torch.get_rng_state()
    assert torch.equal(build(0), build(0))
    assert not torch.equal(build(0), build(1))
    assert torch.equal(torch.get_rng_state(), untouched)


@pytest.mark.parametrize("size", [8, 6])  # 6 is not divisible by the number of heads
class TestSetEncoder:
    def build(self, size, stream):
        encoder = SetEncoder(EncoderSpec(M, (5, 3), size, (), "tanh"), stream)
        scatter(encoder, stream)
        return encoder

    def test_order_of_rows_does_not_matter(self, size, stream):
        encoder, x = self.build(size, stream), torch.randn(4, M, 5, 3, generator=stream)
        torch.testing.assert_close(encoder(x), encoder(x[:, :, [3, 1, 4, 0, 2]]))
        assert not torch.allclose(encoder(x), encoder(x.flip(-1)))  # the order of the features does

    def test_empty_rows_do_not_matter(self, size, stream):
        encoder, x = self.build(size, stream), torch.randn(4, M, 5, 3, generator=stream)
        padded = torch.cat([x[:, :, :2], torch.zeros(4, M, 6, 3), x[:, :, 2:]], dim=2)
        torch.testing.assert_close(encoder(x), encoder(padded))
        assert not torch.allclose(encoder(x), encoder(x[:, :, :4]))  # a row that is not empty does

    def test_an_empty_set_gives_zeros_and_finite_gradients(self, size, stream):
        encoder, x = self.build(size, stream), torch.randn(4, M, 5, 3, generator=stream)
        x[1, 2] = 0
        out = encoder(x)
        assert (out[2, 1] == 0).all()
        out.sum().backward()
        assert all(p.grad.isfinite().all() for p in encoder.parameters())

    def test_networks_do_not_mix(self, size, stream):
        encoder, x = self.build(size, stream), torch.randn(4, M, 5, 3, generator=stream)
        other = x.clone()
        other[:, 0] += 1
        assert torch.equal(encoder(x)[1:], encoder(other)[1:])
        assert not torch.equal(encoder(x)[0], encoder(other)[0])


@pytest.mark.parametrize("shape", [(4,), (5, 3), (2, 5, 5), (3, 11, 11), (3, 84, 84), (1, 2, 2), (1, 3, 7)])
def test_encoders_give_the_features_they_declare(shape, stream):
    encoder = build_encoder(M, shape, 8, (4, 6), "relu", stream)
    out = encoder(torch.randn(2, M, *shape, generator=stream))
    assert out.shape == (M, 2, encoder.outputs)


@pytest.mark.parametrize("shared", [False, True])
def test_split_and_merge_are_inverse(shared, stream):
    agent_axis = AgentAxis(M, shared)
    x = torch.randn(5, M, 2, generator=stream)
    split = agent_axis.split(x)
    assert split.shape == ((1, 5 * M, 2) if shared else (M, 5, 2))
    assert torch.equal(agent_axis.merge(split), x)


def group(n=M, shape=(3,), dtype=np.float32, high=5):
    return GroupSpec("agents", n, spaces.Box(0, high, shape, dtype), spaces.Discrete(4))


def actor_critic(stream, spec=None, **changes):
    spec = spec or group()
    return ActorCritic(spec, build_distribution(spec.action_space), small(**changes), stream)


def forward(network, observation, hidden_state=None, first=None, active=None):
    rows = observation.shape[:2]
    first = torch.zeros(rows, dtype=torch.bool) if first is None else first
    active = torch.ones(observation.shape[:3], dtype=torch.bool) if active is None else active
    return network(observation, hidden_state, first, active)


@pytest.mark.parametrize("sharing", ["none", "all"])
@pytest.mark.parametrize("separate", [False, True])
def test_memory_over_a_sequence_equals_memory_step_by_step(stream, sharing, separate):
    network = actor_critic(stream, memory="gru", sharing=sharing, separate_critic=separate)
    observation = torch.randn(6, 5, M, 3, generator=stream)
    first = torch.rand(6, 5, generator=stream) < 0.3
    active = torch.rand(6, 5, M, generator=stream) < 0.7
    hidden_state = torch.randn(network.initial_hidden_state(5).shape, generator=stream)
    outputs, value, last = forward(network, observation, hidden_state, first, active)
    for t in range(6):
        step_outputs, step_value, hidden_state = forward(
            network, observation[t, None], hidden_state, first[t, None], active[t, None]
        )
        rows = slice(t * step_value.shape[1], (t + 1) * step_value.shape[1])
        torch.testing.assert_close(outputs[:, rows], step_outputs)
        torch.testing.assert_close(value[:, rows], step_value)
    torch.testing.assert_close(last, hidden_state)


def test_memory_forgets_at_a_first_step_and_stands_still_where_an_agent_waits(stream):
    network = actor_critic(stream, memory="gru")
    observation = torch.randn(1, 2, M, 3, generator=stream)
    hidden_state = torch.randn(2, M, 8, generator=stream)
    active = torch.tensor([[[True, False, True], [True, True, True]]])
    first = torch.tensor([[False, True]])
    _, _, after = forward(network, observation, hidden_state, first, active)
    _, _, fresh = forward(network, observation, torch.zeros_like(hidden_state))
    assert torch.equal(after[0, 1], hidden_state[0, 1])
    torch.testing.assert_close(after[1], fresh[1])
    assert not torch.equal(after[0, 0], hidden_state[0, 0])


def test_ids_tell_agents_apart_that_see_the_same(stream):
    same = torch.randn(1, 1, 1, 3, generator=stream).expand(1, 1, M, 3)
    for agent_id in (False, True):
        value = forward(actor_critic(stream, sharing="all", agent_id=agent_id), same)[1].squeeze()
        # Rows of one product may differ in their last bits.
        assert ((value - value.roll(1)).abs() > 1e-6).all() == agent_id
        assert ((value - value.roll(1)).abs() > 1e-12).any() == agent_id


def test_a_shared_policy_serves_any_number_of_agents(stream):
    few, many = actor_critic(stream, sharing="all"), actor_critic(stream, group(8), sharing="all")
    many.load_state_dict(few.state_dict())
    observation = torch.randn(1, 2, 8, 3, generator=stream)
    here, there = (
        forward(network, x)[1].view(2, -1) for network, x in ((few, observation[:, :, :M]), (many, observation))
    )
    torch.testing.assert_close(there[:, :M], here)


def test_bytes_are_scaled_to_one(stream):
    network = actor_critic(stream, group(shape=(2, 5, 5), dtype=np.uint8, high=255))
    assert network.bodies[0].scale == 1 / 255
    assert actor_critic(stream, group(shape=(2, 5, 5), dtype=np.uint8, high=1)).bodies[0].scale == 1
    assert actor_critic(stream, group(high=5)).bodies[0].scale == 1


def test_the_initial_deviation_is_that_of_the_first_actions():
    box = GroupSpec("agents", M, spaces.Box(-1, 1, (3,), np.float32), spaces.Box(-1, 1, (2,), np.float32))
    for deviation in (1.0, 0.25):
        stream = torch.Generator().manual_seed(0)
        config = small(initial_deviation=deviation)
        network = ActorCritic(box, build_distribution(box.action_space), config, stream)
        assert network.log_scale is not None
        torch.testing.assert_close(network.log_scale.exp(), torch.full((M, 1, 2), deviation))
    with pytest.raises(BadParameter, match=r"initial_deviation is 0\.0; allowed is above 0"):
        small(initial_deviation=0.0)
