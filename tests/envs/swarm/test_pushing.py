"""Physics of SwarmBench on drawn maps, beside a slow search over sets of bodies, and properties."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.swarmbench.pushing import COLUMN, ROW, push
from stigmergy.envs.swarm.swarmbench.state import BOXED, FREE, GONE, STATIC
from stigmergy.envs.swarm.swarmbench.symbols import AGENT, AGENT_OFF, BOX, EMPTY, FOOD, NEST, WALL
from tests.envs.support.swarm.layouts import Yard, drawn, lay

LETTERS = "UDLR."
OPEN = "....."


def pushed(rows, moves, yard=Yard, box=None):
    """Cells of the agents of a drawing after one step, and the environment."""
    grid, agents = drawn(rows)
    env = yard("yard", 1, yard.Config(num_agents=len(agents), height=len(rows), width=len(rows[0])))
    lay(env, grid, agents, box=box)
    env.scratch.move[0] = [LETTERS.index(move) for move in moves]
    push(env.state, env.constants, env.scratch, 0)
    return [tuple(cell) for cell in env.state.position[0].tolist()], env


@pytest.mark.parametrize(
    ("row", "moves", "expected"),
    [
        ("0.1..", "RL", (0, 1)),  # one cell between LEFT and RIGHT: LEFT has it
        (".01..", "RL", (1, 2)),  # a swap: nobody
        ("01...", "R.", (1, 2)),  # one pushes one
        ("012..", "R..", (0, 1, 2)),  # but not two
        ("0123.", "RR..", (1, 2, 3, 4)),  # two push two
        ("0W...", "R", (0,)),
        ("01W..", "RR", (0, 1)),
        ("012..", "RRR", (1, 2, 3)),  # a train
        ("012..", "R.R", (1, 2, 3)),  # the leader helps the one who pushes
        ("012..", ".RR", (0, 2, 3)),  # the idle one behind stays
        ("01...", "RL", (0, 1)),  # one against one
        ("W01..", "LL", (1, 2)),
        ("0123.", "RRRL", (1, 2, 3, 4)),  # three against one
        (".012.", "RRL", (1, 2, 3)),  # two are not enough
    ],
)
def test_a_row(row, moves, expected):
    where, _ = pushed([OPEN, OPEN, row, OPEN, OPEN], moves)
    assert where == [(2, column) for column in expected]


def test_up_comes_before_down():
    where, _ = pushed([OPEN, "..0..", OPEN, "..1..", OPEN], "DU")
    assert where == [(1, 2), (2, 2)]


def test_who_arrives_upwards_is_pushed_on_to_the_right():
    where, _ = pushed([OPEN, OPEN, ".0...", "..1..", OPEN], "RU")
    assert where == [(2, 2), (2, 3)]


def test_who_leaves_upwards_makes_room_for_the_follower():
    where, _ = pushed([OPEN, OPEN, ".01..", OPEN, OPEN], "RU")
    assert where == [(2, 2), (1, 2)]


def test_who_steps_off_the_map_is_gone():
    where, env = pushed(["0....", "1....", OPEN, OPEN, OPEN], "UU")
    assert where == [(GONE, GONE), (0, 0)]
    assert (env.state.occupant[0] > 0).sum() == 1


BOX_AT = (0, 1, 2)  # BBBB. / ..BBB / ..BBB / ..BBB with its corner in (1, 2)
EMPTY_9 = "........."


@pytest.mark.parametrize(
    ("below", "further", "moves", "moved"),
    [
        ("....012..", "....34...", "UUUUU", True),
        ("....012..", "....3....", "UUUU", False),
        ("....012..", "....34...", "UUUU.", False),  # the fifth does not help
        ("....012..", "....345..", "UUU.UU", True),  # an idle one behind the box weighs 1, which its follower has left
        ("....012..", "....345..", "UUUD.U", False),
    ],
)
def test_five_move_the_box(below, further, moves, moved):
    where, env = pushed([EMPTY_9] * 5 + [below, further, EMPTY_9, EMPTY_9], moves, box=BOX_AT)
    assert env.state.box[0, 1] == (0 if moved else 1)
    assert (env.state.occupant[0] == BOXED).sum() == 13
    assert where[0] == (4 if moved else 5, 4)


def test_the_box_pushes_what_is_ahead_of_it_if_the_force_is_enough():
    rows = [EMPTY_9, "...5.....", EMPTY_9, EMPTY_9, EMPTY_9, EMPTY_9, "....012..", "....34...", EMPTY_9]
    assert pushed(rows, "UUUUU.", box=(0, 2, 2))[0][5] == (1, 3)  # a weight of six on five
    rows[7] = "....346.."
    where, env = pushed(rows, "UUUUU.U", box=(0, 2, 2))
    assert where[5] == (0, 3)
    assert env.state.box[0].tolist() == [0, 1, 2]


class Notched(Yard):
    """Boxes with room for agents inside, unlike the benchmark's: a U, a ring, one with a bay."""

    shapes = np.zeros((3, 5, 5), np.bool_)
    for _k, _rows in enumerate((("B.B", "B.B", "BBB"), ("BBB", "B.B", "BBB"), ("BB.", "B..", "BBB"))):
        shapes[_k, 1:4, 1:4] = [[_letter == "B" for _letter in _row] for _row in _rows]


def test_agents_inside_a_box_are_part_of_it():
    rows = [EMPTY_9] * 3 + ["...0.....", EMPTY_9, EMPTY_9, EMPTY_9, EMPTY_9, EMPTY_9]
    where, env = pushed(rows, "R", Notched, box=(1, 2, 2))
    assert where == [(3, 3)]
    assert env.state.box[0, 2] == 2
    rows[2:5] = ["12.......", "340......", "56......."]
    where, env = pushed(rows, "RRRRRRR", Notched, box=(0, 2, 2))
    assert env.state.box[0, 2] == 3


# The slow search: all sets of bodies that may move together.


def expected_step(env, moves):
    """Cells of each agent and of the box after four passes; agents off the map are empty sets."""
    state, k = env.state, env.constants
    height, width = state.occupant.shape[1:]
    walls = {(r, q) for r in range(height) for q in range(width) if state.occupant[0, r, q] == STATIC}
    agents = [{tuple(cell)} for cell in state.position[0].tolist()]
    box = set()
    if state.box[0, 0] != GONE:
        top, left = state.box[0, 1:].tolist()
        box = {(top + i - 1, left + j - 1) for i, j in np.argwhere(k.shapes[state.box[0, 0]]).tolist()}
    for d in range(4):
        step = int(ROW[d]), int(COLUMN[d])
        bodies = [cells for cells in [*agents, box] if cells]
        weights = [5 if cells is box else 1 for cells in bodies]
        forces = [0] * len(bodies)
        for i, cells in enumerate(agents):
            if cells:
                at = next(j for j, body in enumerate(bodies) if body is cells)
                forces[at] = {d: 2, d ^ 1: -2}.get(moves[i], 0)
        for body in largest_set(bodies, weights, forces, walls, step):
            cells = {(r + step[0], q + step[1]) for r, q in bodies[body]}
            on_map = {(r, q) for r, q in cells if 0 <= r < height and 0 <= q < width}
            kept = cells if on_map else set()
            if bodies[body] is box:
                box = kept
            else:
                agents[next(i for i, own in enumerate(agents) if own is bodies[body])] = kept
    return agents, box


def largest_set(bodies, weights, forces, walls, step):
    """Indices of the bodies that move in a pass."""
    ahead = [
        {j for j, other in enumerate(bodies) if j != i and any((r + step[0], q + step[1]) in other for r, q in body)}
        for i, body in enumerate(bodies)
    ]
    reach = [{i} for i in range(len(bodies))]
    for _ in bodies:
        reach = [seen | {y for x in seen for y in ahead[x]} for seen in reach]
    blocked = [
        any((r + step[0], q + step[1]) in walls for j in reach[i] for r, q in bodies[j]) for i in range(len(bodies))
    ]
    groups = {frozenset(j for j in reach[i] if i in reach[j]) for i in range(len(bodies)) if not blocked[i]}
    spare = {group: sum(forces[i] - weights[i] for i in group) for group in groups}
    before = {group: {other for other in groups if min(group) in reach[min(other)]} for group in groups}
    after = {group: {other for other in groups if min(other) in reach[min(group)]} for group in groups}
    best = []
    for chosen in subsets(groups):
        if not all(after[group] <= chosen for group in chosen):
            continue
        # Force only goes forwards, so a part that holds all that is behind its members must carry
        # itself.
        closed = (part for part in subsets(chosen) if all(before[group] & chosen <= part for group in part))
        if all(sum(spare[group] for group in part) >= 0 for part in closed):
            best.append(chosen)
    most = max(len(chosen) for chosen in best)
    winners = [chosen for chosen in best if len(chosen) == most]
    assert len(winners) == 1  # no ties, as `pushing` says
    return [i for group in winners[0] for i in group]


def subsets(groups):
    return [set(part) for size in range(len(groups) + 1) for part in combinations(sorted(groups, key=sorted), size)]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), yard=st.sampled_from([Yard, Notched]))
def test_the_kernel_moves_what_the_slow_search_moves(data, yard):
    side = 7
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    box, taken = None, random.random((side, side)) < random.choice([0, 0.1])
    if random.random() < 0.7:
        shape = yard.shapes[(template := int(random.integers(len(yard.shapes))))]
        box = (template, int(random.integers(-1, 4)), int(random.integers(-1, 4)))
        cells = np.argwhere(shape) - 1 + box[1:]
        cells = cells[((cells >= 0) & (cells < side)).all(axis=1)]
        taken[tuple(cells.T)] = False
    grid = ["".join(".W"[int(cell)] for cell in row) for row in taken]
    if box is not None:
        taken[tuple(cells.T)] = True
    near = np.argwhere(~taken)
    middle = np.array(box[1:]) + 2 if box else near[random.integers(len(near))]
    near = near[np.argsort(np.abs(near - middle).sum(axis=1) + 3 * random.random(len(near)), kind="stable")]
    agents = near[: random.integers(1, 7)]
    env = yard("yard", 1, yard.Config(num_agents=len(agents), height=side, width=side))
    lay(env, grid, agents, box=box)
    crowd = random.integers(4)
    moves = np.where(random.random(len(agents)) < 0.7, crowd, random.integers(5, size=len(agents)))
    expected, expected_box = expected_step(env, moves.tolist())
    env.scratch.move[0] = moves
    push(env.state, env.constants, env.scratch, 0)
    found = [set() if row == GONE else {(row, column)} for row, column in env.state.position[0].tolist()]
    assert found == expected
    boxed = {tuple(cell) for cell in np.argwhere(env.state.occupant[0] == BOXED).tolist()}
    assert boxed == {(r, q) for r, q in expected_box if 0 <= r < side and 0 <= q < side}


def assert_whole(env, walls):
    """Assert that bodies have cells of their own, symbols agree with occupants, nothing is lost."""
    state, radius = env.state, env.constants.radius
    n = state.on.shape[1]
    symbol = state.symbol[:, radius:-radius, radius:-radius]
    np.testing.assert_array_equal((symbol == WALL) | (symbol == FOOD) | (symbol == NEST), walls)
    np.testing.assert_array_equal(state.occupant == STATIC, walls)
    np.testing.assert_array_equal(state.occupant == FREE, symbol == EMPTY)
    np.testing.assert_array_equal(state.occupant == BOXED, symbol == BOX)
    for index in range(env.num_envs):
        on_map = [i for i in range(n) if state.position[index, i, 0] != GONE]
        assert [int(state.occupant[index, *state.position[index, i]]) for i in on_map] == [i + 1 for i in on_map]
        assert (state.occupant[index] > 0).sum() == len(on_map)
        for i in on_map:
            assert symbol[index, *state.position[index, i]] == (AGENT if state.on[index, i] else AGENT_OFF)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    id=st.sampled_from(["swarm/transport-v0", "swarm/foraging-v0"]),
    crowd=st.integers(1, 40),
)
def test_nothing_is_lost_and_walls_stay(seed, id, crowd):
    env = make(id, 3, num_agents=crowd, height=11, width=9)
    env.reset(seed=seed)
    random = np.random.default_rng(seed)
    walls = env.state.occupant == STATIC
    for _ in range(25):
        common = random.integers(4, size=(3, 1))
        env.step(np.where(random.random((3, crowd)) < 0.6, common, random.integers(5, size=(3, crowd))))
        assert not env.state.over.any()
        assert_whole(env, walls)
