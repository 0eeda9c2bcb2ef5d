"""Scripted baseline of the Kuramoto task: the classical model."""

from ...core.spec import EnvSpec, GroupSpec
from ..headings.env import Steering
from ..headings.state import Constants
from .config import KuramotoConfig
from .rules import kuramoto_constants


class Synchronize(Steering):
    """Kuramoto's model: a phase turns by coupling * r * sin(psi - theta), at most by `max_turn`.

    r and psi are those of the oscillators in sight. Over a complete graph the turn is (coupling /
    n) * the sum of sin(theta_j - theta) over all n, so two oscillators settle where their phases
    differ by asin(difference of frequencies / coupling). The model does not cancel natural
    frequencies, so learners can do better.
    """

    plays = ("swarm/kuramoto",)

    def __init__(self, constants: Constants, coupling: float):
        """`coupling` is in radians per step."""
        super().__init__(constants, coupling / constants.max_turn if constants.max_turn > 0 else 0.0, 0.0)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: KuramotoConfig) -> "Synchronize":
        """The model with the strongest coupling that never exceeds `max_turn`."""
        return cls(kuramoto_constants(config), config.max_turn)
