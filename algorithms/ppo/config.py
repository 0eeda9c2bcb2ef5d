"""Options shared by the PPO family."""

import math
from dataclasses import dataclass, field

from ...envs.core.validation import MOST_PASSES, check_above_zero, check_not_negative, check_within, require
from .networks import NetworkSettings


@dataclass(frozen=True)
class PPOSettings:
    """Options of the whole family."""

    network: NetworkSettings = field(default_factory=NetworkSettings)
    """Architecture of the networks."""
    learning_rate: float = 5e-4
    """Step size of Adam."""
    anneal: bool = True
    """Let the learning rate fall linearly to 0 over the run."""
    gamma: float = 0.99
    """Discount of a step."""
    gae_lambda: float = 0.95
    """Mixing of short and long advantage estimates, 0 to 1."""
    epochs: int = 4
    """Passes over each rollout."""
    minibatches: int = 4
    """Minibatches of a pass; each has whole time steps, or with a hidden state whole envs."""
    value_clip: float | None = 0.2
    """Largest change of a value in one update, on the critic's scale; none disables clipping."""
    value_coefficient: float = 0.5
    """Weight of the value loss."""
    entropy: float = 0.01
    """Weight of the entropy bonus."""
    max_grad_norm: float = 0.5
    """Largest norm of each agent's gradient; larger gradients are scaled down to it."""
    normalize_advantage: bool = True
    """Standardize each agent's advantages over the rollout."""
    normalize_value: bool = False
    """Train the critic on returns of a running standard scale, one for each agent."""
    target_kl: float | None = None
    """KL divergence from which an agent stops updating until the next rollout; none disables it."""
    adam_epsilon: float = 1e-5
    """Adam's epsilon."""

    def __post_init__(self):
        for name in ("learning_rate", "max_grad_norm", "adam_epsilon"):
            check_above_zero(name, getattr(self, name))
        for name in ("value_coefficient", "entropy"):
            check_not_negative(name, getattr(self, name))
        for name in ("gamma", "gae_lambda"):
            require(name, getattr(self, name), 0 <= getattr(self, name) <= 1, "0 to 1")
        for name in ("epochs", "minibatches"):
            check_within(name, getattr(self, name), 1, MOST_PASSES)
        for name in ("value_clip", "target_kl"):
            value = getattr(self, name)
            if value is not None and value != math.inf:
                require(name, value, value > 0, "above 0, or none")
                check_above_zero(name, value)
