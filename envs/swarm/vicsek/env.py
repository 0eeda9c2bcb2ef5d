"""The Vicsek task as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..headings.env import Turning
from . import draw
from .config import VicsekConfig
from .rules import vicsek_constants


class Vicsek(Turning):
    """Flyers align their headings, though each sees only the mean heading around it.

    Rules:
        Places on a torus and headings are drawn evenly. In a step a heading turns by `max_turn`
        times the action and by noise, then all fly `speed` along their new headings. The classical
        model turns right into the mean heading; see `policies`.

    Observation:
        theta is the own heading and psi that of the mean unit vector over all within `radius`, the
        agent included, with normal noise on the angle.

        | index | value | range |
        | --- | --- | --- |
        | 0 | sine of psi - theta | -1 to 1 |
        | 1 | cosine of psi - theta | -1 to 1 |
        | 2 | length of that mean, the local order | 0 to 1 |
        | 3 | share of the other agents that are in sight | 0 to 1 |

        Global state: the headings on 16 points of the circle from -pi on, then on 6 x 6 points of
        the torus the population's density and the sums of cosines and sines (see `collective`; row
        by row from the lowest y, in units of an even spread), and the share of `max_cycles` gone.

    Source:
        Vicsek et al., "Novel type of phase transition in a system of self-driven particles" (1995);
        Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially observable mean field
        control for artificial collective behavior" (2024).
    """

    Config = VicsekConfig

    def __init__(self, id: str, num_envs: int, config: VicsekConfig):
        super().__init__(id, num_envs, config, vicsek_constants(config), (0, 1))

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """Headings in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("swarm/vicsek-v0")
