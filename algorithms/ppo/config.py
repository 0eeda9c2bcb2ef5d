"""Options shared by the PPO family."""

import math
from dataclasses import dataclass, field
from typing import Annotated

from ...envs.core.config import Config
from ...envs.core.ranges import Check, NotNegative, Passes, Positive, Probability
from ...envs.core.validation import check_above_zero, require
from .networks import NetworkConfig


def _check_limit(name: str, value: float) -> None:
    if value != math.inf:
        require(name, value, value > 0, "above 0, or none")
        check_above_zero(name, value)


Limit = Annotated[float | None, Check(_check_limit, "above 0, or none")]
"""Limit that None or infinity switch off."""


@dataclass(frozen=True)
class PPOConfig(Config):
    """Options of the whole family."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    """Architecture of the networks."""
    learning_rate: Positive = 5e-4
    """Step size of Adam."""
    anneal: bool = True
    """Let the learning rate fall linearly to 0 over the run."""
    gamma: Probability = 0.99
    """Discount of a step."""
    gae_lambda: Probability = 0.95
    """Mixing of short and long advantage estimates."""
    epochs: Passes = 4
    """Passes over each rollout."""
    minibatches: Passes = 4
    """Minibatches of a pass; each has whole time steps, or with a hidden state whole envs."""
    value_clip: Limit = 0.2
    """Largest change of a value in one update, on the critic's scale; none disables clipping."""
    value_coefficient: NotNegative = 0.5
    """Weight of the value loss."""
    entropy: NotNegative = 0.01
    """Weight of the entropy bonus."""
    max_grad_norm: Positive = 0.5
    """Largest norm of each agent's gradient; larger gradients are scaled down to it."""
    normalize_advantage: bool = True
    """Standardize each agent's advantages over the rollout."""
    normalize_value: bool = False
    """Train the critic on returns of a running standard scale, one for each agent."""
    target_kl: Limit = None
    """KL divergence from which an agent stops updating until the next rollout; none disables it."""
    adam_epsilon: Positive = 1e-5
    """Adam's epsilon."""
