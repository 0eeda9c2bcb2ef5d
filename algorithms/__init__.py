"""Learners. Importing this registers them and loads nothing else."""

from .core.registry import algorithms, register_algorithm

register_algorithm(
    "ippo",
    "stigmergy.algorithms.ppo.ippo:IPPO",
    description="independent PPO: every agent learns from its own experience, with parameters of its own",
)
register_algorithm(
    "mappo",
    "stigmergy.algorithms.ppo.mappo:MAPPO",
    description="PPO for each agent with critics that see the global state: centralized training, decentralized execution",
)
register_algorithm(
    "dpo",
    "stigmergy.algorithms.ppo.dpo:DPO",
    description="independent PPO held back by penalties that adapt instead of by clipping, so that agents can move at the same time",
)
register_algorithm(
    "cnm",
    "stigmergy.algorithms.norms.cnm:CNM",
    description="the classifier norm model on IPPO: agents that learn norms from public sanctions, and enforce them",
)
register_algorithm("cnm_dpo", "stigmergy.algorithms.norms.cnm:CNMDPO", description="the classifier norm model on DPO")
register_algorithm(
    "cnm_mappo", "stigmergy.algorithms.norms.cnm:CNMMAPPO", description="the classifier norm model on MAPPO"
)
register_algorithm(
    "iql",
    "stigmergy.algorithms.q_learning.learner:IQL",
    description="independent Q-learning: every agent values its actions by its own experience",
)
register_algorithm(
    "vdn",
    "stigmergy.algorithms.q_learning.value_decomposition:VDN",
    description="value decomposition: the team's value is the sum of its agents'",
)
register_algorithm(
    "qmix",
    "stigmergy.algorithms.q_learning.value_decomposition:QMIX",
    description="value decomposition: the team's value rises with each agent's, by a network that sees the global state",
)
register_algorithm(
    "qplex",
    "stigmergy.algorithms.q_learning.value_decomposition:QPLEX",
    description="value decomposition by duplex dueling, for every team value that agents can act by alone",
)
register_algorithm(
    "wqmix",
    "stigmergy.algorithms.q_learning.value_decomposition:WQMIX",
    description="weighted QMIX: joint actions that were thought too little of count more",
)
register_algorithm(
    "random", "stigmergy.algorithms.core.scripted:Random", description="draws every legal action with the same chance"
)

__all__ = ["algorithms", "register_algorithm"]
