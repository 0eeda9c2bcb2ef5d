"""Berries that ripen, are eaten and planted anew, and the kernels of a step.

How a berry is found that ripens: all have the same small chance or less, so the next one that may ripen is a geometric jump away in
the list of all. There it is drawn whether it does, by its own chance. Each berry ripens as if it had been asked, at a hundredth of the cost.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import uniform
from ...kernels import njit, over_copies, prange
from ..grid_engine.avatars import (
    FORWARD,
    STEP_RIGHT,
    begin_agents,
    come_back,
    draw_order,
    end_step,
    start_step,
    turn_or_move,
)
from ..grid_engine.beams import HIT, action_of, shoot_beam
from ..grid_engine.maps import FLOOR, WALL
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY

UNRIPE, RIPE = 2, 5
"""Codes of the red berries; the green ones have the next, then the blue ones."""
NUM_COLOURS = 3
LEGEND = {".": FLOOR, "P": FLOOR, "#": WALL, "r": UNRIPE, "g": UNRIPE + 1, "b": UNRIPE + 2}
NEWBORN = 0
"""In `State.colour`, of those who have planted nothing or were found out eating; 1 + colour of who planted that last."""
RIPE_NOW, LARGEST_STEPS, RIPE_STEPS = range(NUM_COLOURS, NUM_COLOURS + 3)
"""Columns of `State.numbers`, behind the berries of each colour: ripe ones, and sums over steps of the most berries of one colour and of the ripe ones."""
EATEN, FAVOURITES, PLANTED, FED = range(4)
"""Columns of `State.tally`: berries eaten, those of the favourite colour, berries planted, and whether it ate where it stands."""
PLANTING = 1
"""The first of the three planting beams."""


class Garden(NamedTuple):
    """Where berries grow and how, which no step changes."""

    berry: NDArray[np.int16]  # (berries, 2) row and column of each
    favourite: NDArray[np.int64]  # (n,) the colour that each agent prefers
    favourite_reward: float
    other_reward: float
    ripening: float
    cubic_rate: float
    delay: int
    plant_cooldown: int


@over_copies
def begin_copies(state, k, garden, scratch, cells, where):
    """Lay the map, with all berries unripe, and place the agents."""
    for c in prange(where.shape[0]):
        if where[c]:
            _begin_copy(state, k, garden, scratch, cells, np.int64(c))


@njit(cache=True)
def _begin_copy(state, k, garden, scratch, cells, c):
    state.cell[c, :, :] = cells
    state.age[c, :, :] = 0
    state.numbers[c, :] = 0
    for s in range(garden.berry.shape[0]):
        row, col = garden.berry[s]
        state.age[c, row, col] = garden.delay
        state.numbers[c, colour_of(cells[row, col])] += 1
    state.tally[c, :, :] = 0
    state.colour[c, :] = NEWBORN
    state.told[c, :, :] = 0
    for i in range(garden.favourite.shape[0]):
        state.told[c, i, garden.favourite[i]] = 1
    begin_agents(state, k, scratch, c)


@over_copies
def advance_copies(state, k, garden, scratch, reward, opportunity, sanction, target, where):
    """One step."""
    for c in prange(where.shape[0]):
        if where[c]:
            _advance_copy(state, k, garden, scratch, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def _advance_copy(state, k, garden, scratch, reward, opportunity, sanction, target, c):
    note_opportunities(state, k, scratch, opportunity, c)
    start_step(state, k, c)
    cell, age, count, tally = state.cell[c], state.age[c], state.numbers[c], state.tally[c]
    stream, position, order = state.stream[c], state.position[c], scratch.order[c]
    reveal = 1.0 - largest(count) / garden.berry.shape[0]
    wait(age)
    ripen(stream, cell, age, count, state.occupant[c], tally, state.colour[c], reward[c], garden, reveal)
    draw_order(stream, order)
    for turn in range(order.shape[0]):
        i, action = order[turn], scratch.action[c, order[turn]]
        if state.out[c, i] > 0 or state.frozen[c, i] > 0 or action == 0:
            continue
        turn_or_move(cell, state.occupant[c], k.solid, k.torus, position, state.facing[c], i, action)
        if FORWARD <= action <= STEP_RIGHT:
            # Who tries to move and cannot may eat again where it stands, as in the reference.
            tally[i, FED] = 0
            row, col = position[i, 0], position[i, 1]
            if cell[row, col] >= RIPE:
                eat(stream, cell, age, count, tally, state.colour[c], reward[c], garden, reveal, row, col, i)
    _plant_all(state, k, garden, scratch, c)
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c)
    come_back(state, k, scratch, c)
    for i in range(order.shape[0]):
        if scratch.returned[c, i]:
            state.colour[c, i], tally[i, FED] = NEWBORN, 0
    count[LARGEST_STEPS] += largest(count)
    count[RIPE_STEPS] += count[RIPE_NOW]
    judge(count, state.colour[c], state.guilty[c])
    end_step(state, k, reward, c)


@njit(cache=True)
def colour_of(code):
    """The colour of a berry, 0 to 2, by its cell's code."""
    return (np.int64(code) - UNRIPE) % NUM_COLOURS


@njit(cache=True)
def largest(count):
    """How many berries there are of the most common colour."""
    return max(count[0], max(count[1], count[2]))


@njit(cache=True)
def chance_to_ripen(garden, same):
    """The chance per step of a berry when `same` have its colour, itself included."""
    return min(garden.ripening * same / garden.berry.shape[0] * (1.0 + garden.cubic_rate * same * same), 1.0)


@njit(cache=True)
def wait(age):
    """Let the delays of all berries run."""
    flat = age.reshape(-1)
    for at in range(flat.shape[0]):
        flat[at] -= flat[at] > 0


@njit(cache=True)
def ripen(stream, cell, age, count, occupant, tally, colour, reward, garden, reveal):
    """Draw which berries ripen in this step. Who stands on one and has not eaten there yet eats it at once."""
    berries = garden.berry.shape[0]
    most = chance_to_ripen(garden, largest(count))
    if most <= 0.0:
        return
    miss = np.log1p(-most)
    s = -1
    while True:
        jump = np.log1p(-uniform(stream)) / miss if most < 1.0 else 0.0
        if jump >= berries:
            return
        s += 1 + int(jump)
        if s >= berries:
            return
        row, col = garden.berry[s]
        code = cell[row, col]
        if code >= RIPE or age[row, col] > 0:
            continue
        own = chance_to_ripen(garden, count[colour_of(code)])
        if own < most and uniform(stream) * most >= own:
            continue
        cell[row, col] = code + RIPE - UNRIPE
        count[RIPE_NOW] += 1
        i = occupant[row, col] - 1
        if occupant[row, col] != NOBODY and tally[i, FED] == 0:
            eat(stream, cell, age, count, tally, colour, reward, garden, reveal, row, col, i)


@njit(cache=True)
def eat(stream, cell, age, count, tally, colour, reward, garden, reveal, row, col, i):
    """Agent i of one copy eats the ripe berry at (row, col), and is found out with chance `reveal`."""
    kind = colour_of(cell[row, col])
    tally[i, EATEN] += 1
    tally[i, FED] = 1
    if kind == garden.favourite[i]:
        tally[i, FAVOURITES] += 1
        reward[i] += garden.favourite_reward
    else:
        reward[i] += garden.other_reward
    cell[row, col] = UNRIPE + kind
    age[row, col] = garden.delay
    count[RIPE_NOW] -= 1
    if uniform(stream) < reveal:
        colour[i] = NEWBORN


@njit(cache=True)
def _plant_all(state, k, garden, scratch, c):
    """All planting beams of a step, in the order of `scratch.order[c]`. The first that reaches a berry decides about it.

    The three beams share a timer, which runs while the agent is frozen or off the map as well; frozen agents plant.
    """
    cell, todo, hits = state.cell[c], scratch.todo[c], 0
    width = cell.shape[1]
    first, path = action_of(k, PLANTING), scratch.path[c]
    for turn in range(scratch.order.shape[1]):
        i = scratch.order[c, turn]
        if state.cooling[c, i, PLANTING] > 0:
            state.cooling[c, i, PLANTING : PLANTING + NUM_COLOURS] -= 1
            continue
        kind = scratch.action[c, i] - first
        if kind < 0 or state.out[c, i] > 0:
            continue
        state.cooling[c, i, PLANTING : PLANTING + NUM_COLOURS] = garden.plant_cooldown
        beam = PLANTING + kind
        shot = shoot_beam(
            cell, state.occupant[c], state.beam[c], state.position[c, i], state.facing[c, i], k, beam, path
        )
        if shot == 0 or k.stops[beam, cell[path[shot - 1, 0], path[shot - 1, 1]]] != HIT:
            continue
        row, col = path[shot - 1, 0], path[shot - 1, 1]
        if not _is_in(row * width + col, todo, hits):
            todo[hits] = row * width + col
            hits += 1
            plant(
                cell, state.age[c], state.numbers[c], state.tally[c], state.colour[c], garden.delay, row, col, kind, i
            )


@njit(cache=True)
def _is_in(wanted, items, count):
    """Whether a number is among the first `count` items."""
    found = False
    for k in range(count):
        found |= items[k] == wanted
    return found


@njit(cache=True)
def plant(cell, age, count, tally, colour, delay, row, col, kind, i):
    """Agent i of one copy makes the berry at (row, col) one of colour `kind`, if it is unripe, has another, and was not eaten in this step."""
    code = cell[row, col]
    if code >= RIPE or colour_of(code) == kind or age[row, col] == delay:
        return
    count[colour_of(code)] -= 1
    count[kind] += 1
    cell[row, col] = UNRIPE + kind
    age[row, col] = delay
    tally[i, PLANTED] += 1
    colour[i] = 1 + kind


@njit(cache=True)
def judge(count, colour, guilty):
    """Say who is guilty: who planted last a colour of which there are fewer berries than of another."""
    most = largest(count)
    for i in range(colour.shape[0]):
        guilty[i] = colour[i] != NEWBORN and count[colour[i] - 1] < most
