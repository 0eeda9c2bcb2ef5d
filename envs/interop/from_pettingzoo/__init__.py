"""The bridge from any PettingZoo environment to a batch.

`intake` reads and checks what environments give, by the codecs in `observations`, `actions` and `masks`; `players` drives them, in parallel or in
turns; `env` keeps the books of episodes.
"""

from .codecs.actions import ActionCodec
from .codecs.faults import BrokenEnvironment
from .codecs.group import GroupCodec
from .codecs.observations import ObservationCodec
from .codecs.values import Unfit
from .config import BRIDGE_PREFIX, BridgeParameters
from .env import SEEDS, Bridge, BridgeState, IllegalAction

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
