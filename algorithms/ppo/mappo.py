"""MAPPO: IPPO with critics of the global state; acting needs the actors alone.

The update and its metrics are those of `PPO.learn` in `learner.py`.

Source: Yu et al., "The surprising effectiveness of PPO in cooperative multi-agent games" (2022).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from ..core.learner import Context, Information
from ..core.rollout import Rollout
from ..nn.global_state import GlobalState, StateSource
from ..nn.layers import AgentAxis
from .central_critic import CentralCritic
from .data import Inputs
from .ippo import IPPOConfig
from .learner import PPO
from .networks import ActorCritic
from .objectives import ClippedObjective, PolicyObjective


@dataclass(frozen=True)
class MAPPOConfig(IPPOConfig):
    """Options of MAPPO."""

    state: StateSource = "environment"
    """Global state: the environment's own, or the joined observations of the group's agents."""
    critic_sees: Literal["state", "state_and_observation"] = "state"
    """Inputs of the critic: the state, or the state and each agent's own observation."""


MAPPOSettings = MAPPOConfig
"""Name of earlier releases."""


class MAPPO(PPO[MAPPOConfig]):
    """Multi-agent proximal policy optimization: clipped PPO with a critic of the global state.

    The critic is feed-forward. Each agent has a critic of its own, which learns its own return;
    with `sharing: all` one serves all.

    Raises:
        BadParameter: `state` is `environment`, and the environment has no global state.
    """

    Config = MAPPOConfig
    information = Information.JOINT
    name: ClassVar[str] = "mappo"
    """Registered name, for errors."""

    def __init__(self, context: Context, config: MAPPOConfig):
        self.global_state = GlobalState(context, config.state, self.name)
        super().__init__(context, config)

    def _build_objective(self) -> PolicyObjective:
        return ClippedObjective(self.config.clip)

    def _build_network(self, stream: torch.Generator) -> ActorCritic:
        network, space = self.config.network, self.group.observation_space
        agent_axis = AgentAxis(self.group.size, network.sharing == "all")
        own = space if self.config.critic_sees == "state_and_observation" else None
        critic = CentralCritic(self.global_state.shape, own, network, agent_axis, stream)
        return ActorCritic(self.group, self.distribution, network, stream, critic, self.extra_inputs)

    def _states(self, rollout: Rollout) -> Tensor:
        """Global states `(T + 1, E, *shape)`."""
        state = None if rollout.state is None else self._to_device(rollout.state)
        return self.global_state.of(state, self._to_device(rollout.observation), self._to_device(rollout.active))

    def _values(self, rollout: Rollout) -> Tensor:
        """Values of all global states, because acting recorded none."""
        value = self.network.critic(
            self._states(rollout).flatten(0, 1), self._to_device(rollout.observation).flatten(0, 1)
        )
        return self.agent_axis.merge(value).unflatten(0, rollout.first.shape)

    def _rollout_inputs(self, rollout: Rollout) -> Inputs:
        return super()._rollout_inputs(rollout)._replace(state=self._states(rollout)[:-1])
