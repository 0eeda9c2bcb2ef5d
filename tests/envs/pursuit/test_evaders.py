"""Pursuit of evaders against SISL's pursuit_v5.

Exact where nothing is drawn, and by statistics where something is.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stigmergy import envs
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.pursuit.evaders.buildings import middle_building
from stigmergy.envs.pursuit.evaders.draw import EVADER, PURSUER
from stigmergy.envs.pursuit.evaders.policies import GreedyPursuit
from stigmergy.envs.pursuit.evaders.state import MOVES, NEVER
from stigmergy.envs.rendering.grid_canvas import Board
from stigmergy.envs.rendering.palette import REACHED

pursuit_v5 = pytest.importorskip("pettingzoo.sisl.pursuit_v5", reason="needs PettingZoo 1.27 with scipy")
rectangle_map = pytest.importorskip("pettingzoo.sisl.pursuit.utils.two_d_maps").rectangle_map
LEFT, RIGHT, DOWN, UP, STAY = range(5)
ID = "pursuit/evaders-v0"


def make(num_envs=1, **parameters):
    env = envs.make(ID, num_envs, **parameters)
    env.reset(seed=0)
    return env


def place(env, pursuers, evaders):
    """Put all agents of env 0 into cells (x, y), as the reference gives them, at step 0."""
    state = env.snapshot()
    state.pursuer[0], state.evader[0] = np.array(pursuers)[:, ::-1], np.array(evaders)[:, ::-1]
    state.caught_at[0], state.elapsed[0], state.over[0], state.catching[0] = NEVER, 0, False, False
    state.tags[0], state.earned[0] = 0, 0
    for cells, count in ((state.pursuer[0], state.pursuer_count[0]), (state.evader[0], state.evader_count[0])):
        count[:] = counted(cells + env.constants.pad, count.shape)
    env.restore(state)


def counted(cells, shape):
    count = np.zeros(shape, np.uint8)
    np.add.at(count, tuple(cells.T), 1)
    return count


def placed(pursuers, evaders, **parameters):
    """An env with all agents in given cells (x, y); evaders stand still by default."""
    parameters = {"freeze_evaders": True} | parameters
    env = make(n_pursuers=len(pursuers), n_evaders=len(evaders), **parameters)
    place(env, pursuers, evaders)
    return env


def act(env, *actions):
    """Step env 0 and return the rewards."""
    return env.step(np.tile(actions, (env.num_envs, 1))).groups["pursuers"].reward[0].tolist()


def stay(env):
    return act(env, *[STAY] * env.spec.num_agents)


class TestGoldens:
    """Numbers that the reference gave."""

    @pytest.mark.parametrize(
        ("pursuers", "evader", "reward", "caught"),
        [
            ([(4, 2), (6, 2), (5, 1), (5, 3)], (5, 2), 4.91, True),
            ([(4, 2), (6, 2), (5, 1)], (5, 2), -0.09, False),
            ([(1, 0), (0, 1)], (0, 0), 4.91, True),
            ([(7, 0), (9, 0), (8, 1)], (8, 0), 4.91, True),
            ([(1, 0), (1, 0)], (0, 0), -0.09, False),
            ([(3, 7), (4, 6), (4, 8)], (4, 7), 4.91, True),
        ],
        ids=["four", "three", "corner", "edge", "same cell", "building"],
    )
    def test_surrounding(self, pursuers, evader, reward, caught):
        env = placed(pursuers, [evader], shared_reward=False)
        assert stay(env) == pytest.approx([reward] * len(pursuers))
        assert env.groups["pursuers"].terminated[0].tolist() == [caught] * len(pursuers)
        assert not env.truncated[0]

    def test_sharing(self):
        one_beside = [(4, 2), (2, 2)], [(5, 2)]
        assert stay(placed(*one_beside, shared_reward=False)) == pytest.approx([-0.09, -0.10])
        assert stay(placed(*one_beside, shared_reward=True)) == pytest.approx([-0.095, -0.095])
        assert stay(placed(*one_beside, local_ratio=0.2)) == pytest.approx([-0.094, -0.096])
        assert stay(placed(*one_beside)) == pytest.approx([-0.095, -0.095])

    def test_standing_on_the_evader(self):
        assert stay(placed([(5, 2), (5, 2)], [(5, 2)], surround=False)) == pytest.approx([4.9, 4.9])
        assert stay(placed([(5, 2), (4, 2)], [(5, 2)], surround=False)) == pytest.approx([-0.095, -0.095])

    def test_the_map(self):
        walls = middle_building(16, 16)
        assert np.argwhere(walls).min(axis=0).tolist() == [4, 5]  # y, x
        assert np.argwhere(walls).max(axis=0).tolist() == [12, 11]
        assert walls.sum() == 9 * 7

    def test_the_same_seed_and_actions_repeat_thirty_steps(self):
        seen = []
        for _ in range(2):
            env, random = make(), np.random.default_rng(3)
            for _ in range(30):
                env.step(random.integers(5, size=(1, 8)))
            seen.append(env.snapshot())
        for one, other in zip(*seen):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("columns", range(1, 34))
def test_the_building_scales_as_in_the_reference(columns):
    for rows in range(1, 34):
        np.testing.assert_array_equal(middle_building(rows, columns).T, -rectangle_map(columns, rows))


# Each has more open cells than 5 (agents of a kind - 1): where there are fewer, the reference may
# look for a free one for ever.
CONFIGURATIONS = {
    "small, local": {"x_size": 5, "y_size": 5, "n_pursuers": 5, "n_evaders": 3, "shared_reward": False},
    "shared": {"x_size": 4, "y_size": 6, "n_pursuers": 4, "n_evaders": 4, "obs_range": 5},
    "wide": {"x_size": 9, "y_size": 4, "n_pursuers": 5, "n_evaders": 5, "obs_range": 9, "shared_reward": False},
    "two on it": {"x_size": 6, "y_size": 5, "n_pursuers": 3, "n_evaders": 4, "surround": False, "obs_range": 1},
    "one on it": {
        "x_size": 8,
        "y_size": 9,
        "n_pursuers": 3,
        "n_evaders": 9,
        "surround": False,
        "n_catch": 1,
        "shared_reward": False,
        "catch_reward": 2.5,
        "tag_reward": 0.3,
        "urgency_reward": -0.25,
    },
    "default size": {"shared_reward": False, "n_evaders": 40, "max_cycles": 90},
}


def cells_of(layer):
    return [tuple(layer.get_position(i)) for i in range(layer.n_agents())]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_frozen_evaders_step_by_step(name):
    """Begin as the reference does, then the same moves, half random, half greedy; 3 000 steps."""
    parameters = CONFIGURATIONS[name] | {"freeze_evaders": True}
    reference, env = pursuit_v5.parallel_env(**parameters), make(**parameters)
    base, random = reference.unwrapped.env, np.random.default_rng(len(name))
    agents, policy, ended, caught = reference.possible_agents, built(env), True, 0
    for t in range(150 if name == "default size" else 570):
        if ended:
            observations, _ = reference.reset(seed=t)
            place(env, cells_of(base.pursuer_layer), cells_of(base.evader_layer))
        else:
            moves = random.integers(5, size=len(agents))
            moves = np.where(random.random(len(agents)) < 0.5, moves, policy.act(env.state)[0])
            before = base.evader_layer.n_agents()
            observations, rewards, terminated, truncated, _ = reference.step(dict(zip(agents, moves)))
            caught += before - base.evader_layer.n_agents()
            assert act(env, *moves) == pytest.approx([rewards[agent] for agent in agents], abs=2e-6)
            nobody_left = base.evader_layer.n_agents() == 0
            assert env.groups["pursuers"].terminated[0].tolist() == [nobody_left] * len(agents)
            assert env.truncated[0] == any(truncated.values())
            assert nobody_left == any(terminated.values()) or env.truncated[0]
        ended = bool(env.state.over[0])
        assert ended == (not reference.agents)
        for i, agent in enumerate(agents):
            np.testing.assert_array_equal(
                env.groups["pursuers"].observation[0, i], np.moveaxis(observations[agent], 2, 0)
            )
        np.testing.assert_array_equal(env.global_state[0], np.moveaxis(base.state(), 2, 0))
    assert caught >= 10


def test_tags_are_paid_in_turn():
    """Paid after each of three moves, so agent 0 for three, 1 for two, 2 for one."""
    env = placed([(0, 2), (2, 0), (4, 2)], [(2, 2)], local_ratio=1, urgency_reward=0)
    assert act(env, RIGHT, DOWN, LEFT) == pytest.approx([0.01, 0.02 / 3, 0.01 / 3])
    assert act(env, LEFT, UP, RIGHT) == pytest.approx([0, 0.01 / 3, 0.02 / 3])
    assert env.state.tags[0] == 3


def test_cells_off_the_map_stand_for_the_own_cell():
    env = placed([(0, 0), (3, 0)], [(0, 0), (3, 0)], local_ratio=1, urgency_reward=0)
    assert stay(env) == pytest.approx([0.02, 0.01])


def test_all_are_judged_before_anyone_leaves():
    """The pursuers at (1, 0) and (1, 1) each take part in two catches and are paid once."""
    env = placed([(1, 0), (0, 1), (1, 1)], [(0, 0), (0, 0)], local_ratio=1, tag_reward=0)
    assert stay(env) == pytest.approx([4.9, 4.9, -0.1])
    assert env.state.catching[0].tolist() == [True, True, False]


def test_a_building_at_the_edge_need_not_be_held():
    """Our own definition: the reference wants a pursuer inside such a building."""
    env = placed([(1, 0), (1, 2)], [(1, 1)], obstacles="#..\n#.#\n#..", local_ratio=1, tag_reward=0)
    assert stay(env) == pytest.approx([4.9, 4.9])


def test_evaders_move_in_five_ways_with_equal_chances():
    """One step of 40 000 evaders: each move within three standard deviations of a fifth."""
    env = make(400, n_pursuers=1, n_evaders=100, obstacles="\n".join(["." * 80] * 80), constraint_window=0.8)
    before = env.state.evader.copy()
    inside = ((before > 0) & (before < 79)).all(axis=2)
    env.step(np.full((400, 1), STAY))
    moved = (env.state.evader - before)[inside & (env.state.caught_at == NEVER)]
    counts = np.array([(moved == move).all(axis=1).sum() for move in MOVES])
    assert counts.sum() == len(moved) > 30_000
    assert np.abs(counts - len(moved) / 5).max() < 3 * np.sqrt(len(moved) * 0.2 * 0.8)


def test_moves_of_different_evaders_and_steps_are_independent():
    """Pairs of moves (evader and next, step and next) fall into 25 equally likely classes."""
    env = make(300, n_pursuers=1, n_evaders=60, obstacles="\n".join(["." * 120] * 120), surround=False, n_catch=1)
    moves = []
    for _ in range(2):
        before = env.state.evader.copy()
        env.step(np.full((300, 1), STAY))
        step = env.state.evader - before
        inside = ((before > 0) & (before < 119)).all(axis=2) & (env.state.caught_at == NEVER)
        moves.append(np.where(inside, (step[..., None, :] == MOVES).all(axis=-1).argmax(axis=-1), -1))
    for one, other in ((moves[0][:, :-1], moves[0][:, 1:]), (moves[0], moves[1])):
        both = (one >= 0) & (other >= 0)
        counts = np.bincount(5 * one[both] + other[both], minlength=25)
        excess = ((counts - both.sum() / 25) ** 2 / (both.sum() / 25)).sum()
        assert excess < 24 + 3 * np.sqrt(48)  # chi square with 24 degrees of freedom


@pytest.mark.parametrize("surround", [True, False])
def test_hunts_go_as_in_the_reference(surround):
    """Share caught, capture time and return of 50 random hunts there beside 6 000 here."""
    parameters = {"x_size": 4, "y_size": 5, "n_pursuers": 3, "n_evaders": 2, "max_cycles": 12, "surround": surround}
    reference, random = pursuit_v5.parallel_env(**parameters), np.random.default_rng(11)
    hunts = []
    for episode in range(50):
        reference.reset(seed=1000 + episode)
        total = 0.0
        while reference.agents:
            steps = reference.unwrapped.env.frames + 1
            moves = dict(zip(reference.agents, random.integers(5, size=3)))
            total += reference.step(moves)[1]["pursuer_0"]
        hunts.append((1 - reference.unwrapped.env.evader_layer.n_agents() / 2, steps, total))
    env = make(6000, **parameters)
    total, ours = np.zeros(6000), np.full((6000, 3), np.nan)
    for _ in range(12):
        step = env.step(random.integers(5, size=(6000, 3)))
        total += step.groups["pursuers"].reward[:, 0]
        ending = step.last & np.isnan(ours[:, 0])
        if ending.any():
            ours[ending] = np.column_stack([step.metrics["share_caught"], env.state.elapsed, total])[ending]
    theirs = np.array(hunts)
    spread = np.sqrt(ours.var(axis=0) * (1 / len(theirs) + 1 / len(ours)))
    assert 0.05 < ours[:, 0].mean() < 0.95
    assert (np.abs(theirs.mean(axis=0) - ours.mean(axis=0)) < 3 * spread).all()


@pytest.mark.parametrize("window", [1.0, 0.7, 0.5])
def test_episodes_begin_as_in_the_reference(window):
    """Spread and means of where all begin, 150 times there and 4 000 times here."""
    parameters = {"n_pursuers": 2, "n_evaders": 3, "constraint_window": window, "x_size": 14, "y_size": 12}
    reference = pursuit_v5.raw_env(**parameters)
    env = make(4000, **parameters)
    theirs = []
    for seed in range(150):
        reference.reset(seed=seed)
        theirs.append([cells_of(reference.env.pursuer_layer), cells_of(reference.env.evader_layer)])
    for ours, kind in ((env.state.pursuer, 0), (env.state.evader, 1)):
        cells = np.array([begun[kind] for begun in theirs])[..., ::-1]
        for statistic in (lambda a: a.mean(axis=1), lambda a: np.ptp(a, axis=1), lambda a: a.min(axis=1)):
            there, here = statistic(cells), statistic(ours)
            spread = np.sqrt(here.var(axis=0) * (1 / len(there) + 1 / len(here)))
            assert (np.abs(there.mean(axis=0) - here.mean(axis=0)) < 3.5 * spread).all()
        assert (np.ptp(ours, axis=1).max(axis=0) == np.ptp(cells, axis=1).max(axis=0)).all()
        apart = np.abs(ours[:, :, None] - ours[:, None]).sum(axis=-1)[:, ~np.eye(ours.shape[1], dtype=bool)]
        assert apart.min() == 2  # nobody begins beside another of the same kind
        assert env.constants.wall[tuple(np.moveaxis(ours + env.constants.pad, -1, 0))].max() == 0


def test_a_window_that_is_too_full_takes_any_open_cell():
    env = make(50, x_size=4, y_size=3, n_pursuers=8, n_evaders=30)
    assert env.state.pursuer_count.sum() == 50 * 8
    assert env.state.evader_count.sum() == 50 * 30
    assert (env.state.evader_count[:, env.constants.wall == 1] == 0).all()
    env = make(50, constraint_window=1 / 16)  # windows of one cell, some of them in the building
    assert (
        (np.ptp(env.state.evader, axis=1) == 0).all(axis=1) | (np.ptp(env.state.evader, axis=1) > 4).any(axis=1)
    ).all()


def test_an_episode_counts_what_the_field_speaks_of():
    env = placed([(1, 0), (0, 1)], [(0, 0), (9, 0)], max_cycles=5)
    for _ in range(4):
        assert not env.step(np.full((1, 2), STAY)).last[0]
    step = env.step(np.full((1, 2), STAY))
    metrics = {name: value[0] for name, value in step.metrics.items()}
    assert metrics == {"evaders_caught": 1, "share_caught": 0.5, "capture_time": 5, "tags": 2}
    assert (env.state.caught_at[0] == [1, NEVER]).all()
    env = placed([(1, 0), (0, 3)], [(0, 0)], max_cycles=5)
    assert not env.step([[STAY, UP]]).last[0]
    step = env.step([[STAY, UP]])
    metrics = {name: value[0] for name, value in step.metrics.items()}
    assert metrics == {"evaders_caught": 1, "share_caught": 1, "capture_time": 2, "tags": 3}
    assert env.state.earned[0] == pytest.approx(-0.1 + 0.005 + 4.9 + 0.01 - 0.005 / 2)


def test_the_last_catch_in_the_last_step_is_terminated_too():
    env = placed([(1, 0), (0, 2)], [(0, 0)], max_cycles=1)
    env.step([[STAY, UP]])
    assert env.truncated[0]
    assert env.groups["pursuers"].terminated[0].all()


@st.composite
def hunts(draw):
    surround = draw(st.booleans())
    pursuers = draw(st.integers(1, 6))
    return {
        "x_size": draw(st.integers(2, 9)),
        "y_size": draw(st.integers(2, 9)),
        "n_pursuers": pursuers,
        "n_evaders": draw(st.integers(1, 12)),
        "obs_range": draw(st.sampled_from([1, 3, 5, 11])),
        "surround": surround,
        "n_catch": draw(st.integers(1, pursuers)),
        "max_cycles": draw(st.integers(1, 20)),
        "local_ratio": draw(st.sampled_from([0.0, 0.3, 1.0])),
    }


@settings(max_examples=20, deadline=None)
@given(hunts(), st.integers(0, 2**32))
def test_what_always_holds(parameters, seed):
    env = envs.make(ID, 3, **parameters)
    step, random, k = env.reset(seed), np.random.default_rng(seed), env.constants
    for _ in range(25):
        state = env.snapshot()
        step = env.step(random.integers(5, size=(3, parameters["n_pursuers"])))
        for cells, count, kept in (
            (env.state.pursuer, env.state.pursuer_count, np.ones(env.state.pursuer.shape[:2], bool)),
            (env.state.evader, env.state.evader_count, env.state.caught_at == NEVER),
        ):
            for c in range(3):
                np.testing.assert_array_equal(count[c], counted(cells[c][kept[c]] + k.pad, k.wall.shape))
                assert count[c][k.wall == 1].sum() == 0
        going = ~step.first
        moved = np.abs(env.state.evader - state.evader).sum(axis=2)[going]
        assert moved.max(initial=0) <= 1
        caught = state.caught_at[going] != NEVER
        assert (env.state.caught_at[going][caught] == state.caught_at[going][caught]).all()
        assert (moved[env.state.caught_at[going] != NEVER] == 0).all()
        middle = parameters["obs_range"] // 2
        assert (step.groups["pursuers"].observation[:, :, 1, middle, middle] >= 1).all()
        if parameters["local_ratio"] == 0:
            assert np.ptp(step.groups["pursuers"].reward, axis=1).max() < 1e-6


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_evaders": 0}, "n_evaders is 0; allowed is 1 to 255"),
        ({"n_pursuers": 256}, "n_pursuers is 256; allowed is 1 to 255"),
        ({"obs_range": 6}, "obs_range is 6; allowed are odd numbers"),
        ({"max_cycles": 0}, "max_cycles is 0"),
        ({"x_size": 0}, "x_size is 0; allowed is 1 to 1024"),
        ({"tag_reward": float("nan")}, "tag_reward is nan"),
        ({"local_ratio": 1.5}, "local_ratio is 1.5; allowed is 0 to 1"),
        ({"local_ratio": 0.5, "shared_reward": True}, "give one of them"),
        ({"local_ratio": 0, "shared_reward": False}, "give one of them"),
        ({"surround": False, "n_catch": 9}, "n_catch is 9 but n_pursuers 8"),
        ({"constraint_window": 0}, "constraint_window is 0.0; allowed is above 0 to 1"),
        ({"constraint_window": 0.05}, "with y_size 16, allowed is 0.0625 to 1"),
        ({"x_size": 1, "y_size": 1}, "1 open cells is too small"),
        ({"obstacles": "..\n..", "x_size": 3}, "x_size is 3 but obstacles have 2"),
        ({"obstacles": "..\n.x"}, "line 2 of obstacles has the character 'x'"),
        ({"obstacles": "..\n..."}, "line 2 of obstacles is 3 characters long, the lines before it 2"),
        ({"obstacles": ".#."}, "part the open cells into 2 places"),
        ({"obstacles": " \n"}, "obstacles are blank"),
    ],
)
def test_bad_parameters_are_named(parameters, sentence):
    with pytest.raises(BadParameter, match=sentence):
        envs.make(ID, **parameters)


def test_agreeing_parameters_pass():
    assert make(local_ratio=1, shared_reward=False).constants.local_ratio == 1
    assert make(local_ratio=0, shared_reward=True).constants.local_ratio == 0
    env = make(obstacles="....\n.##.\n....", y_size=3)
    assert env.spec.state_shape == (3, 3, 4)


class TestGreedyPursuit:
    def test_it_encloses_an_evader_in_as_many_steps_as_the_farthest_needs(self):
        """From left of the building to the four cells around (13, 8)."""
        env = placed([(4, 4), (4, 3), (4, 2), (3, 2)], [(13, 8)])
        policy, steps = built(env), 0
        while not env.state.over[0]:
            env.step(policy.act(env.state))
            steps += 1
        # Over the building, above which row 3 is open: 1 up, 9 right, then down.
        assert steps == 10 + 1 + 5 + 1

    def test_it_meets_on_the_evader_without_surround(self):
        env = placed([(0, 0), (15, 15)], [(0, 4)], surround=False)
        policy = built(env)
        for _ in range(26):
            env.step(policy.act(env.state))
        assert env.state.over[0]

    @pytest.mark.parametrize("parameters", [{}, {"surround": False}])
    def test_it_catches_all_where_random_play_catches_few(self, parameters):
        env = make(4, **parameters)
        policy, random = built(env), np.random.default_rng(0)
        outcomes = []
        for choose in (lambda: policy.act(env.state), lambda: random.integers(5, size=(4, 8))):
            env.reset(seed=1)
            caught = np.zeros(4)
            for _ in range(200):
                env.step(choose())
                caught = np.maximum(caught, (env.state.caught_at != NEVER).sum(axis=1))
            outcomes.append(caught)
        assert outcomes[0].tolist() == [30] * 4
        assert outcomes[1].max() < 20

    def test_it_is_a_function_of_the_state_and_leaves_it_alone(self):
        env = make(3)
        policy, before = built(env), env.snapshot()
        first = policy.act(env.state)
        env.step(first)
        policy.act(env.state)
        np.testing.assert_array_equal(policy.act(before), first)
        env.restore(before)
        np.testing.assert_array_equal(built(env).act(env.state), first)


def built(env):
    return GreedyPursuit.built_for("greedy_pursuit", env.spec, env.spec.groups[0], env.config)


class TestPictures:
    def colour(self, env, cell, right=0.0, down=0.0, **options):
        """The pixel of the cell (x, y), at a share of the cell right of and below its centre."""
        pixels = env.draw(0, **options)
        board = Board(
            env.constants.wall[env.constants.pad : -env.constants.pad, env.constants.pad : -env.constants.pad]
        )
        x, y = board.centre(cell[::-1])
        return pixels[int(y + down * board.cell), int(x + right * board.cell)].tolist()

    def test_everyone_is_where_they_are(self):
        env = placed([(2, 1), (14, 3), (14, 3)], [(0, 5), (2, 1), (3, 14)])
        assert self.colour(env, (0, 5)) == list(EVADER)
        assert self.colour(env, (3, 14)) == list(EVADER)
        assert self.colour(env, (14, 3), right=-0.3) == list(PURSUER)
        assert self.colour(env, (2, 1), -0.22, -0.22) == list(PURSUER)
        assert self.colour(env, (2, 1), 0.22, 0.22) == list(EVADER)

    def test_a_catch_flashes_for_one_step(self):
        env = placed([(1, 0), (0, 1)], [(0, 0), (9, 9 - 7)])
        stay(env)
        assert self.colour(env, (0, 0), 0.4, 0.4) == list(REACHED)
        stay(env)
        assert self.colour(env, (0, 0), 0.4, 0.4) != list(REACHED)

    def test_what_cannot_be_drawn_is_named(self):
        env = make()
        for options in ({"copy": 1}, {"follow": 8}, {"cell": 0}):
            with pytest.raises(BadParameter, match=next(iter(options))):
                env.draw(**options)
        assert not np.array_equal(env.draw(0), env.draw(0, follow=3))

    def test_text(self):
        env = placed([(0, 0), (0, 0), (2, 1)], [(2, 1), (3, 0)], obstacles="....\n.#..")
        assert env.text(0).splitlines() == [
            "2. .. .. .1",
            ".. ## 11 ..",
            "step 0   evaders left 2 of 2   return 0.00",
        ]
