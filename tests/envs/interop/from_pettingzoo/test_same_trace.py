"""The bridge: a PettingZoo environment as a batch is the same environment."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo import ParallelEnv

from stigmergy import make
from stigmergy.envs.core.random_policy import random_actions
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.from_pettingzoo import Bridge, BridgeConfig
from stigmergy.envs.interop.to_pettingzoo.aec import aec_view
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView

from ...support.dummies import race

mpe2 = pytest.importorskip("mpe2")


@pytest.mark.parametrize("wrap", [ParallelView, lambda env: aec_view(ParallelView(env))], ids=["parallel", "aec"])
def test_a_bridged_view_of_a_batch_goes_the_same_way(wrap):
    bridge = Bridge("race", lambda: wrap(race()), 1)
    direct = race()
    step = bridge.reset(4)
    twin = direct.restore(
        bridge._envs[0].unwrapped.env.snapshot() if wrap is ParallelView else _inner(bridge).snapshot()
    )
    generator = np.random.default_rng(0)
    assert [group.name for group in bridge.spec.groups] == ["runners", "watchers"]
    for _ in range(60):
        for name in ("runners", "watchers"):
            one, other = step.groups[name], twin.groups[name]
            rows = other.active if name == "runners" else np.zeros((1, 1), bool)
            assert (one.active >= rows).all()
            np.testing.assert_array_equal(one.observation[rows], other.observation[rows])
            np.testing.assert_array_equal(one.reward, other.reward)
            np.testing.assert_array_equal(one.terminated, other.terminated)
        assert step.last.tolist() == twin.last.tolist()
        if step.last.any():
            return
        actions = random_actions(direct.spec.groups, twin, generator)
        step, twin = bridge.step(actions), direct.step(actions)
    pytest.fail("no episode ended")


def _inner(bridge: Bridge):
    env: Any = bridge._envs[0]
    while not isinstance(env, ParallelView):
        env = getattr(env, "aec_env", None) or getattr(env, "env", None) or env.__dict__["env"]
    return env.env


def test_it_plays_mpe_as_mpe_itself_does():
    bridge = make("pettingzoo:mpe2.simple_spread_v3", 2)
    step = bridge.reset(0)
    raw = mpe2.simple_spread_v3.parallel_env()
    seeds = [int(s) for s in _seeds(0, 2)]
    seen, _ = raw.reset(seed=seeds[1])
    generator = np.random.default_rng(0)
    for _ in range(25):
        np.testing.assert_allclose(
            step.groups["agents"].observation[1], [seen[agent] for agent in raw.possible_agents], rtol=1e-6
        )
        actions = random_actions(bridge.spec.groups, step, generator)
        step = bridge.step(actions)
        seen, rewards, *_ = raw.step(dict(zip(raw.possible_agents, actions["agents"][1].tolist())))
        np.testing.assert_allclose(step.groups["agents"].reward[1], list(rewards.values()), rtol=1e-6)
    assert step.truncated.all()
    assert step.groups["agents"].active.all()


def _seeds(seed: int, copies: int) -> np.ndarray:
    from stigmergy.envs.core.random_streams import draw_below, seed_streams
    from stigmergy.envs.interop.from_pettingzoo import SEEDS

    stream = np.zeros((copies, 4), np.uint64)
    seed_streams(stream, seed)
    return draw_below(stream, SEEDS)


def test_groups_are_agents_with_equal_spaces():
    bridge = make("pettingzoo:mpe2.simple_tag_v3", 1, arguments={"num_adversaries": 2, "num_good": 1})
    assert {group.name: group.size for group in bridge.spec.groups} == {"adversaries": 2, "agents": 1}


class Odd(ParallelEnv):
    """Discrete observations, masks in the infos; a is truncated at step 2, b ends at step 4."""

    metadata = {"name": "odd"}  # noqa: RUF012 (PettingZoo's way)
    possible_agents = ["a_0", "a_1"]  # noqa: RUF012

    def __init__(self, space: spaces.Space | None = None):
        self._space = space or spaces.Discrete(5)

    def observation_space(self, agent: str) -> spaces.Space:
        return self._space

    def action_space(self, agent: str) -> spaces.Space:
        return spaces.Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.t = list(self.possible_agents), 0
        return self._observe(), self._infos()

    def step(self, actions):
        self.t += 1
        observations = self._observe()
        live = self.agents
        truncations = {agent: agent == "a_0" and self.t == 2 for agent in live}
        terminations = {agent: agent == "a_1" and self.t == 4 for agent in live}
        self.agents = [agent for agent in live if not truncations[agent] and not terminations[agent]]
        return observations, dict.fromkeys(live, 1.0), terminations, truncations, self._infos()

    def _observe(self):
        return {
            agent: self._space.sample() if not isinstance(self._space, spaces.Discrete) else self.t
            for agent in self.agents
        }

    def _infos(self):
        return {agent: {"action_mask": np.array([1, 0], np.int8)} for agent in self.agents}


def test_an_agent_that_is_cut_off_alone_waits_and_the_episode_counts_as_cut():
    env = Bridge("odd", Odd, 1)
    step = env.reset(0)
    group = env.spec.groups[0]
    assert group.observation_space.shape == (5,)
    assert group.has_action_mask
    stay = np.zeros((1, 2), int)
    for t in range(1, 5):
        step = env.step(stay)
        rows = step.groups["agents"]
        assert rows.active[0].tolist() == [t < 2, t < 4]
        assert rows.reward[0].tolist() == [1.0 if t <= 2 else 0.0, 1.0]
    assert step.last[0]
    assert step.truncated[0]
    assert rows.terminated[0].tolist() == [False, True]
    assert env.step(stay).first[0]


def test_pictures_with_colours_last_are_turned():
    env = Bridge("odd", Odd, 1, BridgeConfig({"space": spaces.Box(0, 255, (6, 7, 3), np.uint8)}))
    assert env.spec.groups[0].observation_space.shape == (3, 6, 7)
    assert env.reset(0).groups["agents"].observation.shape == (1, 2, 3, 6, 7)


def test_what_learners_cannot_read_is_named():
    with pytest.raises(BadParameter, match=r"agent 'a_0' of 'odd' observes Text"):
        Bridge("odd", Odd, 1, BridgeConfig({"space": spaces.Text(3)}))


def test_wrong_arguments_are_named():
    with pytest.raises(BadParameter, match=r"does not take the arguments \{'colour': 3\}"):
        Bridge("odd", Odd, 1, BridgeConfig({"colour": 3}))


def test_a_snapshot_keeps_the_streams_and_begins_new_episodes():
    env, other = Bridge("odd", Odd, 2), Bridge("odd", Odd, 2)
    env.reset(0)
    env.step(np.zeros((2, 2), int))
    assert other.restore(env.snapshot()).first.all()
    assert not env.spec.resumable
