"""The information contract: what a learner did not declare to see changes no bit of what it learns.

It holds for every registered learner; a new one needs no line here.
"""

import dataclasses

import numpy as np
import pytest
import torch

from stigmergy.algorithms import algorithms
from stigmergy.algorithms.factory import learner_class
from stigmergy.algorithms.learner import Decision, Information, Learner, Setup
from stigmergy.envs.errors import CannotImport
from stigmergy.training.buffer import RolloutBuffer, share

from .loop import SMALL, Collector, small
from .tiny_envs import FEATURES, IMAGE, Noise

N, COPIES, LENGTH, UPDATES = 3, 5, 12, 2


def learners():
    """The registered classes that learn and declare LOCAL or PUBLIC, by name."""
    found = {}
    for registration in algorithms:
        try:
            cls = learner_class(registration.name)
        except CannotImport:
            # A scripted policy comes with its task, which may need a package that is not installed; a learner never does.
            if "policies" in str(registration.target):
                continue
            raise
        # Other tests may have registered learners of their own.
        if cls.learns and cls.information is not Information.JOINT and cls.__module__.startswith("stigmergy."):
            found[registration.name] = cls
    return found


def variants():
    """Every learner as it is and with the options that carry something from row to row, as far as it has them."""
    for name, cls in learners().items():
        fields = {field.name for field in dataclasses.fields(cls.Settings)}
        changes = {"plain": {}}
        if "network" in fields:
            changes = {"plain": {"network": SMALL}, "memory": {"network": small(memory="gru")}}
        for option, value in (("normalize_value", True), ("target_kl", 0.01)):
            if option in fields:
                changes |= {option: {**changes["plain"], option: value}}
        for label, change in changes.items():
            yield pytest.param(cls, dataclasses.replace(cls.Settings(), **change), id=f"{name}-{label}")


def build(cls, settings, env):
    return cls(Setup(env.spec, env.spec.groups[0], seed=1, num_updates=10), settings)


def rollouts(cls, settings, env):
    """What a learner that does not learn collects."""
    collector = Collector(env, build(cls, settings, env), LENGTH)
    return [collector.collect() for _ in range(UPDATES)]


def learnt(cls, settings, env, experience):
    learner = build(cls, settings, env)
    for rollout in experience:
        learner.learn(rollout)
    return learner


def tensors(state, path=""):
    """Every tensor and number of a nested state, by path, the random streams left out."""
    if isinstance(state, (list, tuple)):
        state = dict(enumerate(state))
    if not isinstance(state, dict):
        return {} if isinstance(state, str) or state is None else {path: torch.as_tensor(state)}
    found = {}
    for name, part in state.items():
        if name != "streams":
            found |= tensors(part, f"{path}/{name}")
    return found


def of_agent(learner, agent):
    """Agent `agent`'s part of what the learner has learnt: its slice where there is an axis of agents, else all."""
    state = tensors(learner.state_dict())
    return {name: x[agent] if x.dim() and len(x) == N else x for name, x in state.items()}


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


def disturb_others(rollout, agent, rng):
    """The same rollout with everything of the other agents changed."""
    others = np.arange(N) != agent

    def shuffled(x, noise=1.0):
        x = x.copy()
        part = x[:, :, others]
        part = rng.permutation(part.reshape(-1, *part.shape[3:])).reshape(part.shape)  # keeps actions in range
        x[:, :, others] = part + noise * rng.normal(size=part.shape) if np.issubdtype(x.dtype, np.floating) else part
        return x

    def flipped(x):
        return np.where(others, x ^ (rng.random(x.shape) < 0.3), x)

    def memory(x):
        return None if x is None else torch.from_numpy(shuffled(x.numpy()[None])[0])

    return rollout._replace(
        observation=shuffled(rollout.observation),
        action_mask=rollout.action_mask | others[:, None],  # whatever the others are now said to have done is legal
        active=flipped(rollout.active),
        action=shuffled(rollout.action),
        reward=shuffled(rollout.reward, noise=100.0),
        terminated=flipped(rollout.terminated),
        record={name: shuffled(x, noise=0.1) for name, x in rollout.record.items()},
        memory=memory(rollout.memory),
        last_memory=memory(rollout.last_memory),
    )


@pytest.mark.parametrize(("cls", "settings"), list(variants()))
@pytest.mark.parametrize("agent", [0, 2])
def test_other_agents_data_change_no_bit(cls, settings, agent):
    env, rng = Noise(COPIES, N, masks=True), np.random.default_rng(0)
    experience = rollouts(cls, settings, env)
    changed = [disturb_others(rollout, agent, rng) for rollout in experience]
    fresh, one, other = (learnt(cls, settings, env, data) for data in ([], experience, changed))
    assert same(of_agent(one, agent), of_agent(other, agent))
    assert not same(of_agent(one, agent), of_agent(fresh, agent))  # it did learn
    assert not same(of_agent(one, 1), of_agent(other, 1))  # and the change is one that matters


@pytest.mark.parametrize(("cls", "settings"), list(variants()))
def test_behaviour_depends_on_own_observations_alone(cls, settings):
    env, rng = Noise(COPIES, N, masks=True), np.random.default_rng(0)
    step = env.reset(0).groups["agents"]
    changed = step._replace(observation=step.observation.copy(), active=step.active.copy())
    changed.observation[:, 1:] = rng.normal(size=changed.observation[:, 1:].shape)
    changed.active[:, 1:] ^= True
    decisions = []
    for seen in (step, changed):
        learner = build(cls, settings, env)
        memory = learner.initial_memory(COPIES)
        for _ in range(2):
            decision = learner.act(seen, memory)
            memory = decision.memory
        decisions.append(decision)
    first, second = decisions
    np.testing.assert_array_equal(first.action[:, 0], second.action[:, 0])
    for name, value in first.record.items():
        np.testing.assert_array_equal(value[:, 0], second.record[name][:, 0])
    assert any((value[:, 1] != second.record[name][:, 1]).any() for name, value in first.record.items())


def test_shared_parameters_do_see_the_others():
    """The negative control: with one network for all agents the test above must find the difference."""
    cls = learners()["ippo"]
    settings = dataclasses.replace(cls.Settings(), network=small(sharing="all"))
    env, rng = Noise(COPIES, N, masks=True), np.random.default_rng(0)
    experience = rollouts(cls, settings, env)
    changed = [disturb_others(rollout, 0, rng) for rollout in experience]
    one, other = (learnt(cls, settings, env, data) for data in (experience, changed))
    assert not same(of_agent(one, 0), of_agent(other, 0))


def buried(rollout):
    """(T, E, n) where a reward belongs to nobody: after the agent's own end, and on the step into the next episode."""
    gone = np.zeros(rollout.reward.shape, np.bool_)
    gone[1:] = rollout.terminated[:-1] & ~rollout.first[1:-1, :, None]
    return gone | rollout.first[1:, :, None]


def litter(rollout, garbage, rng):
    """The same rollout with garbage in every row that means nothing."""
    idle = ~rollout.active

    def spoilt(x, where):
        where = where.reshape(*where.shape, *[1] * (x.ndim - 3))
        if x.dtype == np.bool_:
            return np.where(where, rng.random(x.shape) < 0.5, x)
        if np.issubdtype(x.dtype, np.floating):
            return np.where(where, np.asarray(garbage, x.dtype), x)
        return np.where(where, rng.integers(0, 256, x.shape), x).astype(x.dtype)

    return rollout._replace(
        observation=spoilt(rollout.observation, idle),
        action_mask=spoilt(rollout.action_mask, idle),
        action=spoilt(rollout.action, ~rollout.valid),
        reward=spoilt(rollout.reward, buried(rollout)),
        # Not where an action is ignored: the value of an episode's last observation is its bootstrap.
        record={name: spoilt(x, idle[:-1]) for name, x in rollout.record.items()},
    )


@pytest.mark.parametrize("garbage", [np.nan, -1e30, 7.0])
@pytest.mark.parametrize("observation", [FEATURES, IMAGE], ids=["features", "image"])
@pytest.mark.parametrize(("cls", "settings"), list(variants()))
def test_rows_of_inactive_agents_change_no_bit(cls, settings, observation, garbage):
    env, rng = Noise(COPIES, N, observation, masks=True), np.random.default_rng(0)
    experience = rollouts(cls, settings, env)
    assert all((~rollout.active).any() and buried(rollout).any() for rollout in experience)
    littered = [litter(rollout, garbage, rng) for rollout in experience]
    fresh, one, other = (learnt(cls, settings, env, data) for data in ([], experience, littered))
    state = tensors(one.state_dict())
    assert all(x.isfinite().all() for x in state.values())
    assert same(state, tensors(other.state_dict()))
    assert not same(state, tensors(fresh.state_dict()))


@pytest.mark.parametrize("sharing", ["none", "all"])
def test_inactive_rows_change_no_bit_of_memory_or_of_anothers_decision(sharing):
    cls = learners()["ippo"]
    settings = dataclasses.replace(cls.Settings(), network=small(memory="gru", sharing=sharing))
    env = Noise(COPIES, N, masks=True)
    env.reset(0)
    step = env.step(np.zeros((COPIES, N), np.int64)).groups["agents"]
    dirty = step._replace(observation=np.where(step.active[..., None], step.observation, np.float32(np.nan)))
    assert not step.active.all()
    before = torch.randn(
        build(cls, settings, env).initial_memory(COPIES).shape, generator=torch.Generator().manual_seed(0)
    )
    one, other = (build(cls, settings, env).act(seen, before) for seen in (step, dirty))
    np.testing.assert_array_equal(one.action[step.active], other.action[step.active])
    assert torch.equal(one.memory, other.memory)
    idle = torch.from_numpy(~step.active & ~step.first[:, None])
    assert torch.equal(one.memory[idle], before[idle])


class _Witness(Learner):
    """Acts anyhow, so that the buffer has something to store."""

    def act(self, step, memory, greedy=False):
        return Decision(np.zeros(step.reward.shape, np.int64))


class _Public(_Witness):
    information = Information.PUBLIC


class _Joint(_Witness):
    information = Information.JOINT


@pytest.mark.parametrize(
    ("cls", "signals", "state"), [(_Witness, False, False), (_Public, True, False), (_Joint, True, True)]
)
def test_a_rollout_holds_what_the_learner_declared(cls, signals, state):
    env = Noise(COPIES, N)
    learner = cls(Setup(env.spec, env.spec.groups[0]), None)
    rollout = Collector(env, learner, LENGTH).collect()
    assert (rollout.signals is not None) == signals
    assert (rollout.state is not None) == state
    assert rollout.others is None
    if state:
        assert len(np.unique(rollout.state)) > 1
    if signals:
        assert rollout.signals["siren"].shape == (LENGTH + 1, COPIES, N)


def test_only_a_joint_learner_gets_the_others():
    env = Noise(COPIES, N)
    group = env.spec.groups[0]
    buffers = {name: RolloutBuffer(env.spec, group, COPIES, LENGTH, Information.JOINT) for name in ("agents", "prey")}
    pair = {name: buffer.rollout(None, None) for name, buffer in buffers.items()}
    shared = share(pair, "agents")
    assert list(shared.others) == ["prey"]
    assert shared.observation is pair["agents"].observation
    assert pair["agents"].others is None
