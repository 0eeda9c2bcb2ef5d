"""Kernels of allelopathic harvest: berries ripen, are eaten, and are planted anew.

All berries have the same small probability to ripen or a smaller one, so the next one that may
ripen is a geometric distance away in the list of all. It ripens by its own share of that
probability. The distribution is that of a draw for each berry, at a hundredth of its cost.
"""

import numpy as np

from ...core.random_streams import uniform
from ...kernels import each_env, njit
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
from ..grid_engine.maps import FLOOR, WALL, lay_map
from ..grid_engine.sanctions import fire_sanctions, note_opportunities
from ..grid_engine.state import NOBODY
from .state import EATEN, FAVOURITES, FED, LARGEST_STEPS, NEWBORN, NUM_COLOURS, PLANTED, RIPE_NOW, RIPE_STEPS

UNRIPE, RIPE = 2, 5
"""Codes of the red berries; the green ones have the next, then the blue ones."""
LEGEND = {".": FLOOR, "P": FLOOR, "#": WALL, "r": UNRIPE, "g": UNRIPE + 1, "b": UNRIPE + 2}
PLANTING = 1
"""First of the three planting beams."""


@each_env
def begin(state, k, garden, scratch, cells, env):
    """Lay the map, with all berries unripe, and place the agents."""
    lay_map(state.cell[env], cells)
    state.age[env, :, :] = 0
    state.env_counters[env, :] = 0
    for s in range(garden.berry.shape[0]):
        row, col = garden.berry[s]
        state.age[env, row, col] = garden.delay
        state.env_counters[env, colour_of(cells[row, col])] += 1
    state.agent_counters[env, :, :] = 0
    state.colour[env, :] = NEWBORN
    state.extra_observation[env, :, :] = 0
    for i in range(garden.favourite.shape[0]):
        state.extra_observation[env, i, garden.favourite[i]] = 1
    begin_agents(state, k, scratch, env)


@each_env
def advance(state, k, garden, scratch, reward, opportunity, sanction, target, env):
    """Advance the env by one step."""
    note_opportunities(state, k, scratch, opportunity, env)
    start_step(state, k, env)
    cell, age = state.cell[env], state.age[env]
    berries, agent_counters = state.env_counters[env], state.agent_counters[env]
    stream, position, order = state.stream[env], state.position[env], scratch.order[env]
    reveal = 1.0 - largest(berries) / garden.berry.shape[0]
    wait(age)
    ripen(
        stream,
        cell,
        age,
        berries,
        state.occupant[env],
        agent_counters,
        state.colour[env],
        reward[env],
        garden,
        reveal,
    )
    draw_order(stream, order)
    for turn in range(order.shape[0]):
        i, action = order[turn], scratch.action[env, order[turn]]
        if state.out[env, i] > 0 or state.frozen[env, i] > 0 or action == 0:
            continue
        turn_or_move(cell, state.occupant[env], k.solid, k.torus, position, state.facing[env], i, action)
        if FORWARD <= action <= STEP_RIGHT:
            # After a move that fails the agent may eat again where it stands, as in the reference.
            agent_counters[i, FED] = 0
            row, col = position[i, 0], position[i, 1]
            if cell[row, col] >= RIPE:
                eat(
                    stream,
                    cell,
                    age,
                    berries,
                    agent_counters,
                    state.colour[env],
                    reward[env],
                    garden,
                    reveal,
                    row,
                    col,
                    i,
                )
    _plant_all(state, k, garden, scratch, env)
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env)
    come_back(state, k, scratch, env)
    for i in range(order.shape[0]):
        if scratch.returned[env, i]:
            state.colour[env, i], agent_counters[i, FED] = NEWBORN, 0
    berries[LARGEST_STEPS] += largest(berries)
    berries[RIPE_STEPS] += berries[RIPE_NOW]
    judge(berries, state.colour[env], state.guilty[env])
    end_step(state, k, reward, env)


@njit(cache=True)
def colour_of(code):
    """Colour of a berry, 0 to 2, by the code of its cell."""
    return (np.int64(code) - UNRIPE) % NUM_COLOURS


@njit(cache=True)
def largest(berries):
    """Number of berries of the most common colour."""
    return max(berries[0], max(berries[1], berries[2]))


@njit(cache=True)
def chance_to_ripen(garden, same):
    """Probability per step that a berry ripens when `same` have its colour, itself included."""
    return min(garden.ripening * same / garden.berry.shape[0] * (1.0 + garden.cubic_rate * same * same), 1.0)


@njit(cache=True)
def wait(age):
    """Run the delays of all berries."""
    flat = age.reshape(-1)
    for at in range(flat.shape[0]):
        flat[at] -= flat[at] > 0


@njit(cache=True)
def ripen(stream, cell, age, berries, occupant, agent_counters, colour, reward, garden, reveal):
    """Draw the berries that ripen; an agent on one that has not eaten there yet eats it at once."""
    number = garden.berry.shape[0]
    most = chance_to_ripen(garden, largest(berries))
    if most <= 0.0:
        return
    miss = np.log1p(-most)
    s = -1
    while True:
        jump = np.log1p(-uniform(stream)) / miss if most < 1.0 else 0.0
        if jump >= number:
            return
        s += 1 + int(jump)
        if s >= number:
            return
        row, col = garden.berry[s]
        code = cell[row, col]
        if code >= RIPE or age[row, col] > 0:
            continue
        own = chance_to_ripen(garden, berries[colour_of(code)])
        if own < most and uniform(stream) * most >= own:
            continue
        cell[row, col] = code + RIPE - UNRIPE
        berries[RIPE_NOW] += 1
        i = occupant[row, col] - 1
        if occupant[row, col] != NOBODY and agent_counters[i, FED] == 0:
            eat(stream, cell, age, berries, agent_counters, colour, reward, garden, reveal, row, col, i)


@njit(cache=True)
def eat(stream, cell, age, berries, agent_counters, colour, reward, garden, reveal, row, col, i):
    """Let agent i eat the ripe berry at (row, col); it turns grey with probability `reveal`."""
    kind = colour_of(cell[row, col])
    agent_counters[i, EATEN] += 1
    agent_counters[i, FED] = 1
    if kind == garden.favourite[i]:
        agent_counters[i, FAVOURITES] += 1
        reward[i] += garden.favourite_reward
    else:
        reward[i] += garden.other_reward
    cell[row, col] = UNRIPE + kind
    age[row, col] = garden.delay
    berries[RIPE_NOW] -= 1
    if uniform(stream) < reveal:
        colour[i] = NEWBORN


@njit(cache=True)
def _plant_all(state, k, garden, scratch, env):
    """Shoot all planting beams of a step, in the order of `scratch.order[env]`.

    The first beam that reaches a berry decides about it. The three beams share a timer, which also
    runs while the agent is frozen or off the map; frozen agents plant.
    """
    cell, todo, hits = state.cell[env], scratch.todo[env], 0
    width = cell.shape[1]
    first, path = action_of(k, PLANTING), scratch.path[env]
    for turn in range(scratch.order.shape[1]):
        i = scratch.order[env, turn]
        if state.cooling[env, i, PLANTING] > 0:
            state.cooling[env, i, PLANTING : PLANTING + NUM_COLOURS] -= 1
            continue
        kind = scratch.action[env, i] - first
        if kind < 0 or state.out[env, i] > 0:
            continue
        state.cooling[env, i, PLANTING : PLANTING + NUM_COLOURS] = garden.plant_cooldown
        beam = PLANTING + kind
        shot = shoot_beam(
            cell, state.occupant[env], state.beam[env], state.position[env, i], state.facing[env, i], k, beam, path
        )
        if shot == 0 or k.stops[beam, cell[path[shot - 1, 0], path[shot - 1, 1]]] != HIT:
            continue
        row, col = path[shot - 1, 0], path[shot - 1, 1]
        if not _is_in(row * width + col, todo, hits):
            todo[hits] = row * width + col
            hits += 1
            plant(
                cell,
                state.age[env],
                state.env_counters[env],
                state.agent_counters[env],
                state.colour[env],
                garden.delay,
                row,
                col,
                kind,
                i,
            )


@njit(cache=True)
def _is_in(wanted, items, count):
    """Return True if a number is among the first `count` items."""
    found = False
    for k in range(count):
        found |= items[k] == wanted
    return found


@njit(cache=True)
def plant(cell, age, berries, agent_counters, colour, delay, row, col, kind, i):
    """Let agent i change the berry at (row, col) to the colour `kind`.

    Nothing happens if it is ripe, has that colour, or was eaten in this step.
    """
    code = cell[row, col]
    if code >= RIPE or colour_of(code) == kind or age[row, col] == delay:
        return
    berries[colour_of(code)] -= 1
    berries[kind] += 1
    cell[row, col] = UNRIPE + kind
    age[row, col] = delay
    agent_counters[i, PLANTED] += 1
    colour[i] = 1 + kind


@njit(cache=True)
def judge(berries, colour, guilty):
    """Set guilt of agents that planted last a colour with fewer berries than another."""
    most = largest(berries)
    for i in range(colour.shape[0]):
        guilty[i] = colour[i] != NEWBORN and berries[colour[i] - 1] < most
