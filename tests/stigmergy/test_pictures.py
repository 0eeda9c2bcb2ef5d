"""Matrix charts, ternary plots and learning curves: positions and colours."""

import numpy as np
import pytest

from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.rendering.palette import BACKGROUND, BEAM
from stigmergy.plotting.heatmap import EMPTY, Axes, heatmap
from stigmergy.plotting.learning_curves import learning_curves, read_shares, running_mean, simplex_chart
from stigmergy.plotting.ternary import Corner, Trajectory, place, simplex
from stigmergy.training.runs.run import Run

AXES = Axes("hits", "who sanctions", "who is hit")
RED, GREEN, BLUE, OWN = (200, 0, 0), (0, 200, 0), (0, 0, 200), (120, 60, 10)
CORNERS = [Corner("red", RED), Corner("green", GREEN), Corner("blue", BLUE)]


def chart(n, values=None):
    names = [f"agent_{i}" for i in range(n)]
    return heatmap(np.eye(n) / 2 if values is None else values, names, names, AXES)


def share_of(picture, colour):
    return float((picture == colour).all(axis=2).mean())


def test_cells_go_from_white_to_the_colour():
    picture = chart(2, [[np.nan, 8.0], [0.0, 2.0]])
    flat = {tuple(pixel) for pixel in picture.reshape(-1, 3).tolist()}
    assert picture.dtype == np.uint8
    assert {EMPTY, BEAM, BACKGROUND} <= flat
    low, high = (share_of(chart(2, [[value, 8.0], [0.0, 0.0]]), BEAM) for value in (2.0, 8.0))
    assert high > 1.5 * low, "two cells at the largest value instead of one"


@pytest.mark.parametrize("n", [2, 9, 16, 17, 60])
def test_numbers_stand_where_they_can_be_read(n):
    """A cell of value 0 is white, so whatever is dark in the lower left one is its number."""
    picture = chart(n)
    beam = np.argwhere((picture == BEAM).all(axis=2))
    assert len(beam) > 0
    left, below = beam[:, 1].min(), beam[:, 0].max()
    side = max(8, min(56, 480 / n))
    cell = picture[int(below - side + 3) : below - 2, int(left + 3) : int(left + side - 2)]
    assert (cell.min() < 150) == (n <= 16)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [(np.zeros((2, 3)), r"the shape of values is \(2, 3\); allowed is \(2, 2\)"), ([[0, np.inf], [0, 0]], "infinite")],
)
def test_a_matrix_that_does_not_fit_is_named(values, sentence):
    with pytest.raises(BadParameter, match=sentence):
        chart(2, values)


def test_corners_and_centre_lie_where_they_should():
    red, green, blue = place(np.eye(3))
    assert red[1] < green[1] == blue[1]
    assert green[0] < red[0] < blue[0]
    sides = [np.hypot(*(a - b)) for a, b in ((red, green), (green, blue), (blue, red))]
    np.testing.assert_allclose(sides, sides[0])
    np.testing.assert_allclose(place([1 / 3] * 3), (red + green + blue) / 3)
    np.testing.assert_allclose(place([0.5, 0.5, 0]), (red + green) / 2)


def test_a_trajectory_ends_in_a_disc_and_starts_in_a_ring():
    picture = simplex([Trajectory("one", [[0.6, 0.2, 0.2], [0.2, 0.6, 0.2]], OWN)], CORNERS, "course")
    (x0, y0), (x1, y1) = place([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2]]).round().astype(int)
    assert tuple(picture[y1, x1]) == OWN
    assert tuple(picture[y0, x0]) == BACKGROUND
    assert OWN in {tuple(pixel) for pixel in picture[y0, x0 - 6 : x0 + 7].tolist()}
    for corner, (x, y) in zip(CORNERS, place(np.eye(3)).round().astype(int)):
        assert tuple(picture[y, x]) == corner.colour


@pytest.mark.parametrize(
    "shares",
    [
        [0.2, 0.3, 0.5],
        [[0.5, 0.5]],
        [[1, 0, 0], [0.5, 0.3, 0.1]],
        [[1.5, -0.5, 0]],
        [[np.nan, 0.5, 0.5]],
        np.zeros((0, 3)),
    ],
)
def test_what_are_no_shares_is_refused(shares):
    with pytest.raises(BadParameter, match="'one' is"):
        Trajectory("one", shares)


def write_run(folder, algorithm, metrics):
    """A run that logged each metric's values after 10, 20, ... steps; `metrics` maps a name to
    steps and values.
    """
    run = Run.create(folder, {"algorithm": algorithm})
    with run.metrics.open("a") as file:
        for name, pairs in metrics.items():
            file.writelines(f"{step},{name},{value!r}\n" for step, value in pairs)
    return folder


def test_a_running_mean_is_over_the_rows_around():
    np.testing.assert_allclose(running_mean([0.0, 3, 6, 0, 12], 3), [1.5, 3, 3, 6, 6])
    np.testing.assert_allclose(running_mean([0.0, 3, 6, 0, 12], 99), [4.2] * 5)
    np.testing.assert_allclose(running_mean([[0.0, 1], [4, 3]], 3), [[2, 2], [2, 2]])
    np.testing.assert_allclose(running_mean([0.0, 3, 6], 1), [0, 3, 6])
    with pytest.raises(BadParameter, match="window is 0"):
        running_mean([1.0], 0)


def test_learning_curves_are_means_over_the_runs_of_a_group(tmp_path):
    one = write_run(tmp_path / "one", "cnm", {"a": [(10, 1.0), (20, 2.0), (30, 3.0)], "b": [(10, 9.0)]})
    two = write_run(tmp_path / "two", "cnm", {"a": [(10, 3.0), (30, 9.0)]})
    between = write_run(tmp_path / "between", "cnm", {"a": [(10, 2.0), (20, 4.0), (30, 6.0)]})
    three = write_run(tmp_path / "three", "ippo", {"a": [(10, 5.0)]})
    trio, pair, single = learning_curves(
        {"trio": [one, two, between], "pair": [one, two], "single": [three]}, "a", window=1
    )
    assert trio.steps.tolist() == [10, 20, 30]
    np.testing.assert_allclose(trio.mean, [2, 4, 6])  # the second run's 6 at 20 lies between its 3 and its 9
    reach = 4.302653 / np.sqrt(3) * np.array([1, 2, 3])  # Student's quantile and the deviations
    np.testing.assert_allclose([trio.low, trio.high], [trio.mean - reach, trio.mean + reach], rtol=1e-6)
    np.testing.assert_allclose(pair.mean, [2, 4, 6])
    assert single.mean.tolist() == [5.0]
    assert np.isnan([*pair.low, *single.low]).all(), "two runs have no interval"
    with pytest.raises(
        BadParameter, match=r"three' has no metric 'b'. Did you mean|three' has no metric 'b'. Known are: a"
    ):
        learning_curves({"all": [one, three]}, "b")
    with pytest.raises(BadParameter, match="there is no run in"):
        learning_curves({"all": [tmp_path]}, "a")


def shares(red, green, blue):
    names = ("red", "green", "blue")
    columns = {
        f"episode/share_{name}": [(10 * k, v) for k, v in enumerate(own)]
        for name, own in zip(names, (red, green, blue))
    }
    return columns | {"episode/apples": [(0, 1.0), (10, 2.0)]}


def test_shares_are_read_beside_each_other_and_drawn(tmp_path):
    run = write_run(tmp_path / "run", "cnm", shares([0.5, 1.0], [0.25, 0.0], [0.25, 0.0]))
    np.testing.assert_array_equal(read_shares(run), [[0.5, 0.25, 0.25], [1, 0, 0]])
    picture = simplex_chart({"cnm": [run]}, window=1)
    (x, y), _ = place([[1, 0, 0], [0, 1, 0]]).round().astype(int)
    other = simplex_chart(
        {"cnm": [write_run(tmp_path / "b", "cnm", shares([0.5, 0], [0.25, 1.0], [0.25, 0.0]))]}, window=1
    )
    assert tuple(picture[y, x]) != tuple(other[y, x]), "the first ends in the red corner, the second does not"
    wrong = write_run(tmp_path / "wrong", "cnm", shares([0.5], [0.5], [0.5]))
    with pytest.raises(BadParameter, match="add up to 1"):
        simplex_chart({"cnm": [wrong]})


def test_the_command_groups_and_draws(tmp_path, capsys):
    for name in ("a1", "a2", "b1"):
        write_run(tmp_path / name, name[0], shares([0.5, 1.0], [0.25, 0.0], [0.25, 0.0]))
    runs = [str(tmp_path / "b1"), f"both={tmp_path}/a*"]
    given = ["--metrics", "episode/apples", "--simplex", "--output", str(tmp_path / "new")]
    assert main(["plot", *runs, *given]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"episode_apples.png", "simplex.png"}
    assert main(["plot", f"none={tmp_path}/c*"]) == 2
    assert "names no folder that exists" in capsys.readouterr().err
    assert main(["plot", str(tmp_path / "b1"), "--metrics", "episode/aples"]) == 2
    assert "Did you mean 'episode/apples'?" in capsys.readouterr().err
