"""The one state of all five tasks, the constants of their shared kernels, and the helpers that lay out a map."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import below
from ...kernels import njit
from .symbols import BOX, EMPTY, OUTSIDE, STAY, WALL

FREE, STATIC, BOXED = 0, -1, -2
"""What `occupant` holds beside body index + 1: nothing, what never moves (walls, food, nests), a cell of the box."""
GONE = -1
BOX_MASS = 5


class State(NamedTuple):
    """H x W is the map, n the number of agents, b that of single-cell bodies: the agents, then a prey where the task has one."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    symbol: NDArray[np.uint8]  # (num_envs, H + 2 radius, W + 2 radius) what stands in each cell, ringed by OUTSIDE
    occupant: NDArray[np.int16]  # (num_envs, H, W) FREE, STATIC, BOXED, or body index + 1
    position: NDArray[np.int16]  # (num_envs, b, 2) row, column; row GONE once the body has left the map
    box: NDArray[
        np.int16
    ]  # (num_envs, 3) template, row and column of its upper left corner; template GONE without a box
    on: NDArray[
        np.bool_
    ]  # (num_envs, n) the agent's light is on, or it carries something; True where tasks know neither
    said: NDArray[np.int16]  # (num_envs, n) the message sent in the last step; 0 silence
    moved: NDArray[np.int16]  # (num_envs, n) the move chosen in the last step; STAY at the beginning
    score: NDArray[np.float64]  # (num_envs,) the benchmark's score so far
    origin: NDArray[np.float32]  # (num_envs, n) each agent's potential at the beginning
    shaped: NDArray[np.float32]  # (num_envs, n) shaping paid to each agent so far, which its end takes back
    finished: NDArray[np.bool_]  # (num_envs,) the task is done, for all agents
    tally: NDArray[np.int32]  # (num_envs, k) numbers that the task keeps; it names them


class Constants(NamedTuple):
    """What the shared kernels need and no step changes."""

    radius: int
    horizon: int
    message_size: int
    lights: bool  # whether agents are shown whether they are on
    plane_of: NDArray[np.int64]  # (9,) symbol to its plane of the observation, or -1
    planes: int  # planes of symbols
    mapped_of: NDArray[np.int64]  # (9,) symbol to its plane of the global state, or -1
    mapped: int  # planes of symbols in the global state
    shapes: NDArray[np.bool_]  # (templates, side, side) the cells of each box, and a ring of False around them
    shaping: float


class Scratch(NamedTuple):
    """Work space of the kernels, one row a copy; means nothing between steps."""

    move: NDArray[np.int64]  # (num_envs, n) this step's moves
    message: NDArray[np.int64]  # (num_envs, n) this step's messages
    settled: NDArray[np.int8]  # (num_envs, b) the last pass that has settled this body
    before: NDArray[np.bool_]  # (num_envs, n) room for a task


def allocate_state(
    num_envs: int, n: int, bodies: int, height: int, width: int, radius: int, tally: int, required: tuple
) -> State:
    """A state of zeros; `required` are the arrays of `BatchEnv.required_state`."""
    stream, elapsed, over = required
    return State(
        stream=stream,
        elapsed=elapsed,
        over=over,
        symbol=np.zeros((num_envs, height + 2 * radius, width + 2 * radius), np.uint8),
        occupant=np.zeros((num_envs, height, width), np.int16),
        position=np.zeros((num_envs, bodies, 2), np.int16),
        box=np.zeros((num_envs, 3), np.int16),
        on=np.zeros((num_envs, n), np.bool_),
        said=np.zeros((num_envs, n), np.int16),
        moved=np.zeros((num_envs, n), np.int16),
        score=np.zeros(num_envs, np.float64),
        origin=np.zeros((num_envs, n), np.float32),
        shaped=np.zeros((num_envs, n), np.float32),
        finished=np.zeros(num_envs, np.bool_),
        tally=np.zeros((num_envs, tally), np.int32),
    )


def allocate_scratch(state: State) -> Scratch:
    """Work space for a state."""
    num_envs, n = state.on.shape
    return Scratch(
        move=np.zeros((num_envs, n), np.int64),
        message=np.zeros((num_envs, n), np.int64),
        settled=np.zeros((num_envs, state.position.shape[1]), np.int8),
        before=np.zeros((num_envs, n), np.bool_),
    )


@njit(cache=True)
def clear_map(state, k, c):
    """Begin an episode in copy c with an empty map inside its ring of walls; nobody is on it, nothing has happened."""
    height, width = state.occupant.shape[1:]
    state.symbol[c] = OUTSIDE
    for r in range(height):
        for q in range(width):
            inside = 0 < r < height - 1 and 0 < q < width - 1
            put_static(state, k, c, r, q, EMPTY if inside else WALL)
    state.position[c] = GONE
    state.box[c] = GONE
    state.on[c] = True
    state.said[c] = 0
    state.moved[c] = STAY
    state.score[c] = 0
    state.origin[c] = 0
    state.shaped[c] = 0
    state.finished[c] = False
    state.tally[c] = 0


@njit(cache=True, inline="always")
def put_static(state, k, c, r, q, symbol):
    """Make (r, q) a cell of what never moves, or a free one with EMPTY."""
    state.symbol[c, r + k.radius, q + k.radius] = symbol
    state.occupant[c, r, q] = FREE if symbol == EMPTY else STATIC


@njit(cache=True, inline="always")
def put_body(state, k, c, b, r, q, symbol):
    """Put body b (an agent, or n for a prey) into the free cell (r, q)."""
    state.symbol[c, r + k.radius, q + k.radius] = symbol
    state.occupant[c, r, q] = b + 1
    state.position[c, b, 0] = r
    state.position[c, b, 1] = q


@njit(cache=True)
def lift_body(state, k, c, b):
    """Take body b off the map; its cell is free then."""
    r, q = state.position[c, b, 0], state.position[c, b, 1]
    state.symbol[c, r + k.radius, q + k.radius] = EMPTY
    state.occupant[c, r, q] = FREE
    state.position[c, b, 0] = GONE
    state.position[c, b, 1] = GONE


@njit(cache=True, inline="always")
def show(state, k, c, b, symbol):
    """Let body b, which is on the map, appear as another symbol."""
    state.symbol[c, state.position[c, b, 0] + k.radius, state.position[c, b, 1] + k.radius] = symbol


@njit(cache=True)
def put_box(state, k, c, template, row, column):
    """Put a box with its upper left corner at (row, column); cells outside the map are kept by the template alone."""
    height, width = state.occupant.shape[1:]
    state.box[c, 0], state.box[c, 1], state.box[c, 2] = template, row, column
    shape = k.shapes[template]
    on_map = False
    for i in range(1, shape.shape[0] - 1):
        for j in range(1, shape.shape[1] - 1):
            r, q = row + i - 1, column + j - 1
            if shape[i, j] and 0 <= r < height and 0 <= q < width:
                state.symbol[c, r + k.radius, q + k.radius] = BOX
                state.occupant[c, r, q] = BOXED
                on_map = True
    if not on_map:
        state.box[c, 0] = GONE


@njit(cache=True)
def spread_agents(state, k, c, top, bottom, left, right, symbol):
    """Put the agents on free cells of these rows and columns, both ends included; each free cell is equally likely."""
    for i in range(state.on.shape[1]):
        r, q = top + below(state.stream[c], bottom - top + 1), left + below(state.stream[c], right - left + 1)
        while state.occupant[c, r, q] != FREE:
            r, q = top + below(state.stream[c], bottom - top + 1), left + below(state.stream[c], right - left + 1)
        put_body(state, k, c, i, r, q, symbol)
