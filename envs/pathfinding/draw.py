"""Pathfinding in pictures and in characters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import BadParameter
from ..grid.moves import MOVES
from ..grid.search import UNREACHABLE, distances_to, downhill
from ..rendering.grid_canvas import Board
from ..rendering.palette import COLLISION, FLOOR, FOCUS, REACHED, TEXT, agent_colour, mix
from .state import NEVER, State

TAIL = 6
"""Steps of trail behind an agent that is not followed."""
Trail = Sequence[State] | NDArray[np.integer]
Cells = NDArray[np.integer]  # (steps, 2)


def draw(
    state: State,
    env: int,
    radius: int,
    *,
    follow: int | None = None,
    path: bool = True,
    window: bool = True,
    trail: Trail = (),
    cell: int | None = None,
) -> NDArray[np.uint8]:
    """Draw one env, `(height, width, 3)` uint8.

    Agents are numbered discs, their goals squares in the same colour with the same number. A golden
    ring surrounds an agent that stands on its goal, a broader golden flash one that reached a goal
    in this step.

    Args:
        radius: the observation radius, which is also the padding of the state's grids.
        follow: an agent to put in the foreground; the goals of the others fade.
        path: draw a shortest path from the followed agent to its goal, other agents ignored; else a
            dashed line.
        window: frame the cells that the followed agent sees, and veil the rest.
        trail: earlier states in order, without the present one (steps of an earlier episode are
            left out), or the followed agent's earlier positions `(steps, 2)`.
        cell: pixels on a side of a cell; chosen by the size of the map if left out.

    Raises:
        BadParameter: there is no env or agent of that number, the trail is of positions but no
            agent is followed, or `cell` is below 1.
    """
    _check(state, env, follow, trail, cell)
    board = Board(_inner(state.obstacle[env], radius), longest_label=len(str(state.position.shape[1] - 1)), cell=cell)
    _draw_trails(board, state, env, follow, trail)
    _draw_goals(board, state, env, follow)
    if follow is not None:
        if window:
            _veil_unseen(board, state.position[env, follow], radius)
        _tie_to_goal(board, state, env, radius, follow, path)
    _draw_agents(board, state, env, radius, follow if window else None)
    if follow is not None and state.position[env, follow, 0] >= 0:
        board.halo(state.position[env, follow], FOCUS, radius=0.54)
    _write_caption(board, state, env, radius, follow, trail)
    return board.canvas.pixels()


def text(state: State, env: int, radius: int) -> str:
    """Write one env in characters, after POGEMA.

    A cell is as wide as the largest index of an agent and a mark on each side. ` 3 ` is agent 3,
    `|3|` its goal, `[3]` agent 3 on its own goal, `(3)` agent 3 on a goal of another agent, ` . ` a
    free cell, `###` a wall. A goal of several agents has the lowest index. The last line gives
    step, goals and collisions.
    """
    walls = _inner(state.obstacle[env], radius)
    digits = len(str(state.position.shape[1] - 1))
    cells = [["#" * (digits + 2) if wall else ".".center(digits + 2) for wall in row] for row in walls]
    goals = _goals_by_cell(state, env)
    for cell, agents in goals.items():
        cells[cell[0]][cell[1]] = f"|{agents[0]:>{digits}}|"
    for agent in np.flatnonzero(present(state, env)):
        at = _cell(state.position[env, agent])
        opening, closing = "[]" if agent in goals.get(at, []) else "()" if at in goals else "  "
        cells[at[0]][at[1]] = f"{opening}{agent:>{digits}}{closing}"
    return "\n".join(["".join(row) for row in cells] + [_summary(state, env)])


def present(state: State, env: int) -> NDArray[np.bool_]:
    """`(agents,)` True for agents on the map."""
    return state.position[env, :, 0] >= 0


def standing(state: State, env: int) -> NDArray[np.bool_]:
    """`(agents,)` True for agents on the map and on their goals."""
    return (state.position[env] == state.goal[env]).all(axis=1)


def just_reached(state: State, env: int) -> NDArray[np.bool_]:
    """`(agents,)` True for agents that reached a goal in the last step, whatever `on_target` is."""
    fresh_goal = (state.goal_number[env] > 0) & (state.waited[env] == 0)
    since = state.standing_since[env]
    return fresh_goal | ((since != NEVER) & (since == state.elapsed[env] - 1))


def shortest_path(state: State, env: int, radius: int, agent: int) -> Cells | None:
    """Cells `(steps + 1, 2)` from the agent to its goal, others ignored; None without a path."""
    at, goal = state.position[env, agent], state.goal[env, agent]
    if at[0] < 0:
        return None
    obstacle = state.obstacle[env]
    distance = np.empty(obstacle.shape, np.int32)
    distances_to(obstacle, goal[0] + radius, goal[1] + radius, distance, np.empty(obstacle.size, np.int32))
    here = at + radius
    if distance[here[0], here[1]] == UNREACHABLE:
        return None
    cells = [here]
    while distance[here[0], here[1]] > 0:
        here = here + MOVES[downhill(distance, here[0], here[1])]
        cells.append(here)
    return np.array(cells, np.int32) - np.int32(radius)


def _check(state: State, env: int, follow: int | None, trail: Trail, cell: int | None) -> None:
    num_envs, agents = state.position.shape[:2]
    if not 0 <= env < num_envs:
        raise BadParameter(f"copy is {env}; allowed is 0 to {num_envs - 1}")
    if follow is not None and not 0 <= follow < agents:
        raise BadParameter(f"follow is {follow}; allowed is an agent from 0 to {agents - 1}, or nobody")
    if follow is None and isinstance(trail, np.ndarray):
        raise BadParameter("trail is an array of positions but follow is left out; name the agent they belong to")
    if cell is not None and cell < 1:
        raise BadParameter(f"cell is {cell}; allowed is 1 pixel or more")


def _veil_unseen(board: Board, at: NDArray[np.int32], radius: int) -> None:
    if at[0] < 0:
        return
    seen = board.region(at - radius, at + radius)
    board.canvas.shade_around(board.frame, seen, FLOOR, alpha=0.5)
    board.canvas.rectangle(seen.shrunk(-2), FOCUS, line=2, corner=3)


def _draw_trails(board: Board, state: State, env: int, follow: int | None, trail: Trail) -> None:
    """Draw lines that pale into the past, the oldest strokes of all agents first."""
    walks = _walks(state, env, follow, trail)
    for back in range(max((len(walk) for walk in walks.values()), default=0) - 1, 0, -1):
        for agent, walk in walks.items():
            if len(walk) > back and (walk[-back - 1] != walk[-back]).any() and (walk[[-back - 1, -back]] >= 0).all():
                colour = mix(agent_colour(agent), FLOOR, 0.25 + 0.65 * (back - 1) / (len(walk) - 1))
                board.path(walk[[-back - 1, -back]], colour, width=0.16)


def _walks(state: State, env: int, follow: int | None, trail: Trail) -> dict[int, Cells]:
    """Agent to its cells `(steps, 2)`, the present one last; row -1 once it has left the map."""
    if isinstance(trail, np.ndarray):
        return {} if follow is None else {follow: np.concatenate([trail, state.position[env, follow][None]])}
    states = [*_this_episode(state, env, trail), state]
    if follow is not None:
        return {follow: np.array([past.position[env, follow] for past in states])}
    positions = np.array([past.position[env] for past in states[-TAIL - 1 :]])
    return {agent: positions[:, agent] for agent in range(positions.shape[1])}


def _tie_to_goal(board: Board, state: State, env: int, radius: int, follow: int, path: bool) -> None:
    at, goal = state.position[env, follow], state.goal[env, follow]
    if at[0] < 0:
        return
    way = shortest_path(state, env, radius, follow) if path else None
    if way is None:
        board.canvas.dashes(board.centre(at), board.centre(goal), FOCUS, width=2, dash=0.2 * board.cell)
    else:
        board.path(way, mix(agent_colour(follow), TEXT, 0.2), width=0.3, alpha=0.5)
    board.square(goal, [agent_colour(follow)], [str(follow)])


def _draw_goals(board: Board, state: State, env: int, follow: int | None) -> None:
    for cell, agents in _goals_by_cell(state, env).items():
        fade = 0 if follow is None else 0.55
        board.square(
            cell, [mix(agent_colour(agent), FLOOR, fade) for agent in agents], [str(agent) for agent in agents]
        )


def _draw_agents(board: Board, state: State, env: int, radius: int, watcher: int | None) -> None:
    """Draw discs and flashes of all agents; those out of the watcher's sight are pale."""
    position = state.position[env]
    here, home, reached = present(state, env), standing(state, env), just_reached(state, env)
    for agent in np.flatnonzero(reached):  # under the discs, also those of neighbours
        at = position[agent] if here[agent] else state.goal[env, agent]
        board.halo(at, REACHED, radius=0.72, line=0.3, alpha=0.85)
        if not here[agent]:  # it left the map from there
            board.disc(at, mix(agent_colour(int(agent)), FLOOR, 0.6), str(agent))
    for agent in np.flatnonzero(here):
        at, colour = position[agent], agent_colour(int(agent))
        if watcher is not None and here[watcher] and np.abs(at - position[watcher]).max() > radius:
            colour = mix(colour, FLOOR, 0.5)
        if home[agent]:
            board.halo(at, REACHED, radius=0.54, line=0.14)
        board.disc(at, colour, str(agent))


def _write_caption(board: Board, state: State, env: int, radius: int, follow: int | None, trail: Trail) -> None:
    earlier = [] if isinstance(trail, np.ndarray) else _this_episode(state, env, trail)
    new = int(state.collisions[env] - earlier[-1].collisions[env]) if earlier else 0
    parts = [(_summary(state, env), TEXT)] + ([(f"+{new}", COLLISION)] if new else [])
    board.caption(parts, _report_on(state, env, radius, follow))


def _report_on(state: State, env: int, radius: int, follow: int | None) -> str:
    """Words of the caption about the followed agent."""
    if follow is None:
        return ""
    if state.position[env, follow, 0] < 0:
        return f"agent {follow} is home"
    way = shortest_path(state, env, radius, follow)
    ahead = "no way to its goal" if way is None else f"{len(way) - 1} {'step' if len(way) == 2 else 'steps'} to go"
    return f"agent {follow}: {state.reached[env, follow]} reached, {ahead}"


def _summary(state: State, env: int) -> str:
    home = int(standing(state, env).sum())
    parts = [f"step {state.elapsed[env]}", f"goals reached {state.reached[env].sum()}"]
    parts += [f"on goal {home}"] if home else []
    return "   ".join([*parts, f"collisions {state.collisions[env]}"])


def _this_episode(state: State, env: int, trail: Sequence[State]) -> list[State]:
    """The earlier states that belong to the episode of `state`, in order."""
    earlier, elapsed = [], state.elapsed[env]
    for past in reversed(trail):
        if past.elapsed[env] >= elapsed:
            break
        elapsed = past.elapsed[env]
        earlier.append(past)
    return earlier[::-1]


def _goals_by_cell(state: State, env: int) -> dict[tuple[int, int], list[int]]:
    """Cell to the agents with their goal there; agents that have left the map have none."""
    goals: dict[tuple[int, int], list[int]] = {}
    for agent in np.flatnonzero(present(state, env)):
        goals.setdefault(_cell(state.goal[env, agent]), []).append(int(agent))
    return goals


def _inner(padded: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    return padded[radius : padded.shape[0] - radius, radius : padded.shape[1] - radius]


def _cell(cell: NDArray[np.int32]) -> tuple[int, int]:
    return int(cell[0]), int(cell[1])
