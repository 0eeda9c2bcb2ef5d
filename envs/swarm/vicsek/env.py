"""The Vicsek task as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..headings.env import Turning
from . import draw
from .rules import VicsekParameters, vicsek_constants


class Vicsek(Turning):
    """Flyers of constant speed on a torus align their headings, though each sees only the mean heading around it.

    Places and headings are drawn evenly. In a step a heading turns by `max_turn` times the action and by noise, then everyone flies `speed` along
    the new heading. The classical model turns right into the mean heading; see `policies`.

    Observation: float32 `(4,)`: sine and cosine of psi - theta, where theta is the own heading and psi that of the mean unit vector over
    all within `radius`, oneself included, with normal noise on the angle; the length of that mean, the local order; the share of the other
    agents that are in sight.
    Action: float32 `(1,)` in [-1, 1]. Reward, the same for all: the order, which is the length of the mean unit vector over the whole population,
    minus `action_cost` times the mean size of the actions. Nobody terminates.
    Global state: the headings on 16 points of the circle from -pi on, then on 6 x 6 points of the torus the population's density and the sums of cosines
    and sines (see `collective`; row by row from the lowest y, in units of an even spread), and the share of the episode that has passed.

    Episode metrics: `order`, over the episode's steps; `final_order`, at its end; `effort`, the mean size of the actions.

    Source: see `turning`; Vicsek et al., "Novel type of phase transition in a system of self-driven particles" (1995).
    """

    Parameters = VicsekParameters

    def __init__(self, id: str, num_envs: int, parameters: VicsekParameters):
        super().__init__(id, num_envs, parameters, vicsek_constants(parameters), (0, 1))

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """The headings in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("swarm/vicsek-v0")
