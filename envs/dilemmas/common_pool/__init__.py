"""Agents harvest a resource that grows by itself, and may fine each other."""

from ...registration.register import register_policy, register_task

register_task(
    "dilemmas/common_pool-v0",
    "dilemmas.common_pool.env:CommonPool",
    "agents choose how hard to harvest a resource that grows logistically, and may pay to fine the greediest",
)
register_policy(
    "steward",
    "stigmergy.envs.dilemmas.policies:Steward",
    "dilemmas/common_pool: keeps the resource where it grows fastest, a planner that sees everything",
)
