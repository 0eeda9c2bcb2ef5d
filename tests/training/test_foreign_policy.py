"""Policies read observations and give actions in the form of the environment of training."""

import numpy as np
import pytest
import torch
from gymnasium import spaces

import stigmergy
from stigmergy.cli.entry import main
from stigmergy.envs.core.timestep import GroupStep
from stigmergy.envs.errors import BadParameter
from tests.support.foreign import Counter, register, training

PICTURE = spaces.Box(0, 255, (8, 7, 3), np.uint8)


class Categories(Counter):
    """Observations are numbers of categories."""

    length = 8
    observed = spaces.Discrete(9, start=3)

    def observe(self, agent):
        return self.t + 3


class Numbered(Categories):
    """Agents are numbers, and others come along under keys that are no agents."""

    names = (0, 1)

    def step(self, actions):
        observations, *rest = super().step(actions)
        return observations | {"everyone": 1}, *rest


class Parts(Counter):
    """Observations have parts, and so have actions."""

    observed = spaces.Dict({"place": spaces.MultiDiscrete([3, 2]), "speed": spaces.Box(-1, 1, (), np.float32)})

    def action_space(self, agent):
        return spaces.Dict({"push": spaces.MultiBinary(2), "turn": spaces.Discrete(3, start=-1)})

    def observe(self, agent):
        return {"place": np.array([self.t % 3, self.t % 2]), "speed": np.float32(self.random.uniform(-1, 1))}

    def pay(self, agent, action):
        assert self.action_space(agent).contains(action), action
        return float(action["turn"])


class Pictures(Counter):
    """Pictures with their colours last."""

    observed = PICTURE

    def observe(self, agent):
        return self.random.integers(0, 256, PICTURE.shape, np.uint8)


class Masked(Counter):
    """Masks stand in the infos: only one action is allowed at a time."""

    def reset(self, seed=None, options=None):
        observations, _ = super().reset(seed)
        return observations, self.masks()

    def step(self, actions):
        for agent, action in actions.items():
            assert action == self.t % 2, f"{agent} does what its mask forbids"
        *given, _ = super().step(actions)
        return *given, self.masks()

    def masks(self):
        return {agent: {"action_mask": np.array([self.t % 2 == 0, self.t % 2 == 1], np.int8)} for agent in self.names}


def policy_of(kind, tmp_path):
    id = register(kind.__name__.lower(), kind)
    assert main(["train", "--environment", id, "--run", str(tmp_path / "run"), *training(total_steps=32)]) == 0
    policy = stigmergy.load_policy(tmp_path / "run")
    generator = torch.Generator().manual_seed(0)
    for learner in policy.learners.values():  # opinions that differ from observation to observation
        for parameter in learner.network.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator)
    return policy


def chosen(policy, rows):
    """Actions of the learner that sees `rows` (2, *shape), one for each agent."""
    (learner,) = policy.learners.values()
    flags = np.zeros((1, 2), np.bool_)
    mask = np.ones((1, 2, learner.group.num_choices), np.bool_) if learner.group.has_action_mask else None
    none = np.zeros(1, np.bool_)
    step = GroupStep(np.stack(rows)[None], mask, np.zeros((1, 2), np.float32), flags, ~flags, none, ~none)
    return learner.act(step, learner.initial_hidden_state(1), greedy=True).action[0]


@pytest.mark.parametrize("kind", [Categories, Numbered])
def test_categories_are_read_as_in_training(kind, tmp_path):
    policy, env = policy_of(kind, tmp_path), kind()
    observations, _ = env.reset(seed=0)
    decided = []
    while env.agents:
        actions = policy.act(observations, greedy=True)
        row = np.eye(9, dtype=np.float32)[observations[env.names[0]] - 3]
        assert list(actions.values()) == chosen(policy, [row, row]).tolist()
        assert list(actions) == list(env.names)
        decided += actions.values()
        observations, *_ = env.step(actions)
    assert len(set(decided)) == 2, "nothing would have been noticed"


def test_parts_are_read_and_acted_in(tmp_path):
    policy = policy_of(Parts, tmp_path)
    for env in (Parts(), policy.make_env()):
        observations, _ = env.reset(seed=0)
        decided = set()
        while env.agents:
            actions = policy.act(observations, greedy=True)
            rows = [
                np.array([*np.eye(3)[o["place"][0]], *np.eye(2)[o["place"][1]], o["speed"]], np.float32)
                for o in observations.values()
            ]
            for action, row in zip(actions.values(), chosen(policy, rows)):
                assert env.action_space("left_0").contains(action)
                assert [*action["push"], action["turn"]] == row.tolist()
                decided.add(tuple(row.tolist()))
            observations, *_ = env.step(actions)
        assert len(decided) > 1


def test_pictures_are_turned(tmp_path):
    policy, env = policy_of(Pictures, tmp_path), Pictures()
    observations, _ = env.reset(seed=0)
    rows = [np.moveaxis(o, 2, 0) for o in observations.values()]
    assert list(policy.act(observations, greedy=True).values()) == chosen(policy, rows).tolist()
    # The view of stigmergy gives them turned already.
    turned = dict(zip(observations, rows))
    assert list(policy.act(turned, greedy=True).values()) == chosen(policy, rows).tolist()


def test_masks_in_infos_are_heeded_or_asked_for(tmp_path):
    policy, env = policy_of(Masked, tmp_path), Masked()
    observations, infos = env.reset(seed=0)
    with pytest.raises(BadParameter, match=r"has an action_mask.*give act\(\) the infos too"):
        policy.act(observations)
    while env.agents:
        observations, _, _, _, infos = env.step(policy.act(observations, infos=infos))


@pytest.mark.parametrize(
    ("observation", "sentence"),
    [(99, "'left_0' of 'foreign/categories-v0' is 99"), (np.zeros(5), "left_0"), ("three", "left_0"), (2.5, "left_0")],
)
def test_an_observation_of_another_space_is_refused(observation, sentence, tmp_path_factory):
    policy = policy_of(Categories, tmp_path_factory.mktemp("refused"))
    with pytest.raises(BadParameter, match=sentence):
        policy.act({"left_0": observation, "left_1": 4})
    with pytest.raises(KeyError, match="there is no agent 'nobody'"):
        policy.act({"nobody": 4})


def test_our_own_environments_refuse_it_too(tmp_path):
    options = ["--environment", "games/switch-v0", "--task.num-agents", "2", *training(total_steps=16)]
    assert main(["train", *options, "--run", str(tmp_path / "run")]) == 0
    policy = stigmergy.load_policy(tmp_path / "run")
    observations, _ = policy.make_env().reset(seed=1)
    assert set(policy.act(observations)) == set(observations)
    name = next(iter(observations))
    with pytest.raises(BadParameter, match=f"the observation of the agent '{name}' of 'games/switch-v0'"):
        policy.act({name: 0.5})


def test_games_in_turns_are_played_in_turns(tmp_path):
    classic = pytest.importorskip("pettingzoo.classic.tictactoe_v3")
    options = ["--environment", "pettingzoo:pettingzoo.classic.tictactoe_v3", *training(total_steps=32)]
    assert main(["train", *options, "--run", str(tmp_path / "run")]) == 0
    policy = stigmergy.load_policy(tmp_path / "run")
    for env in (classic.env(), policy.make_env()):
        env.reset(seed=1)
        policy.reset()
        moves = 0
        for agent in env.agent_iter():
            observation, _, terminated, truncated, info = env.last()
            over = terminated or truncated
            action = None if over else policy.act({agent: observation}, infos={agent: info})[agent]
            moves += not over
            env.step(action)
        assert 5 <= moves <= 9
