"""Placing of agents for tests, one step, and positions after it."""

from collections.abc import Sequence

import numpy as np

from stigmergy.envs.dilemmas.grid_engine.state import NOBODY

FACINGS = "NESW"


def stage(env, agents: Sequence[tuple[int, int, str]], env_index: int = 0):
    """Put agent i of an env on row, column, facing N, E, S or W.

    Call it after `reset`; it returns the time step that shows the agents there.
    """
    s = env.state
    assert len(agents) == s.facing.shape[1]
    s.occupant[env_index] = NOBODY
    for i, (row, column, facing) in enumerate(agents):
        assert s.occupant[env_index, row, column] == NOBODY, "two agents in one cell"
        s.position[env_index, i] = row, column
        s.facing[env_index, i] = FACINGS.index(facing)
        s.occupant[env_index, row, column] = i + 1
    return env.restore(env.snapshot())


def act(env, *actions: int):
    """Step an environment of one env, with an action for each agent."""
    return env.step(np.array([actions]))


def where(env, i: int, env_index: int = 0) -> tuple[int, int, str] | None:
    """Row, column and facing of agent i; None while it is off the map."""
    s = env.state
    if s.out[env_index, i] > 0:
        return None
    row, column = (int(x) for x in s.position[env_index, i])
    return row, column, FACINGS[s.facing[env_index, i]]
