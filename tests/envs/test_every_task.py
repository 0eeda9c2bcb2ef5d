"""Properties of every registered task. A task added later is picked up without being named.

Parameters are the defaults, but for the length of episodes where that makes them end within a test.
"""

import dataclasses
import importlib
import inspect
from types import SimpleNamespace
from unittest import mock

import numba
import numpy as np
import pettingzoo
import pygame
import pytest
from pettingzoo.test import api_test, max_cycles_test, parallel_api_test, render_test, seed_test

import stigmergy
from benchmarks.speed import bytes_per_env
from stigmergy.envs import environments
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.registration.entry_points import entry_points
from stigmergy.envs.registration.make import config_class, make, make_from
from stigmergy.envs.registration.scenario import Scenario
from stigmergy.envs.tools.conformance import check
from stigmergy.envs.tools.traces import arrays, difference, play_at_random
from tests.support.process_state import SHIPPED, further_scenarios

STEPS = 40
EVERY_TASK = pytest.mark.parametrize(
    "id", [pytest.param(id, marks=pytest.mark.thorough if id in further_scenarios() else []) for id in SHIPPED]
)
"""Every task and its first scenario are in the quick tests."""
QUICK_TO_COMPILE = "games/hallway-v0"
EVERY_PARALLEL_BUILD = pytest.mark.parametrize(
    "id", [pytest.param(id, marks=[] if id == QUICK_TO_COMPILE else pytest.mark.thorough) for id in SHIPPED]
)
"""One task in the quick tests: parallel builds take longer to compile than serial ones."""


def entry_module(id):
    """Return the module with the task's `parallel_env`, `env` and `raw_env`, or a stand-in.

    A scenario has no module of its own.
    """
    target = environments.find(id).target
    if isinstance(target, Scenario):
        return SimpleNamespace(**dict(zip(("parallel_env", "env", "raw_env"), entry_points(id))))
    return importlib.import_module(pettingzoo.spec("parallel", id).entry_point.partition(":")[0])


def course(env, steps=STEPS):
    """Everything of a random play, metrics and signals too."""
    seen = []

    def look(t, step):
        extra = {f"signal {name}": value.copy() for name, value in step.signals.items()}
        extra |= {f"metric {name}": np.asarray(value, float) for name, value in step.metrics.items()}
        if step.state is not None:
            extra["state"] = step.state.copy()
        seen.append(arrays(step) | extra)

    play_at_random(env, steps, look)
    env.close()
    return seen


@EVERY_TASK
def test_the_conformance_card(id, monkeypatch):
    monkeypatch.setattr("stigmergy.envs.tools.conformance.SPEED_SECONDS", 0.01)
    monkeypatch.setattr("stigmergy.envs.tools.conformance.STEPS", 60)
    cls = config_class(id)
    parameters = cls() if cls else None
    if (
        getattr(parameters, "max_cycles", 0) or 0
    ) > 500:  # an episode of a hundred steps says the same as one of two thousand
        parameters = cls(max_cycles=100)
    card = check(id, parameters)
    assert card.passed, [finding.sentence for finding in card.findings if not finding.passed]


@EVERY_PARALLEL_BUILD
def test_both_builds_of_the_kernels_give_the_same_bits(id):
    courses = []
    for parallel in (False, True):
        with mock.patch("stigmergy.envs.kernels.compilation.in_parallel", lambda num_envs, parallel=parallel: parallel):
            courses.append(course(make(id, 5)))
    assert difference(*courses) is None


@pytest.mark.threads
@EVERY_PARALLEL_BUILD
def test_threads_do_not_matter(id):
    most, courses = numba.get_num_threads(), []
    try:
        for threads in (1, most):
            numba.set_num_threads(threads)
            courses.append(course(make(id, 5)))
    finally:
        numba.set_num_threads(most)
    assert difference(*courses) is None


def test_kernels_tell_the_tuples_of_all_tasks_apart():
    """Numba finds a compiled kernel by names and element types.

    Where two classes have both in common, each call of the second takes 25 us more.
    """
    classes = {}

    def look(value, id):
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            alike = type(value).__name__, str(numba.typeof(tuple(value)))
            first, task = classes.setdefault(alike, (type(value), id))
            assert first is type(value), f"{task} and {id} both have a class {alike[0]} of the same types; rename one"
            for item in value:
                look(item, id)

    for id in SHIPPED:
        env = make(id, 2)
        for name, value in vars(env).items():
            if name != "parameters" and value is not env.spec:
                look(value, id)


@EVERY_TASK
def test_pettingzoos_own_tests(id, capsys):
    module = entry_module(id)
    parallel_api_test(module.parallel_env(), STEPS)
    api_test(module.env(), STEPS)
    seed_test(module.env, STEPS)


@EVERY_TASK
def test_episodes_last_as_long_as_max_cycles_says(id, capsys):
    if ends_by_its_rules(id):
        pytest.skip("its episodes end by the rules of the game, earlier than max_cycles")
    max_cycles_test(entry_module(id))


def ends_by_its_rules(id):
    """Return True if some random episode ends before four steps.

    Many are tried, since PettingZoo's test draws without a seed.
    """
    if "max_cycles" not in inspect.signature(config_class(id)).parameters:
        return True
    lengths = []
    play_at_random(make(id, 256, max_cycles=4), 4, lambda t, step: lengths.append(t) if step.last.any() else None)
    return min(lengths) < 4


@EVERY_TASK
def test_every_render_mode(id, monkeypatch):
    monkeypatch.setattr(pygame.time, "Clock", lambda: SimpleNamespace(tick=lambda rate: 1000))  # windows do not wait
    module = entry_module(id)
    assert {"human", "rgb_array", "ansi"} <= set(module.parallel_env().metadata["render_modes"])
    render_test(lambda render_mode: module.env(render_mode=render_mode))


@EVERY_TASK
def test_a_picture_changes_with_the_state_and_not_by_looking(id):
    env = make(id, 3)
    step = env.reset(seed=1)
    generator = np.random.default_rng(0)
    first = env.draw(1)
    before = env.snapshot()
    assert min(first.shape[:2]) >= 60
    assert max(first.shape[:2]) <= 1100
    np.testing.assert_array_equal(first, env.draw(1))
    env.text(1)
    for old, new in zip(before, env.state):
        np.testing.assert_array_equal(old, new)
    pictures = []  # of every step, since a short episode is back at its start after some
    for _ in range(3):
        step = env.step(random_actions(env.spec.groups, step, generator))
        pictures.append(env.draw(1))
    assert not all(np.array_equal(first, picture) for picture in pictures)


@EVERY_TASK
def test_an_unknown_parameter_is_named_with_the_nearest(id):
    with pytest.raises(stigmergy.BadParameter, match=r"has no parameter 'max_cycle'.*"):
        make(id, max_cycle=3)


@EVERY_TASK
def test_parameters_say_what_they_are(id):
    cls = config_class(id)
    source = inspect.getsource(cls)
    assert cls.__doc__
    own = {field.name for field in dataclasses.fields(cls)} & set(cls.__annotations__)
    assert source.count('"""') >= 2 * (len(own) + 1)  # the class itself has one


@EVERY_TASK
def test_a_thousand_copies_fit_into_two_gibibytes(id):
    assert 1024 * bytes_per_env(id) < 2**31


# Parameters that make one reward common, or stop it from being so.
TEAMS = [
    ("games/matrix", {}, True),
    ("games/matrix", {"common": False, "payoff": (((1, 2), (3, 4)), ((1, 2), (3, 5)))}, False),
    ("games/matrix", {"common": False, "payoff": (((1, 2), (3, 4)), ((1, 2), (3, 4)))}, True),
    ("games/switch", {"shared_reward": True}, True),
    ("games/checkers", {"shared_reward": True}, True),
    ("dilemmas/coin_game", {"shared_reward": True}, True),
    ("dilemmas/iterated", {"payoffs": ((1, 0), (0, 2))}, True),
    ("dilemmas/in_the_matrix", {"game": "pure_coordination", "num_agents": 2}, True),
    ("dilemmas/in_the_matrix", {"game": "pure_coordination", "num_agents": 4}, False),
    ("pursuit/evaders", {"local_ratio": 0.5}, False),
    ("pursuit/evaders", {"shared_reward": False}, False),
    ("swarm/foraging", {"shaping": 0}, True),
    ("swarm/spread", {"local_ratio": 0.0}, True),
    ("swarm/spread", {"collision_penalty": False}, True),
]


def paid(env, steps=300):
    """For every group: True if agents of one env ever got different rewards; True if any reward."""
    unequal, nonzero = dict.fromkeys(env.groups, False), dict.fromkeys(env.groups, False)

    def look(t, step):
        for name, group in step.groups.items():
            unequal[name] |= bool((group.reward != group.reward[:, :1]).any())
            nonzero[name] |= bool(group.reward.any())

    play_at_random(env, steps, look)
    env.close()
    return unequal, nonzero


@EVERY_TASK
def test_groups_paid_alike_say_so_and_others_do_not(id):
    env = make(id, 8)
    unequal, nonzero = paid(env)
    for group in env.spec.groups:
        if group.size > 1 and nonzero[group.name]:
            assert group.shared_reward != unequal[group.name]


@pytest.mark.parametrize(("id", "parameters", "team"), TEAMS)
def test_who_is_a_team_depends_on_the_parameters(id, parameters, team):
    env = make(id, 32, **parameters)
    (group,) = env.spec.groups
    unequal, nonzero = paid(env)
    assert group.shared_reward == team
    assert nonzero[group.name]
    assert unequal[group.name] != team


def wrong_actions(group):
    """Actions of one agent that lie outside its space, or are none."""
    if group.action_dtype.kind == "i":
        numbers = (-1, 10**6, 1.5, np.nan)
    else:
        bounded = np.isfinite(group.action_space.low).all() and np.isfinite(group.action_space.high).all()
        numbers = (np.nan, 1e9) if bounded else (np.nan,)
    return [np.full(group.action_shape, number)[()] for number in numbers]


@EVERY_TASK
def test_actions_out_of_their_space_are_named(id):
    env = make(id, 2)
    step = env.reset(seed=0)
    generator = np.random.default_rng(0)
    for group in env.spec.groups:
        for wrong in wrong_actions(group):
            actions = random_actions(env.spec.groups, step, generator)
            actions[group.name] = actions[group.name].astype(np.asarray(wrong).dtype)
            actions[group.name][1] = wrong
            with pytest.raises(ValueError, match=r"allowed is|have dtype float64; expected int64"):
                env.step(actions)


@EVERY_TASK
def test_pettingzoo_names_them_too(id):
    module = entry_module(id)
    view, turns = module.parallel_env(), module.env()
    for group in view.env.spec.groups:
        agent = group.agents[-1]
        for wrong in wrong_actions(group):
            view.reset(seed=0)
            actions = {other: view.action_space(other).sample() for other in view.agents}
            with pytest.raises(ValueError, match=f"action of {agent} .*allowed is"):
                view.step(actions | {agent: wrong})
            turns.reset(seed=0)
            while turns.agent_selection != agent:
                turns.step(turns.action_space(turns.agent_selection).sample())
            with pytest.raises(ValueError, match=f"action of {agent} .*allowed is"):
                turns.step(wrong)


@EVERY_TASK
def test_the_batch_of_the_view_is_the_batch_of_the_trainer(id):
    """PettingZoo's dictionaries say the same as the arrays."""
    env = stigmergy.parallel_env(id)
    other = make_from(id, 1, env.env.config)
    observations, _ = env.reset(seed=5)
    step = other.reset(5)
    for group in other.spec.groups:
        for i, agent in enumerate(group.agents):
            seen = observations[agent]
            seen = seen["observation"] if isinstance(seen, dict) else seen
            np.testing.assert_array_equal(seen, step.groups[group.name].observation[0, i])
