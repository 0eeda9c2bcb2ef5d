"""Scripted baseline of the Vicsek task: the classical model."""

from ...core.spec import EnvSpec, GroupSpec
from ..headings.env import Steering
from .config import VicsekConfig
from .rules import vicsek_constants


class Align(Steering):
    """Vicsek's model: all turn into the mean heading in sight, as far as `max_turn` allows.

    The mean includes the agent itself.
    """

    plays = ("swarm/vicsek",)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: VicsekConfig) -> "Align":
        """The model for a task with this config."""
        return cls(vicsek_constants(config), 0.0, 1 / config.max_turn if config.max_turn > 0 else 0.0)
