"""Scripted policies as learners that act alone: yardsticks for what is learnt, and partners to play with."""

from typing import Any, ClassVar

import numpy as np
import torch

from ...envs.core.random_policy import random_action
from ...envs.core.scripted_policy import ScriptedPolicy, in_world
from ...envs.core.spec import GroupSpec
from ...envs.core.timestep import GroupStep
from .learner import Decision, Learner, Setup


class ActingAlone(Learner):
    """Base of the learners that learn nothing."""

    learns = False

    def generator(self) -> np.random.Generator:
        """A generator for one step, out of the learner's own stream."""
        return np.random.default_rng(int(torch.randint(2**62, (), generator=self.stream("policy"))))


class Random(ActingAlone):
    """Every legal action equally likely; in boxes without bounds, standard normal."""

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        return Decision(random_action(self.group, step, self.generator()))


class Scripted(ActingAlone):
    """A ScriptedPolicy in a learner's place; `scripted_learner` makes the class for one.

    Raises:
        BadParameter: the policy does not play this task or group.
    """

    reads_world = True
    name: ClassVar[str]
    policy: ClassVar[type[ScriptedPolicy]]

    def __init__(self, setup: Setup, settings: Any):
        super().__init__(setup, settings)
        self._policy = self.policy.built_for(self.name, *in_world(setup.env, setup.group), setup.env_parameters)
        self._in_scenario = setup.env.world is not None

    @classmethod
    def plays(cls, group: GroupSpec) -> bool:
        """Whether the policy declares the group."""
        return not cls.policy.groups or group.name in cls.policy.groups

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        action = self._policy.act(step.world, self.generator())
        return Decision(action[:, list(self.group.places)] if self._in_scenario else action)


def scripted_learner(name: str, policy: type[ScriptedPolicy]) -> type[Learner]:
    """The learner class for a scripted policy registered as `name`."""
    return type(policy.__name__, (Scripted,), {"name": name, "policy": policy, "__doc__": policy.__doc__})
