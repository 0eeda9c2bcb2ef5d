"""The bridge from any PettingZoo environment to a batch.

`intake` reads and checks what environments give, by the codecs in `observations`, `actions` and `masks`; `players` drives them, in parallel or in
turns; `env` keeps the books of episodes.
"""

from .actions import ActionCodec
from .env import SEEDS, Bridge, BridgeState, IllegalAction
from .faults import BrokenEnvironment
from .intake import GroupCodec
from .observations import ObservationCodec
from .parameters import BRIDGE_PREFIX, BridgeParameters
from .values import Unfit

__all__ = [
    "BRIDGE_PREFIX",
    "SEEDS",
    "ActionCodec",
    "Bridge",
    "BridgeParameters",
    "BridgeState",
    "BrokenEnvironment",
    "GroupCodec",
    "IllegalAction",
    "ObservationCodec",
    "Unfit",
]
