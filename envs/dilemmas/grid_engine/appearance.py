"""Looks of cells in grid dilemmas: in pictures, in RGB observations and in characters."""

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
"""Colour of frozen agents."""


class Look(NamedTuple):
    """Look of one kind of cell."""

    ground: Colour = SAND
    thing: str = ""
    """Shape on the ground: "" for none, "disc", "ring", "square", "dots" or "diamond"."""
    colour: Colour = SAND
    """Colour of the thing."""
    glyph: str = "."
    """Character in text views."""
    letter: str = ""
    """Letter on the thing, in pictures."""


FLOOR_LOOK = Look(glyph=" ")
WALL_LOOK = Look(ground=WALL_COLOUR, glyph="#")
