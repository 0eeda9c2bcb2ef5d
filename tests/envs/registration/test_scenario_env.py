"""Scenarios of an env whose agents differ in all that can differ.

Masks, early ends, rewards, nested parameters.
"""

from dataclasses import dataclass

import numpy as np
import pettingzoo
import pytest
from gymnasium.spaces import Box, Discrete

import stigmergy
from stigmergy import BatchEnv, EnvSpec, GroupSpec, ScriptedPolicy, Seats, register_scenario
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.core.random_streams import draw_below
from stigmergy.envs.registration.make import build_dataclass, config_class, make
from stigmergy.envs.registration.registry import algorithms, environments
from stigmergy.envs.tools.conformance import check
from stigmergy.envs.tools.recording import Recording, frames
from stigmergy.envs.tools.traces import arrays, difference
from tests.envs.support.dummies import RaceState

WORLD = "test/meadow-v0"


@dataclass(frozen=True)
class Rules:
    bonus: int = 0
    """Paid for every step."""
    max_cycles: int = 6
    """Steps."""


@dataclass(frozen=True)
class MeadowParameters:
    """Options of the meadow."""

    num_agents: int = 5
    """Walkers of the meadow."""
    max_cycles: int = 6
    """Steps."""
    rules: Rules = Rules(bonus=3)
    """More of them."""


class Meadow(BatchEnv[RaceState]):
    """Agents walk by 0, 1 or 2 and are paid for the step.

    They go when they have come to 9. One that stands on an odd place may not stay.
    """

    Config = MeadowParameters

    def __init__(self, id, num_envs, config):
        n = config.num_agents
        group = GroupSpec("agents", n, Box(0, 12, (2,), np.float32), Discrete(3), has_action_mask=True)
        spec = EnvSpec(id, (group,), config.max_cycles, ("farthest",), (n,), {"noise": (n,)})
        super().__init__(spec, num_envs, config)

    def _allocate(self):
        e, n = self.num_envs, self.spec.num_agents
        return RaceState(*self.required_state(), np.zeros((e, n), np.int64), np.zeros((e, n), np.float32))

    def _begin(self, where):
        self.state.place[where] = draw_below(self.state.stream, 3, (self.spec.num_agents,), where)[where]

    def _advance(self, actions, where):
        step = np.where(self.state.place < 9, actions["agents"], 0)
        self.state.place[where] += step[where]
        self.groups["agents"].reward[where] = step[where] + 10 * np.arange(self.spec.num_agents)
        self.signals["noise"][where] = step[where]

    def _observe(self):
        own, place = self.groups["agents"], self.state.place
        own.observation[..., 0] = place
        own.observation[..., 1] = np.arange(place.shape[1])
        own.terminated[:] = place >= 9
        own.active[:] = place < 9
        own.action_mask[..., 0] = place % 2 == 0
        self.global_state[:] = place

    def _measure(self):
        return {"farthest": self.state.place.max(axis=1)}

    def draw(self, copy=0, **options):
        picture = np.zeros((60, 60, 3), np.uint8)
        picture[self.state.place[copy], np.arange(self.spec.num_agents)] = 255
        return picture

    def text(self, copy=0):
        return " ".join(map(str, self.state.place[copy]))


class Walk(ScriptedPolicy):
    """Walks by 1 from even places, by 2 from odd ones."""

    plays = ("test/meadow",)
    groups = ("agents",)

    def act(self, world, generator):
        return 1 + world.place % 2


class Dice(Walk):
    """Draws, which a bot may not."""

    def act(self, world, generator):
        return generator.integers(3, size=world.place.shape)


class OneAction(Walk):
    """Forgets that it chooses for everybody."""

    def act(self, world, generator):
        return np.zeros(len(world.place))


class Beyond(Walk):
    """Does what nobody can."""

    def act(self, world, generator):
        return np.full(world.place.shape, 7)


def bridged(**options):
    """The meadow as somebody else's PettingZoo environment."""
    return stigmergy.parallel_env(WORLD)


@pytest.fixture(autouse=True, scope="module")
def registered():
    """The world, bots and scenarios of this file, which go when it ends."""
    before = dict(environments._entries), dict(algorithms._entries)
    environments.register("test/meadow-v0", Meadow)
    environments.register("test/bridged-v0", bridged)
    for name, policy in {"walk": Walk, "dice": Dice, "one_action": OneAction, "beyond": Beyond}.items():
        algorithms.register(name, policy)
    register_scenario(
        "test/meadow_mixed-v0",
        world="test/meadow-v0",
        seats={"norm": Seats(agents=(3, 0)), "walkers": Seats(2, "walk"), "plain": 1},
        parameters={"max_cycles": 8, "rules": {"max_cycles": 2}},
    )
    register_scenario("test/meadow_all-v0", world="test/meadow-v0", seats={"everyone": 5})
    register_scenario(
        "test/meadow_even-v0", world="test/meadow-v0", seats={"even": Seats(agents=(0, 2, 4)), "odd": Seats(2, "walk")}
    )
    yield
    for registry, entries in zip((environments, algorithms), before):
        registry._entries.clear()
        registry._entries.update(entries)


def play_both(scenario, steps=60, **options):
    """Yield steps of the scenario and of its base env side by side.

    The base env gets the same actions of focal agents, and those of bots by hand.
    """
    env = make(scenario, 6, **options)
    world = make("test/meadow-v0", 6, **{"max_cycles": env.spec.horizon} | options)
    generator, walk = np.random.default_rng(3), Walk()
    step, whole = env.reset(5), world.reset(5)
    yield env, step, whole
    for _ in range(steps):
        actions = random_actions(env.spec.groups, step, generator)
        joint = walk.act(world.state, generator)
        for group in env.spec.groups:
            joint[:, list(group.places)] = actions[group.name]
        step, whole = env.step(actions), world.step(joint)
        yield env, step, whole


@pytest.mark.parametrize("scenario", ["test/meadow_mixed-v0", "test/meadow_even-v0", "test/meadow_all-v0"])
def test_a_scenario_is_the_world_with_bots_in_it(scenario):
    for env, step, whole in play_both(scenario):
        all_rows = whole.groups["agents"]
        for group in env.spec.groups:
            own, rows = step.groups[group.name], list(group.places)
            for field in ("observation", "action_mask", "reward", "terminated", "active"):
                np.testing.assert_array_equal(getattr(own, field), getattr(all_rows, field)[:, rows], err_msg=field)
        np.testing.assert_array_equal(step.signals["noise"], whole.signals["noise"])
        np.testing.assert_array_equal(step.state, whole.state)
        np.testing.assert_array_equal(step.first, whole.first)
        np.testing.assert_array_equal(step.last, whole.last)
        np.testing.assert_array_equal(env.draw(2), env.world.draw(2))
        assert env.text(2) == env.world.text(2)


def test_neighbouring_seats_are_parts_of_the_worlds_arrays():
    env = make("test/meadow_even-v0", 3)
    for field in ("observation", "action_mask", "reward", "terminated", "active"):
        assert np.shares_memory(getattr(env.groups["even"], field), getattr(env.world.groups["agents"], field)), field
    apart = make("test/meadow_mixed-v0", 3)
    assert np.shares_memory(apart.groups["plain"].observation, apart.world.groups["agents"].observation)


def test_returns_of_focal_agents_and_bots_are_metrics():
    env = make("test/meadow_mixed-v0", 40)
    step = env.reset(1)
    generator = np.random.default_rng(0)
    returns = np.zeros((40, 3))
    ends = 0
    for _ in range(20):
        step = env.step(random_actions(env.spec.groups, step, generator))
        returns[step.first] = 0
        returns += np.concatenate([step.groups["norm"].reward, step.groups["plain"].reward], axis=1)
        if step.last.any():
            ends += 1
            np.testing.assert_allclose(step.metrics["focal_return"][step.last], returns.mean(axis=1)[step.last])
            # The walkers are agents 1 and 2, get 10 and 20 in a step, and go up to 9 or 10
            # from where they began.
            per_step = step.metrics["background_return"][step.last] / env.state.elapsed[step.last]
            assert ((per_step > 15) & (per_step < 17)).all()
    assert ends
    assert np.isnan(step.metrics["farthest"][~step.last]).all() if step.metrics else True
    alone = make("test/meadow_all-v0", 2)
    alone.reset(0)
    while True:
        step = alone.step(np.ones((2, 5), int))
        if step.last.any():
            break
    assert np.isnan(step.metrics["background_return"]).all()


def test_an_episode_ends_when_no_focal_agent_goes_on():
    register_scenario(
        "test/meadow_one-v0",
        world="test/meadow-v0",
        seats={"me": 1, "others": Seats(4, "walk")},
        parameters={"max_cycles": 100},
    )
    env = make("test/meadow_one-v0", 8)
    env.reset(0)
    while not (step := env.step(np.full((8, 1), 2))).last.any():
        pass
    assert step.groups["me"].terminated[step.last].all()
    assert not step.truncated.any()
    assert (env.state.place[step.last][:, 1:] < 9).any(), "some bot was still on its way"
    assert env.step(np.full((8, 1), 2)).first.any()


@pytest.mark.parametrize("id", ["test/meadow_mixed-v0", "test/meadow_all-v0"])
def test_a_scenario_keeps_the_contract(id, monkeypatch):
    monkeypatch.setattr("stigmergy.envs.tools.conformance.SPEED_SECONDS", 0.01)
    monkeypatch.setattr("stigmergy.envs.tools.conformance.STEPS", 40)
    card = check(id, config_class(id)())
    assert card.passed, [finding.sentence for finding in card.findings if not finding.passed]


def test_snapshots_go_on_to_the_bit_with_the_returns_so_far():
    env, other = make("test/meadow_mixed-v0", 4), make("test/meadow_mixed-v0", 4)
    generator = np.random.default_rng(0)
    step = env.reset(3)
    for _ in range(4):
        step = env.step(random_actions(env.spec.groups, step, generator))
    other.restore(env.snapshot())
    for _ in range(12):
        actions = random_actions(env.spec.groups, step, generator)
        step, again = env.step(actions), other.step(actions)
        assert difference([arrays(step)], [arrays(again)]) is None
        np.testing.assert_equal(dict(step.metrics), dict(again.metrics))


def test_recordings_and_pettingzoo_know_scenarios():
    env = make("test/meadow_mixed-v0", 2)
    recording = Recording.of(env)
    env.reset(0)
    recording.add(env, 1)
    assert next(frames(recording)).shape == (60, 60, 3)
    view = pettingzoo.make("parallel", "test/meadow_mixed-v0", max_cycles=3)
    view.reset(seed=0)
    assert view.agents == ["agent_3", "agent_0", "agent_4"]
    assert view.max_cycles == 3
    assert stigmergy.parallel_env("test/meadow_mixed-v0").reset(0)[0].keys() == set(view.agents)


def test_parameters_are_the_worlds_with_other_defaults():
    cls = config_class("test/meadow_mixed-v0")
    assert cls() == cls(5, 8, Rules(bonus=3, max_cycles=2))
    assert config_class("test/meadow-v0")().max_cycles == 6
    assert build_dataclass(cls, {"rules": {"bonus": 1}}, "x").rules == Rules(1, 2), "the rest is the scenario's"
    assert make("test/meadow_mixed-v0", max_cycles=4).spec.horizon == 4
    with pytest.raises(stigmergy.BadParameter, match=r"has no parameter 'max_cycle'.*'max_cycles'"):
        make("test/meadow_mixed-v0", max_cycle=4)


WRONG = {
    "an unknown world": (
        {"world": "test/medow-v0", "seats": {"a": 5}},
        r"needs its world. There is no environment 'test/medow-v0'\. Did you mean 'test/meadow-v0'\?",
    ),
    "a bot of another world": ({"seats": {"a": 1, "b": Seats(4, "pibt")}}, r"has the bot 'pibt'\. .*pathfinding"),
    "other numbers of agents": (
        {"seats": {"a": 5}, "parameters": {"num_agents": 4}},
        "has seats for 5 agents; its world 'test/meadow-v0' has 4",
    ),
    "an unknown parameter": ({"seats": {"a": 5}, "parameters": {"num_agnts": 4}}, "'num_agnts'.*'num_agents'"),
    "a scenario as a world": ({"world": "test/meadow_all-v0", "seats": {"a": 5}}, "is a scenario itself"),
    "a world that hides its state": ({"world": "test/bridged-v0", "seats": {"a": 5}}, "keeps its state to itself"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_fit_is_said_in_a_sentence(what):
    given, words = WRONG[what]
    id = f"test/{what.replace(' ', '_')}-v0"
    register_scenario(id, **{"world": WORLD} | given)
    with pytest.raises(stigmergy.UserError, match=words) as caught:
        make(id)
    assert id in str(caught.value)


@pytest.mark.parametrize(
    ("bot", "words", "error"),
    [
        ("dice", "the bot 'dice' draws from a generator", stigmergy.BadParameter),
        (
            "one_action",
            r"the bots 'b' of 'test/bad_.*' gave actions of shape \(2,\); expected \(2, 5\)",
            stigmergy.BadParameter,
        ),
        ("beyond", "action of agent_1 in copy 0 is 7; allowed is Discrete", ValueError),
    ],
)
def test_bots_that_break_the_rules_are_named(bot, words, error):
    register_scenario(f"test/bad_{bot}-v0", world="test/meadow-v0", seats={"a": 1, "b": Seats(4, bot)})
    env = make(f"test/bad_{bot}-v0", 2)
    env.reset(0)
    with pytest.raises(error, match=words):
        env.step(np.ones((2, 1), int))


@pytest.mark.parametrize(
    ("id", "seats", "words"),
    [
        ("test/a-v0", {"b": Seats(5, "walk")}, "has no focal group"),
        ("test/a-v0", {}, "has no focal group"),
        ("test/a-v0", {"b": "walk"}, "the group 'b' of the scenario 'test/a-v0' is 'walk'"),
        ("test/a/b-v0", {"b": 5}, "PettingZoo allows one slash"),
        ("test/meadow-v0", {"b": 5}, "is registered already"),
    ],
)
def test_wrong_registrations(id, seats, words):
    with pytest.raises(ValueError, match=words):
        register_scenario(id, world="test/meadow-v0", seats=seats)


def test_what_nobody_describes_describes_itself():
    assert environments.find("test/meadow_mixed-v0").description == "test/meadow-v0: 2 focal, 2 walk, 1 focal"
    assert environments.find("test/meadow_mixed").name == "test/meadow_mixed-v0"
