"""The scripted yardstick of the Kuramoto task: the classical model."""

from ...core.spec import EnvSpec, GroupSpec
from ..headings.env import Steering
from ..headings.rules import Constants
from .rules import KuramotoParameters, kuramoto_constants


class Synchronize(Steering):
    """Kuramoto's model: a phase turns by coupling * r * sin(psi - theta), with r and psi of those in sight, but at most by `max_turn`.

    Over a complete graph that is (coupling / n) * the sum of sin(theta_j - theta) over all n, so two oscillators settle where
    their phases differ by asin(difference of frequencies / coupling). It does not cancel natural frequencies, so learners can do better.
    """

    plays = ("swarm/kuramoto",)

    def __init__(self, constants: Constants, coupling: float):
        """`coupling` is in radians a step."""
        super().__init__(constants, coupling / constants.max_turn if constants.max_turn > 0 else 0.0, 0.0)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: KuramotoParameters) -> "Synchronize":
        """The strongest coupling that never asks for more than `max_turn`."""
        return cls(kuramoto_constants(parameters), parameters.max_turn)
