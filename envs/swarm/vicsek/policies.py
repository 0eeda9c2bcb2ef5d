"""The scripted yardstick of the Vicsek task: the classical model."""

from ...core.spec import EnvSpec, GroupSpec
from ..headings.env import Steering
from .rules import VicsekParameters, vicsek_constants


class Align(Steering):
    """Vicsek's model: everyone turns into the mean heading of those in sight, oneself included, as far as `max_turn` allows."""

    plays = ("swarm/vicsek",)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: VicsekParameters) -> "Align":
        """The rule for a task with these parameters."""
        return cls(vicsek_constants(parameters), 0.0, 1 / parameters.max_turn if parameters.max_turn > 0 else 0.0)
