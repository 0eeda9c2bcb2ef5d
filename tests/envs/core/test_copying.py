"""Copies of envs by `copy`, `deepcopy`, `pickle` and `cloudpickle` resume exactly, on their own."""

import copy
import pickle

import cloudpickle
import numpy as np
import pytest

import stigmergy
from stigmergy.envs import BatchEnv, EnvSpec, GroupSpec, environments
from stigmergy.envs.core.copying import reported
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.interop.to_pettingzoo.aec import aec_view, raw_turns
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView
from stigmergy.envs.registration.scenario import Scenario

from ..support.dummies import Race, RaceConfig, race

OURS = [
    registration.name
    for registration in environments
    if isinstance(registration.target, Scenario) or str(registration.target).startswith("stigmergy.")
]
WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda env: pickle.loads(pickle.dumps(env)),
    "cloudpickle": lambda env: cloudpickle.loads(cloudpickle.dumps(env)),
}
EVERY_TASK = pytest.mark.parametrize("id", OURS)
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
STEPS = 3


def everything(env):
    """Copies of all that an env holds and shows."""
    return [np.array(array) for array in (*env.state, *reported(env))]


def acted(env, steps=STEPS):
    """All that an env holds in each of `steps` random steps from here on."""
    generator = np.random.default_rng(0)
    seen = []
    for _ in range(steps):
        step = env.step(random_actions(env.spec.groups, env, generator))
        seen.append([*everything(env), *(np.array(value) for value in step.metrics.values())])
    return seen


def assert_goes_on(env, twin):
    """The two are equal, the second is not moved by the first, and then takes the same course."""
    assert type(twin) is type(env)
    before = everything(env)
    np.testing.assert_equal(everything(twin), before)
    course = acted(env)
    np.testing.assert_equal(everything(twin), before)
    np.testing.assert_equal(acted(twin), course)


@EVERY_TASK
def test_a_copied_env_goes_on_exactly(id):
    env = stigmergy.make(id, 2)
    twins = [way(env) for way in WAYS.values()]  # before the first reset
    env.reset(5)
    start = everything(env)
    for twin in twins:
        twin.reset(5)
    twins += [way(env) for way in WAYS.values()]
    course = acted(env)
    for twin in twins:
        np.testing.assert_equal(everything(twin), start)
        np.testing.assert_equal(acted(twin), course)
    for way in WAYS.values():
        assert_goes_on(env, way(env))  # amid an episode


@EVERY_TASK
def test_a_copied_env_begins_the_next_episode_alike(id):
    env = stigmergy.make(id, 2)
    env.reset(5)
    env.state.elapsed[0] = (
        env.spec.horizon or 2
    ) - 1  # the next step ends the episode of the first, where there is a horizon
    acted(env, 1)
    twin = pickle.loads(pickle.dumps(env))
    assert_goes_on(env, twin)
    for _ in range(2):  # without a seed the streams go on
        env.reset()
        twin.reset()
        assert_goes_on(env, twin)


def flat(value):
    """Everything below `value` in a row, arrays as bytes: quick to compare."""
    if isinstance(value, dict):
        return [(key, flat(part)) for key, part in value.items()]
    if isinstance(value, (tuple, list)):
        return [flat(part) for part in value]
    return (value.shape, value.dtype.str, value.tobytes()) if isinstance(value, np.ndarray) else repr(value)


def played(view, steps):
    """Results of random steps of a view from here on, infos included."""
    generator = np.random.default_rng(1)
    seen = []
    for _ in range(steps):
        if not view.agents:
            seen.append(view.reset())
        spaces = {agent: view.action_space(agent) for agent in view.agents}
        actions = {
            agent: generator.random(space.shape, np.float32) if space.dtype.kind == "f" else np.zeros(space.shape, int)
            for agent, space in spaces.items()
        }
        seen.append((view.step(actions), list(view.agents), view.state()))
    return flat(seen)


def played_in_turns(env, steps):
    """Results of so many turns of an AECEnv."""
    seen = []
    for agent in env.agent_iter(steps):
        observation, reward, terminated, truncated, info = env.last()
        seen.append((agent, observation, reward, terminated, truncated, info))
        space = env.action_space(agent)
        env.step(None if terminated or truncated else np.zeros(space.shape, space.dtype)[()])
    return flat(seen)


@EVERY_TASK
def test_copied_views_go_on_exactly(id):
    view, turns = stigmergy.parallel_env(id), aec_view(stigmergy.parallel_env(id))
    enough = len(view.possible_agents) + 1
    for number, way in enumerate(WAYS.values()):
        twins, twins_in_turns = [way(view)], [way(turns)]  # before the reset
        for env in (view, turns, *twins, *twins_in_turns):
            env.reset(seed=number)
        twins.append(way(view))
        twins_in_turns.append(way(turns))
        course, course_in_turns = played(view, 2), played_in_turns(turns, enough)
        twins_in_turns.append(way(turns))  # amid an episode
        for twin in twins:
            assert played(twin, 2) == course
        for twin in twins_in_turns[:2]:
            assert played_in_turns(twin, enough) == course_in_turns
        assert played(way(view), 1) == played(view, 1)
        assert played_in_turns(twins_in_turns[2], 2) == played_in_turns(turns, 2)


@EVERY_WAY
def test_views_with_agents_that_have_left_go_on(way):
    view = ParallelView(race(max_cycles=4))
    view.reset(seed=3)
    while len(view.agents) == len(view.possible_agents):
        view.step({agent: 2 if agent.startswith("runner") else np.zeros(1, np.float32) for agent in view.agents})
    twin = way(view)
    assert twin.agents == view.agents
    assert played(twin, 6) == played(view, 6)


@EVERY_WAY
@pytest.mark.parametrize("wrap", [aec_view, raw_turns])
def test_a_copied_aec_env_is_no_other_name_for_the_first(way, wrap):
    env = wrap(ParallelView(race()))
    env.reset(seed=1)
    twin = way(env)
    assert twin.unwrapped is not env.unwrapped
    before = env.unwrapped.env.snapshot()
    played_in_turns(twin, 6)
    np.testing.assert_equal(tuple(before), tuple(env.unwrapped.env.state))


def test_the_generator_and_the_spaces_of_a_view_go_on():
    view = ParallelView(race())
    view.reset(seed=1)
    view.action_space("runner_0").seed(4)
    twin = pickle.loads(pickle.dumps(view))
    assert twin.np_random.random() == view.np_random.random()
    assert twin.action_space("runner_0").sample() == view.action_space("runner_0").sample()


class Keeper(Race):
    """Keeps what it may beside its state: a view, a number that a user sets, a table of its own."""

    def __init__(self, id, num_envs, config, bonus=0.0):
        super().__init__(id, num_envs, config)
        self.flat = self.groups["runners"].observation.reshape(-1)
        self.bonus = bonus
        self.paid = np.zeros(num_envs)

    def _advance(self, actions, where):
        super()._advance(actions, where)
        self.paid += self.bonus
        self.groups["runners"].reward[:] += self.paid[:, None]

    def _observe(self):
        super()._observe()
        self.flat[:] = self.state.place.reshape(-1)


@EVERY_WAY
def test_envs_of_users_that_nobody_registered_are_copied_too(way):
    env = Keeper("keeper-v0", 3, RaceConfig(max_cycles=6), bonus=0.25)
    env.bonus = 0.5
    env.reset(2)
    acted(env)
    twin = way(env)
    assert np.shares_memory(twin.flat, twin.groups["runners"].observation)
    assert twin.config == env.config
    assert_goes_on(env, twin)
    assert (twin.paid == env.paid).all()
    assert twin.paid is not env.paid


def test_envs_made_inside_a_function_are_copied_by_value():
    class Inside(Race):
        """Found under no name in a module."""

    env = Inside("inside-v0", 2, RaceConfig())
    env.reset(1)
    for way in ("copy", "deepcopy"):
        assert_goes_on(env, WAYS[way](env))
    twin = cloudpickle.loads(cloudpickle.dumps(env))
    np.testing.assert_equal(everything(twin), everything(env))
    np.testing.assert_equal(acted(twin), acted(env))


@EVERY_WAY
def test_snapshots_and_parameters_of_scenarios_are_copied(way):
    id = next(id for id in OURS if id.startswith("dilemmas/harvest_among"))
    env = stigmergy.make(id, 2, max_cycles=7)
    env.reset(1)
    np.testing.assert_equal(way(env.snapshot()), env.snapshot())
    assert way(env.config) == env.config
    assert stigmergy.make(id, 2).restore(way(env.snapshot())).first.all()


class Secretive(BatchEnv):
    """Keeps an agent's place outside its state, and says so."""

    def __init__(self, id, num_envs, config=None):
        (runners, _) = race().spec.groups
        group = GroupSpec("runners", 1, runners.observation_space, runners.action_space)
        super().__init__(EnvSpec(id, (group,), 9, resumable=False), num_envs, config)
        self.place = [0] * num_envs

    def _allocate(self):
        return race(self.num_envs).state

    def _begin(self, where):
        for c in np.flatnonzero(where):
            self.place[c] = 0

    def _advance(self, actions, where):
        for c in np.flatnonzero(where):
            self.place[c] = min(3, max(0, self.place[c] + int(actions["runners"][c, 0]) - 1))

    def _observe(self):
        self.groups["runners"].observation[:, 0, 0] = self.place


@EVERY_WAY
def test_envs_that_keep_their_state_to_themselves_are_copied_as_they_are(way):
    env = Secretive("secretive-v0", 2)
    env.reset(1)
    env.step(np.full((2, 1), 2))
    twin = way(env)
    assert_goes_on(env, twin)
    env.step(np.full((2, 1), 2))
    assert twin.place != env.place
