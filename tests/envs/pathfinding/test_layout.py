"""Drawings of maps, read as POGEMA reads them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.errors import UserError
from stigmergy.envs.pathfinding.maps.drawing import MapError, read_drawing


def cells(allowed):
    return {tuple(map(int, cell)) for cell in np.argwhere(allowed)}


def test_letters_give_starts_and_goals_in_the_order_of_the_alphabet():
    layout = read_drawing(
        """
        bA#
        .cC
        B#a
        """
    )
    assert layout.obstacle.dtype == np.uint8
    assert layout.obstacle.tolist() == [[0, 0, 1], [0, 0, 0], [0, 1, 0]]
    assert layout.starts == ((2, 2), (0, 0), (1, 1))
    assert layout.goals == ((0, 1), (2, 0), (1, 2))


def test_letters_need_not_begin_with_a():
    assert read_drawing("zQ.Zq").starts == ((0, 4), (0, 0))


def test_marks_say_where_starts_and_goals_are_drawn():
    layout = read_drawing("@.#\n$!.")
    assert cells(layout.start_allowed) == {(0, 0), (0, 1), (1, 2)}
    assert cells(layout.goal_allowed) == {(0, 1), (1, 0), (1, 2)}
    assert cells(layout.obstacle) == {(0, 2)}
    assert layout.starts == layout.goals == ()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.data())
def test_every_drawing_of_plain_cells_is_read_back(height, width, data):
    grid = data.draw(
        st.lists(st.lists(st.sampled_from(".#"), min_size=width, max_size=width), min_size=height, max_size=height)
    )
    layout = read_drawing("\n".join("".join(row) for row in grid))
    assert layout.obstacle.tolist() == [[int(cell == "#") for cell in row] for row in grid]
    assert (layout.start_allowed == (layout.obstacle == 0)).all()
    assert (layout.goal_allowed == (layout.obstacle == 0)).all()


@pytest.mark.parametrize(
    ("drawing", "sentence"),
    [
        ("", "the drawing of the map is empty"),
        ("  \n \n", "the drawing of the map is empty"),
        ("...\n..", "line 2 of the map is 2 characters long, the lines before it 3"),
        ("..\n.?", "line 2 of the map has the character '?'"),
        (". .", "line 1 of the map has the character ' '"),
        ("é.", "line 1 of the map has the character 'é'"),
        ("aA\n.a", "line 2 of the map has a second 'a'; each agent has one start"),
        ("aA\nA.", "line 2 of the map has a second 'A'; each agent has one goal"),
        ("aAb", "the map has the start 'b' but no goal 'B'"),
        ("aAB", "the map has the goal 'B' but no start 'b'"),
        ("aA@", "the map has both letters and '@'"),
        ("aA$", "the map has both letters and '$'"),
        ("aA!", "the map has both letters and '!'"),
    ],
)
def test_bad_drawings_are_told_in_a_sentence(drawing, sentence):
    with pytest.raises(MapError) as error:
        read_drawing(drawing)
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, UserError)
    assert isinstance(error.value, ValueError)
