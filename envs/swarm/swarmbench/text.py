"""The grids in characters, as the benchmark shows them to language models: whole, and as one agent sees them."""

from collections.abc import Sequence

from .messages import count_heard
from .state import GONE, Constants, State
from .symbols import LETTERS


def text(state: State, k: Constants, copy: int, more: Sequence[str] = ()) -> str:
    """The whole map: `.` free, `W` wall, `B` box, `P` prey, `F` food, `N` nest, agents by number with a `$` before those that are off.

    Args:
        more: what the task adds to the last line.
    """
    height, width = state.occupant.shape[1:]
    grid = [[_cell(state, k, copy, r, q) for q in range(width)] for r in range(height)]
    summary = [f"Round: {int(state.elapsed[copy])} of {k.horizon}", f"score: {float(state.score[copy]):g}", *more]
    return "\n".join([_table(grid, 0, 0), "   ".join(summary)])


def agent_text(state: State, k: Constants, copy: int, agent: int, more: Sequence[str] = ()) -> str:
    """What an agent is told: round, score and position, its view with rows and columns numbered as on the whole map, and the messages
    it hears, without their senders. `Y` is the agent itself, `*` lies outside the map.

    Args:
        more: lines that the task adds.
    """
    row, column = (int(x) for x in state.position[copy, agent])
    lines = [f"You are agent {agent}.", f"Round: {int(state.elapsed[copy])} of {k.horizon}"]
    lines.append(f"score: {float(state.score[copy]):g}")
    if row == GONE:
        return "\n".join([*lines, "You have left the map."])
    span = range(-k.radius, k.radius + 1)
    view = [[_cell(state, k, copy, row + i, column + j) for j in span] for i in span]
    view[k.radius][k.radius] = "Y"
    lines += [f"position: row {row}, column {column}", *more]
    lines += ["Your view (not the entire map):", _table(view, row - k.radius, column - k.radius)]
    if k.message_size:
        heard = [
            str(message)
            for message in range(1, k.message_size)
            for _ in range(count_heard(state, k.radius, copy, agent, message))
        ]
        lines.append("Messages you received: " + (", ".join(heard) or "none"))
    return "\n".join(lines)


def _cell(state: State, k: Constants, copy: int, row: int, column: int) -> str:
    """The letters of one cell of the map or of the space around it."""
    letter = LETTERS[state.symbol[copy, row + k.radius, column + k.radius]]
    body = 0 if letter == "*" else int(state.occupant[copy, row, column])
    if not 0 < body <= state.on.shape[1]:
        return letter
    return str(body - 1) if state.on[copy, body - 1] else f"${body - 1}"


def _table(grid: list[list[str]], top: int, left: int) -> str:
    wide = max(3, max(len(cell) for row in grid for cell in row)) + 1
    lines = [" " * 5 + "".join(f"{left + j:<{wide}}" for j in range(len(grid[0])))]
    lines += [f"{top + i:>3}  " + "".join(f"{cell:<{wide}}" for cell in row) for i, row in enumerate(grid)]
    return "\n".join(line.rstrip() for line in lines)
