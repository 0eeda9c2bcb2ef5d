"""Predators hunt faster prey among obstacles: MPE's simple_tag.

Importing this registers the task and loads nothing else.
"""

from ...registration.register import register_task

register_task("pursuit/tag-v0", "pursuit.tag.env:Tag", "slower predators touch faster prey among obstacles")
