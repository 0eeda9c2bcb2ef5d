"""Frames into files: GIF, MP4, and PNG. A file appears under its name only when it is complete."""

import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import BadParameter
from .palette import BACKGROUND

Frame = NDArray[np.uint8]  # (height, width, 3)
SHEET_FRAMES = 12
"""Frames on a contact sheet that `write_video` makes."""
SHEET_WIDTH = 2400
"""Pixels across, beyond which the frames on a contact sheet are made smaller."""
_GAP = 12
_EXACT = 128  # of a GIF's 256 colours, those kept as they are; the others are chosen to serve all the rest


def write_video(path: str | Path, frames: Iterable[Frame], fps: float) -> None:
    """Write a `.gif`, an `.mp4`, or a `.png`: a contact sheet of frames over the episode.

    Raises:
        BadParameter: another ending, no frames, frames of unlike shapes, or `fps` not above 0.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".gif":
        write_gif(path, frames, fps)
    elif suffix == ".mp4":
        write_mp4(path, frames, fps)
    elif suffix == ".png":
        chosen = spread(frames, SHEET_FRAMES)
        write_contact_sheet(path, chosen, columns=min(4, len(chosen) or 1))
    else:
        raise BadParameter(f"the file name '{path}' ends with '{suffix}'; allowed is .gif, .mp4 or .png")


def write_gif(path: str | Path, frames: Iterable[Frame], fps: float) -> None:
    """Write a GIF that repeats for ever. Viewers show at most 50 frames a second.

    All frames share one palette: the most frequent colours as they are, and colours that serve the
    others best. What does not change from frame to frame then stays equal, and is not stored again.
    Raises BadParameter like `write_video`.
    """
    _check_fps(fps)
    packed, colours = _pack(_checked(frames))
    palette = _choose_palette(colours)
    images = (_index(unpacked, palette) for unpacked in packed)
    with _replacing(path) as partial:
        duration = max(20, round(1000 / fps))  # milliseconds; browsers slow down what is faster
        next(images).save(partial, format="GIF", save_all=True, append_images=images, duration=duration, loop=0)


def write_mp4(path: str | Path, frames: Iterable[Frame], fps: float) -> None:
    """Write H.264 with 4:2:0 colours, which every player and browser shows.

    Raises BadParameter like `write_video`.
    """
    _check_fps(fps)
    checked = _checked(frames)
    first = _even_sized(next(checked))
    import imageio_ffmpeg  # brings a whole ffmpeg along

    with _replacing(path) as partial:
        writer = imageio_ffmpeg.write_frames(
            str(partial),
            (first.shape[1], first.shape[0]),
            fps=fps,  # pyright: ignore[reportArgumentType] - fractions work, whatever its default suggests
            codec="libx264",
            pix_fmt_out="yuv420p",
            macro_block_size=2,
            output_params=["-crf", "20", "-movflags", "+faststart"],
            ffmpeg_log_level="error",
        )
        writer.send(None)
        try:
            for frame in chain([first], map(_even_sized, checked)):
                writer.send(np.ascontiguousarray(frame))
        finally:
            writer.close()


def write_png(path: str | Path, frame: Frame) -> None:
    """Write one picture. Raises BadParameter if it is not `(height, width, 3)` uint8."""
    (frame,) = _checked([frame])
    with _replacing(path) as partial:
        Image.fromarray(frame).save(partial, format="PNG", optimize=True)


def write_contact_sheet(path: str | Path, frames: Iterable[Frame], columns: int) -> None:
    """Write one PNG with the frames left to right and down, smaller if it would be too wide.

    Raises BadParameter like `write_video`, or if `columns` is below 1.
    """
    if columns < 1:
        raise BadParameter(f"columns is {columns}; allowed is 1 or more")
    pictures = [Image.fromarray(frame) for frame in _checked(frames)]
    factor = min(1, SHEET_WIDTH / (columns * pictures[0].width))
    width, height = round(pictures[0].width * factor), round(pictures[0].height * factor)
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP), BACKGROUND)
    for k, picture in enumerate(pictures):
        at = (_GAP + k % columns * (width + _GAP), _GAP + k // columns * (height + _GAP))
        sheet.paste(picture.resize((width, height), Image.Resampling.LANCZOS) if factor < 1 else picture, at)
    write_png(path, np.asarray(sheet))


def spread(frames: Iterable[Frame], count: int) -> list[Frame]:
    """At most `count` frames at nearly even distances, the first and the last among them.

    It holds few more at any time.
    """
    kept: list[tuple[int, Frame]] = []
    stride, last = 1, None
    for number, frame in enumerate(frames):
        last = (number, frame)
        if number % stride == 0:
            kept.append(last)
        if len(kept) > 4 * count:  # dense enough that the choice below is even within a step of the stride
            kept, stride = kept[::2], 2 * stride
    if last is None:
        return []
    if kept[-1][0] != last[0]:
        kept.append(last)
    if len(kept) <= count:
        return [frame for _, frame in kept]
    wanted = np.linspace(0, last[0], count) if count > 1 else [0]
    numbers = np.array([number for number, _ in kept])
    return [kept[int(np.abs(numbers - number).argmin())][1] for number in wanted]


@contextmanager
def _replacing(path: str | Path) -> Iterator[Path]:
    """A temporary name beside `path` to write to.

    It becomes `path` at the end, or vanishes if writing fails.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")  # ffmpeg goes by the ending
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _check_fps(fps: float) -> None:
    if not fps > 0:
        raise BadParameter(f"fps is {fps}; allowed is above 0")


def _checked(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames, once the first is known to exist, each checked when it comes."""
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise BadParameter("there are no frames to write; give at least 1")
    if first.dtype != np.uint8 or first.ndim != 3 or first.shape[2] != 3:
        raise BadParameter(f"a frame is {first.dtype}{first.shape}; allowed is uint8 of (height, width, 3)")

    def check() -> Iterator[Frame]:
        for frame in chain([first], iterator):
            if frame.shape != first.shape or frame.dtype != np.uint8:
                raise BadParameter(
                    f"a frame is {frame.dtype}{frame.shape}; the first is {first.dtype}{first.shape}, and all must be alike"
                )
            yield frame

    return check()


def _even_sized(frame: Frame) -> Frame:
    """With the last row and column doubled where their number is odd: 4:2:0 halves both."""
    return np.pad(frame, ((0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)), mode="edge")


class _Packed:
    """Frames held compressed, so that a long episode fits in memory; iterating gives them back."""

    def __init__(self) -> None:
        self._data: list[tuple[bytes, tuple[int, ...]]] = []

    def add(self, frame: Frame) -> None:
        self._data.append((zlib.compress(frame.tobytes(), 1), frame.shape))

    def __iter__(self) -> Iterator[Frame]:
        return (np.frombuffer(zlib.decompress(data), np.uint8).reshape(shape) for data, shape in self._data)


def _pack(frames: Iterable[Frame]) -> tuple[_Packed, dict[int, int]]:
    """Pack the frames, and count how often each colour (24 bits) comes up anew.

    That is in the first frame, and wherever a pixel changes.
    """
    packed, counts, previous = _Packed(), {}, None
    for frame in frames:
        packed.add(frame)
        new = frame.reshape(-1, 3) if previous is None else frame[(frame != previous).any(axis=2)]
        previous = frame.copy()
        values, times = np.unique(new @ np.array([1 << 16, 1 << 8, 1]), return_counts=True)
        for value, time in zip(values.tolist(), times.tolist()):
            counts[value] = counts.get(value, 0) + time
    return packed, counts


def _choose_palette(counts: dict[int, int]) -> Any:
    """A palette image of at most 256 colours."""
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    exact, others = ordered[:_EXACT], ordered[_EXACT:]
    colours = [(value >> 16, value >> 8 & 255, value & 255) for value in exact]
    if others:
        rest = np.array([[(value >> 16, value >> 8 & 255, value & 255) for value in others]], np.uint8)
        chosen = Image.fromarray(rest).quantize(256 - len(exact), Image.Quantize.MEDIANCUT)
        colours += list(np.array(chosen.getpalette(), int).reshape(-1, 3)[: 256 - len(exact)])
    palette = Image.new("P", (1, 1))
    palette.putpalette([int(channel) for colour in colours for channel in colour])
    return palette


def _index(frame: Frame, palette: Any) -> Any:
    return Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
