"""Actions reach the environment in its own space, each a new object; masks may come at any time."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.from_pettingzoo import ActionCodec, BrokenEnvironment
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView

from ...support.bridged import orchard

WHOLE = spaces.Box(-1, 2, (2, 2), np.int32)
NESTED = spaces.Dict(
    {"arm": spaces.Discrete(3, start=1), "legs": spaces.Tuple([spaces.MultiBinary(2), spaces.MultiDiscrete([2, 4])])}
)
SPACES: list[Any] = [
    spaces.Discrete(3),
    spaces.Discrete(3, start=5),
    spaces.MultiDiscrete([2, 3]),
    spaces.MultiDiscrete([2, 3], start=[4, -1]),
    spaces.MultiDiscrete(np.array([[2, 3], [4, 2]])),
    spaces.MultiBinary(3),
    spaces.MultiBinary((2, 2)),
    WHOLE,
    spaces.Box(0, 255, (1,), np.uint8),
    spaces.Box(0, 3, (), np.int64),
    spaces.Box(0, 10**6, (2,), np.int32),
    spaces.Box(-(2**63), 2**63 - 1, (2,), np.int64),
    spaces.Box(-0.9, 0.9, (), np.float32),
    spaces.Box(-0.9, 0.9, (1,), np.float64),
    spaces.Box(0.1, 0.3, (2, 2), np.float64),
    spaces.Box(-1e300, 1e300, (2,), np.float64),
    spaces.Box(np.array([0, -np.inf, -2], np.float32), np.array([np.inf, np.inf, 5], np.float32)),
    spaces.Tuple([spaces.Discrete(2), spaces.Discrete(4)]),
    NESTED,
    spaces.Dict({"gas": spaces.Box(0, 1, (1,), np.float32), "turn": spaces.Box(-1, 1, (), np.float32)}),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_random_actions_arrive_in_the_declared_space(space):
    env = orchard(action=space, pay=lambda env, agent, action: 1.0)
    generator = np.random.default_rng(0)
    step = env.reset(0)
    for t in range(6):
        actions = random_actions(env.spec.groups, step, generator)
        kept = actions["agents"].copy()
        step = env.step(actions)
        given = env._envs[0].given[t]
        for agent in ("picker_0", "picker_1"):
            action = given[agent]
            scalar = isinstance(space, spaces.Box) and space.shape == ()
            assert space.contains(np.asarray(action, space.dtype) if scalar else action), action
            if isinstance(space, spaces.Discrete):
                assert type(action) is int
            if scalar:
                assert type(action) is (float if space.dtype.kind == "f" else int)
        np.testing.assert_array_equal(actions["agents"], kept)


@pytest.mark.parametrize(
    "space", [space for space in SPACES if not isinstance(space, spaces.Box) or space.dtype.itemsize < 8], ids=str
)
def test_encoding_is_the_reverse_of_decoding(space):
    codec = ActionCodec(space, "nobody")
    codec.space.seed(3)
    for _ in range(10):
        row = codec.space.sample()
        again = codec.encode(codec.decode(row))
        np.testing.assert_allclose(again, np.rint(row) if "rounded" in codec.note else row, rtol=1e-6)


def test_a_number_stays_a_number():
    env = orchard(action=spaces.Box(-0.9, 0.9, (), np.float32))
    env.reset(0)
    step = env.step(np.array([[[0.25], [-0.9]]], np.float32))
    assert step.groups["agents"].reward[0].tolist() == pytest.approx([0.25, -0.9])


def test_whole_numbers_within_their_bounds():
    env = orchard(action=WHOLE)
    group = env.spec.groups[0]
    assert group.action_space == spaces.MultiDiscrete([4] * 4, start=[-1] * 4)
    env.reset(0)
    env.step(np.array([[[-1, 0, 1, 2], [2, 2, 2, 2]]]))
    np.testing.assert_array_equal(env._envs[0].given[0]["picker_0"], [[-1, 0], [1, 2]])
    wide = ActionCodec(spaces.Box(-3, 10**6, (2,), np.int32), "nobody")
    assert isinstance(wide.space, spaces.Box)
    assert wide.decode(np.array([2.6, -99], np.float32)).tolist() == [3, -3]


@pytest.mark.parametrize(
    "space", [spaces.MultiDiscrete([3, 3]), spaces.Box(-1, 1, (2,), np.float32)], ids=["whole", "float"]
)
def test_an_environment_may_write_into_its_action(space):
    def pay(env, agent, action):
        action += 1
        return float(action[0])

    env = orchard(action=space, pay=pay)
    env.reset(0)
    actions = np.ones((1, 2, 2), env.spec.groups[0].action_dtype)
    step = env.step({"agents": actions})
    assert step.groups["agents"].reward[0].tolist() == [2, 2]
    assert (actions == 1).all()


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        (spaces.Text(3), "allowed is Discrete"),
        (spaces.Tuple([spaces.Discrete(2), spaces.Sequence(spaces.Discrete(2))]), "allowed is Discrete"),
        (spaces.Tuple([spaces.Discrete(2), spaces.Box(0, 1, (1,))]), "continuous parts beside discrete ones"),
    ],
)
def test_spaces_that_nobody_can_act_in_are_named(space, reason):
    with pytest.raises(BadParameter, match=f"agent 'picker_0' of 'orchard' acts in .*{reason}"):
        orchard(action=space)


# Masks


def refuses(env, agent, action):
    assert env.legal.get(agent) is None or env.legal[agent][action], f"{action} of {agent} at step {env.t}"
    return 1.0


@pytest.mark.parametrize("since", [0, 1, 4])
@pytest.mark.parametrize("whose", [("picker_0", "picker_1"), ("picker_1",)], ids=["all", "one"])
@pytest.mark.parametrize(
    "form", [np.array, list, tuple, lambda mask: np.array(mask, bool)], ids=["array", "list", "tuple", "bool"]
)
def test_masks_in_infos_count_from_the_step_in_which_they_come(since, whose, form):
    def tell(env, agent):
        env.legal = getattr(env, "legal", {})
        gives = agent in whose and env.t >= since and env.t % 2 == since % 2
        env.legal[agent] = (env.t % 3 != 0, 0, 1) if gives else None
        return {"action_mask": form(env.legal[agent])} if gives else {}

    env = orchard(3, tell=tell, pay=refuses)
    assert env.spec.groups[0].has_action_mask
    assert env.spec.groups[0].optional_mask == (since > 0 or len(whose) < 2)
    generator = np.random.default_rng(0)
    step = env.reset(0)
    for _ in range(30):
        step = env.step(random_actions(env.spec.groups, step, generator))


PARTS = spaces.MultiDiscrete([2, 3])


@pytest.mark.parametrize(
    ("space", "mask", "allowed"),
    [
        (PARTS, (np.array([1, 0]), np.array([0, 1, 1])), [1, 0, 0, 1, 1]),
        (PARTS, [1, 0, 0, 1, 1], [1, 0, 0, 1, 1]),
        (PARTS, ([1, 0], [0, 1, 1]), [1, 0, 0, 1, 1]),
        (spaces.Dict({"a": spaces.Discrete(2), "b": spaces.Discrete(3)}), {"b": [0, 1, 1], "a": [1, 0]}, [1, 0, 0, 1, 1]),
        (spaces.Tuple([spaces.Discrete(2), PARTS]), ([0, 1], ([1, 0], [1, 0, 0])), [0, 1, 1, 0, 1, 0, 0]),
        (spaces.Discrete(3, start=4), np.array([1.0, 0.0, 1.0]), [1, 0, 1]),
    ],
)  # fmt: skip
def test_masks_of_several_parts(space, mask, allowed):
    env = orchard(action=space, tell=lambda env, agent: {"action_mask": mask}, pay=lambda *_: 0.0)
    assert env.reset(0).groups["agents"].action_mask[0, 1].tolist() == [bool(one) for one in allowed]


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (np.ones(2), "has 2 numbers, while there are 3 choices"),
        (np.ones(4), "has 4 numbers"),
        (np.array([0, 2, 1]), "where 0 or 1 is asked for"),
        ("yes", "where 0 or 1 is asked for"),
        (np.array([0, np.nan, 1]), "where 0 or 1 is asked for"),
    ],
)
def test_a_mask_of_another_form_is_named(mask, reason):
    env = orchard(tell=lambda env, agent: {"action_mask": mask} if env.t == 2 else {})
    env.reset(0)
    env.step(np.zeros((1, 2), int))
    with pytest.raises(
        BrokenEnvironment, match=rf"step\(\) gives the agent 'picker_0' at step 2 an action_mask that .*{reason}"
    ):
        env.step(np.zeros((1, 2), int))


def test_who_is_allowed_nothing_waits():
    env = orchard(tell=lambda env, agent: {"action_mask": np.array([0, 0, 0] if agent == "picker_0" else [1, 0, 0])})
    rows = env.reset(0).groups["agents"]
    assert rows.active[0].tolist() == [False, True]
    assert rows.action_mask[0].any(axis=1).all()


def test_an_illegal_action_is_never_sent():
    env = orchard(tell=lambda env, agent: {"action_mask": np.array([1, 0, 0])})
    env.reset(0)
    with pytest.raises(ValueError, match=r"action of picker_1 in copy 0 is 2, which its action_mask \[1 0 0\] forbids"):
        env.step(np.array([[0, 2]]))
    assert not env._envs[0].given


def test_what_stands_beside_a_mask_is_the_observation():
    space = spaces.Dict(
        {"a": spaces.Discrete(2), "action_mask": spaces.Box(0, 1, (3,), np.int8), "b": spaces.Box(0, 1, (1,))}
    )
    env = orchard(observation=space, see=lambda env, agent: {"a": 1, "b": [0.5], "action_mask": [1, 1, 0]})
    rows = env.reset(0).groups["agents"]
    assert rows.observation[0, 0].tolist() == [0, 1, 0.5]
    assert rows.action_mask[0, 0].tolist() == [True, True, False]


def test_a_view_tells_masks_that_nobody_announced_in_its_infos():
    """The observation stays as it was; a mask stands where PettingZoo's users look besides."""
    bridge = orchard(tell=lambda env, agent: {"action_mask": np.array([1, 0, 1])} if env.t == 1 else {})
    view = ParallelView(bridge)
    observations, infos = view.reset(seed=0)
    assert view.observation_space("picker_0") == bridge.spec.groups[0].observation_space
    assert observations["picker_0"].shape == (3,)
    assert infos["picker_0"] == {}
    *_, infos = view.step({"picker_0": 0, "picker_1": 0})
    assert infos["picker_1"]["action_mask"].tolist() == [1, 0, 1]
