"""The one state of all grid dilemmas, and the constants of their shared kernels."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NOBODY = 0
"""What `occupant` holds where nobody stands; an agent is its index + 1."""


class State(NamedTuple):
    """H x W is the map, n the number of agents, b that of beams. Fields that a task does not use have no elements."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    cut: NDArray[np.bool_]  # (num_envs,) the episode was truncated by chance

    cell: NDArray[np.uint8]  # (num_envs, H, W) what each cell holds: FLOOR, WALL, or a code of the task
    age: NDArray[np.int16]  # (num_envs, H, W) a number of the task for each cell, such as steps since it changed
    occupant: NDArray[np.int8]  # (num_envs, H, W) NOBODY, or the index + 1 of the agent that stands there
    beam: NDArray[np.uint8]  # (num_envs, H, W) bit k is set where beam k passed in the last step
    numbers: NDArray[np.int32]  # (num_envs, K) numbers that the task keeps of the copy; it names them

    position: NDArray[np.int16]  # (num_envs, n, 2) row, column; where it stood last while it is off the map
    facing: NDArray[np.int8]  # (num_envs, n) 0 north, 1 east, 2 south, 3 west
    cooling: NDArray[np.int16]  # (num_envs, n, b) steps until the beam is ready; 0 when it is
    frozen: NDArray[np.int16]  # (num_envs, n) steps until the agent may move again; 0 when it may
    leaving: NDArray[np.bool_]  # (num_envs, n) goes off the map when the next step begins
    out: NDArray[np.int16]  # (num_envs, n) steps until the agent is back on the map; 0 while it is there
    mark: NDArray[np.int16]  # (num_envs, n) steps that the mark of a first hit lasts; 0 without one
    guilty: NDArray[np.bool_]  # (num_envs, n) a sanction of this agent is just, as the task defines it
    colour: NDArray[np.uint8]  # (num_envs, n) what others see of an agent beside its place, as the task defines it
    told: NDArray[np.uint8]  # (num_envs, n, T) numbers that each agent is told, as the task defines them
    inventory: NDArray[np.int16]  # (num_envs, n, R) what the agent carries
    tally: NDArray[np.int32]  # (num_envs, n, Q) numbers that the task keeps of each agent; it names them
    due: NDArray[np.float32]  # (num_envs, n, P) what is owed to an agent later, as the task defines it

    returns: NDArray[np.float64]  # (num_envs, n) sum of rewards
    paid: NDArray[np.int32]  # (num_envs, n) steps with a reward above 0
    paid_at: NDArray[np.float64]  # (num_envs, n) sum of the steps with a reward above 0
    idle: NDArray[np.int32]  # (num_envs, n) steps spent off the map or frozen
    chances: NDArray[np.int32]  # (num_envs, n) opportunities to sanction
    taken: NDArray[np.int32]  # (num_envs, n) opportunities at which the agent sanctioned
    shots: NDArray[np.int32]  # (num_envs, n) sanctions, hit or not
    hits: NDArray[np.int32]  # (num_envs, n, n) sanctions of the agent of the row that hit that of the column
    just: NDArray[np.int32]  # (num_envs, n) hits of the agent on others who were guilty
    fines: NDArray[np.int32]  # (num_envs, n) hits on the agent that fined it


class Constants(NamedTuple):
    """What the shared kernels need and no step changes. Beam 0 is the sanction."""

    torus: bool
    spawns: NDArray[np.int16]  # (s, 2) cells on which agents begin and come back
    solid: NDArray[np.bool_]  # (256,) cells by code that nobody can enter
    horizon: int
    ends_after: int
    end_interval: int
    end_chance: float
    first_beam: int  # the beam of action 7: 0, or 1 where there are no sanctions
    length: NDArray[np.int64]  # (b,) of each beam
    radius: NDArray[np.int64]  # (b,)
    cooldown: NDArray[np.int64]  # (b,)
    stops: NDArray[np.uint8]  # (b, 256) what a cell does to the beam by its code: PASSES, ENDS, HIT
    at_agents: NDArray[np.bool_]  # (b,) whether the beam ends at agents
    cost: float
    fine: float
    freeze: int
    removal: int  # 0 where hits do not remove
    graduated: bool
    mark: int


class Scratch(NamedTuple):
    """Work space of the kernels, one row a copy; means nothing between steps."""

    action: NDArray[np.int64]  # (num_envs, n) this step's actions
    order: NDArray[np.int16]  # (num_envs, n) the order in which agents have their turn
    path: NDArray[np.int16]  # (num_envs, cells, 3) the cells of a beam: row, column, whether it ended here in a hit
    spot: NDArray[np.int16]  # (num_envs, s) spawn cells
    removed: NDArray[np.bool_]  # (num_envs, n) leaves the map at the end of this step's beams
    returned: NDArray[np.bool_]  # (num_envs, n) came back in this step
    todo: NDArray[np.int32]  # (num_envs, n * cells) flat cells to change once all beams are through, for tasks
    todos: NDArray[np.int32]  # (num_envs,) how many


class Sizes(NamedTuple):
    """How many numbers a task keeps: the lengths K, T, R, Q, P of the state's fields, and whether cells have an age."""

    numbers: int = 0
    told: int = 0
    inventory: int = 0
    tally: int = 0
    due: int = 0
    age: bool = False


def allocate_state(required: tuple[Any, ...], n: int, shape: tuple[int, int], beams: int, sizes: Sizes) -> State:
    """A state of zeros; `required` are the arrays of `BatchEnv.required_state`, `shape` is that of the map."""
    stream, elapsed, over = required
    e = len(over)
    return State(
        stream=stream,
        elapsed=elapsed,
        over=over,
        cut=np.zeros(e, np.bool_),
        cell=np.zeros((e, *shape), np.uint8),
        age=np.zeros((e, *shape) if sizes.age else (e, 0, 0), np.int16),
        occupant=np.zeros((e, *shape), np.int8),
        beam=np.zeros((e, *shape), np.uint8),
        numbers=np.zeros((e, sizes.numbers), np.int32),
        position=np.zeros((e, n, 2), np.int16),
        facing=np.zeros((e, n), np.int8),
        cooling=np.zeros((e, n, beams), np.int16),
        frozen=np.zeros((e, n), np.int16),
        leaving=np.zeros((e, n), np.bool_),
        out=np.zeros((e, n), np.int16),
        mark=np.zeros((e, n), np.int16),
        guilty=np.zeros((e, n), np.bool_),
        colour=np.zeros((e, n), np.uint8),
        told=np.zeros((e, n, sizes.told), np.uint8),
        inventory=np.zeros((e, n, sizes.inventory), np.int16),
        tally=np.zeros((e, n, sizes.tally), np.int32),
        due=np.zeros((e, n, sizes.due), np.float32),
        returns=np.zeros((e, n), np.float64),
        paid=np.zeros((e, n), np.int32),
        paid_at=np.zeros((e, n), np.float64),
        idle=np.zeros((e, n), np.int32),
        chances=np.zeros((e, n), np.int32),
        taken=np.zeros((e, n), np.int32),
        shots=np.zeros((e, n), np.int32),
        hits=np.zeros((e, n, n), np.int32),
        just=np.zeros((e, n), np.int32),
        fines=np.zeros((e, n), np.int32),
    )


def allocate_scratch(state: State, spawns: int, cells: int) -> Scratch:
    """Work space for the kernels of one environment; `cells` is the most that one beam covers."""
    e, n = state.facing.shape
    return Scratch(
        action=np.zeros((e, n), np.int64),
        order=np.zeros((e, n), np.int16),
        path=np.zeros((e, cells, 3), np.int16),
        spot=np.zeros((e, spawns), np.int16),
        removed=np.zeros((e, n), np.bool_),
        returned=np.zeros((e, n), np.bool_),
        todo=np.zeros((e, n * cells), np.int32),
        todos=np.zeros(e, np.int32),
    )
