"""Placing of agents for tests, one step, and positions after it."""

from collections.abc import Sequence

import numpy as np

from stigmergy.envs.dilemmas.grid_engine.state import NOBODY

FACINGS = "NESW"


def stage(env, agents: Sequence[tuple[int, int, str]], copy: int = 0):
    """Put agent i of an env on row, column, facing N, E, S or W.

    Call it after `reset`; it returns the time step that shows the agents there.
    """
    s = env.state
    assert len(agents) == s.facing.shape[1]
    s.occupant[copy] = NOBODY
    for i, (row, column, facing) in enumerate(agents):
        assert s.occupant[copy, row, column] == NOBODY, "two agents in one cell"
        s.position[copy, i] = row, column
        s.facing[copy, i] = FACINGS.index(facing)
        s.occupant[copy, row, column] = i + 1
    return env.restore(env.snapshot())


def act(env, *actions: int):
    """Step an environment of one env, with an action for each agent."""
    return env.step(np.array([actions]))


def where(env, i: int, copy: int = 0) -> tuple[int, int, str] | None:
    """Row, column and facing of agent i; None while it is off the map."""
    s = env.state
    if s.out[copy, i] > 0:
        return None
    row, column = (int(x) for x in s.position[copy, i])
    return row, column, FACINGS[s.facing[copy, i]]
