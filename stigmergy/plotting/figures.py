"""Figures by matplotlib, the extra `plots`, which is imported when the first one is drawn."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stigmergy.envs.errors import UserError
from stigmergy.envs.rendering.palette import GRID, MUTED, TEXT, Colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["png", "svg", "pdf"]
FORMATS: Sequence[str] = get_args(Format)
DOTS_PER_INCH = 150
"""Resolution of PNG; SVG and PDF are drawn by lines and letters."""
STYLE = {"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "stigmergy"}
"""Letters stay letters, which can be searched and edited, and equal figures are equal files."""
UNDATED = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def load_matplotlib() -> Any:
    """Import matplotlib.

    Raises:
        UserError: it is not installed.
    """
    try:
        import matplotlib.figure
        import matplotlib.ticker
    except ImportError as error:
        raise UserError(
            f"figures need matplotlib, which cannot be imported ({error}); "
            "python -m pip install 'stigmergy[plots]' installs it"
        ) from error
    return matplotlib


def new_figure(width: float, height: float) -> "tuple[Figure, Axes]":
    """Make a figure of one plot, in inches, without the frame's upper and right side.

    Raises:
        UserError: matplotlib is not installed.
    """
    figure = load_matplotlib().figure.Figure((width, height), layout="constrained")
    axes = figure.add_subplot()
    style(axes)
    return figure, axes


def style(axes: "Axes") -> None:
    """Give axes the colours of the palette, and take away the frame's upper and right side."""
    axes.set_axisbelow(True)
    axes.grid(color=rgb(GRID), linewidth=0.8)
    axes.tick_params(color=rgb(GRID), labelcolor=rgb(MUTED))
    for side, spine in axes.spines.items():
        spine.set_color(rgb(GRID))
        spine.set_visible(side in ("left", "bottom"))
    for text in (axes.xaxis.label, axes.yaxis.label):
        text.set_color(rgb(TEXT))


def rgb(colour: Colour) -> str:
    """Colour of the palette as matplotlib reads it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def pixels(figure: "Figure") -> NDArray[np.uint8]:
    """Draw a figure as pixels `(height, width, 3)`."""
    file = io.BytesIO()
    figure.savefig(file, dpi=DOTS_PER_INCH)
    return np.asarray(Image.open(file).convert("RGB"))


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure as its file's ending says, one of FORMATS; the folder is made."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with load_matplotlib().rc_context(STYLE):
        figure.savefig(path, dpi=DOTS_PER_INCH, metadata=UNDATED[path.suffix.lower().removeprefix(".")])
