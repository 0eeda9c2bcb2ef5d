"""Public sanctions in rollouts: the events and contexts that a slow loop finds.

Learners that may not see them get none.
"""

from typing import Any

import numpy as np
import pytest

from stigmergy.algorithms.core.learner import Decision, Information
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.registration.make import make
from stigmergy.training.rollout_buffer import RolloutBuffer

NUM_ENVS, LENGTH = 5, 9
FREQUENT = {"length": 5, "radius": 2, "cooldown": 0, "removal": 2}
SMALL = {"map": "small", "sanctions": FREQUENT}
WORLDS: dict[str, dict[str, Any]] = {
    "dilemmas/cleanup-v0": SMALL | {"max_cycles": 13},
    "dilemmas/allelopathic_harvest_among_punishers_of_green_small-v0": {"max_cycles": 13, "sanctions": FREQUENT},
    "dilemmas/public_goods-v0": {"max_cycles": 7},
}


def collect(id: str, information: Information, rollouts: int = 6):
    """Rollouts of random play, each with the loop's own events.

    An event is (decision, env, agent, True if it sanctioned, its observation).
    """
    env = make(id, NUM_ENVS, **WORLDS[id])
    group = env.spec.groups[0]
    buffer = RolloutBuffer(env.spec, group, NUM_ENVS, LENGTH, information)
    rng = np.random.default_rng(0)
    step = env.reset(0)
    whole = getattr(env, "world", env).groups["agents"]
    for c in range(NUM_ENVS):  # so that the envs' episodes end at different times
        env.state.elapsed[c] = c
    for _ in range(rollouts):
        expected = []
        buffer.see(0, step)
        for t in range(LENGTH):
            saw = whole.observation.copy()
            over = step.last.copy()
            action = random_actions(env.spec.groups, step, rng)
            step = env.step(action)
            buffer.follow(t, Decision(action[group.name]), step)
            buffer.see(t + 1, step)
            for c in range(NUM_ENVS):
                for i in range(saw.shape[1]):
                    if step.signals["opportunity"][c, i]:
                        assert not over[c], "an opportunity in the step that begins an episode"
                        expected.append((t, c, i, bool(step.signals["sanction"][c, i]), saw[c, i]))
        yield env, buffer.rollout(None, None), expected


@pytest.mark.parametrize("id", WORLDS)
def test_events_are_those_that_a_slow_loop_finds(id):
    kinds: list[bool] = []
    began, agents = 0, set()
    for env, rollout, expected in collect(id, Information.PUBLIC):
        events = rollout.events
        assert events is not None
        rows = list(zip(events.step, events.copy, events.agent, events.sanctioned))
        assert rows == [event[:4] for event in expected]
        frames = [event[4] for event in expected]
        space = env.spec.groups[0].observation_space
        assert (events.context.shape[1:], events.context.dtype) == (space.shape, space.dtype)
        np.testing.assert_array_equal(events.context, np.array(frames).reshape(events.context.shape))
        assert not rollout.first[1:][events.step, events.copy].any(), "no event in the step that begins an episode"
        began += int(rollout.first[1:].sum())
        agents |= set(events.agent.tolist())
        kinds += [bool(event[3]) for event in expected]
    assert began > 3 * NUM_ENVS
    assert 0 < sum(kinds) < len(kinds), "approvals and disapprovals"
    if "among" in id:
        assert len(agents) > 1, "bots' events are public too"


def test_a_rollouts_events_stay_as_they_are_when_the_next_ones_are_collected():
    kept = []
    for _, rollout, _ in collect("dilemmas/cleanup-v0", Information.PUBLIC):
        kept.append((rollout.events, [np.copy(part) for part in rollout.events]))
    assert sum(len(events.step) for events, _ in kept) > 20
    for events, then in kept:
        for part, copied in zip(events, then):
            np.testing.assert_array_equal(part, copied)


@pytest.mark.parametrize("id", WORLDS)
def test_a_local_learner_gets_none(id):
    noted = 0
    for _, rollout, expected in collect(id, Information.LOCAL, rollouts=2):
        assert rollout.events is None
        assert rollout.signals is None
        noted += len(expected)
    assert noted


def test_where_nobody_can_sanction_there_are_none():
    env = make("dilemmas/coins-v0", NUM_ENVS)
    buffer = RolloutBuffer(env.spec, env.spec.groups[0], NUM_ENVS, LENGTH, Information.PUBLIC)
    buffer.see(0, env.reset(0))
    buffer.see(1, env.step(np.zeros((NUM_ENVS, 2), int)))
    assert buffer.rollout(None, None).events is None
