"""Synchronization: agents switch lights until all are alike, then all to the other side, and so on.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "swarm/synchronization-v0",
    "swarm.synchronization.env:Synchronization",
    "agents bring their lights to agreement, again and again, now on, now off",
)
register_policy(
    "agree",
    "stigmergy.envs.swarm.synchronization.policies:Agree",
    "swarm/synchronization: switches to what the next point wants",
)
