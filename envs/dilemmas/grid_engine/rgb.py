"""Observations as pictures: the window of an agent with 8 x 8 pixels a cell, made of sprites."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernels import each_env, njit
from ...kernels.arrays import UInt8
from ...rendering.palette import COLLISION, TEXT, WALL, Colour, agent_colour, mix
from .appearance import FLOOR_LOOK, ICE, Look
from .avatars import AHEAD, EAST
from .observation import holds_any
from .state import NOBODY

SPRITE = 8
"""Pixels on a side of a cell."""


class Sprites(NamedTuple):
    """Pixels that the kernel copies; colours first, as in the observation."""

    cells: Annotated[UInt8, "256 3 8 8"]
    """Picture of each code of cells."""
    outside: Annotated[UInt8, "3 8 8"]
    """Picture of cells beyond the map."""
    colours: Annotated[UInt8, "looks 3"]
    """Colours of agents, by agent, or by `State.colour` if the task has colours."""
    body: Annotated[UInt8, "4 8 8"]
    """Shape of an agent by its direction in the window: 0 nothing, 1 body, 2 dark tip."""
    beams: Annotated[UInt8, "8 3"]
    """Colour of each bit of `State.beam`."""
    by_colour: bool
    left: int
    forward: int
    height: int
    """Cells of the window, as is `width`."""
    width: int


_UP = np.array(
    [
        [0, 0, 0, 2, 2, 0, 0, 0],
        [0, 0, 2, 2, 2, 2, 0, 0],
        [0, 1, 1, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 1, 1, 0],
        [0, 0, 1, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ],
    np.uint8,
)
_SHAPES = {"": 0.0, "disc": 3.2, "ring": 3.2, "square": 2.9, "dots": 3.2, "diamond": 3.6}


def _thing(kind: str) -> NDArray[np.bool_]:
    """Pixels of a cell that the thing covers, `(8, 8)`."""
    y, x = np.mgrid[:SPRITE, :SPRITE] - 3.5
    size = _SHAPES[kind]
    if kind == "square":
        return np.maximum(abs(x), abs(y)) < size
    if kind == "diamond":
        return abs(x) + abs(y) < size
    if kind == "dots":
        return (np.hypot(x, y) < size) & ((x + y) % 3 < 1.5)
    inside = np.hypot(x, y) < size
    return inside & (np.hypot(x, y) > 1.6) if kind == "ring" else inside


def _painted(look: Look) -> NDArray[np.uint8]:
    picture = np.broadcast_to(np.array(look.ground, np.uint8)[:, None, None], (3, SPRITE, SPRITE)).copy()
    picture[:, _thing(look.thing)] = np.array(look.colour, np.uint8)[:, None]
    return picture


def make_sprites(
    looks: Mapping[int, Look],
    beam_colours: Mapping[int, Colour],
    rings: Sequence[Colour],
    n: int,
    window: tuple[int, int, int, int],
) -> Sprites:
    """Sprites for a task.

    Args:
        looks, beam_colours, rings: as in `draw.draw`.
        n: number of agents.
        window: left, forward, height and width in cells.
    """
    cells = np.stack([_painted(looks.get(code, FLOOR_LOOK)) for code in range(256)])
    colours = list(rings) if rings else [agent_colour(i) for i in range(n)]
    beams = np.zeros((8, 3), np.uint8)
    for bit, colour in beam_colours.items():
        beams[bit] = colour
    left, forward, height, width = window
    outside = np.broadcast_to(np.array(mix(WALL, TEXT, 0.5), np.uint8)[:, None, None], (3, SPRITE, SPRITE)).copy()
    return Sprites(
        cells=cells,
        outside=outside,
        colours=np.array(colours, np.uint8),
        body=np.stack([np.rot90(_UP, -turn) for turn in range(4)]).copy(),
        beams=beams,
        by_colour=bool(rings),
        left=left,
        forward=forward,
        height=height,
        width=width,
    )


@each_env
def observe_rgb(state, torus, sprites, out, env):
    """Write pictures to `out` (num_envs, n, 3, 8 height, 8 width); black for agents off the map."""
    _observe(
        state.cell[env],
        state.beam[env],
        state.occupant[env],
        state.position[env],
        state.out[env],
        state.facing[env],
        state.colour[env],
        state.mark[env],
        state.frozen[env],
        torus,
        sprites,
        out[env],
    )


@njit(cache=True)
def _observe(cell, beam, occupant, position, away, facing, colour, mark, frozen, torus, sprites, out):
    height, width = cell.shape
    any_beam = holds_any(beam)
    for i in range(facing.shape[0]):
        if away[i] > 0:
            out[i, :, :, :] = 0
            continue
        ahead = int(facing[i])
        side = (ahead + EAST) % 4
        for y in range(sprites.height):
            back = y - sprites.forward
            r = position[i, 0] - back * AHEAD[ahead, 0] - sprites.left * AHEAD[side, 0]
            q = position[i, 1] - back * AHEAD[ahead, 1] - sprites.left * AHEAD[side, 1]
            for x in range(sprites.width):
                rr, qq = r + x * AHEAD[side, 0], q + x * AHEAD[side, 1]
                if torus:
                    rr, qq = rr % height, qq % width
                if rr < 0 or rr >= height or qq < 0 or qq >= width:
                    _copy_sprite(sprites.outside, out[i], y, x)
                    continue
                _copy_sprite(sprites.cells[cell[rr, qq]], out[i], y, x)
                if any_beam and beam[rr, qq]:
                    _shine(sprites.beams, beam[rr, qq], out[i], y, x)
                j = occupant[rr, qq] - 1
                if j != NOBODY - 1:
                    which = colour[j] if sprites.by_colour else j
                    body = sprites.body[(facing[j] - ahead) % 4]
                    _draw_body(body, sprites.colours[which], mark[j] > 0, frozen[j] > 0, out[i], y, x)


@njit(cache=True)
def _copy_sprite(sprite, out, y, x):
    for channel in range(3):
        for dy in range(SPRITE):
            for dx in range(SPRITE):
                out[channel, y * SPRITE + dy, x * SPRITE + dx] = sprite[channel, dy, dx]


@njit(cache=True)
def _shine(colours, bits, out, y, x):
    """Mix half of each beam's colour into a cell."""
    for bit in range(8):
        if bits >> bit & 1:
            for channel in range(3):
                for dy in range(SPRITE):
                    for dx in range(SPRITE):
                        at = out[channel, y * SPRITE + dy, x * SPRITE + dx]
                        out[channel, y * SPRITE + dy, x * SPRITE + dx] = (at + int(colours[bit, channel])) // 2


_MARKED = np.array(COLLISION, np.uint8)
_FROZEN = np.array(ICE, np.uint8)


@njit(cache=True)
def _draw_body(body, colour, marked, frozen, out, y, x):
    """Draw an agent over a cell: its tip dark, or red while marked; ice if it is frozen."""
    for channel in range(3):
        for dy in range(SPRITE):
            for dx in range(SPRITE):
                part, value = body[dy, dx], colour[channel]
                if part == 0:
                    if not frozen:
                        continue
                    value = _FROZEN[channel]
                elif part == 2:
                    value = _MARKED[channel] if marked else colour[channel] // 3
                out[channel, y * SPRITE + dy, x * SPRITE + dx] = value
