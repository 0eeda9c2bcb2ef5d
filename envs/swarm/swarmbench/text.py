"""Grids in characters, as the benchmark shows them to language models: whole, or a view."""

from collections.abc import Sequence

from .messages import count_heard
from .state import GONE, Constants, State
from .symbols import LETTERS


def text(state: State, k: Constants, env: int, more: Sequence[str] = ()) -> str:
    """The whole map: `.` free, `W` wall, `B` box, `P` prey, `F` food, `N` nest, numbers agents.

    A `$` stands before the number of an agent that is off.

    Args:
        more: texts that the task adds to the last line.
    """
    height, width = state.occupant.shape[1:]
    grid = [[_cell(state, k, env, r, q) for q in range(width)] for r in range(height)]
    summary = [f"Round: {int(state.elapsed[env])} of {k.horizon}", f"score: {float(state.score[env]):g}", *more]
    return "\n".join([_table(grid, 0, 0), "   ".join(summary)])


def agent_text(state: State, k: Constants, env: int, agent: int, more: Sequence[str] = ()) -> str:
    """An agent's observation in words: round, score, position, view, and messages without senders.

    Rows and columns of the view are numbered as on the whole map. `Y` is the agent itself, `*` lies
    outside the map.

    Args:
        more: lines that the task adds.
    """
    row, column = (int(x) for x in state.position[env, agent])
    lines = [f"You are agent {agent}.", f"Round: {int(state.elapsed[env])} of {k.horizon}"]
    lines.append(f"score: {float(state.score[env]):g}")
    if row == GONE:
        return "\n".join([*lines, "You have left the map."])
    span = range(-k.radius, k.radius + 1)
    view = [[_cell(state, k, env, row + i, column + j) for j in span] for i in span]
    view[k.radius][k.radius] = "Y"
    lines += [f"position: row {row}, column {column}", *more]
    lines += ["Your view (not the entire map):", _table(view, row - k.radius, column - k.radius)]
    if k.message_size:
        heard = [
            str(message)
            for message in range(1, k.message_size)
            for _ in range(count_heard(state, k.radius, env, agent, message))
        ]
        lines.append("Messages you received: " + (", ".join(heard) or "none"))
    return "\n".join(lines)


def _cell(state: State, k: Constants, env: int, row: int, column: int) -> str:
    """Letters of one cell of the map or of the space around it."""
    letter = LETTERS[state.symbol[env, row + k.radius, column + k.radius]]
    body = 0 if letter == "*" else int(state.occupant[env, row, column])
    if not 0 < body <= state.on.shape[1]:
        return letter
    return str(body - 1) if state.on[env, body - 1] else f"${body - 1}"


def _table(grid: list[list[str]], top: int, left: int) -> str:
    wide = max(3, max(len(cell) for row in grid for cell in row)) + 1
    lines = [" " * 5 + "".join(f"{left + j:<{wide}}" for j in range(len(grid[0])))]
    lines += [f"{top + i:>3}  " + "".join(f"{cell:<{wide}}" for cell in row) for i, row in enumerate(grid)]
    return "\n".join(line.rstrip() for line in lines)
