"""Target tracking: pursuers share beliefs about moving targets and keep these certain.

There may be a few bodies or thousands. Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task(
    "pursuit/tracking-v0",
    "pursuit.tracking.env:Tracking",
    "keep many moving targets in view; certainty about where they are counts",
)
register_policy(
    "nearest_target",
    "stigmergy.envs.pursuit.tracking.policies:NearestTarget",
    "pursuit/tracking: every pursuer watches the target it believes nearest",
)
register_policy(
    "own_target",
    "stigmergy.envs.pursuit.tracking.policies:OwnTarget",
    "pursuit/tracking: every pursuer watches the nearest target that fewest others chose",
)
