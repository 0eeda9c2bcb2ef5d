"""DPO: independent policies that climb an objective whose improvement holds for the team, although all move at once.

Source: Su and Lu, "Decentralized policy optimization" (2022; "A fully decentralized surrogate for multi-agent policy optimization", TMLR 2024).
Their released code draws minibatches across agents and averages the measured divergences over them, so that agents learn from each other's
rows; see `../shared/specs/learners.md` section 1. Here each agent learns from its own, as in the paper.
"""

from dataclasses import dataclass

from ...envs.core.validation import check_above_zero
from ..core.learner import Information
from .config import PPOSettings
from .learner import PPO
from .objectives import KLPenaltyObjective, PolicyObjective


@dataclass(frozen=True)
class DPOSettings(PPOSettings):
    """Options of DPO; epochs, minibatches and gradient norm are the paper's code's."""

    epochs: int = 15
    """Passes over each rollout."""
    minibatches: int = 1
    """Parts a pass is split into; each has whole time steps, or with memory whole envs."""
    max_grad_norm: float = 10.0
    """Each agent's gradient is scaled down to this norm."""
    kl_target: float = 0.01
    """How far a policy should move per rollout, as KL(old || new); for the root penalty, its root."""
    kl_penalty: bool = True
    """Hold back by the mean divergence from the policy that collected."""
    sqrt_kl_penalty: bool = True
    """Hold back by the mean root of the divergence, too, for the others move at the same time."""
    kl_coefficient: float = 1.0
    """Weight of the divergence at the start; each agent's adapts."""
    sqrt_kl_coefficient: float = 1.0
    """Weight of its root at the start; each agent's adapts."""

    def __post_init__(self):
        super().__post_init__()
        for name in ("kl_target", "kl_coefficient", "sqrt_kl_coefficient"):
            check_above_zero(name, getattr(self, name))


class DPO(PPO[DPOSettings]):
    """Decentralized policy optimization: PPO's ratio unclipped, with two penalties whose weights each agent adapts by its own steps."""

    Settings = DPOSettings
    information = Information.LOCAL

    def _build_objective(self) -> PolicyObjective:
        settings = self.settings
        return KLPenaltyObjective(
            self.agent_axis.m,
            settings.kl_target,
            settings.kl_coefficient if settings.kl_penalty else None,
            settings.sqrt_kl_coefficient if settings.sqrt_kl_penalty else None,
            self.setup.device,
        )
