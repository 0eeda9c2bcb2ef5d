"""The information contract: what a learner did not declare to see changes no bit of what it learns.

It holds for every registered learner; a new one needs no line here.
"""

import numpy as np
import pytest
import torch

from stigmergy.algorithms.core.conformance import (
    differences,
    disturb_others,
    fill_garbage,
    learn_from,
    of_agent,
    rewards_without_owner,
    seen_of_others,
    shuffle_agents,
    tensors,
)
from stigmergy.algorithms.core.learner import Context, Decision, Information, Learner
from stigmergy.training.rollout_buffer import RolloutBuffer, share

from .support.every_learner import (
    LENGTH,
    NUM_ENVS,
    N,
    build,
    changed,
    every_learner,
    has,
    noise,
    quick_config,
    subject,
    variants,
)
from .support.loop import Collector
from .support.tiny_envs import FEATURES, IMAGE, Noise

UPDATES = 2
SHARED = {"network": {"sharing": "all"}}
INDEPENDENT = list(variants(which=lambda cls: cls.information is not Information.JOINT))


def sees_nobody_else(name, config, agent):
    """Tell if agent `agent` learns the same bits when all data of the others change.

    What is compared is shown to matter.
    """
    examined = subject(name, config, noise(), UPDATES)
    rng = np.random.default_rng(0)
    other_data = [disturb_others(rollout, agent, rng) for rollout in examined.experience]
    fresh, one, other = (learn_from(examined.build(), data) for data in ([], examined.experience, other_data))
    assert differences(of_agent(one, agent), of_agent(fresh, agent))  # it did learn
    assert differences(of_agent(one, 1), of_agent(other, 1))  # and the change is one that matters
    return not seen_of_others(examined, agent)


@pytest.mark.parametrize(("name", "config"), INDEPENDENT)
@pytest.mark.parametrize("agent", [0, 2])
def test_other_agents_data_change_no_bit(name, config, agent):
    assert sees_nobody_else(name, config, agent)


SHARING = [name for name, cls in every_learner().items() if has(cls.Config(), SHARED)]
JOINT = [name for name, cls in every_learner().items() if cls.information is Information.JOINT]


@pytest.mark.parametrize("name", SHARING)
def test_shared_parameters_do_see_the_others(name):
    """Negative control: with one network for all agents the test above finds the difference."""
    config = quick_config(every_learner()[name], **SHARED)
    assert not sees_nobody_else(name, config, 0)


@pytest.mark.parametrize("name", JOINT)
def test_joint_learners_do_see_the_others(name):
    """Another: centralized training is no independent learning."""
    config = quick_config(every_learner()[name], state="observations")
    assert not sees_nobody_else(name, config, 0)


def disturbed_steps(env, number):
    """Pairs of steps: as they come, and with everything of the agents 1 and 2 changed."""
    rng = np.random.default_rng(0)
    others = np.arange(N) != 0
    step = env.reset(0).groups["agents"]
    for _ in range(number):
        true = step._replace(**{name: getattr(step, name).copy() for name in ("observation", "active", "action_mask")})
        mask = np.where(others[:, None], rng.random(true.action_mask.shape) < 0.5, true.action_mask)
        mask[:, others, 0] = True
        wrong = true._replace(
            observation=shuffle_agents(true.observation[None], others, rng)[0],
            active=true.active ^ others,
            action_mask=mask,
        )
        yield true, wrong
        step = env.step({"agents": true.action_mask.argmax(-1)}).groups["agents"]


def behaviour(name, config, which, greedy):
    """Actions, hidden states and records of some steps, by agent: lists of arrays `(E, ...)`."""
    env = noise()
    learner, seen = build(name, config, env), [[] for _ in range(N)]
    hidden_state = learner.initial_hidden_state(NUM_ENVS)
    for pair in disturbed_steps(env, 6):
        decision = learner.act(pair[which], hidden_state, greedy)
        hidden_state = decision.hidden_state
        kept = [x.numpy() for x in tensors(hidden_state).values()]
        for i, own in enumerate(seen):
            own += [np.array(x[:, i]) for x in (decision.action, *decision.record.values(), *kept)]
    return seen


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("greedy", [False, True], ids=["drawn", "greedy"])
@pytest.mark.parametrize(("name", "config"), list(variants()))
def test_behaviour_depends_on_own_observations_alone(name, config, greedy):
    """Execution is local for all, those trained together too."""
    one, other = (behaviour(name, config, which, greedy) for which in (0, 1))
    assert equal(one[0], other[0])
    assert not equal(one[1], other[1])
    assert len({a.tobytes() for a in one[0]}) > 1  # and it does not do the same all the time


TALKING = {"network": {"channel": "features"}}


@pytest.mark.parametrize("name", [name for name, cls in every_learner().items() if has(cls.Config(), TALKING)])
def test_behaviour_of_agents_that_talk_depends_on_others(name):
    """The negative control."""
    config = quick_config(every_learner()[name], **TALKING)
    one, other = (behaviour(name, config, which, True) for which in (0, 1))
    assert not equal(one[0], other[0])


def heeds_inactive_rows(name, config, env, garbage):
    """Tell if garbage in rows without a meaning changes what is learnt."""
    examined, rng = subject(name, config, env, UPDATES), np.random.default_rng(0)
    assert all((~rollout.active).any() and rewards_without_owner(rollout).any() for rollout in examined.experience)
    corrupted = [fill_garbage(rollout, garbage, rng, wild=True) for rollout in examined.experience]
    fresh, one, other = (learn_from(examined.build(), data) for data in ([], examined.experience, corrupted))
    state = tensors(one.state_dict())
    assert all(x.isfinite().all() for x in state.values())
    assert differences(state, tensors(fresh.state_dict()))
    return bool(differences(state, tensors(other.state_dict())))


@pytest.mark.parametrize(
    ("observation", "garbage"),
    [(FEATURES, np.nan), (FEATURES, -1e30), (FEATURES, 7.0), (IMAGE, np.nan)],
    ids=["nan", "huge", "plausible", "image"],
)
@pytest.mark.parametrize(("name", "config"), list(variants()))
def test_rows_of_inactive_agents_change_no_bit(name, config, observation, garbage):
    assert not heeds_inactive_rows(name, config, noise(observation), garbage)


def inactive_rows(name, config):
    """Two decisions on one step, whose inactive rows hold NaN for the second.

    The step and the hidden state before it follow.
    """
    env = noise()
    learner = build(name, config, env)
    step, hidden_state = env.reset(0).groups["agents"], learner.initial_hidden_state(NUM_ENVS)
    for _ in range(3):
        decision = learner.act(step, hidden_state)
        step, hidden_state = env.step({"agents": decision.action}).groups["agents"], decision.hidden_state
    dirty = step._replace(observation=np.where(step.active[..., None], step.observation, np.float32(np.nan)))
    assert not step.active.all()
    twin = build(name, config, env)
    twin.load_state_dict(learner.state_dict())
    return learner.act(step, hidden_state), twin.act(dirty, hidden_state), step, hidden_state


@pytest.mark.parametrize("sharing", ["none", "all"])
@pytest.mark.parametrize(("name", "config"), list(variants(options=["memory", "last_action", "separate_critic"])))
def test_inactive_rows_change_no_bit_of_memory_or_of_anothers_decision(name, config, sharing):
    one, other, step, before = inactive_rows(name, changed(config, {"network": {"sharing": sharing}}))
    np.testing.assert_array_equal(one.action[step.active], other.action[step.active])
    assert not differences(tensors(one.hidden_state), tensors(other.hidden_state))
    idle = torch.from_numpy(~step.active & ~step.first[:, None])
    assert idle.any()
    for path, was in tensors(before).items():
        if not getattr(config.network, "last_action", False):  # who waits has done nothing last
            assert torch.equal(tensors(one.hidden_state)[path][idle], was[idle])
        assert not torch.equal(tensors(one.hidden_state)[path][~idle], was[~idle])


class _Witness(Learner):
    """Acts anyhow, so that the buffer has something to store."""

    def act(self, step, hidden_state, greedy=False):
        return Decision(np.zeros(step.reward.shape, np.int64))


class _Public(_Witness):
    information = Information.PUBLIC


class _Joint(_Witness):
    information = Information.JOINT


@pytest.mark.parametrize(
    ("cls", "signals", "state"), [(_Witness, False, False), (_Public, True, False), (_Joint, True, True)]
)
def test_a_rollout_holds_what_the_learner_declared(cls, signals, state):
    env = Noise(NUM_ENVS, N)
    learner = cls(Context(env.spec, env.spec.groups[0]), None)
    rollout = Collector(env, learner, LENGTH).collect()
    assert (rollout.signals is not None) == signals
    assert (rollout.state is not None) == state
    assert rollout.others is None
    if state:
        assert len(np.unique(rollout.state)) > 1
    if signals:
        assert rollout.signals["siren"].shape == (LENGTH + 1, NUM_ENVS, N)


def test_only_a_joint_learner_gets_the_others():
    env = Noise(NUM_ENVS, N)
    group = env.spec.groups[0]
    buffers = {name: RolloutBuffer(env.spec, group, NUM_ENVS, LENGTH, Information.JOINT) for name in ("agents", "prey")}
    pair = {name: buffer.rollout(None, None) for name, buffer in buffers.items()}
    shared = share(pair, "agents")
    assert list(shared.others) == ["prey"]
    assert shared.observation is pair["agents"].observation
    assert pair["agents"].others is None
