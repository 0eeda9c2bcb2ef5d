"""Scenarios: some agents of a world are shown, bots play the others."""

import dataclasses

import numpy as np
import pettingzoo
import pytest

import stigmergy
from stigmergy.envs.core.scripted_policy import ScriptedPolicy
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import config_class
from stigmergy.envs.registration.registry import algorithms
from stigmergy.envs.registration.scenario import Scenario, Seats, register_scenario
from stigmergy.envs.registration.scenario_env import SeatedEnv
from stigmergy.envs.tools.conformance import check

WORLD, N = "dilemmas/public_goods-v0", 4
PLAIN = {"punishment": False}


def seated(seats, num_envs=3, world=WORLD, **parameters):
    seats = {name: Seats(own) if isinstance(own, int) else own for name, own in seats.items()}
    parameters = {**PLAIN, **parameters} if world == WORLD else parameters
    return SeatedEnv("test/seated-v0", Scenario(world, seats), stigmergy.make(world, num_envs, **parameters))


@pytest.fixture(scope="module")
def registered():
    """Two focal groups on either side of a bot, and other defaults."""
    register_scenario(
        "test/public_goods_mixed-v0",
        world=WORLD,
        seats={"some": Seats(agents=(3, 0)), "bot": Seats(1, "defect"), "one": 1},
        parameters={"max_cycles": 7, **PLAIN},
        description="for a test",
    )
    return "test/public_goods_mixed-v0"


def test_bots_and_focal_agents_play_the_world_s_own_course():
    """The same course as in the world itself, when we play the bots' part by hand."""
    env = seated({"focal": 2, "bots": Seats(2, "defect")})
    world = stigmergy.make(WORLD, 3, **PLAIN)
    bot = algorithms.find("defect").load().built_for("defect", world.spec, world.spec.groups[0], world.config)
    step, own = env.reset(5), world.reset(5)
    rng = np.random.default_rng(0)
    for _ in range(60):
        chosen = rng.integers(0, env.spec.groups[0].action_space.n, (3, 2))
        whole = bot.act(world.state, rng)
        whole[:, :2] = chosen
        step, own = env.step({"focal": chosen}), world.step(whole)
        for field in ("observation", "reward", "terminated", "active"):
            np.testing.assert_array_equal(
                getattr(step.groups["focal"], field), getattr(own.groups["agents"], field)[:, :2], err_msg=field
            )
        np.testing.assert_array_equal(step.state, own.state)
        np.testing.assert_array_equal(step.last, own.last)
        for name, value in own.metrics.items():
            np.testing.assert_array_equal(step.metrics[name], value)


def test_groups_have_the_names_and_places_of_their_agents_in_the_world(registered):
    env = stigmergy.make(registered, 2)
    some, one = env.spec.groups
    assert (some.name, some.agents, some.places) == ("some", ("agent_3", "agent_0"), (3, 0))
    assert (one.name, one.agents, one.places) == ("one", ("agent_2",), (2,))
    assert env.spec.world is not None
    assert env.spec.world.groups[0].size == N


def test_rows_of_agents_chosen_by_number_are_theirs(registered):
    env = stigmergy.make(registered, 2)
    env.reset(0)
    some = np.array([[20, 0], [20, 0]]) % env.spec.groups[0].action_space.n
    step = env.step({"some": some, "one": np.zeros((2, 1), int)})
    paid = env.world.groups["agents"].reward
    np.testing.assert_array_equal(step.groups["some"].reward, paid[:, [3, 0]])
    np.testing.assert_array_equal(step.groups["one"].reward, paid[:, [2]])
    assert (paid[:, 3] < paid[:, 0]).all(), "who gave has less"


def test_focal_and_background_returns_are_means_of_their_agents():
    env = seated({"focal": 1, "bots": Seats(3, "cooperate")}, max_cycles=5)
    env.reset(0)
    total = np.zeros(3)
    for _ in range(5):
        step = env.step({"focal": np.zeros((3, 1), int)})
        total += step.groups["focal"].reward[:, 0]
    np.testing.assert_allclose(step.metrics["focal_return"], total)
    np.testing.assert_allclose(step.metrics["focal_return"], step.metrics["return_0"])
    np.testing.assert_allclose(step.metrics["background_return"], step.metrics["return_1"])


def test_without_bots_there_is_no_background_return():
    env = seated({"left": 2, "right": 2}, max_cycles=1)
    env.reset(0)
    step = env.step({"left": np.zeros((3, 2), int), "right": np.zeros((3, 2), int)})
    assert np.isnan(step.metrics["background_return"]).all()


def test_a_scenario_keeps_the_contract_of_environments(registered, monkeypatch):
    monkeypatch.setattr("stigmergy.envs.tools.conformance.SPEED_SECONDS", 0.01)
    card = check(registered, config_class(registered)())
    assert card.passed, [finding.sentence for finding in card.findings if not finding.passed]


def test_it_has_the_world_s_parameters_with_its_own_defaults(registered):
    assert stigmergy.make(registered).config.max_cycles == 7
    assert stigmergy.make(registered, max_cycles=9).spec.horizon == 9
    cls = type(stigmergy.make(registered).config)
    assert dataclasses.fields(cls)
    with pytest.raises(BadParameter, match="test/public_goods_mixed-v0 has no parameter 'max_cycle'"):
        stigmergy.make(registered, max_cycle=9)


def test_pettingzoo_shows_the_focal_agents(registered):
    env = pettingzoo.make("parallel", registered)
    observations, _ = env.reset(seed=0)
    assert set(observations) == {"agent_3", "agent_0", "agent_2"}
    env.step(dict.fromkeys(env.agents, 0))


def test_scripted_policies_play_focal_groups_too(registered):
    env = stigmergy.make(registered, 2)
    (some, _) = env.spec.groups
    learner = stigmergy.make_learner("cooperate", stigmergy.Context(env.spec, some, 0, env_config=env.config))
    step = env.reset(0)
    action = learner.act(step.groups["some"]._replace(env_state=env.world_state), None).action
    assert action.shape == (2, 2)


class Dice(ScriptedPolicy):
    """Draws."""

    def act(self, world, generator):
        return generator.integers(0, 2, (len(world.over), N))


def test_a_bot_that_draws_from_the_generator_is_named():
    algorithms.register("test_dice", Dice)
    env = seated({"focal": 1, "bots": Seats(3, "test_dice")})
    env.reset(0)
    with pytest.raises(BadParameter, match="the bot 'test_dice' draws from a generator"):
        env.step({"focal": np.zeros((3, 1), int)})


@pytest.mark.parametrize(
    ("seats", "world", "sentence"),
    [
        ({"focal": 2}, WORLD, "has seats for 2 agents; its world 'dilemmas/public_goods-v0' has 4"),
        ({"a": Seats(agents=(0, 0, 1, 2))}, WORLD, "which all need one seat each"),
        ({"a": Seats(agents=(0, 1, 2, 4))}, WORLD, "which all need one seat each"),
        ({"a": 1, "b": Seats(3, "cooperat")}, WORLD, "has the bot 'cooperat'.*Did you mean 'cooperate'"),
        ({"a": 1, "b": Seats(3, "ippo")}, WORLD, "has the bot 'ippo', which is no scripted policy"),
        ({"a": 1, "b": Seats(3, "pibt")}, WORLD, "'pibt' is for pathfinding"),
        ({"a": 1}, "pursuit/tag-v0", "has the groups predators, prey; allowed are worlds with one group"),
    ],
)
def test_scenarios_that_cannot_be_are_named(seats, world, sentence):
    with pytest.raises(BadParameter, match=sentence):
        seated(seats, world=world)


def test_seats_are_a_number_or_agents_and_somebody_is_focal():
    for wrong in ({}, {"number": 2, "agents": (0, 1)}):
        with pytest.raises(ValueError, match="give a number from 1 on, or agents"):
            Seats(**wrong)
    with pytest.raises(ValueError, match="has no focal group"):
        register_scenario("test/nobody-v0", world=WORLD, seats={"bots": Seats(4, "defect")})
