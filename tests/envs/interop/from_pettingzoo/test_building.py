"""Building, names, pictures and copies, and sentences on environments without PettingZoo's form."""

import copy
import sys
import types
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from stigmergy import make
from stigmergy.envs.errors import BadParameter, CannotImport
from stigmergy.envs.interop.from_pettingzoo import Bridge, BridgeConfig, BrokenEnvironment
from stigmergy.envs.interop.from_pettingzoo.codecs.grouping import plural, stem
from stigmergy.envs.registration.make import build_dataclass

from ...support.bridged import Duel, Orchard, orchard

STAY = np.zeros((1, 2), int)


# The form that PettingZoo asks for


def without(index):
    return lambda env, result: tuple(part for i, part in enumerate(result) if i != index)


def replaced(index, value):
    return lambda env, result: tuple(value if i == index else part for i, part in enumerate(result))


def with_entry(index, value):
    return lambda env, result: tuple(
        {**part, "picker_0": value} if i == index else part for i, part in enumerate(result)
    )


def lacking(index):
    return lambda env, result: tuple({} if i == index else part for i, part in enumerate(result))


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (without(3), "returns 4 things, dict, dict, dict, dict at step 1"),
        (lambda env, result: result[0], "returns dict"),
        (lambda env, result: None, "returns NoneType, None"),
        (replaced(4, None), "returns 5 things, dict, dict, dict, dict, NoneType"),
        (replaced(1, [0.0, 0.0]), "dict, list, dict"),
        (with_entry(1, None), "'picker_0' at step 1 a reward that is None, which is no number"),
        (with_entry(1, "much"), "a reward that is 'much'"),
        (with_entry(1, float("nan")), "a reward that is nan"),
        (with_entry(1, np.inf), "a reward that is inf"),
        (with_entry(1, 1e300), r"a reward that is 1e\+300"),
        (with_entry(1, np.array([1.0, 2.0])), "a reward that is a vector, .*--task.scalarize"),
        (with_entry(2, None), "an entry in terminations that is None, which is no truth value"),
        (with_entry(3, 0.5), "an entry in truncations that is 0.5"),
        (with_entry(2, "no"), "an entry in terminations that is 'no'"),
        (lacking(2), "gives the agent 'picker_0' an observation and no entry in terminations, which has nothing"),
        (replaced(3, {"__all__": False}), "no entry in truncations, which has '__all__'"),
        (with_entry(4, None), "an info that is None"),
    ],
)
def test_a_step_of_another_form_is_named(after, reason):
    env = orchard(after=after)
    env.reset(0)
    with pytest.raises(BrokenEnvironment, match=rf"^'orchard': step\(\) .*{reason}.*PettingZoo asks for"):
        env.step(STAY)


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        (lambda env, result: result[0], "returns dict"),
        (lambda env, result: (result[0], None), "returns 2 things, dict, NoneType"),
        (lambda env, result: (*result, 1), "returns 3 things"),
        (lambda env, result: ({a: [0.0] * 3 for a in result[0]}, dict.fromkeys(result[1])), "an info that is None"),
    ],
)
def test_a_reset_of_another_form_is_named(opening, reason):
    with pytest.raises(BrokenEnvironment, match=rf"^'orchard': reset\(\) .*{reason}"):
        orchard(opening=opening).reset(0)


@pytest.mark.parametrize("value", [np.array([2.0]), np.float64(2), np.array(2), True, 2])
def test_rewards_that_are_one_number_are_taken(value):
    env = orchard(pay=lambda env, agent, action: value)
    env.reset(0)
    assert env.step(STAY).groups["agents"].reward[0].tolist() == [float(np.sum(value))] * 2


@pytest.mark.parametrize("no", [False, np.False_, 0, np.array([False])])
def test_flags_that_are_truth_values_are_taken(no):
    env = orchard(after=replaced(2, {"picker_0": no, "picker_1": np.True_}))
    env.reset(0)
    assert env.step(STAY).groups["agents"].terminated[0].tolist() == [False, True]


def test_a_vector_of_rewards_is_weighed():
    env = orchard(pay=lambda env, agent, action: np.array([1.0, 10.0]), parameters=BridgeConfig(scalarize=(0.5, 0.1)))
    env.reset(0)
    assert env.step(STAY).groups["agents"].reward[0].tolist() == [1.5, 1.5]
    env = orchard(pay=lambda env, agent, action: np.ones(3), parameters=BridgeConfig(scalarize=(0.5, 0.1)))
    env.reset(0)
    with pytest.raises(BrokenEnvironment, match="has 3 numbers, while scalarize has 2 weights"):
        env.step(STAY)


class Seedless(Orchard):
    def reset(self, options=None):
        return super().reset()


class Turned(Duel):
    def reset(self):
        return super().reset()


@pytest.mark.parametrize("cls", [Seedless, Turned])
def test_a_reset_without_a_seed_is_named(cls):
    with pytest.raises(BrokenEnvironment, match=r"reset\(\) takes .*and no seed; PettingZoo asks for reset\(seed=None"):
        Bridge("old", cls, 1)


def test_an_agent_out_of_nowhere_is_named():
    def born(env, result):
        env.agents = [*env.agents, "child"]
        return result

    env = orchard(after=born)
    env.reset(0)
    with pytest.raises(
        BrokenEnvironment, match=r"brings the agent 'child' into `agents` at step 1; .*'picker_0', 'picker_1'"
    ):
        env.step(STAY)


# Agents, groups and their names


@pytest.mark.parametrize("agents", [(0, 1, 2), (("a", 1), ("a", 2), "b"), (1, "1", 2.5)], ids=str)
def test_agents_may_be_anything(agents):
    env = orchard(agents=agents)
    names = env.spec.groups[0].agents
    assert len(set(names)) == 3
    assert all(isinstance(name, str) for name in names)
    env.reset(0)
    step = env.step(np.array([[0, 1, 2]]))
    assert env._envs[0].given[0] == dict(zip(agents, [0, 1, 2]))
    assert step.groups["agents"].reward[0].tolist() == [0, 1, 2]


def test_groups_of_numbered_agents_have_readable_names():
    sizes = {agent: spaces.Discrete(3 if agent < 2 else 4) for agent in range(3)}
    assert [group.name for group in orchard(agents=(0, 1, 2), action=sizes).spec.groups] == ["agents", "agents_2"]


@pytest.mark.parametrize(
    ("agent", "group"),
    [("prey_0", "preys"), ("adversary_1", "adversaries"), ("boss-2", "bosses"), ("wolf 3", "wolfs"), ("7", "agents"), ("agent.11", "agents"), ("box", "boxes")],
)  # fmt: skip
def test_names_of_groups(agent, group):
    assert plural(stem(agent)) == group


class Late(Orchard):
    """Tells its agents after the reset only."""

    def __init__(self):
        super().__init__()
        del self.possible_agents

    def reset(self, seed=None, options=None):
        self.agents, self.t, self.given = ["picker_0", "picker_1"], 0, []
        return self.sights(self.agents), {}


def test_agents_may_be_told_at_the_reset():
    env = Bridge("late", Late, 2)
    assert env.spec.groups[0].agents == ("picker_0", "picker_1")
    assert env.reset(0).groups["agents"].active.all()


def test_spaces_that_are_none_are_named():
    with pytest.raises(
        BrokenEnvironment, match=r"observation_space\('picker_0'\) is None; PettingZoo asks for a gymnasium"
    ):
        orchard(observation={"picker_0": None, "picker_1": None})
    with pytest.raises(BrokenEnvironment, match=r"action_space\('picker_1'\) fails: KeyError"):
        orchard(action={"picker_0": spaces.Discrete(2)})


# Factories and their arguments


class Broken(Orchard):
    def __init__(self, size: int = 3, render_mode=None):
        super().__init__()
        self.cells = np.zeros((size, None + 1))  # type: ignore[operator]


def test_a_type_error_of_the_environment_is_its_own():
    with pytest.raises(
        BrokenEnvironment,
        match=r"'x' fails while it is built: TypeError: unsupported operand .*test_building.py, line \d+",
    ):
        Bridge("x", Broken, 1)
    with pytest.raises(
        BadParameter, match=r"does not take the arguments \{'sise': 4\}: .*'sise'; its factory takes size, render_mode"
    ):
        Bridge("x", Broken, 2, BridgeConfig({"sise": 4}))


def test_the_factory_must_return_an_environment():
    with pytest.raises(BadParameter, match="returns int; allowed is a PettingZoo ParallelEnv or AECEnv"):
        Bridge("x", lambda: 3, 1)


def test_unknown_names_are_arguments_of_the_factory():
    built = build_dataclass(BridgeConfig, {"n": 3, "arguments": {"m": 1}, "checks": "never"}, "x")
    assert built == BridgeConfig({"m": 1, "n": 3}, checks="never")
    env = Bridge("x", Orchard, 1, build_dataclass(BridgeConfig, {"length": 2}, "x"))
    env.reset(0)
    env.step(STAY)
    assert env.step(STAY).last[0]


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    return made


def test_a_module_called_env_is_no_factory(monkeypatch):
    monkeypatch.setitem(sys.modules, "herd", module("herd", env=module("herd.env")))
    with pytest.raises(CannotImport, match=r"neither parallel_env\(\) nor env\(\)"):
        make("pettingzoo:herd")
    monkeypatch.setitem(sys.modules, "herd", module("herd", parallel_env=module("herd.parallel_env"), env=Duel))
    assert make("pettingzoo:herd", 2, pile=3).reset(0).groups["agents"].active.tolist() == [[True, False]] * 2


# Pictures


class Painter(Orchard):
    """Paints over one canvas."""

    def __init__(self, render_mode=None, canvas=(4, 6, 3), modes=("rgb_array",), fails=""):
        if render_mode is not None:
            assert render_mode in modes, f"no render_mode {render_mode}"
            if fails == "building":
                raise RuntimeError("no display")
        super().__init__()
        self.render_mode, self.fails = render_mode, fails
        self.canvas = np.zeros(canvas, np.uint8)

    def reset(self, seed=None, options=None):
        if self.render_mode and self.fails == "reset":
            raise OSError("no display")
        return super().reset(seed)

    def render(self):
        if self.render_mode is None:
            return None
        self.canvas[:] = 10 * self.t
        return self.canvas


def test_pictures_are_copies():
    env = Bridge("painter", Painter, 1)
    env.reset(0)
    frames = [env.draw(0)]
    for _ in range(2):
        env.step(STAY)
        frames.append(env.draw(0))
    assert [int(frame.max()) for frame in frames] == [0, 10, 20]


@pytest.mark.parametrize(("canvas", "shape"), [((4, 6), (4, 6, 3)), ((4, 6, 1), (4, 6, 3)), ((4, 6, 4), (4, 6, 3))])
def test_pictures_of_other_forms_are_taken(canvas, shape):
    env = Bridge("painter", Painter, 1, BridgeConfig({"canvas": canvas}))
    env.reset(0)
    assert env.draw(0).shape == shape


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"modes": ("human",)}, "AssertionError: no render_mode rgb_array"),
        ({"fails": "building"}, "RuntimeError: no display"),
        ({"fails": "reset"}, "OSError: no display"),
    ],
)
def test_an_environment_that_cannot_be_built_for_pictures_is_built_without(arguments, reason):
    env = Bridge("painter", Painter, 1, BridgeConfig(arguments))
    assert env.reset(0).first[0]
    assert not env.step(STAY).first[0]
    with pytest.raises(NotImplementedError, match=f"'painter' draws no pictures; .*{reason}"):
        env.draw(0)


def test_an_environment_without_pictures_says_so():
    env = orchard()
    env.reset(0)
    with pytest.raises(NotImplementedError, match=r"'orchard' draws no pictures; its factory takes no render_mode"):
        env.draw(0)
    env = Bridge("bare", lambda render_mode=None: Orchard(), 1)
    env.reset(0)
    with pytest.raises(NotImplementedError, match=r"'bare' draws no pictures; it implements no render\(\)"):
        env.draw(0)


# The global state, and copies


class Watched(Orchard):
    def state(self):
        return np.arange(4) + 10 * self.t


def test_the_state_of_an_environment_is_the_global_state():
    env = Bridge("watched", Watched, 2)
    assert env.spec.state_shape == (4,)
    env.reset(0)
    step = env.step(np.zeros((2, 2), int))
    assert step.state is not None
    np.testing.assert_array_equal(step.state, [[10, 11, 12, 13]] * 2)
    assert orchard().spec.state_shape is None


class Pictured(Orchard):
    state_space = spaces.Box(0, 255, (8, 9, 3), np.uint8)

    def state(self):
        return np.full((8, 9, 3), 51 * self.t, np.uint8)


def test_a_state_that_is_a_picture_has_its_channels_first_and_is_scaled():
    env = Bridge("pictured", Pictured, 1)
    assert env.spec.state_shape == (3, 8, 9)
    env.reset(0)
    np.testing.assert_allclose(env.step(STAY).state, 0.2)


class Moody(Orchard):
    def state(self):
        return np.zeros(3 + self.t // 2)


def test_a_state_of_another_shape_is_named():
    env = Bridge("moody", Moody, 1)
    env.reset(0)
    env.step(STAY)
    with pytest.raises(BrokenEnvironment, match=r"'moody': state\(\) gives .* has the shape \(4,\), not \(3,\)"):
        env.step(STAY)


def test_a_copied_bridge_goes_the_same_way():
    env = orchard(2, pay=lambda env, agent, action: env.t + 0.5 * action)
    env.reset(0)
    env.step(np.ones((2, 2), int))
    twin = copy.deepcopy(env)
    for _ in range(7):
        one, other = env.step(np.ones((2, 2), int)), twin.step(np.ones((2, 2), int))
        for field in ("observation", "reward", "active"):
            np.testing.assert_array_equal(getattr(one.groups["agents"], field), getattr(other.groups["agents"], field))
        assert one.last.tolist() == other.last.tolist()
        assert one.first.tolist() == other.first.tolist()
    assert twin._envs[0] is not env._envs[0]


class Held(Orchard):
    def __init__(self):
        super().__init__()
        self.held: Any = sys  # a module cannot be copied


def test_a_bridge_that_cannot_be_copied_says_so():
    with pytest.raises(BadParameter, match="'held' cannot be copied, for its environments cannot: TypeError"):
        copy.deepcopy(Bridge("held", Held, 1))
