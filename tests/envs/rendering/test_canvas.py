"""Shapes land where they are told to, in the colours they are given."""

import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from stigmergy.envs.rendering.canvas import Box, Canvas
from stigmergy.envs.rendering.grid_canvas import Board, cell_size
from stigmergy.envs.rendering.palette import BACKGROUND, FLOOR, TEXT, WALL, mix

RED, BLUE = (200, 30, 30), (30, 30, 200)


def run(program, **environment):
    """Output of a fresh interpreter."""
    plain = {
        key: value for key, value in os.environ.items() if key not in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY")
    }
    result = subprocess.run(
        [sys.executable, "-c", program], env=plain | environment, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def near(pixel, colour, tolerance=2):
    return np.abs(np.asarray(pixel, int) - colour).max() <= tolerance


def area(picture, colour):
    """Number of pixels of that colour."""
    return int((np.abs(picture.astype(int) - colour).max(axis=2) <= 2).sum())


@pytest.mark.parametrize(("given", "even"), [((100, 60), (100, 60)), ((101, 61), (102, 62)), ((99.2, 60.5), (100, 62))])
def test_size_is_even(given, even):
    picture = Canvas(*given).pixels()
    assert picture.shape == (even[1], even[0], 3)
    assert picture.dtype == np.uint8
    assert (picture == BACKGROUND).all()


def test_filled_shapes_cover_their_area():
    canvas = Canvas(200, 100)
    canvas.rectangle(Box(10, 20, 50, 30), RED)
    canvas.disc((140, 50), 30, BLUE)
    picture = canvas.pixels()
    assert area(picture, RED) == pytest.approx(50 * 30, rel=0.03)
    assert area(picture, BLUE) == pytest.approx(np.pi * 30**2, rel=0.06)
    assert near(picture[20 + 1, 10 + 1], RED)
    assert near(picture[20 - 2, 10 - 2], BACKGROUND)


def test_outlines_are_hollow():
    canvas = Canvas(200, 100)
    canvas.rectangle(Box(10, 20, 50, 30), RED, line=4)
    canvas.disc((140, 50), 30, BLUE, line=6)
    picture = canvas.pixels()
    assert near(picture[21, 35], RED)
    assert near(picture[50, 113], BLUE)
    assert near(picture[35, 35], BACKGROUND)
    assert near(picture[50, 140], BACKGROUND)


def test_alpha_blends():
    canvas = Canvas(60, 60, FLOOR)
    canvas.rectangle(Box(0, 0, 30, 60), RED, alpha=0.5)
    canvas.line([(30, 30), (60, 30)], BLUE, width=10, alpha=0.25)
    picture = canvas.pixels()
    assert near(picture[10, 10], mix(FLOOR, RED, 0.5))
    assert near(picture[30, 50], mix(FLOOR, BLUE, 0.25))


def test_translucent_line_is_even_where_its_strokes_meet():
    canvas = Canvas(100, 100, FLOOR)
    canvas.line([(20, 80), (20, 20), (80, 20)], RED, width=8, alpha=0.5)
    picture = canvas.pixels()
    assert near(picture[20, 20], mix(FLOOR, RED, 0.5))  # the corner
    assert near(picture[50, 20], mix(FLOOR, RED, 0.5))
    assert near(picture[50, 50], FLOOR)


def test_slanted_line_is_as_thick_as_told():
    canvas = Canvas(200, 200)
    canvas.line([(20, 20), (180, 140)], RED, width=10)
    assert area(canvas.pixels(), RED) == pytest.approx(200 * 10 + np.pi * 25, rel=0.08)


def test_shape_over_the_edge_is_cut_off():
    canvas = Canvas(40, 40)
    canvas.disc((0, 0), 20, RED, alpha=0.5)
    canvas.disc((300, 300), 20, RED, alpha=0.5)
    assert near(canvas.pixels()[3, 3], mix(BACKGROUND, RED, 0.5))


def test_dashes_leave_gaps():
    canvas = Canvas(200, 20)
    canvas.dashes((10, 10), (190, 10), RED, width=4, dash=10)
    row = [near(pixel, RED) for pixel in canvas.pixels()[10]]
    strokes = sum(now and not before for before, now in pairwise(row))
    assert strokes == 9  # 180 pixels, a dash and a gap of 10 each


def test_text_stands_at_its_anchor():
    canvas = Canvas(200, 40)
    canvas.text("88", (100, 20), 24)
    ink = np.argwhere((canvas.pixels() < 128).all(axis=2))
    assert ink.mean(axis=0) == pytest.approx((20, 100), abs=2)
    assert np.ptp(ink[:, 1]) == pytest.approx(canvas.text_width("88", 24), abs=3)


def test_only_within_clips():
    canvas = Canvas(40, 40)
    with canvas.only_within(Box(0, 0, 20, 40)):
        canvas.rectangle(Box(0, 0, 40, 40), RED)
    canvas.rectangle(Box(30, 0, 10, 40), BLUE)
    picture = canvas.pixels()
    assert near(picture[20, 10], RED)
    assert near(picture[20, 25], BACKGROUND)
    assert near(picture[20, 35], BLUE)


def test_board_shows_the_walls():
    walls = np.array([[0, 1, 0], [1, 0, 0]])
    board = Board(walls)
    picture = board.canvas.pixels()
    for cell, wall in np.ndenumerate(walls):
        x, y = board.centre(cell)
        assert near(picture[int(y), int(x)], WALL if wall else FLOOR)
    assert area(picture, WALL) > 2 * board.cell**2


def test_board_cells_tile_the_frame():
    board = Board(np.zeros((3, 5)), cell=20)
    first, last = board.box((0, 0)), board.box((2, 4))
    assert (first.x, first.y) == (board.frame.x, board.frame.y)
    assert (last.x + 20, last.y + 20) == (board.frame.x + board.frame.width, board.frame.y + board.frame.height)
    assert board.region((-4, 3), (1, 9)) == Box(board.frame.x + 60, board.frame.y, 40, 40)


@pytest.mark.parametrize("shape", [(16, 16), (32, 32), (33, 46), (64, 64), (200, 10)])
def test_pictures_of_usual_maps_are_of_a_handy_size(shape):
    picture = Board(np.zeros(shape)).canvas.pixels()
    assert 600 <= max(picture.shape) <= 960


def test_labels_too_small_to_read_are_left_out():
    def ink(cell):
        board = Board(np.zeros((1, 1)), longest_label=2, cell=cell)
        board.disc((0, 0), (250, 250, 250), "12")
        return (board.canvas.pixels() < np.array(TEXT) + 40).all(axis=2).any()

    assert cell_size(33, 46) == 19
    assert ink(40)
    assert ink(19)
    assert not ink(8)


def test_shared_square_shows_all_colours():
    board = Board(np.zeros((1, 1)), cell=40)
    board.square((0, 0), [RED, BLUE])
    picture = board.canvas.pixels()
    box = board.box((0, 0), 0.07)
    middle = int(box.y + box.height / 2)
    assert near(picture[middle, int(box.x + 1)], RED)
    assert near(picture[middle, int(box.x + box.width - 2)], BLUE)


def test_long_caption_fits():
    board = Board(np.zeros((2, 2)), cell=20)
    board.caption([("step 1000000   " * 4, TEXT)], "agent 12: " + "1" * 40)
    picture = board.canvas.pixels()
    assert (picture[:, :8] == BACKGROUND).all()
    assert (picture[:, -8:] == BACKGROUND).all()
    assert (picture[-30:] < 120).any()


def test_dummy_driver_is_chosen_where_there_is_no_display():
    program = "from stigmergy.envs.rendering.canvas import load_pygame as p; p().display.init(); print(p().display.get_driver())"
    assert run(program) == "dummy"


def test_driver_is_left_alone_where_there_is_a_display_or_a_choice():
    program = "import os; from stigmergy.envs.rendering.canvas import load_pygame as p; p(); print(os.environ.get('SDL_VIDEODRIVER'))"
    assert run(program, DISPLAY=":0") == "None"
    assert run(program, SDL_VIDEODRIVER="offscreen") == "offscreen"


def test_heavy_packages_are_loaded_by_drawing_alone():
    program = (
        "import sys, stigmergy.envs.rendering.grid_canvas, stigmergy.envs.rendering.window, stigmergy.envs.rendering.video, stigmergy.envs.pathfinding.draw;"
        "print([name for name in ('pygame', 'imageio_ffmpeg') if name in sys.modules])"
    )
    assert run(program) == "[]"
