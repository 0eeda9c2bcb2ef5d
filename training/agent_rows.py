"""Observations and actions of one agent: in the form of an environment, and as rows of a batch."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..envs.core.env import BatchEnv
from ..envs.core.spec import GroupSpec
from ..envs.errors import BadParameter
from ..envs.interop.from_pettingzoo import Bridge, GroupCodec, Unfit

NO_INFO: Mapping[str, Any] = {}


class AgentObservation(NamedTuple):
    """Observation of one agent."""

    row: NDArray[Any]  # (*shape,) of the group's observation space
    mask: NDArray[np.bool_] | None  # (choices,)
    is_row: bool
    """True if it came as a row already, so that actions are returned as rows too."""


class AgentRows:
    """Agents of an environment, with the forms of their observations and actions.

    The form is that of `ParallelView`. A bridged environment has its own form; `ParallelView` is
    accepted there as well.
    """

    def __init__(self, env: BatchEnv):
        self.id = env.spec.id
        self.groups = {group.name: group for group in env.spec.groups}
        self._codecs: Mapping[str, GroupCodec] = env.codecs if isinstance(env, Bridge) else {}
        self._places: dict[Hashable, tuple[str, int]] = {
            agent: (group.name, i) for group in env.spec.groups for i, agent in enumerate(group.agents)
        }
        if isinstance(env, Bridge):
            # under the environment's own names, which need not be strings
            self._places |= env.places

    def locate(self, observations: Mapping[Any, Any]) -> dict[Any, tuple[str, int]]:
        """Group and index in it of each agent that observes something.

        Raises:
            KeyError: one is no agent of this environment; behind the bridge, where other keys are
                allowed, if none is.
        """
        known = {key: self._places[key] for key in observations if key in self._places}
        for key in observations:
            if key not in known and not (self._codecs and known):
                names = ", ".join(str(agent) for agent in self._places)
                raise KeyError(f"there is no agent '{key}' in '{self.id}'; known are {names}")
        return {key: place for key, place in known.items() if observations[key] is not None}

    def read(self, agent: Any, group: GroupSpec, observation: Any, info: Mapping[str, Any] | None) -> AgentObservation:
        """Read the observation of an agent of `group`.

        Raises:
            BadParameter: the observation is not of its space, or a mask that the agents of this
                group always have is missing.
        """
        codec = self._codecs.get(group.name)
        reason = ""
        if codec is not None:
            try:
                row, mask = codec.read(observation, info)
                return AgentObservation(row, self._needed(agent, group, mask, info), False)
            except Unfit as error:
                reason = f"{error}; declared is {codec.observation.declared}"
        seen = _row(group, observation, info or NO_INFO)
        if seen is None:
            space = group.observation_space
            reason = reason or f"has the shape {np.shape(_inner(observation))}; expected is {space}"
            raise BadParameter(f"the observation of the agent '{agent}' of '{self.id}' {reason}")
        return seen._replace(mask=self._needed(agent, group, seen.mask, info))

    def action(self, group: str, row: NDArray[Any], is_row: bool) -> Any:
        """Action `row` in the form that the environment takes."""
        codec = self._codecs.get(group)
        return row if codec is None or is_row else codec.action.decode(row)

    def _needed(self, agent: Any, group: GroupSpec, mask: Any, info: Mapping[str, Any] | None) -> Any:
        """Return the mask of a group that was trained with masks.

        A missing mask is an error, because it must not mean that all actions are allowed.
        """
        if mask is None and group.has_action_mask and not group.optional_mask:
            where = "give act() the infos too" if info is None else "its info has none"
            raise BadParameter(
                f"the agent '{agent}' of '{self.id}' has an action_mask beside its observation or in its info; {where}"
            )
        return mask


def _inner(observation: Any) -> Any:
    return (
        observation["observation"] if isinstance(observation, Mapping) and "observation" in observation else observation
    )


def _row(group: GroupSpec, observation: Any, info: Mapping[str, Any]) -> AgentObservation | None:
    """Row of an observation in the form of `ParallelView`; None if it has another form."""
    mask = info.get("action_mask")
    if isinstance(observation, Mapping):
        if "observation" not in observation:
            return None
        mask = observation.get("action_mask", mask)
    try:
        array = np.asarray(_inner(observation))
    except ValueError:  # of unequal lengths
        return None
    space = group.observation_space
    if array.shape != space.shape or array.dtype.kind not in "biuf":
        return None
    row = array.astype(space.dtype)
    if space.dtype.kind != "f" and not np.array_equal(row, array):
        return None
    # A MultiDiscrete has a mask for each part.
    return AgentObservation(row, None if mask is None else np.hstack(mask).astype(np.bool_), True)
