"""Scripted policies: baselines that come with the tasks, and partners of learners."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import BadParameter
from .spec import EnvSpec, GroupSpec


def in_world(spec: EnvSpec, group: GroupSpec) -> tuple[EnvSpec, GroupSpec]:
    """The task and group that a scripted policy plays.

    Those of a scenario are its base env and the group that has all agents.
    """
    return (spec.world, spec.world.groups[0]) if spec.world else (spec, group)


class ScriptedPolicy(ABC):
    """Policy for all agents of one group, in all envs, from the state; it learns nothing.

    Registered by `stigmergy.register_policy("flee", Flee)`, it stands wherever the name of an
    algorithm does.
    """

    plays: ClassVar[tuple[str, ...]] = ("",)
    """Beginnings of ids of its tasks, such as `pathfinding/` or `pursuit/tag`; by default any."""
    groups: ClassVar[tuple[str, ...]] = ()
    """The groups it plays, such as `prey`; by default any."""

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: Any) -> "ScriptedPolicy":
        """The policy for one group of one task; a class that depends on them overrides this."""
        return cls()

    @classmethod
    def can_play(cls, spec: EnvSpec, group: GroupSpec) -> bool:
        """Return True if the policy declares the task and group; of a scenario, its base env's."""
        spec, group = in_world(spec, group)
        return spec.id.startswith(cls.plays) and (not cls.groups or group.name in cls.groups)

    @classmethod
    def built_for(cls, name: str, spec: EnvSpec, group: GroupSpec, config: Any) -> "ScriptedPolicy":
        """Call `build` for a task and group that the policy declares.

        Raises:
            BadParameter: it declares others.
        """
        if not spec.id.startswith(cls.plays):
            raise BadParameter(
                f"the algorithm '{name}' is for {' and '.join(f'{start}*' for start in cls.plays)}, not for '{spec.id}'"
            )
        if cls.groups and group.name not in cls.groups:
            raise BadParameter(
                f"the algorithm '{name}' is for the group {' or '.join(cls.groups)} of '{spec.id}', not for '{group.name}'"
            )
        return cls.build(spec, group, config)

    @abstractmethod
    def act(self, world: Any, generator: np.random.Generator) -> NDArray[Any]:
        """The actions of the group, `(num_envs, n, *action_shape)`.

        Args:
            world: the environment's `state`, which must not be written to.
            generator: for policies that draw; nothing else may be drawn from. The bots of scenarios
                have none: they take chance from the state, with `random_streams.hash_below`.
        """
