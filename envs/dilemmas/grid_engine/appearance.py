"""How the cells of a grid dilemma look: in pictures, in RGB observations and in characters."""

from typing import NamedTuple

from ...rendering.palette import FLOOR as FLOOR_COLOUR
from ...rendering.palette import WALL as WALL_COLOUR
from ...rendering.palette import Colour

GRASS: Colour = (214, 228, 196)
SAND: Colour = FLOOR_COLOUR
WATER: Colour = (176, 208, 232)
MUD: Colour = (122, 92, 60)
APPLE: Colour = (60, 150, 75)
ICE: Colour = (120, 190, 240)
"""Frozen agents."""


class Look(NamedTuple):
    """One kind of cell."""

    ground: Colour = SAND
    thing: str = ""
    """What lies on the ground: "" nothing, "disc", "ring", "square", "dots" or "diamond"."""
    colour: Colour = SAND
    """Of the thing."""
    glyph: str = "."
    """In characters."""
    letter: str = ""
    """On the thing, in pictures."""


FLOOR_LOOK = Look(glyph=" ")
WALL_LOOK = Look(ground=WALL_COLOUR, glyph="#")
