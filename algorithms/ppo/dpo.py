"""DPO: independent policies with an objective that bounds the improvement of the team.

The penalties themselves are `KLPenaltyObjective` in `objectives.py`.

The bound holds although all policies change at once. Source: Su and Lu, "Decentralized policy
optimization" (2022; "A fully decentralized surrogate for multi-agent policy optimization", TMLR
2024). Their released code draws minibatches across agents and averages the measured divergences
over them, so that agents learn from each other's rows. Here each agent learns from its own, as in
the paper.
"""

from dataclasses import dataclass

from ...envs.core.ranges import Passes, Positive
from ..core.learner import Information
from .config import PPOConfig
from .learner import PPO
from .objectives import KLPenaltyObjective, PolicyObjective


@dataclass(frozen=True)
class DPOConfig(PPOConfig):
    """Options of DPO; epochs, minibatches and gradient norm are those of the paper's code."""

    epochs: Passes = 15
    """Passes over each rollout."""
    minibatches: Passes = 1
    """Minibatches of a pass; each has whole time steps, or with a hidden state whole envs."""
    max_grad_norm: Positive = 10.0
    """Largest norm of each agent's gradient; larger gradients are scaled down to it."""
    kl_target: Positive = 0.01
    """Target of a policy's KL(old || new) per rollout; the root penalty's target is its root."""
    kl_penalty: bool = True
    """Penalize the mean divergence from the policy that collected the rollout."""
    sqrt_kl_penalty: bool = True
    """Penalize the mean root of the divergence too, because the others change at the same time."""
    kl_coefficient: Positive = 1.0
    """Initial weight of the divergence; each agent's adapts."""
    sqrt_kl_coefficient: Positive = 1.0
    """Initial weight of its root; each agent's adapts."""


DPOSettings = DPOConfig
"""Name of earlier releases."""


class DPO(PPO[DPOConfig]):
    """Decentralized policy optimization: PPO's unclipped ratio with two adaptive penalties.

    Each agent adapts the weights of its penalties by its own steps.
    """

    Config = DPOConfig
    information = Information.LOCAL

    def _build_objective(self) -> PolicyObjective:
        config = self.config
        return KLPenaltyObjective(
            self.agent_axis.m,
            config.kl_target,
            config.kl_coefficient if config.kl_penalty else None,
            config.sqrt_kl_coefficient if config.sqrt_kl_penalty else None,
            self.context.device,
        )
