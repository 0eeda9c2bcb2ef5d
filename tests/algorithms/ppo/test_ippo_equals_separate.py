"""Proof that IPPO with separate parameters is n separate learners.

50 updates beside n objects of one agent, and beside plain PPO in torch.
"""

import dataclasses

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms.core.learner import Context, derive_seed
from stigmergy.algorithms.nn.adam import StackedAdam
from stigmergy.algorithms.ppo.ippo import IPPO
from stigmergy.envs.core.spec import GroupSpec

from ..core.test_returns import episodes, link
from ..support.loop import Collector, config, ippo, only, small
from ..support.plain_ppo import PlainPPO
from ..support.tiny_envs import ENTITIES, FEATURES, IMAGE, Noise

UPDATES, LENGTH, NUM_ENVS, N = 50, 6, 4, 3
FEW = {"epochs": 2, "minibatches": 2}
# Another order of summation leaves a relative error of 1e-16 times the condition of a gradient's
# sums, at most 1e6 here. A step of Adam moves a weight by the rate times what is left of the
# gradient's scale, so 200 steps at a rate of 1e-2 add up to 200 * 1e-2 * 1e-10.
TOLERANCE = 1e-9
SEEN = 1e-2  # what a mistake leaves at least

pytestmark = pytest.mark.usefixtures("double")

CASES = {
    "features": ({}, {}),
    "masks": ({"masks": True}, {}),
    "memory": ({"masks": True}, {"network": small(memory="gru")}),
    "two bodies": ({}, {"network": small(memory="gru", separate_critic=True, activation="tanh")}),
    "image": ({"observation": IMAGE, "masks": True}, {}),
    "entities": ({"observation": ENTITIES}, {}),
    "box": ({"action": spaces.Box(-2, 1, (2,), np.float32)}, {}),
    "multi-discrete": ({"action": spaces.MultiDiscrete([3, 2]), "masks": True}, {}),
    "normalized values": ({}, {"normalize_value": True, "target_kl": 0.02}),
}


class Given:
    """Distribution with given samples, so that a learner judges actions that another one drew."""

    def __init__(self, inner):
        self.inner = inner
        self.given = None

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def sample(self, outputs, mask, stream):
        return self.given


class Alone:
    """IPPO for agent `agent` of `together`, begun from its weights.

    It learns from its own rows and judges with its own network.
    """

    def __init__(self, together, env, agent, options):
        spec = env.spec.groups[0]
        one = GroupSpec(spec.name, 1, spec.observation_space, spec.action_space, spec.has_action_mask)
        self.learner = IPPO(Context(env.spec, one, seed=0, num_updates=UPDATES), config(**options))
        weights = {name: p[agent, None] for name, p in together.network.state_dict().items()}
        self.learner.network.load_state_dict(weights)
        self.learner.distribution = Given(self.learner.distribution)
        self.agent = agent
        self.hidden_state = self.before = self.learner.initial_hidden_state(env.num_envs)
        self.records = []

    def watch(self, t, step, decision):
        sample = torch.from_numpy(decision.record["sample"][:, self.agent])
        self.learner.distribution.given = sample[None]
        own = self.learner.act(only(step, self.agent), self.hidden_state)
        self.hidden_state = own.hidden_state
        self.records.append(own.record)

    def learn(self, rollout):
        record = {name: np.stack([one[name] for one in self.records]) for name in self.records[0]}
        self.learner.learn(
            rollout.select(self.agent)._replace(
                record=record, hidden_state=self.before, last_hidden_state=self.hidden_state
            )
        )
        self.records, self.before = [], self.hidden_state


def together_and_alone(environment, options):
    """Train all at once and each alone on the same experience.

    Returns the learner, those alone, and how far the weights moved.
    """
    env = Noise(NUM_ENVS, N, **environment)
    options = {**FEW, "learning_rate": 1e-2, **options}
    together = ippo(env, num_updates=UPDATES, **options)
    start = {name: p.clone() for name, p in together.network.state_dict().items()}
    alone = [Alone(together, env, i, options) for i in range(N)]
    collector = Collector(env, together, LENGTH)
    for _ in range(UPDATES):
        rollout = collector.collect(lambda *seen: [one.watch(*seen) for one in alone])
        together.learn(rollout)
        for one in alone:
            one.learn(rollout)
    moved = max(float((p - start[name]).abs().max()) for name, p in together.network.state_dict().items())
    return together, alone, moved


def distance(together, alone):
    """The largest difference between any weight of the joint learner and of those alone."""
    states = [one.learner.network.state_dict() for one in alone]
    joint = together.network.state_dict()
    return max(float((p - torch.cat([state[name] for state in states])).abs().max()) for name, p in joint.items())


@pytest.mark.parametrize("case", CASES)
def test_equals_separate_learners(case):
    environment, options = CASES[case]
    together, alone, moved = together_and_alone(environment, options)
    assert moved > 0.1
    assert distance(together, alone) < TOLERANCE


def test_a_norm_over_all_agents_would_be_seen(monkeypatch):
    def clip_together(self, max_norm):
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, max_norm)
        return norm.expand(len(self.steps))

    monkeypatch.setattr(StackedAdam, "clip", clip_together)
    together, alone, _ = together_and_alone({}, {})
    assert distance(together, alone) > SEEN


def plain(together, env, agent, options, kind=PlainPPO):
    group = env.spec.groups[0]
    features, choices = group.observation_space.shape[0], int(group.action_space.n)
    one = kind(features, options.network.hidden, choices, options, derive_seed(0, "minibatch"))
    weights = {name: p[agent] for name, p in together.network.state_dict().items()}
    names = {f"bodies.0.layers.{k}": layer for k, layer in enumerate(one.body)}
    names |= {"actor": one.actor, "critic": one.critic}
    for name, layer in names.items():
        layer.load_state_dict({"weight": weights[f"{name}.weight"].T, "bias": weights[f"{name}.bias"][0]})
    return one, names


def transitions(rollout, agent, gamma):
    """Decisions of one agent with a known outcome, from the slow reading of the flags."""
    found = []
    for e in range(rollout.first.shape[1]):
        for start, stop in episodes(rollout.first[:, e], len(rollout.reward)):
            # A value of 0 everywhere leaves the rewards alone in the error of `link`.
            nothing = np.zeros(rollout.active.shape)
            own = [x[:, e, agent] for x in (rollout.reward, nothing, rollout.terminated, rollout.active)]
            links = [link(t, stop, *own, gamma) for t in range(start, stop)]
            for t, gain, discount, _ in (one for one in links if one is not None and one[1] is not None):
                later = [u for u in range(t + 1, stop + 1) if rollout.active[u, e, agent]]
                found.append((t, e, gain, discount, (later[0], e) if discount else None))
    return found


@pytest.mark.parametrize("masks", [False, True])
def test_equals_plain_ppo_in_torch(masks):
    env = Noise(NUM_ENVS, N, observation=FEATURES, masks=masks)
    options = dataclasses.replace(config(small(hidden=(16, 12))), **FEW)
    together = ippo(env, num_updates=UPDATES, network=options.network, **FEW)
    separate = [plain(together, env, i, options) for i in range(N)]
    collector = Collector(env, together, LENGTH)
    for _ in range(UPDATES):
        rollout = collector.collect()
        together.learn(rollout)
        for i, (one, _) in enumerate(separate):
            mask = rollout.action_mask[:-1, :, i] if masks else None
            action = rollout.record["sample"][:, :, i]
            one.learn(
                rollout.observation[:, :, i], mask, action, transitions(rollout, i, options.gamma), (LENGTH, NUM_ENVS)
            )
    weights = together.network.state_dict()
    for i, (_, names) in enumerate(separate):
        for name, layer in names.items():
            torch.testing.assert_close(weights[f"{name}.weight"][i].T, layer.weight.detach(), rtol=0, atol=TOLERANCE)
            torch.testing.assert_close(weights[f"{name}.bias"][i, 0], layer.bias.detach(), rtol=0, atol=TOLERANCE)
