"""IPPO: PPO for every agent on its own experience.

Source: de Witt et al., "Is independent learning all you need in the StarCraft multi-agent
challenge?" (2020), with PPO as in Schulman et al. (2017).
"""

from dataclasses import dataclass

from ...envs.core.validation import check_above_zero
from ..core.learner import Information
from .config import PPOSettings
from .learner import PPO
from .objectives import ClippedObjective, PolicyObjective


@dataclass(frozen=True)
class IPPOSettings(PPOSettings):
    """Options of IPPO."""

    clip: float = 0.2
    """Policy ratios beyond 1 - clip and 1 + clip do not improve the objective any more."""

    def __post_init__(self):
        super().__post_init__()
        check_above_zero("clip", self.clip)


class IPPO(PPO[IPPOSettings]):
    """Independent proximal policy optimization.

    Each agent learns by PPO from its own observations, actions and rewards.
    """

    Settings = IPPOSettings
    information = Information.LOCAL

    def _build_objective(self) -> PolicyObjective:
        return ClippedObjective(self.settings.clip)
