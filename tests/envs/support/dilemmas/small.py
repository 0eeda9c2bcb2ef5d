"""A grid dilemma without resources, for tests of what all share: moves, beams, sanctions, views."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from stigmergy.envs.dilemmas.grid_engine.avatars import (
    begin_agents,
    come_back,
    draw_order,
    end_step,
    start_step,
    turn_or_move,
)
from stigmergy.envs.dilemmas.grid_engine.config import GridDilemmaConfig
from stigmergy.envs.dilemmas.grid_engine.env import GridDilemma
from stigmergy.envs.dilemmas.grid_engine.maps import FLOOR, WALL, lay_map, read_layout
from stigmergy.envs.dilemmas.grid_engine.sanctions import fire_sanctions, note_opportunities
from stigmergy.envs.kernels import each_env


@dataclass(frozen=True)
class SmallConfig(GridDilemmaConfig):
    """Config with a map of walls `#`, floor ` ` and spawn cells `P`."""

    map: str = "#####\n#P P#\n#   #\n#####"
    num_agents: int = 2


@each_env
def begin(state, k, scratch, cells, env):
    """Lay the map and place the agents."""
    lay_map(state.cell[env], cells)
    begin_agents(state, k, scratch, env)


@each_env
def advance(state, k, scratch, reward, opportunity, sanction, target, env):
    """Advance the env by one step."""
    note_opportunities(state, k, scratch, opportunity, env)
    start_step(state, k, env)
    order = scratch.order[env]
    draw_order(state.stream[env], order)
    for turn in range(order.shape[0]):
        i = order[turn]
        if state.out[env, i] == 0 and state.frozen[env, i] == 0:
            turn_or_move(
                state.cell[env],
                state.occupant[env],
                k.solid,
                k.torus,
                state.position[env],
                state.facing[env],
                i,
                scratch.action[env, i],
            )
    fire_sanctions(state, k, scratch, reward, opportunity, sanction, target, env)
    come_back(state, k, scratch, env)
    end_step(state, k, reward, env)


class Small(GridDilemma):
    """Agents that walk and shoot, and nothing else."""

    Config = SmallConfig
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall"}

    def __init__(self, id: str, num_envs: int, config: SmallConfig):
        layout = read_layout(config.map, {"#": WALL, " ": FLOOR, "P": FLOOR})
        super().__init__(id, num_envs, config, layout, layout.where("P"), np.zeros((0, 2), np.int16))

    def _begin(self, where):
        begin(self.state, self.constants, self.scratch, self.layout.cells, where=where)

    def _play(self, where, reward, signals):
        advance(self.state, self.constants, self.scratch, reward, *signals, where=where)


class Torus(Small):
    """The same on a torus."""

    torus: ClassVar[bool] = True
