"""Pictures of pathfinding show what is there, where it is."""

import numpy as np
import pytest

from stigmergy import envs
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.pathfinding.draw import just_reached, shortest_path, text
from stigmergy.envs.rendering.grid_canvas import Board
from stigmergy.envs.rendering.palette import COLLISION, FLOOR, FOCUS, REACHED, WALL, agent_colour, ink_on, mix

from ..support.pathfinding.scenes import move, scene

CELL = 40
MAZE = "a.#..../.##.##./....#b."
GOALS = [[(0, 6), (2, 0)], [(2, 3), (0, 3)]]


class Picture:
    """A picture of env 0, read cell by cell."""

    def __init__(self, env, cell=CELL, **options):
        walls = env.constants.drawing
        self.pixels = env.draw(0, cell=cell, **options)
        self.board = Board(walls, cell=cell)
        assert self.pixels.shape[:2] == (self.board.canvas.height, self.board.canvas.width)

    def at(self, cell, right=0.0, down=0.0):
        """The pixel at a share of the cell right of and below its centre."""
        x, y = self.board.centre(cell)
        return self.pixels[int(y + down * self.board.cell), int(x + right * self.board.cell)].astype(int)

    def disc(self, cell):
        """The colour of a disc in the cell, left of its number."""
        return self.at(cell, right=-0.3)

    def border(self, cell):
        """The colour of a square's edge in the cell, below its number."""
        return self.at(cell, right=-0.1, down=0.4)

    def shows(self, colour):
        return bool((np.abs(self.pixels.astype(int) - colour).max(axis=2) <= 2).any())


def near(pixel, colour, tolerance=3):
    return np.abs(np.asarray(pixel) - colour).max() <= tolerance


def random_env(num_agents, height, width, **options):
    env = envs.make("pathfinding/lifelong-v0", num_agents=num_agents, height=height, width=width, **options)
    env.reset(seed=1)
    return env


def play(env, steps, seed=0):
    """Random moves; the states before each."""
    random, states = np.random.default_rng(seed), []
    for _ in range(steps):
        states.append(env.snapshot())
        env.step(random.integers(5, size=(env.num_envs, env.spec.num_agents)))
    return states


def test_agents_goals_and_walls_are_where_they_are():
    env, _ = scene(MAZE, GOALS)
    picture = Picture(env)
    for agent, start in enumerate([(0, 0), (2, 5)]):
        assert near(picture.disc(start), agent_colour(agent))
        assert near(picture.border(GOALS[agent][0]), agent_colour(agent))
    assert near(picture.at((0, 2)), WALL)
    assert near(picture.at((0, 4)), FLOOR)


def test_agents_move():
    env, _ = scene(MAZE, GOALS)
    move(env, "RU")
    picture = Picture(env)
    assert near(picture.disc((0, 1)), agent_colour(0))
    assert near(picture.disc((0, 0)), FLOOR)
    assert near(picture.disc((2, 5)), agent_colour(1))  # a wall was in the way


@pytest.mark.parametrize(("agents", "height", "width"), [(8, 16, 16), (64, 32, 32), (64, 33, 46)])
def test_every_agent_is_drawn_with_a_legible_number(agents, height, width):
    env = random_env(agents, height, width)
    r = env.constants.radius
    board = Board(env.state.obstacle[0, r:-r, r:-r], longest_label=2)
    picture = env.draw(0)
    for agent, position in enumerate(env.state.position[0]):
        box = board.box(position, inset=0.1)
        disc = (
            picture[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)]
            .reshape(-1, 3)
            .astype(int)
        )
        ink = np.abs(disc - ink_on(agent_colour(agent))).max(axis=1) < 60
        body = np.abs(disc - agent_colour(agent)).max(axis=1) < 4
        assert body.mean() > 0.15
        assert 0.03 < ink.mean() < 0.5


def test_other_envs_can_be_drawn():
    env = envs.make("pathfinding/lifelong-v0", num_envs=3, num_agents=8)
    env.reset(seed=0)
    alone = envs.make("pathfinding/lifelong-v0", num_agents=8)
    alone.reset(seed=0)
    alone.restore(type(env.state)(*(field[2:3] for field in env.state)))
    np.testing.assert_array_equal(env.draw(2), alone.draw(0))
    assert not np.array_equal(env.draw(1), env.draw(2))


def test_agents_that_share_a_goal_both_colour_it():
    env, _ = scene("a..b", [[(0, 1)], [(0, 2)]])
    env.state.goal[0, 1] = (0, 1)
    picture = Picture(env)
    assert near(picture.at((0, 1), right=-0.4), agent_colour(0))
    assert near(picture.at((0, 1), right=0.38), agent_colour(1))


def ring(picture, cell):
    """Between disc and corner, where a flash shines."""
    return picture.at(cell, right=0.4, down=0.4)


def test_lifelong_flash_lasts_one_step():
    env, _ = scene("a...", [[(0, 1), (0, 3)]])
    assert not just_reached(env.state, 0).any()
    move(env, "R")
    assert just_reached(env.state, 0).tolist() == [True]
    assert near(ring(Picture(env), (0, 1)), mix(FLOOR, REACHED, 0.85))
    move(env, "-")
    assert not just_reached(env.state, 0).any()
    assert near(ring(Picture(env), (0, 1)), FLOOR)


def test_agent_that_leaves_flashes_once_and_is_gone():
    env, _ = scene("a.../...b", [[(0, 1)], [(1, 0)]], on_target="finish")
    move(env, "RL")
    assert just_reached(env.state, 0).tolist() == [True, False]
    assert near(ring(Picture(env), (0, 1)), mix(FLOOR, REACHED, 0.85))
    move(env, "-L")
    picture = Picture(env)
    assert not just_reached(env.state, 0).any()
    assert near(picture.disc((0, 1)), FLOOR)
    assert near(picture.border((0, 1)), FLOOR)
    assert near(picture.disc((1, 1)), agent_colour(1))


def test_agent_that_stays_on_its_goal_keeps_a_golden_ring():
    env, _ = scene("a.../...b", [[(0, 1)], [(1, 0)]], on_target="nothing")
    move(env, "R-")
    assert just_reached(env.state, 0).tolist() == [True, False]
    move(env, "--")
    assert not just_reached(env.state, 0).any()
    picture = Picture(env)
    assert near(picture.at((0, 1), right=0.48), REACHED)
    assert near(ring(picture, (0, 1)), FLOOR, tolerance=90)  # the goal's corner at most, no flash
    move(env, "L-")
    assert not near(Picture(env).at((0, 1), right=0.48), REACHED)


def test_shortest_path_by_hand():
    env, _ = scene(MAZE, GOALS)
    r = env.constants.radius
    assert shortest_path(env.state, 0, r, 0) is not None
    # a goes down the left side, along the bottom, up by the gap in the middle, and right along the
    # top
    assert shortest_path(env.state, 0, r, 0).tolist() == [
        [0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [2, 3], [1, 3], [0, 3], [0, 4], [0, 5], [0, 6],
    ]  # fmt: skip


def test_shortest_path_where_there_is_none():
    env, _ = scene("a.#b.", [[(0, 1)], [(0, 4)]])
    env.state.goal[0, 0] = (0, 4)
    assert shortest_path(env.state, 0, env.constants.radius, 0) is None
    assert near(Picture(env, follow=0, window=False).at((0, 2)), FOCUS) or Picture(env, follow=0).shows(FOCUS)


def test_path_crosses_free_cells_alone():
    env, _ = scene(MAZE, GOALS)
    picture = Picture(env, follow=0, window=False)
    for cell, wall in np.ndenumerate(env.constants.drawing):
        if wall:
            assert near(picture.at(cell), WALL)
    tint = mix(FLOOR, mix(agent_colour(0), (38, 42, 50), 0.2), 0.5)
    for cell in [(1, 0), (2, 1), (2, 2), (1, 3), (0, 3), (0, 5)]:
        assert near(picture.at(cell), tint)
    assert near(picture.at((0, 1)), FLOOR)


def test_path_can_be_a_dashed_tie():
    env, _ = scene("a...", [[(0, 3)]])
    tie = Picture(env, follow=0, path=False, window=False)
    row = [near(tie.at((0, 1), right=share), FOCUS) for share in np.linspace(-0.5, 1.4, 60)]
    assert 0.2 < np.mean(row) < 0.8


def test_window_veils_what_the_followed_agent_does_not_see():
    env, _ = scene("a..#.#../...#.#b.", [[(0, 1)], [(0, 7)]], obs_radius=3)
    picture = Picture(env, follow=0)
    assert near(picture.at((0, 3)), WALL)
    assert near(picture.at((0, 5)), mix(WALL, FLOOR, 0.5))
    assert near(picture.disc((1, 6)), mix(agent_colour(1), FLOOR, 0.5))
    clear = Picture(env, follow=0, window=False)
    assert near(clear.at((0, 5)), WALL)
    assert near(clear.disc((1, 6)), agent_colour(1))


def test_trail_of_states_is_the_trail_of_positions():
    env = random_env(6, 8, 8, density=0.1)
    states = play(env, 9)
    walk = np.array([state.position[0, 3] for state in states])
    by_states = env.draw(0, follow=3, trail=[state._replace(collisions=env.state.collisions) for state in states])
    np.testing.assert_array_equal(by_states, env.draw(0, follow=3, trail=walk))
    assert not np.array_equal(by_states, env.draw(0, follow=3))


def test_trail_pales_into_the_past():
    env, _ = scene("a......", [[(0, 6)]])
    states = []
    for _ in range(4):
        states.append(env.snapshot())
        move(env, "R")
    picture = Picture(env, trail=states)
    own = np.array(agent_colour(0))
    distance = [np.abs(picture.at((0, column), right=0.4) - own).sum() for column in range(4)]
    assert distance == sorted(distance, reverse=True)
    assert distance[0] > distance[3] + 100
    assert near(picture.at((0, 5)), FLOOR)  # where it has not been


def test_trail_leaves_out_the_episode_before():
    env = random_env(4, 8, 8, density=0.0, max_cycles=5)
    states = play(env, 8)  # the sixth step began a new episode
    assert int(env.state.elapsed[0]) == 2
    np.testing.assert_array_equal(env.draw(0, trail=states), env.draw(0, trail=states[-2:]))


def test_agents_that_left_have_no_trail_to_nowhere():
    env, _ = scene("a.../...b", [[(0, 1)], [(1, 0)]], on_target="finish")
    states = [env.snapshot()]
    move(env, "RL")
    states.append(env.snapshot())
    move(env, "-L")
    picture = Picture(env, trail=states, follow=0)
    assert near(picture.at((0, 0)), FLOOR)
    assert near(picture.disc((1, 1)), agent_colour(1))


def test_new_collisions_stand_out_in_the_caption():
    env, _ = scene("ab..", [[(0, 3)], [(0, 0)]])
    before = env.snapshot()
    assert not Picture(env, trail=[before]).shows(COLLISION)
    move(env, "RL")
    assert Picture(env, trail=[before]).shows(COLLISION)


def test_text_by_hand():
    env, _ = scene("a.#/.b.", [[(1, 2)], [(0, 1)]])
    assert text(env.state, 0, env.constants.radius).split("\n") == [
        " 0 |1|###",
        " .  1 |0|",
        "step 0   goals reached 0   collisions 0",
    ]
    move(env, "RR")
    assert env.text(0).split("\n") == [
        " . (0)###",
        " .  . (1)",
        "step 1   goals reached 0   collisions 0",
    ]


def test_text_marks_an_agent_at_home():
    env, _ = scene("a./b.", [[(0, 1)], [(0, 0)]], on_target="nothing")
    move(env, "RR")
    assert env.text(0).split("\n") == ["|1|[0]", " .  1 ", "step 1   goals reached 0   on goal 1   collisions 0"]


def test_text_without_those_who_left():
    env, _ = scene("a./b.", [[(0, 1)], [(0, 0)]], on_target="finish")
    move(env, "R-")
    assert env.text(0).split("\n")[:2] == ["|1| . ", " 1  . "]


def test_text_cells_grow_with_the_numbers():
    env = random_env(12, 6, 6, density=0.0)
    lines = env.text(0).split("\n")
    assert {len(line) for line in lines[:-1]} == {6 * 4}
    row, column = env.state.position[0, 11]
    assert lines[row][4 * column + 1 : 4 * column + 3] == "11"
    row, column = env.state.position[0, 4]
    assert lines[row][4 * column + 1 : 4 * column + 3] == " 4"


@pytest.mark.parametrize(
    ("copy", "options", "sentence"),
    [
        (1, {}, "copy is 1; allowed is 0 to 0"),
        (-1, {}, "copy is -1"),
        (0, {"follow": 2}, "follow is 2; allowed is an agent from 0 to 1"),
        (0, {"follow": -1}, "follow is -1"),
        (0, {"trail": np.zeros((3, 2), int)}, "follow is left out"),
        (0, {"cell": 0}, "cell is 0; allowed is 1 pixel or more"),
    ],
)
def test_bad_options_are_refused(copy, options, sentence):
    env, _ = scene(MAZE, GOALS)
    with pytest.raises(BadParameter, match=sentence):
        env.draw(copy, **options)
