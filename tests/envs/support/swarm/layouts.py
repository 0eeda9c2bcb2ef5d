"""Puts layouts drawn by hand or recorded from the reference into the state of SwarmBench's tasks."""

from collections.abc import Sequence

import numpy as np

from stigmergy.envs.swarm.swarmbench.env import SwarmBenchTask
from stigmergy.envs.swarm.swarmbench.state import clear_map, put_body, put_box, put_static
from stigmergy.envs.swarm.swarmbench.symbols import AGENT, AGENT_OFF, EMPTY, FOOD, NEST, PREY, WALL
from stigmergy.envs.swarm.transport.rules import box_shapes

STATIC = {"W": WALL, "F": FOOD, "N": NEST}
REFERENCE_TEMPLATES = (3, 2, 5, 7, 4, 6, 0, 1)
"""The benchmark's number of a box to ours."""


class Yard(SwarmBenchTask):
    """A task without a task, for the physics alone: maps of any kind, agents and boxes anywhere."""

    shown = ()
    shapes = box_shapes()

    def _begin(self, where):
        for copy in np.flatnonzero(where):
            clear_map(self.state, self.constants, copy)


def lay(
    env: SwarmBenchTask,
    grid: Sequence[str],
    agents: Sequence[Sequence[int]],
    *,
    copy: int = 0,
    on: Sequence[int] | None = None,
    box: tuple[int, int, int] | None = None,
    prey: Sequence[int] | None = None,
) -> None:
    """Begin an episode in one copy with this layout; the streams stay as they are.

    Args:
        grid: rows in the benchmark's letters, of which walls, food and nests count.
        agents: a cell (row, column) each.
        on: whether each agent's light is on.
        box: template, row and column of the corner.
        prey: the cell of a prey that can be pushed.
    """
    state, k = env.state, env.constants
    state.elapsed[copy] = 0
    clear_map(state, k, copy)
    for r, row in enumerate(grid):
        for q, letter in enumerate(row):
            put_static(state, k, copy, r, q, STATIC.get(letter, EMPTY))
    if box is not None:
        put_box(state, k, copy, *box)
    for agent, (r, q) in enumerate(agents):
        state.on[copy, agent] = on is None or bool(on[agent])
        put_body(state, k, copy, agent, r, q, AGENT if state.on[copy, agent] else AGENT_OFF)
    if prey is not None:
        put_body(state, k, copy, len(agents), prey[0], prey[1], PREY)
    env.restore(env.snapshot())


def drawn(rows: Sequence[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """A drawing's grid and the cells of its agents, which are the digits 0 to 9."""
    found = {int(letter): (r, q) for r, row in enumerate(rows) for q, letter in enumerate(row) if letter.isdigit()}
    return list(rows), [found[agent] for agent in range(len(found))]
