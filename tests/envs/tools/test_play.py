"""The loop that plays: a reset, then a step for each action, and no further action."""

from itertools import islice

import numpy as np

from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.registration.make import make
from stigmergy.envs.tools.play import play

ID, STEPS, SEED = "games/matrix-v0", 7, 3


def test_it_gives_the_reset_and_then_the_steps_of_a_loop_written_out():
    env, generator = make(ID, 4), np.random.default_rng(SEED)
    step = env.reset(SEED)
    expected = [(step.first.tolist(), step.groups["agents"].reward.tolist())]
    for _ in range(STEPS):
        step = env.step(random_actions(env.spec.groups, step, generator))
        expected.append((step.first.tolist(), step.groups["agents"].reward.tolist()))
    other, draws = make(ID, 4), np.random.default_rng(SEED)
    played = play(other, lambda step: random_actions(other.spec.groups, step, draws), SEED)
    found = [(step.first.tolist(), step.groups["agents"].reward.tolist()) for step in islice(played, STEPS + 1)]
    assert found == expected
    assert len({str(row) for row in expected}) > 1
    assert draws.random() == generator.random()


def test_it_acts_once_for_each_step_that_is_asked_for():
    env, asked = make(ID, 1), []

    def act(step):
        asked.append(bool(step.first[0]))
        return {"agents": np.zeros((1, env.spec.groups[0].size), np.int64)}

    steps = play(env, act, SEED)
    assert next(steps).first.all()
    assert asked == []
    next(steps)
    assert asked == [True]
