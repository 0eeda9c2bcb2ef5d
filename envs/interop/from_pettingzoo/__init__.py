"""The bridge from any PettingZoo environment to a batch.

The codecs in `codecs` read and check values of environments. `drivers` play them, in parallel or in
turns. `env` counts episodes and makes the batch.
"""

from .codecs.actions import ActionCodec
from .codecs.faults import BrokenEnvironment
from .codecs.group import GroupCodec
from .codecs.observations import ObservationCodec
from .codecs.values import Unfit
from .config import BRIDGE_PREFIX, BridgeConfig
from .env import SEEDS, Bridge, BridgeState, IllegalAction

__all__ = [
    "BRIDGE_PREFIX",
    "SEEDS",
    "ActionCodec",
    "Bridge",
    "BridgeConfig",
    "BridgeState",
    "BrokenEnvironment",
    "GroupCodec",
    "IllegalAction",
    "ObservationCodec",
    "Unfit",
]
