"""PPO family: IPPO, DPO and MAPPO."""

from .dpo import DPO, DPOConfig, DPOSettings
from .ippo import IPPO, IPPOConfig, IPPOSettings
from .learner import PPO
from .mappo import MAPPO, MAPPOConfig, MAPPOSettings

__all__ = [
    "DPO",
    "IPPO",
    "MAPPO",
    "PPO",
    "DPOConfig",
    "DPOSettings",
    "IPPOConfig",
    "IPPOSettings",
    "MAPPOConfig",
    "MAPPOSettings",
]
