"""Functions that mixers can and cannot represent."""

import itertools

import pytest
import torch

from stigmergy.algorithms.q_learning.mixers import (
    MIXERS,
    Central,
    MixerConfig,
    QMIXMixer,
    QPLEXMixer,
    VDNMixer,
    check_mixer,
)
from stigmergy.algorithms.q_learning.value_decomposition import TeamConfig
from stigmergy.envs.errors import BadParameter

N, CHOICES, ROWS = 3, 4, 200
SHAPES = {"features": (5,), "image": (2, 6, 6), "entities": (4, 3)}

pytestmark = pytest.mark.usefixtures("double")


def build(cls, shape=SHAPES["features"], seed=0, **config):
    return cls(N, CHOICES, shape, MixerConfig(**config), torch.Generator().manual_seed(seed))


def inputs(shape=SHAPES["features"], seed=1, rows=ROWS):
    """Values of chosen and best actions, joint actions and states, all random."""
    stream = torch.Generator().manual_seed(seed)
    values = 3 * torch.randn(rows, N, CHOICES, generator=stream)
    action = torch.randint(CHOICES, (rows, N), generator=stream)
    chosen = values.gather(-1, action.unsqueeze(-1)).squeeze(-1)
    one_hot = torch.nn.functional.one_hot(action, CHOICES).to(values.dtype).flatten(1)
    return chosen, values.amax(dim=-1), one_hot, 3 * torch.randn(rows, *shape, generator=stream)


def slopes(mixer, shape=SHAPES["features"]):
    """d Qtot / d Q_i, `(rows, n)`."""
    chosen, best, action, state = inputs(shape)
    chosen.requires_grad_(True)
    mixer(chosen, best, action, state).sum().backward()
    return chosen.grad


@pytest.mark.parametrize("hyper", [0, 16])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_the_monotone_mixer_never_falls_with_an_agents_value(shape, hyper):
    grown = [slopes(build(QMIXMixer, shape, seed, hyper=hyper), shape) for seed in range(5)]
    assert all((slope >= 0).all() for slope in grown)
    assert all((slope > 0).any() for slope in grown)


def test_the_unrestricted_mixer_does_fall():
    """The negative control."""
    assert any((slopes(build(Central, seed=seed)) < 0).any() for seed in range(5))


def test_a_monotone_mixer_with_weights_of_one_is_vdn():
    """All the state's influence off, one hidden unit, weights 1.

    Where the sum is positive ELU is the identity.
    """
    mixer = build(QMIXMixer, embedding=1, hyper=0)
    with torch.no_grad():
        for parameter in mixer.parameters():
            parameter.zero_()
        mixer.weight_in.out.bias.fill_(-1.0)  # the sign is taken off
        mixer.weight_out.out.bias.fill_(1.0)
    chosen, best, action, state = inputs()
    chosen = chosen.abs()
    total = mixer(chosen, best, action, state)
    torch.testing.assert_close(total, build(VDNMixer)(chosen, best, action, state))
    with torch.no_grad():
        mixer.weight_in.out.bias[..., 0] = 2.0
    assert not torch.allclose(mixer(chosen, best, action, state), total)


def best_joint_is_made_of_best_actions(mixer, seed):
    """Tell if the best joint action is that of each agent's highest value, in random states."""
    stream = torch.Generator().manual_seed(seed)
    joint = torch.tensor(list(itertools.product(range(CHOICES), repeat=N)))
    one_hot = torch.nn.functional.one_hot(joint, CHOICES).to(torch.get_default_dtype()).flatten(1)
    agreed = []
    for _ in range(20):
        values = torch.randn(N, CHOICES, generator=stream)
        state = torch.randn(1, 5, generator=stream).expand(len(joint), -1)
        chosen = torch.stack([values[i, joint[:, i]] for i in range(N)], dim=1)
        total = mixer(chosen, values.amax(dim=1).expand(len(joint), -1), one_hot, state)
        agreed.append(joint[total.argmax()].tolist() == values.argmax(dim=1).tolist())
    return all(agreed)


@pytest.mark.parametrize("cls", [VDNMixer, QMIXMixer, QPLEXMixer])
def test_the_best_joint_action_is_made_of_the_agents_best(cls):
    with torch.no_grad():
        assert all(best_joint_is_made_of_best_actions(build(cls, seed=seed), seed) for seed in range(3))
        assert not all(best_joint_is_made_of_best_actions(build(Central, seed=seed), seed) for seed in range(3))


def test_duplex_pays_more_for_the_best_and_its_agents_learn_by_the_plain_sum():
    mixer = build(QPLEXMixer)
    chosen, best, action, state = inputs()
    weight = (mixer.weight(state).abs() + 1e-10).detach()
    torch.testing.assert_close(slopes(mixer), weight)  # the importance gives them no gradient
    chosen.requires_grad_(True)
    mixer(chosen, best, action, state).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in mixer.actions.parameters())


@pytest.mark.parametrize("name", list(MIXERS))
def test_a_state_of_zeros_leaves_the_agents_something_to_learn(name):
    mixer = build(MIXERS[name])
    chosen, best, action, state = inputs()
    chosen.requires_grad_(True)
    mixer(chosen, best, action, torch.zeros_like(state)).sum().backward()
    assert (chosen.grad.abs().sum(dim=1) > 1e-3).all()


def test_an_unknown_mixer_gets_a_sentence():
    with pytest.raises(BadParameter, match="mixer is 'qmicks'; there is no such mixer"):
        check_mixer("qmicks")
    with pytest.raises(BadParameter, match="embedding is 0"):
        MixerConfig(embedding=0)


@pytest.mark.parametrize(("old", "new"), [("sum", "vdn"), ("monotone", "qmix"), ("duplex", "qplex")])
def test_old_names_of_mixers_stand_for_the_new_ones(old, new):
    with pytest.warns(
        FutureWarning, match=f"the mixer '{old}' is now '{new}'; the old name goes with the next release"
    ):
        assert TeamConfig(mixer=old) == TeamConfig(mixer=new)


def test_a_plugins_mixer_may_have_an_old_name(monkeypatch, recwarn):
    monkeypatch.setitem(MIXERS, "sum", VDNMixer)
    assert TeamConfig(mixer="sum").mixer == "sum"
    assert not recwarn
