"""Small drawn maps for tests.

`ab.#` is a row with agents 0 and 1, a free cell and a wall; `/` ends a row.
"""

import numpy as np

from stigmergy import envs

MOVES = {"-": 0, "U": 1, "D": 2, "L": 3, "R": 4}


def scene(picture, goals=None, on_target="restart", **options):
    """One env whose agents stand where `picture` shows `a`, `b`, ..., and its first step."""
    rows = picture.split("/")
    at = {cell: (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell.isalpha()}
    options |= {"map": "\n".join("".join("." if cell.isalpha() else cell for cell in row) for row in rows)}
    if goals is not None:
        options["goals"] = tuple(goals)
    if on_target != "restart":
        options["on_target"] = on_target
    id = "pathfinding/lifelong-v0" if on_target == "restart" else "pathfinding/oneshot-v0"
    env = envs.make(id, starts=tuple(at[letter] for letter in sorted(at)), **options)
    return env, env.reset(seed=0)


def move(env, moves):
    """One step of a single env; `moves` has a letter of `-UDLR` for each agent."""
    return env.step(np.array([[MOVES[letter] for letter in moves]]))


def picture(env, copy=0):
    """The env as `scene` draws it, from positions alone."""
    cells = np.where(env.constants.drawing == 1, "#", ".").astype(str)
    for agent, (r, c) in enumerate(env.state.position[copy]):
        if r >= 0:
            cells[r, c] = chr(ord("a") + agent)
    return "/".join("".join(row) for row in cells)
