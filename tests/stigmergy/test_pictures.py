"""Heatmaps, ternary plots, line charts, learning curves: places and colours of what they show."""

import sys

import numpy as np
import pytest

from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter, UserError
from stigmergy.envs.rendering.palette import BACKGROUND, BEAM
from stigmergy.plotting.figures import FORMATS, rgb, save
from stigmergy.plotting.heatmap import EMPTY, Axes, heatmap
from stigmergy.plotting.learning_curves import learning_curves, read_shares, running_mean, simplex_chart
from stigmergy.plotting.line_chart import Labels, Line, line_chart
from stigmergy.plotting.ternary import Corner, Trajectory, place, simplex
from stigmergy.training.runs.run import Run

pytest.importorskip("matplotlib", reason="the extra `plots` is not installed")

AXES = Axes("hits", "who sanctions", "who is hit")
RED, GREEN, BLUE, OWN = (200, 0, 0), (0, 200, 0), (0, 0, 200), (120, 60, 10)
CORNERS = [Corner("red", RED), Corner("green", GREEN), Corner("blue", BLUE)]


def chart(n, values=None):
    names = [f"agent_{i}" for i in range(n)]
    return heatmap(np.eye(n) / 2 if values is None else values, names, names, AXES)


def shades(figure):
    """Colours of the cells of a heatmap, `(rows, columns, 3)` uint8."""
    (image,) = figure.axes[0].images
    return (image.to_rgba(image.get_array())[..., :3] * 255).round().astype(np.uint8)


def lines(figure, colour):
    """Points `(k, 2)` of each line of a colour."""
    return [own.get_xydata() for own in figure.axes[0].lines if own.get_color() == rgb(colour)]


def test_cells_go_from_white_to_the_colour():
    cells = shades(chart(2, [[np.nan, 8.0], [0.0, 2.0]]))
    np.testing.assert_array_equal(cells[0], [EMPTY, BEAM])
    np.testing.assert_array_equal(cells[1, 0], BACKGROUND)
    quarter = np.add(np.multiply(0.75, BACKGROUND), np.multiply(0.25, BEAM))
    np.testing.assert_allclose(cells[1, 1], quarter, atol=2)  # 256 shades


@pytest.mark.parametrize("n", [2, 9, 16, 17, 60])
def test_numbers_stand_where_they_can_be_read(n):
    figure = chart(n)
    texts = {own.get_position(): own.get_text() for own in figure.axes[0].texts}
    assert len(texts) == (n * n if n <= 16 else 0)
    if texts:
        assert (texts[0, 0], texts[1, 0]) == ("0.50", "0")
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[:2] == (["agent_0", "agent_1"] if n <= 40 else ["agent_0", "agent_2"])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [(np.zeros((2, 3)), r"the shape of values is \(2, 3\); allowed is \(2, 2\)"), ([[0, np.inf], [0, 0]], "infinite")],
)
def test_a_matrix_that_does_not_fit_is_named(values, sentence):
    with pytest.raises(BadParameter, match=sentence):
        chart(2, values)


@pytest.mark.parametrize("bars", [False, True])
def test_a_line_leaves_out_points_without_a_value(bars):
    nan = np.nan
    line = Line("one", [0, 1, 2], [1.0, nan, 3.0], [0.0, nan, 2.0], [2.0, nan, 4.0], OWN)
    figure = line_chart([line], Labels("return", "steps"), bars=bars)
    (points,) = lines(figure, OWN)
    np.testing.assert_array_equal(points, [[0, 1], [2, 3]])
    (interval,) = figure.axes[0].collections
    corners = np.concatenate([path.vertices for path in interval.get_paths()])
    assert {(0, 0), (0, 2), (2, 2), (2, 4)} <= {tuple(corner) for corner in corners.tolist()}
    assert len(interval.get_paths()) == (2 if bars else 1)


def test_a_single_point_has_a_bar():
    figure = line_chart([Line("one", [5], [1.0], [0.0], [2.0], OWN)], Labels("return", "steps"))
    (bar,) = figure.axes[0].collections[0].get_paths()
    np.testing.assert_array_equal(bar.vertices, [[5, 0], [5, 2]])


@pytest.mark.parametrize("ending", FORMATS)
def test_the_ending_of_a_file_says_its_form_and_equal_figures_are_equal_files(tmp_path, ending):
    paths = [tmp_path / "new" / f"{k}.{ending}" for k in range(2)]
    for path in paths:
        save(chart(3), path)
    one, other = (path.read_bytes() for path in paths)
    assert one == other
    assert {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending] == one[: 5 if ending == "svg" else 4]
    assert ending == "png" or b"who sanctions" in one or ending == "pdf", "letters stay letters"


def test_without_matplotlib_a_sentence_says_how_to_install_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UserError, match=r"figures need matplotlib.* -m pip install 'stigmergy\[plots\]'"):
        chart(2)
    assert main(["plot", str(write_run(tmp_path / "a", "a", {"b": [(0, 1.0)]})), "--metrics", "b"]) == 2
    assert "figures need matplotlib" in capsys.readouterr().err


def test_corners_and_centre_lie_where_they_should():
    red, green, blue = place(np.eye(3))
    assert red[1] > green[1] == blue[1]
    assert green[0] < red[0] < blue[0]
    sides = [np.hypot(*(a - b)) for a, b in ((red, green), (green, blue), (blue, red))]
    np.testing.assert_allclose(sides, sides[0])
    np.testing.assert_allclose(place([1 / 3] * 3), (red + green + blue) / 3)
    np.testing.assert_allclose(place([0.5, 0.5, 0]), (red + green) / 2)


def test_a_trajectory_ends_in_a_disc_and_starts_in_a_ring():
    shares = [[0.6, 0.2, 0.2], [0.2, 0.6, 0.2]]
    figure = simplex([Trajectory("one", shares, OWN)], CORNERS, "trajectory")
    line, ring, disc = (own for own in figure.axes[0].lines if own.get_color() == rgb(OWN))
    np.testing.assert_allclose(line.get_xydata(), place(shares))
    np.testing.assert_allclose(ring.get_xydata(), place(shares[:1]))
    np.testing.assert_allclose(disc.get_xydata(), place(shares[1:]))
    assert (ring.get_markerfacecolor(), disc.get_markerfacecolor()) == (rgb(BACKGROUND), rgb(OWN))
    for corner, at in zip(CORNERS, place(np.eye(3))):
        np.testing.assert_allclose(lines(figure, corner.colour), [[at]])


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
    """Run that logged values of metrics; `metrics` maps a name to steps and values."""
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
    # the second run's 6 at 20 lies between its 3 and its 9
    np.testing.assert_allclose(trio.mean, [2, 4, 6])
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
    figure = simplex_chart({"cnm": [run]}, window=1)
    np.testing.assert_allclose(figure.axes[0].lines[-2].get_xydata(), place([[0.5, 0.25, 0.25]]))
    np.testing.assert_allclose(figure.axes[0].lines[-1].get_xydata(), place([[1, 0, 0]]))
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
    assert main(["plot", *runs, *given, "--format", "svg"]) == 0
    assert "environment steps" in (tmp_path / "new" / "episode_apples.svg").read_text()
    assert main(["plot", f"none={tmp_path}/c*"]) == 2
    assert "names no folder that exists" in capsys.readouterr().err
    assert main(["plot", str(tmp_path / "b1"), "--metrics", "episode/aples"]) == 2
    assert "Did you mean 'episode/apples'?" in capsys.readouterr().err
