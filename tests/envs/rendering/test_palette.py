"""The palette holds apart what must be told apart."""

from itertools import combinations

import numpy as np
import pytest

from stigmergy.envs.rendering.palette import BACKGROUND, FLOOR, TEXT, WALL, agent_colour, ink_on, luminance, mix

# Linear RGB as seen without one kind of cone. Source: Machado, Oliveira and Fernandes (2009),
# severity 1.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, blindness="none"):
    """CIELAB of a colour as that eye sees it; distances under 2 cannot be seen."""
    encoded = np.array(colour) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(BLINDNESS[blindness]) @ linear, 0, 1)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ seen / (0.9505, 1, 1.089), 0.009))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_ten_agents_can_be_told_apart(blindness):
    colours = [lab(agent_colour(i), blindness) for i in range(10)]
    assert min(np.linalg.norm(a - b) for a, b in combinations(colours, 2)) > 10


def test_agents_stand_out_from_floor_and_wall():
    for i in range(200):
        for ground in (FLOOR, WALL):
            assert np.linalg.norm(lab(agent_colour(i)) - lab(ground)) > 17


def test_many_agents_have_different_colours():
    assert len({agent_colour(i) for i in range(100)}) == 100
    for i in range(10, 100):  # neighbours in number often stand side by side
        assert np.linalg.norm(lab(agent_colour(i)) - lab(agent_colour(i + 1))) > 30


def test_ink_is_readable_on_every_agent():
    for i in range(200):
        one, other = sorted((luminance(agent_colour(i)), luminance(ink_on(agent_colour(i)))))
        assert (other + 0.05) / (one + 0.05) >= 3


def test_luminance_and_mix():
    assert luminance((0, 0, 0)) == 0
    assert luminance(BACKGROUND) == pytest.approx(1)
    assert mix(TEXT, FLOOR, 0) == TEXT
    assert mix(TEXT, FLOOR, 1) == FLOOR
    assert mix((0, 100, 200), (100, 100, 0), 0.25) == (25, 100, 150)
