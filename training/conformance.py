"""Conformance card of a learner.

The learner plays in an environment, and `algorithms.conformance` examines its rollouts.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..algorithms.core.conformance import Subject, check
from ..algorithms.core.learner import Context, Information, Learner
from ..algorithms.core.make import learner_class, make_learner
from ..algorithms.core.rollout import Rollout
from ..envs.core.env import BatchEnv
from ..envs.core.random_policy import random_actions
from ..envs.core.spec import GroupSpec
from ..envs.errors import BadParameter, UserError
from ..envs.registration.make import make_from
from ..envs.tools.conformance import Card, Finding
from .rollout_buffer import RolloutBuffer, share
from .runs.checkpoint import load_checkpoint, save_checkpoint

NUM_ENVS, LENGTH, ROLLOUTS, SEED = 16, 50, 3, 0


def check_learner(name: str, config: Any, environment: str, task: Any) -> Card:
    """Examine the learner `name` in the first group of an environment.

    `config` and `task` are the configs of the learner and of the environment.

    Raises:
        UserError: there is no such learner, it learns nothing, or it does not play this
            environment.
    """
    if not learner_class(name).learns:
        raise BadParameter(f"'{name}' is a scripted policy; check examines environments and learners")
    env = make_from(environment, NUM_ENVS, task)
    group = env.spec.groups[0]

    def build() -> Learner:
        context = Context(env.spec, group, SEED, ROLLOUTS, NUM_ENVS, LENGTH, env_config=env.config)
        return make_learner(name, context, config)

    try:
        experience = collect(env, group, build(), ROLLOUTS)
    except UserError:
        raise
    except Exception as error:  # an error of the user's code; the card gives its place
        return Card(name, [Finding("playing", False, f"raised {type(error).__name__}: {error}")])
    finally:
        env.close()
    return check(name, Subject(build, experience, _through_a_checkpoint))


def _through_a_checkpoint(state: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(Path(folder) / "learner", state)
        return load_checkpoint(Path(folder) / "learner")


def collect(env: BatchEnv, group: GroupSpec, learner: Learner, number: int) -> list[Rollout]:
    """Collect rollouts of a learner that does not learn; other groups play at random.

    Rollouts follow each other, each in arrays of its own.
    """
    generator = np.random.default_rng(SEED)
    step, hidden_state = env.reset(SEED), learner.initial_hidden_state(env.num_envs)
    rollouts = []
    for _ in range(number):
        buffer, before = RolloutBuffer(env.spec, group, env.num_envs, LENGTH, learner.information), hidden_state
        for t in range(LENGTH):
            buffer.see(t, step)
            decision = learner.act(step.groups[group.name], hidden_state)
            hidden_state = decision.hidden_state
            step = env.step(random_actions(env.spec.groups, step, generator) | {group.name: decision.action})
            buffer.follow(t, decision, step)
        buffer.see(LENGTH, step)
        rollout = buffer.rollout(before, hidden_state)
        joint = learner.information is Information.JOINT
        rollouts.append(share({group.name: rollout}, group.name) if joint else rollout)
    return rollouts
