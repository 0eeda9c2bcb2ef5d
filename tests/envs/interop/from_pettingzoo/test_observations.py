"""Observations are checked against their spaces and translated for learners without a loss."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.from_pettingzoo import BridgeConfig, BrokenEnvironment

from ...support.bridged import BOX, orchard

STAY = np.zeros((1, 2), int)
BYTES = spaces.Box(0, 255, (4,), np.uint8)
NESTED = spaces.Dict(
    {
        "where": spaces.Box(-1, 1, (2,), np.float64),
        "item": spaces.Tuple([spaces.Discrete(3, start=1), spaces.MultiBinary(2)]),
    }
)


def seen(space: Any, value: Any) -> Any:
    """Observation as a learner gets it, and the environment that showed it."""
    env = orchard(observation=space, see=lambda env, agent: value)
    return env.reset(0).groups["agents"].observation[0, 0], env


@pytest.mark.parametrize(
    ("space", "value", "reason"),
    [
        (BYTES, np.full(4, 0.5), r"holds 0.5, where uint8 takes whole numbers"),
        (BYTES, np.array([0, 0, 256, 0]), r"holds 256, which lies outside 0 to 255"),
        (BYTES, np.array([0, -1, 0, 0]), r"holds -1, which lies outside 0 to 255"),
        (BYTES, np.array([0, 3, 300, 0], np.int16), r"holds 300"),
        (spaces.Box(0, 9, (2,), np.uint8), np.array([0, 10], np.uint8), r"holds 10"),
        (BOX, np.zeros(1, np.float32), r"has the shape \(1,\), not \(3,\)"),
        (BOX, 0.5, r"has the shape \(\), not \(3,\)"),
        (BOX, np.zeros((1, 3), np.float32), r"has the shape \(1, 3\), not \(3,\)"),
        (BOX, np.zeros(14, np.float32), r"has the shape \(14,\)"),
        (BOX, np.array([0, np.nan, 0]), r"holds nan"),
        (BOX, np.array([0, np.inf, 0], np.float32), r"holds inf"),
        (BOX, np.array([0, 1e300, 0]), r"holds inf"),
        (BOX, np.array([0, 2.0, 0], np.float32), r"holds 2.0, which lies outside"),
        (BOX, np.array(["a", "b", "c"]), r"holds no numbers"),
        (BOX, [[1, 2], [3]], r"is no array"),
        (BOX, None, r"holds no numbers: None"),
        (spaces.Box(-np.inf, np.inf, (2,), np.float32), np.array([0, np.inf]), r"holds inf"),
        (spaces.Box(-5, 5, (2,), np.int32), np.array([0.5, 1]), r"holds 0.5, where int32 takes whole numbers"),
        (spaces.Discrete(5), -1, r"is -1, which lies outside 0 to 4"),
        (spaces.Discrete(5), 5, r"is 5, which lies outside"),
        (spaces.Discrete(5), 1.5, r"is 1.5, not one whole number"),
        (spaces.Discrete(5), np.array([1, 2]), r"not one whole number"),
        (spaces.MultiBinary(2), np.array([0, 2]), r"holds 2"),
        (spaces.MultiDiscrete([2, 3]), np.array([1, 3]), r"holds 3"),
        (NESTED, {"where": np.zeros(2)}, r"lacks the key 'item'"),
        (NESTED, {"where": np.zeros(2), "item": (1, np.zeros(2)), "more": 1}, r"has the key 'more'"),
        (NESTED, {"where": np.zeros(2), "item": (0, np.zeros(2))}, r"in its part \['item'\] in its part \[0\] is 0, which lies"),
        (NESTED, np.zeros(7), r"not a dict"),
    ],
)  # fmt: skip
def test_an_observation_outside_its_space_is_named(space, value, reason):
    with pytest.raises(
        BrokenEnvironment,
        match=rf"'orchard': reset\(\) gives the agent 'picker_0' an observation that .*{reason}.*declares",
    ):
        seen(space, value)


@pytest.mark.parametrize("num_envs", [1, 3])
def test_the_sentence_names_the_agent_and_the_step(num_envs):
    def see(env, agent):
        return np.full(3, 7 if (agent, env.t) == ("picker_1", 4) else 0, np.float32)

    env = orchard(num_envs, see=see)
    env.reset(0)
    for _ in range(3):
        env.step(np.zeros((num_envs, 2), int))
    with pytest.raises(
        BrokenEnvironment, match=r"step\(\) gives the agent 'picker_1' at step 4 an observation that holds 7.0"
    ):
        env.step(np.zeros((num_envs, 2), int))


@pytest.mark.parametrize(
    ("space", "value", "row"),
    [
        (BOX, [0.5, 0, 1], [0.5, 0, 1]),
        (BOX, np.array([0.5, 0, 1], np.float64), [0.5, 0, 1]),
        (BOX, np.array([1.000001, 0, -1]), [1.000001, 0, -1]),  # rounding is no mistake
        (BOX, np.array([1, 0, 1]), [1, 0, 1]),
        (BYTES, np.array([1.0, 2, 3, 255]), [1, 2, 3, 255]),
        (spaces.Box(-1, 1, (), np.float32), 0.25, [0.25]),
        (spaces.Box(-1, 1, (1,), np.float32), 0.25, [0.25]),
        (spaces.Box(2, 3, (1,), np.float32), [2.5], [2.5]),
        (spaces.Box(-1e308, 1e308, (2,), np.float64), [1e30, -1e30], [1e30, -1e30]),
        (spaces.Discrete(4), 2, [0, 0, 1, 0]),
        (spaces.Discrete(3, start=-1), np.int8(-1), [1, 0, 0]),
        (spaces.MultiBinary(3), np.array([1, 0, 1]), [1, 0, 1]),
        (spaces.MultiDiscrete([2, 3], start=[0, 5]), np.array([1, 5]), [0, 1, 1, 0, 0]),
        (spaces.MultiDiscrete([[2, 2], [2, 2]]), np.array([[1, 0], [0, 1]]), [0, 1, 1, 0, 1, 0, 0, 1]),
        (spaces.Box(0, 1, (1, 2, 1, 2), np.float32), np.array([[[[0, 1]], [[0.5, 1]]]]), [0, 1, 0.5, 1]),
        (NESTED, {"where": np.array([0.5, -1]), "item": (3, [1, 0])}, None),
    ],
)  # fmt: skip
def test_spaces_that_can_be_flattened_are(space, value, row):
    observation, env = seen(space, value)
    expected = (
        spaces.flatten(space, {"where": np.array([0.5, -1]), "item": (3, np.array([1, 0]))}) if row is None else row
    )
    np.testing.assert_array_almost_equal(observation, np.asarray(expected, np.float32), decimal=6)
    assert env.spec.groups[0].observation_space.shape == observation.shape
    plain = isinstance(space, (spaces.Discrete, spaces.Box)) and len(space.shape) < 4
    assert [("flattened" in sentence) for sentence in env.announce()] == [True] * (not plain)


@pytest.mark.parametrize(
    ("space", "value"),
    [(spaces.Box(0, 1, (0,), np.float32), []), (spaces.Dict({}), {}), (spaces.Box(0, 1, (2, 0)), np.zeros((2, 0)))],
)
def test_observations_without_numbers_are_one_zero(space, value):
    observation, env = seen(space, value)
    assert observation.tolist() == [0]
    assert "hold no numbers" in env.announce()[0]


@pytest.mark.parametrize(
    "space",
    [
        spaces.Text(3),
        spaces.Sequence(spaces.Discrete(2)),
        spaces.Graph(spaces.Discrete(2), None),
        spaces.Dict({"say": spaces.Text(3)}),
        spaces.Tuple([BOX, spaces.Sequence(BOX)]),
    ],
)
def test_spaces_without_a_fixed_length_are_refused(space):
    with pytest.raises(BadParameter, match=r"agent 'picker_0' of 'orchard' observes .*no fixed length"):
        orchard(observation=space)


@pytest.mark.parametrize(
    ("shape", "dtype", "as_read", "said"),
    [
        ((20, 30, 3), np.uint8, (3, 20, 30), "last axis for their 3"),
        ((84, 84, 4), np.uint8, (4, 84, 84), "last axis for their 4"),
        ((84, 84, 2), np.float32, (2, 84, 84), "last axis for their 2"),
        ((84, 96, 5), np.uint8, (5, 84, 96), "last axis for their 5"),
        ((8, 8, 111), np.float32, (111, 8, 8), "last axis for their 111"),
        ((6, 7, 2), np.int8, (2, 6, 7), "last axis for their 2"),
        ((40, 40, 1), np.uint8, (1, 40, 40), "last axis for their 1"),
        ((4, 84, 84), np.uint8, (4, 84, 84), "first axis for their 4"),
        ((3, 20, 30), np.uint8, (3, 20, 30), "first axis for their 3"),
        ((84, 96), np.uint8, (1, 84, 96), "grey picture, 84 x 96"),
        ((5, 4), np.float32, (5, 4), "a set of 5 rows"),
    ],
)
def test_the_axis_of_the_channels_is_guessed_and_said(shape, dtype, as_read, said):
    high = 255 if dtype == np.uint8 else 1
    space = spaces.Box(0, high, shape, dtype)
    space.seed(1)
    value = space.sample()
    observation, env = seen(space, value)
    assert env.spec.groups[0].observation_space.shape == as_read
    assert observation.dtype == (np.uint8 if dtype == np.uint8 else np.float32)
    back = observation[0] if len(shape) == 2 < len(as_read) else observation
    np.testing.assert_array_equal(np.moveaxis(back, 0, 2) if "last" in said else back, value)
    assert any(said in sentence for sentence in env.announce())


def test_bounds_may_be_checked_at_first_only_or_never():
    late = {"now": False}

    def sees(env, agent):
        return np.full(3, 5 if late["now"] else 0, np.float32)

    for checks in ("always", "first", "never"):
        late["now"] = False
        env = orchard(see=sees, length=2, parameters=BridgeConfig(checks=checks))
        env.reset(0)
        for _ in range(3 * 3):
            env.step(STAY)
        late["now"] = True
        if checks == "always":
            with pytest.raises(BrokenEnvironment, match="holds 5"):
                env.step(STAY)
        else:
            assert env.step(STAY).groups["agents"].observation.max() == 5


def test_what_an_environment_goes_on_writing_into_is_copied():
    shared = {"picker_0": np.zeros(3, np.float32), "picker_1": np.ones(3, np.float32)}
    env = orchard(see=lambda env, agent: shared[agent])
    env.reset(0)
    first = env.step(STAY).groups["agents"].observation.copy()
    for array in shared.values():
        array[:] = -1
    np.testing.assert_array_equal(env.groups["agents"].observation, first)
