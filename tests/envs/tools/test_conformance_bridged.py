"""`check` runs PettingZoo's tests on other people's environments, and claims no more."""

import numpy as np
import pytest
from gymnasium import spaces

from stigmergy.envs.registration.make import config_class
from stigmergy.envs.tools.conformance import check
from tests.support.foreign import Counter, register


class Tidy(Counter):
    """One space object for each agent, and each instance: what PettingZoo asks for."""

    def __init__(self, render_mode=None):
        super().__init__(render_mode)
        self.acted = {agent: spaces.Discrete(2) for agent in self.names}

    def action_space(self, agent):
        return self.acted[agent]


class Forgetful(Tidy):
    """The episode ends by empty `agents`, and no flag says so."""

    def step(self, actions):
        observations, rewards, ended, cut, infos = super().step(actions)
        return observations, rewards, ended, dict.fromkeys(cut, False), infos


class Late(Tidy):
    """Observations leave their space at the third step."""

    observed = spaces.Box(-1, 1, (2,), np.float32)

    def observe(self, agent):
        return np.array([5.0 if self.t == 3 else 0.0, 0.0], np.float32)


class Reviving(Tidy):
    """An agent comes back after its end."""

    def step(self, actions):
        given = list(super().step(actions))
        if self.t == 2:
            given[2] = {agent: agent == "left_0" for agent in given[2]}
        return tuple(given)


class Unseeded(Tidy):
    def reset(self, seed=None, options=None):
        return super().reset(None)


class Copied(Tidy):
    """A new space object at each call."""

    def action_space(self, agent):
        return spaces.Discrete(2)


class Wide(Tidy):
    """Observations of float64 in a space of float32, which is no fault."""

    def observe(self, agent):
        return np.array([self.t, 0.5])


class Lonely(Tidy):
    """There can be one in a process."""

    running = False

    def __init__(self, render_mode=None):
        if Lonely.running:
            raise RuntimeError("the simulator runs already")
        Lonely.running = True
        super().__init__(render_mode)

    def close(self):
        assert Lonely.running, "closed twice"
        Lonely.running = False


def card(kind):
    id = kind if isinstance(kind, str) else register(kind.__name__.lower(), kind)
    cls = config_class(id)
    found = check(id, cls() if cls else None)
    return {finding.topic: finding for finding in found.findings}, found.passed


def test_one_in_order_passes():
    findings, passed = card(Tidy)
    assert passed, [finding.sentence for finding in findings.values() if not finding.passed]
    assert findings["itself"].sentence == (
        "on the environment itself pass: parallel_api_test, test of spaces, parallel_seed_test"
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Forgetful, "parallel_api_test fails on the environment itself: [] !="),
        (Late, "at step 3 is not in its space"),
        (Reviving, "parallel_api_test fails"),
        (Unseeded, "parallel_seed_test fails on the environment itself: Incorrect observations"),
        (Copied, "should return the exact same space object"),
    ],
)
def test_faults_of_the_environment_itself_are_found(kind, words):
    findings, passed = card(kind)
    assert not passed
    assert not findings["itself"].passed
    assert words in findings["itself"].sentence


def test_a_wider_float_is_advice():
    findings, _ = card(Wide)
    assert findings["itself"].passed
    assert "observations are float64, and float32 is declared" in findings["itself"].sentence


def test_one_env_is_enough_for_the_card():
    findings, passed = card(Lonely)
    assert passed, [finding.sentence for finding in findings.values() if not finding.passed]
    assert "--training.num-envs 1" in findings["envs"].sentence
    assert not Lonely.running, "what was built was not closed"


def test_games_in_turns_are_tested_as_such():
    pytest.importorskip("pettingzoo.classic.tictactoe_v3")
    findings, _ = card("pettingzoo:pettingzoo.classic.tictactoe_v3")
    assert "api_test" in findings["itself"].sentence
    assert "parallel" not in findings["itself"].sentence
    assert findings["itself"].passed, findings["itself"].sentence


def test_ours_are_not_bridged():
    findings, passed = card("games/switch-v0")
    assert passed
    assert "itself" not in findings
