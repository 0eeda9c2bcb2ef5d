"""Opportunities to sanction, in every task with sanctions.

They are compared with a slow loop over the documented geometry, and with hits of sanctions.
"""

import numpy as np
import pytest

from stigmergy.envs.core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, context_space
from stigmergy.envs.dilemmas.grid_engine.maps import WALL
from stigmergy.envs.registration.make import make
from stigmergy.envs.registration.registry import environments

STAY, SHOOT = 0, 7
COPIES, STEPS = 4, 300
CLEANUP = "#########\n#DP R PD#\n#  ###  #\n#P~ P ~P#\n#A #A# A#\n#P A P A#\n#########"
HARVEST = "#########\n#PA P AP#\n# ### # #\n#P A#A P#\n#  P  A #\n#########"
ALLELOPATHIC = "PrgP.gbP\n.###r.#g\nPgrP.rPr\n#.bg.#rg\nP.r.P##P\nbgP..rgb\nr.g#bg.r\nP.rP..bP"
MATRIX = "########\n#P 0P1P#\n# ## # #\n#P1 P0P#\n#P  #P #\n########"
WINDOW = {"left": 2, "right": 2, "forward": 3, "backward": 1}
CROWDS = {
    "cleanup": {"map": CLEANUP, "num_agents": 6},
    "harvest": {"map": HARVEST, "num_agents": 6},
    "allelopathic_harvest": {"map": ALLELOPATHIC, "num_agents": 8, "view": WINDOW, "ripening": 0.05},
    "coins": {"min_width": 4, "max_width": 5, "min_height": 4, "max_height": 5},
    "in_the_matrix": {"map": MATRIX, "num_agents": 6, "freeze": 3, "respawn": 2},
}
"""Small maps full of agents, with walls and, but for coins, cells of every kind in the way."""
SHORT_TIMES = {"enabled": True, "freeze": 2, "remove": True, "removal": 3, "mark": 8}
SETTINGS = {
    "narrow": SHORT_TIMES | {"radius": 1, "cooldown": 3, "fine": 1},
    "wide": SHORT_TIMES | {"length": 4, "radius": 2, "cooldown": 0, "walls_block": False, "fine": 1},
    "graduated": SHORT_TIMES | {"radius": 2, "cooldown": 1, "graduated": True, "fine": 1},
}
NORTH_EAST_SOUTH_WEST = ((-1, 0), (0, 1), (1, 0), (0, -1))


def crowd(task: str, setting: str):
    return make(f"dilemmas/{task}-v0", COPIES, max_cycles=70, sanctions=SETTINGS[setting], **CROWDS[task])


def would_hit(env, env_index: int) -> list[set[int]]:
    """Targets of each agent's sanction if it shot now and no agent moved.

    They follow from positions and the docstring of `Sanctions`.
    """
    s, p = env.state, env.config.sanctions
    here = [i for i in range(s.facing.shape[1]) if s.out[env_index, i] == 0 and not s.leaving[env_index, i]]
    standing = {tuple(map(int, s.position[env_index, i])): i for i in here}
    height, width = s.cell[env_index].shape

    def column(row, col, way, length):
        """Target of a column of `length` cells, or None, and True if it passed the first cell."""
        for passed in range(length):
            if env.torus:
                row, col = row % height, col % width
            elif not (0 <= row < height and 0 <= col < width):
                return None, passed > 0
            if p.walls_block and s.cell[env_index, row, col] == WALL:
                return None, passed > 0
            if (row, col) in standing:
                return standing[row, col], passed > 0
            row, col = row + way[0], col + way[1]
        return None, True

    found: list[set[int]] = []
    for i in range(s.facing.shape[1]):
        found.append(set())
        if i not in here or s.frozen[env_index, i] > 0 or s.cooling[env_index, i, 0] > 0:
            continue
        row, col = map(int, s.position[env_index, i])
        way = NORTH_EAST_SOUTH_WEST[s.facing[env_index, i]]
        hits = [column(row + way[0], col + way[1], way, p.length)[0]]
        for right in ((way[1], -way[0]), (-way[1], way[0])):
            for r in range(1, p.radius + 1):
                hit, on = column(row + r * right[0], col + r * right[1], way, p.length - r + 1)
                hits.append(hit)
                if not on:
                    break
        found[i] = {j for j in hits if j is not None and j != i}
    return found


def as_flags(found: list[set[int]]) -> list[int]:
    return [int(bool(hit)) for hit in found]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("task", CROWDS)
def test_flags_are_those_of_the_geometry_before_the_step(task, setting):
    env = crowd(task, setting)
    step = env.reset(1)
    rng = np.random.default_rng(1)
    actions = env.spec.groups[0].num_choices
    chance = np.full(actions, 0.75 / (actions - 1))
    chance[SHOOT] = 0.25
    flags = []
    for _ in range(STEPS):
        over = step.last.copy()
        expected = [[0] * env.spec.num_agents if over[c] else as_flags(would_hit(env, c)) for c in range(COPIES)]
        step = env.step(rng.choice(actions, (COPIES, env.spec.num_agents), p=chance))
        np.testing.assert_array_equal(step.signals[OPPORTUNITY], expected)
        flags.append(expected)
    assert 0.01 < np.mean(flags) < 0.9, "both kinds of frames were met"


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("task", CROWDS)
def test_a_sanction_from_a_snapshot_hits_just_those_whom_the_geometry_says(task, setting):
    """All others stay in place, so a flag means that a sanction would hit."""
    env = crowd(task, setting)
    env.reset(2)
    rng = np.random.default_rng(2)
    n, hit = env.spec.num_agents, 0
    for t in range(STEPS // 2):
        step = env.step(rng.integers(0, env.spec.groups[0].num_choices, (COPIES, n)))
        if t % 5 or step.last.any():
            continue
        before = env.snapshot()
        expected = [would_hit(env, c) for c in range(COPIES)]
        for i in range(n):
            env.restore(before)
            action = np.full((COPIES, n), STAY)
            action[:, i] = SHOOT
            signals = env.step(action).signals
            for c in range(COPIES):
                assert set(np.flatnonzero(signals[TARGET][c, i])) == expected[c][i]
                assert signals[OPPORTUNITY][c].tolist() == as_flags(expected[c])
                hit += len(expected[c][i])
        env.restore(before)
    assert hit > 20


WITHOUT_MAP = {
    "public_goods": {},
    "common_pool": {},
    "partner_selection": {"punishment": "both", "num_agents": 5, "rounds": 3},
}


@pytest.mark.parametrize("task", WITHOUT_MAP)
def test_without_a_map_an_opportunity_is_that_a_sanction_would_hit_somebody(task):
    env = make(f"dilemmas/{task}-v0", COPIES, **WITHOUT_MAP[task])
    env.reset(3)
    rng = np.random.default_rng(3)
    group, n = env.spec.groups[0], env.spec.num_agents
    rest = np.zeros((COPIES, n, *group.action_shape), np.int64)
    sanctioning = (
        np.eye(1, sum(group.action_shape), 1, int)[0] if group.action_shape else 1
    )  # the second part, else the action
    flags = []
    for _ in range(40):
        before = env.snapshot()
        noted = env.step(rest).signals[OPPORTUNITY].copy()
        for i in range(n):
            env.restore(before)
            action = rest.copy()
            action[:, i] = sanctioning
            step = env.step(action)
            np.testing.assert_array_equal(step.signals[OPPORTUNITY], noted)  # whatever is done
            np.testing.assert_array_equal(step.signals[TARGET][:, i].any(axis=1), noted[:, i] > 0)
            np.testing.assert_array_equal(step.signals[SANCTION][:, i], noted[:, i])
        flags.append(noted)
        env.restore(before)
        env.step(rng.integers(0, 2, rest.shape))
    assert 0.05 < np.mean(flags) < 0.95


def test_in_the_matrix_the_beam_of_interaction_is_no_sanction():
    env = make("dilemmas/in_the_matrix-v0", COPIES, sanctions=SETTINGS["wide"], **CROWDS["in_the_matrix"])
    env.reset(4)
    interact = env.action_names.index("interact")
    rng = np.random.default_rng(4)
    for _ in range(200):
        choice = rng.choice([STAY, 1, 3, 5, interact], (COPIES, env.spec.num_agents))
        signals = env.step(choice).signals
        assert not signals[SANCTION].any()
        assert not signals[TARGET].any()
    assert env.state.agent_counters[:, :, 4].sum() > 10, "agents did interact"
    assert context_space(make("dilemmas/in_the_matrix-v0").spec) is None, "and by default nobody can sanction"


def test_no_task_with_sanctions_is_left_out():
    known = CROWDS.keys() | WITHOUT_MAP.keys()
    public = {
        entry.name.split("/")[1].removesuffix("-v0")
        for entry in environments
        if str(entry.target).startswith("stigmergy.") and context_space(make(entry.name).spec) is not None
    }
    assert public <= known
    assert known - public == {"coins", "in_the_matrix"}, "where sanctions are off by default"
