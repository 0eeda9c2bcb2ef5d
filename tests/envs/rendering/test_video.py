"""Files hold the frames they were given, and appear whole or not at all."""

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.rendering.video import spread, write_contact_sheet, write_gif, write_mp4, write_png, write_video


def moving_square(count=5, height=40, width=60):
    """Frames with a red square that moves over a checked floor."""
    frames = []
    for k in range(count):
        frame = np.full((height, width, 3), (240, 240, 230), np.uint8)
        frame[::2, ::2] = (90, 90, 110)
        frame[10:20, 5 * k : 5 * k + 10] = (200, 20, 40)
        frames.append(frame)
    return frames


def read_gif(path):
    image = Image.open(path)
    frames = []
    for k in range(image.n_frames):
        image.seek(k)
        frames.append(np.asarray(image.convert("RGB")))
    return frames, image.info


def read_mp4(path):
    reader = imageio_ffmpeg.read_frames(str(path))
    meta = next(reader)
    width, height = meta["size"]
    return [np.frombuffer(data, np.uint8).reshape(height, width, 3) for data in reader], meta


def test_gif_holds_the_frames(tmp_path):
    given = moving_square()
    write_gif(tmp_path / "a.gif", iter(given), fps=10)
    frames, info = read_gif(tmp_path / "a.gif")
    assert info["duration"] == 100
    assert info["loop"] == 0
    np.testing.assert_array_equal(frames, given)  # three colours: exact


def test_gif_of_many_colours_is_close_and_keeps_the_common_ones_exact(tmp_path):
    given = moving_square()
    random = np.random.default_rng(0)
    for frame in given:
        frame[30:] = random.integers(0, 256, frame[30:].shape)
    write_gif(tmp_path / "a.gif", given, fps=10)
    frames, _ = read_gif(tmp_path / "a.gif")
    for before, after in zip(given, frames):
        np.testing.assert_array_equal(before[:30], after[:30])
        assert np.abs(before.astype(int) - after).mean() < 12


def test_gif_has_colours_that_come_up_late(tmp_path):
    given = moving_square(count=30)
    random = np.random.default_rng(0)
    noise = random.integers(0, 128, (20, 60, 3))
    for frame in given:
        frame[20:] = noise
    given[-1][:5] = (0, 255, 255)
    write_gif(tmp_path / "a.gif", given, fps=10)
    np.testing.assert_array_equal(read_gif(tmp_path / "a.gif")[0][-1][:5], given[-1][:5])


def test_gif_does_not_store_again_what_stands_still(tmp_path):
    given = moving_square(count=30, height=200, width=200)
    noise = np.random.default_rng(0).integers(0, 256, (160, 200, 3))
    for frame in given:
        frame[40:] = noise
    write_gif(tmp_path / "two.gif", given[:2], fps=10)
    write_gif(tmp_path / "all.gif", given, fps=10)
    two, all_ = (len((tmp_path / name).read_bytes()) for name in ("two.gif", "all.gif"))
    assert all_ < 2 * two  # fifteen times as many frames


def test_mp4_holds_the_frames(tmp_path):
    given = [np.repeat(np.repeat(frame[1::2, 1::2], 8, axis=0), 8, axis=1) for frame in moving_square()]
    write_mp4(tmp_path / "a.mp4", iter(given), fps=5)
    frames, meta = read_mp4(tmp_path / "a.mp4")
    assert meta["fps"] == 5
    assert meta["pix_fmt"].startswith("yuv420p")
    assert len(frames) == len(given)
    for before, after in zip(given, frames):
        assert before.shape == after.shape
        assert np.abs(before.astype(int) - after).mean() < 8


def test_mp4_of_odd_size_is_made_even(tmp_path):
    write_mp4(tmp_path / "a.mp4", [frame[:39, :59] for frame in moving_square()], fps=5)
    frames, _ = read_mp4(tmp_path / "a.mp4")
    assert frames[0].shape == (40, 60, 3)


def test_png_is_exact(tmp_path):
    frame = np.random.default_rng(0).integers(0, 256, (31, 17, 3)).astype(np.uint8)
    write_png(tmp_path / "new" / "a.png", frame)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "new" / "a.png")), frame)


def test_contact_sheet_places_frames_in_reading_order(tmp_path):
    frames = [np.full((20, 30, 3), 10 * k, np.uint8) for k in range(5)]
    write_contact_sheet(tmp_path / "a.png", frames, columns=3)
    sheet = np.asarray(Image.open(tmp_path / "a.png"))
    gap = (sheet.shape[1] - 3 * 30) // 4
    assert sheet.shape == (2 * 20 + 3 * gap, 3 * 30 + 4 * gap, 3)
    middle = [sheet[gap + 10 + k // 3 * (20 + gap), gap + 15 + k % 3 * (30 + gap), 0] for k in range(6)]
    assert middle == [0, 10, 20, 30, 40, 255]


def test_wide_contact_sheet_is_made_smaller(tmp_path):
    write_contact_sheet(tmp_path / "a.png", [np.zeros((500, 1000, 3), np.uint8)] * 4, columns=4)
    width, height = Image.open(tmp_path / "a.png").size
    assert width < 2500
    assert height == pytest.approx(width / 8, rel=0.1)


@pytest.mark.parametrize("count", [1, 2, 5, 12])
@pytest.mark.parametrize("length", [0, 1, 2, 5, 12, 13, 100, 257, 1000])
def test_spread(count, length):
    chosen = [int(frame[0]) for frame in spread((np.array([k]) for k in range(length)), count)]
    assert len(chosen) == min(count, length)
    assert chosen == sorted(set(chosen))
    if length and count > 1:
        assert (chosen[0], chosen[-1]) == (0, length - 1)
    if len(chosen) > 2:
        assert max(np.diff(chosen)) <= max(1, 2 * length / (count - 1))


@pytest.mark.parametrize(("name", "kind"), [("a.gif", "GIF"), ("a.GIF", "GIF"), ("a.png", "PNG")])
def test_write_video_goes_by_the_name(tmp_path, name, kind):
    write_video(tmp_path / name, moving_square(), fps=10)
    assert Image.open(tmp_path / name).format == kind


def test_write_video_mp4(tmp_path):
    write_video(str(tmp_path / "a.mp4"), moving_square(), fps=10)
    assert len(read_mp4(tmp_path / "a.mp4")[0]) == 5


@pytest.mark.parametrize("name", ["a.avi", "a", "gif"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(BadParameter, match=r"allowed is \.gif, \.mp4 or \.png"):
        write_video(tmp_path / name, moving_square(), fps=10)


@pytest.mark.parametrize("name", ["a.gif", "a.mp4", "a.png"])
def test_no_frames_are_refused(tmp_path, name):
    with pytest.raises(BadParameter, match="no frames"):
        write_video(tmp_path / name, [], fps=10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
@pytest.mark.parametrize("name", ["a.gif", "a.mp4"])
def test_bad_fps_is_refused(tmp_path, name, fps):
    with pytest.raises(BadParameter, match="fps is"):
        write_video(tmp_path / name, moving_square(), fps=fps)


@pytest.mark.parametrize("frame", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_what_is_no_picture_is_refused(tmp_path, frame):
    with pytest.raises(BadParameter, match=r"allowed is uint8 of \(height, width, 3\)"):
        write_png(tmp_path / "a.png", frame)


@pytest.mark.parametrize("name", ["a.gif", "a.mp4", "a.png"])
def test_failing_half_way_leaves_the_old_file_and_nothing_else(tmp_path, name):
    (tmp_path / name).write_text("old")
    frames = [*moving_square(), np.zeros((8, 8, 3), np.uint8)]
    with pytest.raises(BadParameter, match="all must be alike"):
        write_video(tmp_path / name, frames, fps=10)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "old"
