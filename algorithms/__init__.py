"""Learners and scripted policies. Importing this registers them and loads nothing else."""

from .registry import algorithms, register_algorithm

register_algorithm(
    "ippo",
    "stigmergy.algorithms.ippo:IPPO",
    description="independent PPO: every agent learns from its own experience, with parameters of its own",
)

__all__ = ["algorithms", "register_algorithm"]
