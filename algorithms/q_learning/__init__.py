"""Learners of action values with replay: IQL, VDN, QMIX, QPLEX and WQMIX."""

from .learner import IQL, QLearner
from .value_decomposition import QMIX, QPLEX, VDN, WQMIX

__all__ = ["IQL", "QMIX", "QPLEX", "VDN", "WQMIX", "QLearner"]
