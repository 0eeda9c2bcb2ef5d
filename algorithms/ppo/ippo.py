"""IPPO: PPO for every agent on its own experience.

Source: de Witt et al., "Is independent learning all you need in the StarCraft multi-agent
challenge?" (2020), with PPO as in Schulman et al. (2017).
"""

from dataclasses import dataclass

from ...envs.core.ranges import Positive
from ..core.learner import Information
from .config import PPOConfig
from .learner import PPO
from .objectives import ClippedObjective, PolicyObjective


@dataclass(frozen=True)
class IPPOConfig(PPOConfig):
    """Options of IPPO."""

    clip: Positive = 0.2
    """Policy ratios beyond 1 - clip and 1 + clip do not improve the objective any more."""


IPPOSettings = IPPOConfig
"""Name of earlier releases."""


class IPPO(PPO[IPPOConfig]):
    """Independent proximal policy optimization.

    Each agent learns by PPO from its own observations, actions and rewards.
    """

    Config = IPPOConfig
    information = Information.LOCAL

    def _build_objective(self) -> PolicyObjective:
        return ClippedObjective(self.config.clip)
