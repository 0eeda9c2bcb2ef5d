"""Predators hunt faster prey among obstacles: MPE's simple_tag."""

from ...registration.register import register_task

register_task("pursuit/tag-v0", "pursuit.tag.env:Tag", "slower predators touch faster prey among obstacles")
