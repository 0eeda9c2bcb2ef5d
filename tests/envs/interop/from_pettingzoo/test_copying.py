"""Bridged environments are copied and pickled completely, or a sentence says why not."""

import copy
import pickle

import cloudpickle
import numpy as np
import pytest
from gymnasium.utils import EzPickle
from pettingzoo.utils import BaseParallelWrapper

import stigmergy
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.from_pettingzoo import Bridge
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView

from ...support.bridged import Orchard

WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda env: pickle.loads(pickle.dumps(env)),
    "cloudpickle": lambda env: cloudpickle.loads(cloudpickle.dumps(env)),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
ACT = np.ones((2, 2), int)


def paid(env, agent, action):
    return env.t + 0.5 * action


def course(env, steps=7):
    """Observations of an env over so many steps, ends of episodes among them."""
    seen = []
    for _ in range(steps):
        step = env.step(ACT)
        rows = step.groups["agents"]
        seen += [rows.observation.copy(), rows.reward.copy(), rows.active.copy(), step.last.copy(), step.first.copy()]
    return seen


@EVERY_WAY
def test_copies_go_the_same_way_on_their_own(way):
    env = Bridge("orchard", lambda: Orchard(pay=paid), 2)  # a factory that has no name
    env.reset(0)
    env.step(ACT)
    twin = way(env)
    one = course(env)
    np.testing.assert_equal(course(twin), one)
    assert twin._envs[0] is not env._envs[0]


@EVERY_WAY
def test_views_of_bridged_environments_are_copied_too(way):
    view = ParallelView(Bridge("orchard", Orchard, 1))
    view.reset(seed=1)
    twin = way(view)
    actions = dict.fromkeys(view.agents, 1)
    for _ in range(3):
        np.testing.assert_equal(twin.step(actions)[:4], view.step(actions)[:4])


class Forgetful(Orchard, EzPickle):
    """Pickled as its arguments, as many environments of PettingZoo are."""

    def __init__(self):
        EzPickle.__init__(self)
        Orchard.__init__(self, pay=paid)


@EVERY_WAY
@pytest.mark.parametrize("factory", [Forgetful, lambda: BaseParallelWrapper(Forgetful())])
def test_environments_that_forget_their_episode_are_copied_before_it_alone(way, factory):
    env = Bridge("forgetful", factory, 2)
    twin = way(env)
    env.reset(3)
    twin.reset(3)
    with pytest.raises(BadParameter, match=r"'forgetful' cannot be copied or pickled once it was reset, .* EzPickle"):
        way(env)
    np.testing.assert_equal(course(twin), course(env))


def test_an_environment_of_mpe_is_one_of_these():
    env = stigmergy.make("pettingzoo:mpe2.simple_spread_v3", 1)
    assert pickle.loads(pickle.dumps(env)).spec.id == env.spec.id
    env.reset(0)
    with pytest.raises(BadParameter, match="EzPickle"):
        copy.deepcopy(env)


class Held(Orchard):
    """Holds what nobody can pickle."""

    def __init__(self):
        super().__init__()
        self.held = (number for number in range(3))


@EVERY_WAY
def test_what_cannot_be_pickled_is_named(way):
    with pytest.raises(
        BadParameter, match=r"'held' cannot be (copied|pickled), for its environments cannot: TypeError"
    ):
        way(Bridge("held", Held, 1))
