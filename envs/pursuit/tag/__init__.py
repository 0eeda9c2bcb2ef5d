"""Predators hunt faster prey among obstacles: MPE's simple_tag.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_policy, register_task

register_task("pursuit/tag-v0", "pursuit.tag.env:Tag", "slower predators touch faster prey among obstacles")
register_policy(
    "chase",
    "stigmergy.envs.pursuit.tag.policies:Chase",
    "pursuit/tag: predators head for where the nearest prey will be",
)
register_policy(
    "flee",
    "stigmergy.envs.pursuit.tag.policies:Flee",
    "pursuit/tag: prey moves away from predators and stays in the square",
)
