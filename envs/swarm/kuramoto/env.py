"""The Kuramoto task as a batched environment."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..headings.env import Turning
from . import draw
from .config import KuramotoConfig
from .rules import kuramoto_constants


class Kuramoto(Turning):
    """Oscillators with frequencies of their own fall into step; each sees only the mean around it.

    Rules:
        Phases, natural frequencies and fixed places on a torus are drawn evenly. In a step a phase
        grows by its natural frequency, by `max_turn` times the action and by noise. The classical
        model is the action (coupling / max_turn) * r * sin(psi - theta); see `policies`.

    Observation:
        theta is the own phase and psi that of the mean unit vector over all within `radius`, the
        agent included, with normal noise on the angle.

        | index | value | range |
        | --- | --- | --- |
        | 0 | sine of psi - theta | -1 to 1 |
        | 1 | cosine of psi - theta | -1 to 1 |
        | 2 | r, the length of that mean | 0 to 1 |
        | 3 | natural frequency / `max_turn`; minus this as action cancels it | -0.5 to 0.5 |

        Global state: the phases on 16 points of the circle from -pi on, then on 6 x 6 points of the
        torus the population's density and the sums of cosines and sines (see `collective`; row by
        row from the lowest y, in units of an even spread), and the share of `max_cycles` gone.

    Source:
        Kuramoto, "Self-entrainment of a population of coupled non-linear oscillators" (1975);
        Cui, Hauck, Fabian and Koeppl, "Learning decentralized partially observable mean field
        control for artificial collective behavior" (2024).
    """

    Config = KuramotoConfig

    def __init__(self, id: str, num_envs: int, config: KuramotoConfig):
        most = config.spread / config.max_turn if config.max_turn > 0 else 0.0
        super().__init__(id, num_envs, config, kuramoto_constants(config), (-most, most))

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """Phases in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("swarm/kuramoto-v0")
