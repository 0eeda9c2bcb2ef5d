"""Scripted policies as learners that only act: baselines and partners for learners."""

from typing import Any, ClassVar

import numpy as np
import torch

from ...envs.core.random_policy import random_action
from ...envs.core.scripted_policy import ScriptedPolicy, in_world
from ...envs.core.spec import GroupSpec
from ...envs.core.timestep import GroupStep
from .learner import Context, Decision, Learner


class ActingAlone(Learner):
    """Base class of the learners that learn nothing."""

    learns = False

    def generator(self) -> np.random.Generator:
        """Random generator of one step, seeded from the learner's own stream."""
        return np.random.default_rng(int(torch.randint(2**62, (), generator=self.stream("policy"))))


class Random(ActingAlone):
    """Uniform policy over legal actions; standard normal in boxes without bounds."""

    def act(self, step: GroupStep, hidden_state: Any, greedy: bool = False) -> Decision:
        return Decision(random_action(self.group, step, self.generator()))


class Scripted(ActingAlone):
    """Adapter from a ScriptedPolicy to a learner; `scripted_learner` makes its subclasses.

    Raises:
        BadParameter: the policy does not play this task or group.
    """

    reads_env_state = True
    name: ClassVar[str]
    policy: ClassVar[type[ScriptedPolicy]]

    def __init__(self, context: Context, config: Any):
        super().__init__(context, config)
        self._policy = self.policy.built_for(self.name, *in_world(context.env, context.group), context.env_config)
        self._in_scenario = context.env.world is not None

    @classmethod
    def plays(cls, group: GroupSpec) -> bool:
        """Return True if the policy declares the group."""
        return not cls.policy.groups or group.name in cls.policy.groups

    def act(self, step: GroupStep, hidden_state: Any, greedy: bool = False) -> Decision:
        action = self._policy.act(step.env_state, self.generator())
        return Decision(action[:, list(self.group.places)] if self._in_scenario else action)


def scripted_learner(name: str, policy: type[ScriptedPolicy]) -> type[Learner]:
    """Make the learner class for a scripted policy registered as `name`."""
    return type(policy.__name__, (Scripted,), {"name": name, "policy": policy, "__doc__": policy.__doc__})
