"""Tables of payoffs in pictures and characters: rows are agent 0's actions, columns agent 1's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .canvas import Box, Canvas
from .palette import FLOOR, GRID, MUTED, REACHED, TEXT, Colour, agent_colour, mix

_LOSS: Colour = (214, 96, 77)
_GAIN: Colour = (67, 147, 195)
_SMALLEST_TEXT = 9  # pixels
Cell = tuple[int, int]


def number(value: float) -> str:
    """A payoff as short as it can be told: `-30`, `0.5`, `3.14`."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.2g}"


def draw_table(
    canvas: Canvas,
    box: Box,
    values: NDArray[np.float64],
    *,
    chosen: Cell | None = None,
    best: Sequence[Cell] = (),
    scale: float | None = None,
    faded: bool = False,
    names: Sequence[str] = (),
) -> None:
    """Paint a table into a box.

    Args:
        values: `(k, rows, columns)` payoffs of k agents, written `a | b` in one cell; its colour is
            that of their mean.
        chosen: the cell of the last joint action, framed, with its row and column named in the
            agents' colours.
        best: cells with the highest payoff, marked in gold.
        scale: the payoff of the strongest colour; the largest in the table if left out.
        faded: paint it as one that is not played now.
        names: what the actions are called; their numbers if left out.
    """
    rows, columns = values.shape[1:]
    head = min(box.width / (columns + 1), box.height / (rows + 1), 40)
    width, height = (box.width - head) / columns, (box.height - head) / rows
    scale = scale or float(np.abs(values).max()) or 1.0
    labels = [[" | ".join(number(v) for v in values[:, r, c]) for c in range(columns)] for r in range(rows)]
    size = _text_size(canvas, labels, width, height)
    cells = {
        (r, c): Box(box.x + head + c * width, box.y + head + r * height, width, height)
        for r in range(rows)
        for c in range(columns)
    }
    for (r, c), cell in cells.items():
        mean = float(values[:, r, c].mean())
        colour = mix(FLOOR, _GAIN if mean > 0 else _LOSS, (0.2 if faded else 0.7) * min(abs(mean) / scale, 1))
        canvas.rectangle(cell, GRID)
        canvas.rectangle(cell.shrunk(0.5), colour)
    for cell in best:
        canvas.rectangle(cells[cell].shrunk(3), mix(REACHED, FLOOR, 0.6 if faded else 0), line=4)
    if chosen is not None:
        canvas.rectangle(cells[chosen].shrunk(-1), TEXT, line=5, corner=3)
    if size >= _SMALLEST_TEXT:
        for (r, c), cell in cells.items():
            canvas.text(
                labels[r][c],
                (cell.x + width / 2, cell.y + height / 2),
                size,
                MUTED if faded and chosen is None else TEXT,
            )
    _draw_heads(canvas, box, head, (rows, columns), chosen, names)


def text_table(values: NDArray[np.float64], chosen: Cell | None = None) -> str:
    """The table `(k, rows, columns)` in characters, the chosen cell in brackets."""
    rows, columns = values.shape[1:]
    labels = [["|".join(number(v) for v in values[:, r, c]) for c in range(columns)] for r in range(rows)]
    width = max(len(label) for line in labels for label in line)
    return "\n".join(
        "".join(
            f"[{label:>{width}}]" if (r, c) == chosen else f" {label:>{width}} " for c, label in enumerate(labels[r])
        )
        for r in range(rows)
    )


def plane(
    values: NDArray[np.float64], num_agents: int, action: Sequence[int] | NDArray[np.integer]
) -> tuple[NDArray[np.float64], Cell | None]:
    """The part of a table that can be drawn: `(k, rows, columns)` for agents 0 and 1.

    Agents beyond these two play their last action.

    Args:
        values: `(k, joint actions)` payoffs of k agents; joint actions are numbered with the last
            agent's changing fastest.
        action: `(num_agents,)` the last joint action, negative where there is none yet; the others
            then play 0.

    Returns:
        the part, and in it the cell of the joint action.
    """
    k, joint = values.shape
    side = round(joint ** (1 / num_agents))
    table = values.reshape(k, *(side,) * num_agents)
    if num_agents == 1:
        table = table[:, :, None].swapaxes(1, 2)
    beyond = tuple(max(int(a), 0) for a in action[2:])
    table = table[(slice(None), slice(None), slice(None), *beyond)]
    if action[0] < 0:
        return table, None
    return table, (0, int(action[0])) if num_agents == 1 else (int(action[0]), int(action[1]))


def best_cells(values: NDArray[np.float64], highest: float) -> list[Cell]:
    """The cells of `(k, rows, columns)` whose mean over the agents is `highest`."""
    return [(int(r), int(c)) for r, c in np.argwhere(np.isclose(values.mean(axis=0), highest))]


def _text_size(canvas: Canvas, labels: list[list[str]], width: float, height: float) -> float:
    widest = max(canvas.text_width(label, 100) for line in labels for label in line) / 100
    return min(0.8 * width / max(widest, 0.1), 0.45 * height, 40)


def _draw_heads(
    canvas: Canvas, box: Box, head: float, shape: tuple[int, int], chosen: Cell | None, names: Sequence[str]
) -> None:
    """Draw agent 0's actions at the left and agent 1's above, the chosen ones in their colours."""
    rows, columns = shape
    width, height = (box.width - head) / columns, (box.height - head) / rows
    size = min(0.62 * head, 0.8 * width, 0.8 * height, 24)
    if size < _SMALLEST_TEXT:
        return
    row, column = chosen if chosen is not None else (None, None)
    places = [(box.x + head / 2, box.y + head + (r + 0.5) * height) for r in range(rows)]
    for agent, chosen_one, centres in (
        (0, row, places),
        (1, column, [(box.x + head + (c + 0.5) * width, box.y + head / 2) for c in range(columns)]),
    ):
        if rows == 1 and agent == 0:
            continue  # one agent alone plays along the columns
        colour = agent_colour(0 if rows == 1 else agent)
        for action, centre in enumerate(centres):
            on = action == chosen_one
            if on:
                canvas.disc(centre, 0.45 * head, colour)
            label = names[action] if names else str(action)
            canvas.text(label, centre, size, FLOOR if on else mix(colour, TEXT, 0.25))
