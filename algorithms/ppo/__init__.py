"""PPO family: IPPO, DPO and MAPPO."""

from .dpo import DPO, DPOSettings
from .ippo import IPPO, IPPOSettings
from .learner import PPO
from .mappo import MAPPO, MAPPOSettings

__all__ = ["DPO", "IPPO", "MAPPO", "PPO", "DPOSettings", "IPPOSettings", "MAPPOSettings"]
