"""Every registered learner with small, quick settings, for the tests of what holds for all of them.

A learner that is registered later is picked up without being named here. Settings are made from the
fields that a learner has.
"""

import dataclasses

import pytest

from stigmergy.algorithms import algorithms
from stigmergy.algorithms.core.conformance import Subject
from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.core.make import learner_class, make_learner
from stigmergy.envs.errors import CannotImport

from .loop import Collector
from .tiny_envs import Noise

N, NUM_ENVS, LENGTH = 3, 5, 12

QUICK = {
    "network": {"hidden": (16,), "channels": (4,), "memory_size": 8},
    "mixing": {"embedding": 8, "hyper": 8, "channels": (4,), "central": 8},
    "learning_rate": 3e-3,
    "anneal": False,
    "gamma": 0.9,
    "epochs": 2,
    "minibatches": 2,
    "batch_size": 16,
    "buffer_size": 2000,
    "sequence_length": 5,
    "gradient_steps": 3,
    "target_interval": 2,
    "team_reward": "mean",
    "norms": {"hidden": (16,), "channels": (4,), "learning_rate": 3e-3, "alpha": 1.0, "beta": 1.0},
}
"""Small nets and few steps, wherever a learner has such options."""

OPTIONS = {
    "memory": {"network": {"memory": "gru"}},
    "last_action": {"network": {"memory": "gru", "last_action": True}},
    "separate_critic": {"network": {"memory": "gru", "separate_critic": True}},
    "normalize_value": {"normalize_value": True},
    "target_kl": {"target_kl": 0.01},
    "return_lambda": {"return_lambda": 0.8},
    "observations": {"state": "observations"},
    "threshold": {"norms": {"pseudo_reward": "threshold"}},
}
"""Options that carry data from row to row or from agent to agent, if a learner has them."""


def every_learner(home="stigmergy."):
    """The registered classes that learn, by name.

    Other tests and plugins register learners of their own, from another `home`.
    """
    found = {}
    for registration in algorithms:
        try:
            cls = learner_class(registration.name)
        except CannotImport:
            # A scripted policy comes with its task, which may need a package that is not installed;
            # a learner never does.
            if "policies" in str(registration.target):
                continue
            raise
        if cls.learns and cls.__module__.startswith(home):
            found[registration.name] = cls
    return found


def changed(config, wanted):
    """`settings` with what is `wanted` of it.

    Mappings change what is nested, and fields that it does not have are left out.
    """
    own = {field.name for field in dataclasses.fields(config)}
    changes = {name: value for name, value in wanted.items() if name in own}
    for name, value in changes.items():
        if isinstance(value, dict):
            changes[name] = changed(getattr(config, name), value)
    return dataclasses.replace(config, **changes)


def has(config, wanted):
    """Tell if `settings` has all fields that are `wanted`."""
    own = {field.name for field in dataclasses.fields(config)}
    return wanted.keys() <= own and all(
        has(getattr(config, name), value) for name, value in wanted.items() if isinstance(value, dict)
    )


def quick_config(cls, **wanted):
    """Config with which a learner learns much in a short time; `wanted` as in `changed`."""
    return changed(changed(cls.Config(), QUICK), wanted)


def variants(options=tuple(OPTIONS), which=lambda cls: True):
    """Parameters `(name, settings)` of pytest.

    Every learner as it is, and with each of the options that it has.
    """
    for name, cls in every_learner().items():
        if not which(cls):
            continue
        plain = quick_config(cls)
        yield pytest.param(name, plain, id=f"{name}-plain")
        for option in options:
            if has(plain, OPTIONS[option]):
                yield pytest.param(name, changed(plain, OPTIONS[option]), id=f"{name}-{option}")


def build(name, config, env, seed=1, num_updates=10, length=LENGTH):
    """The learner `name` for the one group of `env`."""
    context = Context(env.spec, env.spec.groups[0], seed, num_updates, env.num_envs, length)
    return make_learner(name, context, config)


def rollouts(name, config, env, number):
    """Rollouts of a learner that does not learn."""
    collector = Collector(env, build(name, config, env), LENGTH)
    return [collector.collect() for _ in range(number)]


def subject(name, config, env, number=2):
    """The learner as the conformance card examines it."""
    return Subject(lambda: build(name, config, env), rollouts(name, config, env, number))


def noise(observation=None, masks=True, **options):
    """The world of most of these tests: agents wait, die and are cut off."""
    more = {} if observation is None else {"observation": observation}
    return Noise(NUM_ENVS, N, masks=masks, **more, **options)
