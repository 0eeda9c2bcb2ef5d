"""The colours of every picture of the suite, as (red, green, blue) from 0 to 255."""

import math

Colour = tuple[int, int, int]

BACKGROUND: Colour = (255, 255, 255)
FLOOR: Colour = (247, 246, 242)
GRID: Colour = (229, 227, 221)
WALL: Colour = (84, 91, 104)
TEXT: Colour = (38, 42, 50)
MUTED: Colour = (118, 124, 134)

REACHED: Colour = (255, 193, 7)
"""A goal reached, a catch, food eaten: what an agent is paid for."""
COLLISION: Colour = (214, 39, 40)
BEAM: Colour = (233, 30, 149)
"""Sanctions and shots, from one agent at another."""
FOCUS: Colour = (38, 42, 50)
"""The agent that the picture follows, and the window it sees."""

# Okabe and Ito's seven colours, which differ under all common colour blindnesses ("Color
# universal design", 2008),
# then three of Paul Tol's muted scheme in the gaps they leave.
_FIRST: tuple[Colour, ...] = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
    (51, 34, 136),
    (136, 34, 85),
    (153, 153, 51),
)
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_LIGHTNESS = (0.60, 0.78, 0.47)  # in turn, so that neighbouring hues differ in lightness too
_CHROMA = 0.14


def agent_colour(index: int) -> Colour:
    """The colour of an agent or a group.

    Ten chosen ones, then hues a golden angle apart, as many as needed.
    """
    if index < len(_FIRST):
        return _FIRST[index]
    beyond = index - len(_FIRST)
    return _from_oklch(_LIGHTNESS[beyond % len(_LIGHTNESS)], _CHROMA, beyond * _GOLDEN_ANGLE)


def angle_colour(angle: float) -> Colour:
    """The colour of a phase or heading in radians, on a wheel of one lightness.

    Equal angles look equal, also across the turn.
    """
    return _from_oklch(0.66, _CHROMA, angle)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """`colour` with `share` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other))
    return red, green, blue


def ink_on(colour: Colour) -> Colour:
    """White if it has WCAG's contrast of 3:1 for large text on the colour, else the text colour."""
    return BACKGROUND if 1.05 / (luminance(colour) + 0.05) >= 3 else TEXT


def luminance(colour: Colour) -> float:
    """Relative luminance from 0 to 1, as WCAG 2 defines it for contrast."""
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _encoded(value: float) -> int:
    value = min(max(value, 0.0), 1.0)
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


def _from_oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """sRGB of an OKLCH colour, clipped.

    Source: Ottosson, "A perceptual color space for image processing" (2020).
    """
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3  # noqa: E741 - the source's l, m, s
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        _encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        _encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
    )
