"""Layouts, drawn by hand or recorded from the reference, put into the state of a task."""

from collections.abc import Sequence

import numpy as np

from stigmergy.envs.swarm.swarmbench.env import SwarmBenchTask
from stigmergy.envs.swarm.swarmbench.state import clear_map, put_body, put_box, put_static
from stigmergy.envs.swarm.swarmbench.symbols import AGENT, AGENT_OFF, EMPTY, FOOD, NEST, PREY, WALL
from stigmergy.envs.swarm.transport.maps import box_shapes

STATIC = {"W": WALL, "F": FOOD, "N": NEST}
REFERENCE_TEMPLATES = (3, 2, 5, 7, 4, 6, 0, 1)
"""The benchmark's number of a box to ours."""


class Yard(SwarmBenchTask):
    """A task without a task, for the physics alone: maps of any kind, agents and boxes anywhere."""

    shown = ()
    shapes = box_shapes()

    def _begin(self, where):
        for env in np.flatnonzero(where):
            clear_map(self.state, self.constants, env)


def lay(
    env: SwarmBenchTask,
    grid: Sequence[str],
    agents: Sequence[Sequence[int]],
    *,
    index: int = 0,
    on: Sequence[int] | None = None,
    box: tuple[int, int, int] | None = None,
    prey: Sequence[int] | None = None,
) -> None:
    """Begin an episode in one env with this layout; the streams stay as they are.

    Args:
        grid: rows in the benchmark's letters, of which walls, food and nests count.
        agents: a cell (row, column) each.
        index: index of the env.
        on: 1 for agents whose light is on.
        box: template, row and column of the corner.
        prey: the cell of a prey that can be pushed.
    """
    state, k = env.state, env.constants
    state.elapsed[index] = 0
    clear_map(state, k, index)
    for r, row in enumerate(grid):
        for q, letter in enumerate(row):
            put_static(state, k, index, r, q, STATIC.get(letter, EMPTY))
    if box is not None:
        put_box(state, k, index, *box)
    for agent, (r, q) in enumerate(agents):
        state.on[index, agent] = on is None or bool(on[agent])
        put_body(state, k, index, agent, r, q, AGENT if state.on[index, agent] else AGENT_OFF)
    if prey is not None:
        put_body(state, k, index, len(agents), prey[0], prey[1], PREY)
    env.restore(env.snapshot())


def drawn(rows: Sequence[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """Grid of a drawing and the cells of its agents, which are the digits 0 to 9."""
    found = {int(letter): (r, q) for r, row in enumerate(rows) for q, letter in enumerate(row) if letter.isdigit()}
    return list(rows), [found[agent] for agent in range(len(found))]
