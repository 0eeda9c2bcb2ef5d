"""State of all five tasks, constants of their shared kernels, and kernels that lay out a map."""

from typing import Annotated, NamedTuple

from ...core.random_streams import below
from ...kernels import njit
from ...kernels.arrays import Bool, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt64
from .symbols import BOX, EMPTY, OUTSIDE, STAY, WALL

FREE, STATIC, BOXED = 0, -1, -2
"""Values of `occupant` beside body index + 1: free, fixed (walls, food, nests), the box."""
GONE = -1
BOX_MASS = 5


class State(NamedTuple):
    """Arrays of all envs. Bodies of one cell are the agents, then a prey where the task has one."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    symbol: Annotated[UInt8, "envs padded_rows padded_columns"]
    """Symbol of each cell, in a ring of OUTSIDE as wide as the radius of the view."""
    occupant: Annotated[Int16, "envs rows columns"]
    """FREE, STATIC, BOXED, or body index + 1."""
    position: Annotated[Int16, "envs bodies 2"]
    """Row and column; the row is GONE once the body has left the map."""
    box: Annotated[Int16, "envs 3"]
    """Template, row and column of its upper left corner; the template is GONE without a box."""
    on: Annotated[Bool, "envs agents"]
    """True if the agent's light is on, or it carries something; True in tasks without either."""
    said: Annotated[Int16, "envs agents"]
    """Message sent in the last step; 0 is silence."""
    moved: Annotated[Int16, "envs agents"]
    """Move chosen in the last step; STAY at the beginning."""
    score: Annotated[Float64, "envs"]
    """The benchmark's score so far."""
    origin: Annotated[Float32, "envs agents"]
    """Potential of each agent at the beginning."""
    shaped: Annotated[Float32, "envs agents"]
    """Shaping paid to each agent so far, which its end takes back."""
    finished: Annotated[Bool, "envs"]
    """True once the task is done, for all agents."""
    env_counters: Annotated[Int32, "envs counters"]
    """Numbers that the task keeps and names."""


class Constants(NamedTuple):
    """Values that the shared kernels read and no step changes."""

    radius: int
    horizon: int
    message_size: int
    lights: bool
    """True if agents are shown whether they are on."""
    plane_of: Annotated[Int64, "9"]
    """Symbol to its plane of the observation, or -1."""
    planes: int
    """Number of planes of symbols."""
    mapped_of: Annotated[Int64, "9"]
    """Symbol to its plane of the global state, or -1."""
    mapped: int
    """Number of planes of symbols in the global state."""
    shapes: Annotated[Bool, "templates box_side box_side"]
    """Cells of each box, in a ring of False."""
    shaping: float


class Scratch(NamedTuple):
    """Work space of the kernels; its values mean nothing between steps."""

    move: Annotated[Int64, "envs agents"]
    """Moves of this step."""
    message: Annotated[Int64, "envs agents"]
    """Messages of this step."""
    settled: Annotated[Int8, "envs bodies"]
    """Last pass that has settled the body."""
    before: Annotated[Bool, "envs agents"]
    """Room for a task."""


@njit(cache=True)
def clear_map(state, k, env):
    """Begin an episode with an empty map inside its ring of walls, without agents."""
    height, width = state.occupant.shape[1:]
    state.symbol[env] = OUTSIDE
    for r in range(height):
        for q in range(width):
            inside = 0 < r < height - 1 and 0 < q < width - 1
            put_static(state, k, env, r, q, EMPTY if inside else WALL)
    state.position[env] = GONE
    state.box[env] = GONE
    state.on[env] = True
    state.said[env] = 0
    state.moved[env] = STAY
    state.score[env] = 0
    state.origin[env] = 0
    state.shaped[env] = 0
    state.finished[env] = False
    state.env_counters[env] = 0


@njit(cache=True, inline="always")
def put_static(state, k, env, r, q, symbol):
    """Put a fixed symbol into (r, q), or free the cell with EMPTY."""
    state.symbol[env, r + k.radius, q + k.radius] = symbol
    state.occupant[env, r, q] = FREE if symbol == EMPTY else STATIC


@njit(cache=True, inline="always")
def put_body(state, k, env, b, r, q, symbol):
    """Put body b (an agent, or n for a prey) into the free cell (r, q)."""
    state.symbol[env, r + k.radius, q + k.radius] = symbol
    state.occupant[env, r, q] = b + 1
    state.position[env, b, 0] = r
    state.position[env, b, 1] = q


@njit(cache=True)
def lift_body(state, k, env, b):
    """Take body b off the map; its cell is free then."""
    r, q = state.position[env, b, 0], state.position[env, b, 1]
    state.symbol[env, r + k.radius, q + k.radius] = EMPTY
    state.occupant[env, r, q] = FREE
    state.position[env, b, 0] = GONE
    state.position[env, b, 1] = GONE


@njit(cache=True, inline="always")
def show(state, k, env, b, symbol):
    """Let body b, which is on the map, appear as another symbol."""
    state.symbol[env, state.position[env, b, 0] + k.radius, state.position[env, b, 1] + k.radius] = symbol


@njit(cache=True)
def put_box(state, k, env, template, row, column):
    """Put a box with its upper left corner at (row, column); it may reach beyond the map."""
    height, width = state.occupant.shape[1:]
    state.box[env, 0], state.box[env, 1], state.box[env, 2] = template, row, column
    shape = k.shapes[template]
    on_map = False
    for i in range(1, shape.shape[0] - 1):
        for j in range(1, shape.shape[1] - 1):
            r, q = row + i - 1, column + j - 1
            if shape[i, j] and 0 <= r < height and 0 <= q < width:
                state.symbol[env, r + k.radius, q + k.radius] = BOX
                state.occupant[env, r, q] = BOXED
                on_map = True
    if not on_map:
        state.box[env, 0] = GONE


@njit(cache=True)
def spread_agents(state, k, env, top, bottom, left, right, symbol):
    """Put the agents on free cells from top to bottom and left to right, each equally likely."""
    for i in range(state.on.shape[1]):
        r, q = top + below(state.stream[env], bottom - top + 1), left + below(state.stream[env], right - left + 1)
        while state.occupant[env, r, q] != FREE:
            r, q = top + below(state.stream[env], bottom - top + 1), left + below(state.stream[env], right - left + 1)
        put_body(state, k, env, i, r, q, symbol)
