"""How far the agents are from a formation that may stand anywhere: the least Manhattan assignment over its translations.

The translations tried are those of SwarmBench, which put one point of the formation on one agent. That finds every perfect
formation; elsewhere the least cost over all translations can be lower, as then the best shift of rows and the best shift of columns
may come from two different pairs of agent and point.

Few translations need an assignment. Rows alone and columns alone are assignments on a line, which are quickly solved for every
shift, and the sum of the two is a lower bound of a translation's cost. Translations are tried in the order of their bounds until the
bound reaches the best cost found; with 10 agents in random places that is after four of 56 on average.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernels import njit

FAR = np.int32(1 << 20)


class CostScratch(NamedTuple):
    """Work space of the kernels, one row a copy; p points, n agents, s the side of the formation, the map height x width."""

    line_cost: NDArray[np.int32]  # (num_envs, 2, max(height, width) + s) by axis and shift + s: rows or columns alone
    ordered: NDArray[np.int32]  # (num_envs, n) the agents' rows or columns in order
    partial: NDArray[np.int32]  # (num_envs, n - p + 1) costs on a line, by how many agents were left out so far
    met: NDArray[np.bool_]  # (num_envs, height + s, width + s) translations listed, False between calls
    translation: NDArray[np.int32]  # (num_envs, p * n, 3) lower bound, rows, columns
    steps: NDArray[np.int32]  # (num_envs, p, n) from each agent to each point of the formation where it is tried
    row_price: NDArray[np.int32]  # (num_envs, p) dual values of the points
    column_price: NDArray[np.int32]  # (num_envs, n + 1) of the agents; the last is a dummy
    partner: NDArray[np.int32]  # (num_envs, n + 1) the agent's point, or -1
    before: NDArray[np.int32]  # (num_envs, n + 1) the agent before this one on the shortest path
    slack: NDArray[np.int32]  # (num_envs, n + 1) length of the path found to this agent
    settled: NDArray[np.bool_]  # (num_envs, n + 1)
    pending: NDArray[np.int32]  # (num_envs, p) points that the first pass left without an agent


def allocate_cost_scratch(num_envs: int, height: int, width: int, points: int, agents: int, side: int) -> CostScratch:
    """Work space for `points` points of a formation of side `side`, and `agents` agents on a map of height x width."""
    zeros = lambda *shape: np.zeros((num_envs, *shape), np.int32)  # noqa: E731
    return CostScratch(
        line_cost=zeros(2, max(height, width) + side),
        ordered=zeros(agents),
        partial=zeros(agents - points + 1),
        met=np.zeros((num_envs, height + side, width + side), np.bool_),
        translation=zeros(points * agents, 3),
        steps=zeros(points, agents),
        row_price=zeros(points),
        column_price=zeros(agents + 1),
        partner=zeros(agents + 1),
        before=zeros(agents + 1),
        slack=zeros(agents + 1),
        settled=np.zeros((num_envs, agents + 1), np.bool_),
        pending=zeros(points),
    )


@njit(cache=True)
def formation_cost(position, formation, side, w, c):
    """The least cost of bringing agents to the points of `formation` (p, 2) wherever it stands; agents left over may be anywhere.

    Args:
        position: (num_envs, n, 2) with n >= p; all agents are on the map.
        formation: (p, 2) cells from 0 to side - 1, ordered by rows.
        w: the CostScratch.

    Returns the cost and the translation (rows, columns) that has it, as int64.
    """
    for axis in range(2):
        _solve_lines(position, formation, axis, side, w, c)
    translation = w.translation[c]
    count = _list_translations(position, formation, side, w, c)
    best, row, column = np.int64(FAR), np.int64(0), np.int64(0)
    while count > 0:
        at = 0
        for k in range(1, count):
            if translation[k, 0] < translation[at, 0]:
                at = k
        if translation[at, 0] >= best:
            break
        dr, dc = np.int64(translation[at, 1]), np.int64(translation[at, 2])
        cost = assignment_cost(position, formation, dr, dc, best, w, c)
        if cost < best:
            best, row, column = cost, dr, dc
        count -= 1
        for k in range(3):
            translation[at, k] = translation[count, k]
    return best, row, column


@njit(cache=True)
def _solve_lines(position, formation, axis, side, w, c):
    """Fill `line_cost` of one axis: the cost if only rows, or only columns, counted, for every shift that any pair suggests.

    On a line an optimal assignment keeps the order, so it is found by deciding for each agent in turn whether it is left out.
    """
    agents, points = position.shape[1], formation.shape[0]
    ordered, partial = w.ordered[c], w.partial[c]
    for i in range(agents):
        value, k = position[c, i, axis], i
        while k > 0 and ordered[k - 1] > value:
            ordered[k] = ordered[k - 1]
            k -= 1
        ordered[k] = value
    spare = agents - points
    for shift in range(ordered[0] - side + 1, ordered[agents - 1] + 1):
        for k in range(spare + 1):
            partial[k] = 0
        for j in range(points):
            # Columns of a hollow square in order are its rows in order, so the rows serve both axes.
            goal = formation[j, 0] + shift
            partial[0] += abs(ordered[j] - goal)
            for k in range(1, spare + 1):
                partial[k] = min(partial[k - 1], partial[k] + abs(ordered[j + k] - goal))
        w.line_cost[c, axis, shift + side] = partial[spare]


@njit(cache=True)
def _list_translations(position, formation, side, w, c):
    """List the translations that put a point on an agent, once each, with their bounds. Returns how many."""
    met, translation, line_cost = w.met[c], w.translation[c], w.line_cost[c]
    count = 0
    for i in range(position.shape[1]):
        for j in range(formation.shape[0]):
            dr, dc = position[c, i, 0] - formation[j, 0], position[c, i, 1] - formation[j, 1]
            if not met[dr + side, dc + side]:
                met[dr + side, dc + side] = True
                translation[count, 0] = line_cost[0, dr + side] + line_cost[1, dc + side]
                translation[count, 1], translation[count, 2] = dr, dc
                count += 1
    for k in range(count):
        met[translation[k, 1] + side, translation[k, 2] + side] = False
    return count


@njit(cache=True)
def assignment_cost(position, formation, dr, dc, enough, w, c):
    """The least cost of one agent for each point of the formation at (dr, dc); a number from `enough` on if it is that or more.

    Afterwards `partner` has the point of each agent, or -1, unless it stopped at `enough`.

    The Hungarian method with shortest augmenting paths (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and
    sparse linear assignment problems", 1987). The sum of the prices bounds the cost from below all along and is the cost in the end.
    """
    points, agents = formation.shape[0], position.shape[1]
    place, steps, partner = position[c], w.steps[c], w.partner[c]
    for i in range(agents + 1):
        w.column_price[c, i] = 0
        partner[i] = -1
    total, waiting = np.int64(0), 0
    for j in range(points):  # first everyone takes a nearest agent if one is left
        row, column = formation[j, 0] + dr, formation[j, 1] + dc
        nearest, taken = np.int64(FAR), -1
        for i in range(agents):
            away = abs(place[i, 0] - row) + abs(place[i, 1] - column)
            steps[j, i] = away
            if away < nearest or (away == nearest and taken < 0):
                taken = i if partner[i] < 0 else -1
                nearest = away
        w.row_price[c, j] = nearest
        total += nearest
        if taken >= 0:
            partner[taken] = j
        else:
            w.pending[c, waiting] = j
            waiting += 1
    for k in range(waiting):
        if total >= enough:
            return total
        total += _augment(w.pending[c, k], w, c)
    return total


@njit(cache=True)
def _augment(point, w, c):
    """Give `point` an agent along a shortest path, on which others change theirs. Returns the length of the path."""
    steps, row_price, column_price, partner = w.steps[c], w.row_price[c], w.column_price[c], w.partner[c]
    agents = steps.shape[1]
    before, slack, settled = w.before[c], w.slack[c], w.settled[c]
    for i in range(agents + 1):
        slack[i] = FAR
        settled[i] = False
    at, length = agents, np.int64(0)  # the path begins at a dummy agent who has the point
    partner[at] = point
    while partner[at] >= 0:
        settled[at] = True
        j = partner[at]
        step, nearest = FAR, -1
        for i in range(agents):
            if settled[i]:
                continue
            reduced = steps[j, i] - row_price[j] - column_price[i]
            if reduced < slack[i]:
                slack[i] = reduced
                before[i] = at
            if slack[i] < step:
                step, nearest = slack[i], i
        for i in range(agents + 1):
            if settled[i]:
                row_price[partner[i]] += step
                column_price[i] -= step
            else:
                slack[i] -= step
        length += step
        at = nearest
    while at != agents:
        partner[at] = partner[before[at]]
        at = before[at]
    partner[agents] = -1
    return length
