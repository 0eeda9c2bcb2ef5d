"""Arrays that change hands: nobody alters what belongs to another."""

import pickle

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete

import stigmergy
from stigmergy.algorithms import algorithms
from stigmergy.algorithms.core.make import scripted_for
from stigmergy.envs import BatchEnv, EnvSpec, GroupSpec, environments
from stigmergy.envs.core.copying import reported
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.registration.scenario import Scenario, Seats
from stigmergy.envs.tools.recording import Recording
from stigmergy.envs.tools.traces import arrays, difference

from .support.dummies import Race, RaceConfig, RaceState, race

OURS = [
    registration.name
    for registration in environments
    if isinstance(registration.target, Scenario) or str(registration.target).startswith("stigmergy.")
]
EVERY_TASK = pytest.mark.parametrize("id", OURS)


class Spoiler(Race):
    """Writes into the actions that it is given."""

    def _advance(self, actions, where):
        super()._advance(actions, where)
        for action in actions.values():
            action[:] = 0


class Lane(BatchEnv[RaceState]):
    """Two runners in one group, and a rule that writes into their actions."""

    def __init__(self, id, num_envs, config=None):
        group = GroupSpec("runners", 2, Box(0, 99, (1,), np.float32), Discrete(3))
        super().__init__(EnvSpec(id, (group,), 9), num_envs, config)

    def _allocate(self):
        e = self.num_envs
        return RaceState(*self.required_state(), np.zeros((e, 2), np.int64), np.zeros((e, 1), np.float32))

    def _begin(self, where):
        self.state.place[where] = 0

    def _advance(self, actions, where):
        actions["runners"] *= where[:, None]
        self.state.place[:] += actions["runners"]
        actions["runners"][:] = 0

    def _observe(self):
        self.groups["runners"].observation[..., 0] = self.state.place


def forward(num_envs):
    return {"runners": np.full((num_envs, 2), 2), "watchers": np.full((num_envs, 1, 1), 0.5, np.float32)}


def test_an_env_that_writes_into_its_actions_alters_nobody_elses():
    env = Spoiler("spoiler-v0", 3, RaceConfig())
    env.reset(1)
    for given in (forward(3), {name: torch.from_numpy(value) for name, value in forward(3).items()}):
        env.step(given)
        for name, value in forward(3).items():
            np.testing.assert_array_equal(np.asarray(given[name]), value)
    bare = np.full((3, 2), 2)
    lane = Lane("lane-v0", 3)
    lane.reset(1)
    lane.step(bare)
    assert (bare == 2).all()
    assert (lane.state.place == 2).all()


def test_classes_derived_from_ours_may_write_into_their_actions():
    class Idle(type(stigmergy.make("games/matrix-v0"))):
        def _advance(self, actions, where):
            actions["agents"][:] = 0
            super()._advance(actions, where)

    env = Idle("idle-v0", 2, stigmergy.make("games/matrix-v0").config)
    env.reset(0)
    actions = np.ones((2, 2), int)
    env.step(actions)
    assert (actions == 1).all()


@EVERY_TASK
def test_our_envs_only_read_actions(id):
    """They are given the caller's own array, which saves a copy."""
    env = stigmergy.make(id, 3)
    step = env.reset(0)
    generator = np.random.default_rng(0)
    for _ in range(4):
        actions = random_actions(env.spec.groups, step, generator)
        before = {name: action.copy() for name, action in actions.items()}
        step = env.step(actions)
        np.testing.assert_equal(actions, before)
        for array in (*env.state, *(group.observation for group in env.groups.values())):
            assert not any(np.may_share_memory(array, action) for action in actions.values())


def test_actions_that_cannot_be_written_to_are_taken_as_any():
    """Numba would compile every kernel once more for them: they are what JAX gives."""
    courses = []
    for frozen in (False, True):
        env = stigmergy.make("pathfinding/lifelong-v0", 2, num_agents=2, height=5, width=5, obs_radius=2)
        env.reset(3)
        handed = []
        advance = env._advance
        env._advance = lambda actions, where, handed=handed, advance=advance: (
            handed.append(actions["agents"].flags.writeable),
            advance(actions, where),
        )
        action = np.full((2, 2), 3)
        action.flags.writeable = not frozen
        courses.append([arrays(env.step(action))])
        assert handed == [True]
    assert difference(*courses) is None


def test_what_a_caller_writes_into_a_time_step_ends_no_episode():
    env, other = race(2, max_cycles=6), race(2, max_cycles=6)
    step = env.reset(4)
    other.reset(4)
    for _ in range(9):
        for array in (step.last, step.first, step.truncated):
            array[:] = ~array
        step, twin = env.step(forward(2)), other.step(forward(2))
        assert difference([arrays(step)], [arrays(twin)]) is None


def test_snapshots_are_nobodys_but_the_callers():
    env = race(2)
    env.reset(0)
    kept = env.snapshot()
    other = race(2)
    other.restore(kept)
    before = pickle.dumps(tuple(other.state))
    for field in kept:
        field.fill(1)
    assert pickle.dumps(tuple(other.state)) == before
    assert not any(np.shares_memory(one, two) for one, two in zip(env.state, env.snapshot()))


def test_a_recording_keeps_what_was():
    env = race(2)
    env.reset(0)
    recording = Recording.of(env)
    recording.add(env, 1)
    before = [field.copy() for field in recording.states[0]]
    env.step(forward(2))
    env.step(forward(2))
    np.testing.assert_equal(list(recording.states[0]), before)


@EVERY_TASK
def test_scripted_policies_only_read_the_state(id):
    env = stigmergy.make(id, 2)
    spec = env.spec.world or env.spec
    for group in spec.groups:
        for name in scripted_for(spec, group):
            target = algorithms.find(name).load()
            if not target.__module__.startswith("stigmergy."):
                continue
            env.reset(1)
            policy = target.built_for(name, spec, group, env.config)
            before = [field.copy() for field in env.world_state]
            policy.act(env.world_state, np.random.default_rng(0))
            np.testing.assert_equal(list(env.world_state), before, err_msg=name)


def test_a_world_that_writes_into_its_actions_alters_none_of_a_scenario(monkeypatch):
    monkeypatch.setattr(environments, "_entries", dict(environments._entries))
    environments.register("test/lane-v0", Lane)
    environments.register("test/lanes-v0", Scenario("test/lane-v0", {"one": Seats(1), "two": Seats(1)}))
    env = stigmergy.make("test/lanes-v0", 2)
    env.reset(0)
    actions = {name: np.full((2, 1), 2) for name in ("one", "two")}
    for _ in range(3):
        env.step(actions)
    assert all((action == 2).all() for action in actions.values())
    assert (env.state.place == 6).all()


def test_agents_of_a_view_share_nothing_that_they_can_write_to():
    """Neither arrays nor dicts are shared: a wrapper may write into what one agent got."""
    for infos in ("flat", "full"):
        view = stigmergy.parallel_env("dilemmas/public_goods-v0", infos=infos, max_cycles=3)
        for moment in range(4):
            if moment == 0:
                observations, given = view.reset(seed=1)
            else:
                none = {agent: np.zeros(4, int) for agent in view.agents}
                observations, _, _, _, given = view.step(none)
            parts = [*_parts((observations, given), ())]
            owners = {}
            for owner, part in parts:
                if isinstance(part, dict):
                    assert owners.setdefault(id(part), owner) == owner
            held = [(owner, part) for owner, part in parts if isinstance(part, np.ndarray) and part.flags.writeable]
            assert len(held) > 4 * len(view.agents)
            for i, (owner, part) in enumerate(held):
                for other, another in held[:i]:
                    assert owner == other or not np.shares_memory(part, another)
                for array in (*view.env.state, *reported(view.env)):
                    assert not np.shares_memory(part, array)


def _parts(value, path):
    """Every array and dict below `value`, with the agent that got it."""
    agent = next((step for step in path if str(step).startswith("agent_")), None)
    if isinstance(value, dict):
        if agent is not None:
            yield agent, value
        keys = [*value, *(key for key in ("signals", "metrics", "action_mask") if key not in [*value] and key in value)]
        for key in keys:
            yield from _parts(value[key], (*path, key))
    elif isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from _parts(part, (*path, i))
    elif isinstance(value, np.ndarray):
        yield agent, value
