"""The Kuramoto task as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..headings.env import Turning
from . import draw
from .rules import KuramotoParameters, kuramoto_constants


class Kuramoto(Turning):
    """Oscillators at fixed random places of a torus fall into step, though each has a speed of its own and sees only the mean around it.

    Phases, natural frequencies and places are drawn evenly. In a step a phase grows by its natural frequency, by `max_turn` times the
    action and by noise. The classical model is the action (coupling / max_turn) * r * sin(psi - theta); see `policies`.

    Observation: float32 `(4,)`: sine and cosine of psi - theta, where theta is the own phase and psi that of the mean unit vector over
    all within `radius`, oneself included, with normal noise on the angle; r, the length of that mean; the natural frequency over `max_turn`,
    so that the action that cancels it is minus this number.
    Action: float32 `(1,)` in [-1, 1]. Reward, the same for all: the order, which is the length of the mean unit vector over the whole population,
    minus `action_cost` times the mean size of the actions. Nobody terminates.
    Global state: the phases on 16 points of the circle from -pi on, then on 6 x 6 points of the torus the population's density and the sums of cosines
    and sines (see `collective`; row by row from the lowest y, in units of an even spread), and the share of the episode that has passed.

    Episode metrics: `order`, over the episode's steps; `final_order`, at its end; `effort`, the mean size of the actions.

    Source: see `turning`; Kuramoto, "Self-entrainment of a population of coupled non-linear oscillators" (1975).
    """

    Parameters = KuramotoParameters

    def __init__(self, id: str, num_envs: int, parameters: KuramotoParameters):
        most = parameters.spread / parameters.max_turn if parameters.max_turn > 0 else 0.0
        super().__init__(id, num_envs, parameters, kuramoto_constants(parameters), (-most, most))

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """The phases in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("swarm/kuramoto-v0")
