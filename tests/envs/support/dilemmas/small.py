"""A grid dilemma without resources, for tests of what all share: moves, beams, sanctions, views."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit, prange

from stigmergy.envs.dilemmas.grid_engine.avatars import (
    begin_agents,
    come_back,
    draw_order,
    end_step,
    start_step,
    turn_or_move,
)
from stigmergy.envs.dilemmas.grid_engine.config import GridDilemmaParameters
from stigmergy.envs.dilemmas.grid_engine.env import GridDilemma
from stigmergy.envs.dilemmas.grid_engine.maps import FLOOR, WALL, read_layout
from stigmergy.envs.dilemmas.grid_engine.sanctions import fire_sanctions, note_opportunities
from stigmergy.envs.kernels import over_copies


@dataclass(frozen=True)
class SmallParameters(GridDilemmaParameters):
    """A map of walls `#`, floor ` ` and spawn cells `P`."""

    map: str = "#####\n#P P#\n#   #\n#####"
    num_agents: int = 2


@over_copies
def begin_copies(state, k, scratch, cells, where):
    """Lay the map and place the agents."""
    for c in prange(where.shape[0]):
        if where[c]:
            begin_copy(state, k, scratch, cells, np.int64(c))


@njit(cache=True)
def begin_copy(state, k, scratch, cells, c):
    """Lay the map of one copy and place its agents."""
    state.cell[c] = cells
    begin_agents(state, k, scratch, c)


@over_copies
def advance_copies(state, k, scratch, reward, opportunity, sanction, target, where):
    """One step."""
    for c in prange(where.shape[0]):
        if where[c]:
            advance_copy(state, k, scratch, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def advance_copy(state, k, scratch, reward, opportunity, sanction, target, c):
    """One step of one copy."""
    note_opportunities(state, k, scratch, opportunity, c)
    start_step(state, k, c)
    order = scratch.order[c]
    draw_order(state.stream[c], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        if state.out[c, i] == 0 and state.frozen[c, i] == 0:
            turn_or_move(
                state.cell[c],
                state.occupant[c],
                k.solid,
                k.torus,
                state.position[c],
                state.facing[c],
                i,
                scratch.action[c, i],
            )
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, c)
    come_back(state, k, scratch, c)
    end_step(state, k, reward, c)


class Small(GridDilemma):
    """Agents that walk and shoot, and nothing else."""

    Parameters = SmallParameters
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall"}

    def __init__(self, id: str, num_envs: int, parameters: SmallParameters):
        layout = read_layout(parameters.map, {"#": WALL, " ": FLOOR, "P": FLOOR})
        super().__init__(id, num_envs, parameters, layout, layout.where("P"), np.zeros((0, 2), np.int16))

    def _begin(self, where):
        begin_copies(self.state, self.constants, self.scratch, self.layout.cells, where)

    def _play(self, where, reward, signals):
        advance_copies(self.state, self.constants, self.scratch, reward, *signals, where)


class Torus(Small):
    """The same on a torus."""

    torus: ClassVar[bool] = True
