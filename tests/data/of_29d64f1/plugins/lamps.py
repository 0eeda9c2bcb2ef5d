"""A user's plugin written for stigmergy at commit 29d64f1, by the guides of that time: every module they named is imported.

It stays as it is. What it imports and calls has to keep working, with a warning where there is a newer way.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from gymnasium.spaces import Box, Discrete
from numba import njit, prange

import stigmergy
from stigmergy.algorithms.cnm import Normative, WithNorms
from stigmergy.algorithms.ippo import IPPO, IPPOSettings
from stigmergy.algorithms.mixers import MIXERS, Mixer
from stigmergy.envs.arena import Arena
from stigmergy.envs.board import Board
from stigmergy.envs.dilemmas.outcomes import sanction_outcomes
from stigmergy.envs.kernels import over_copies
from stigmergy.envs.palette import TEXT, agent_colour
from stigmergy.envs.signals import signal_shapes
from stigmergy.envs.streams import below, hash_below, normal, shuffle, uniform

SANCTIONS = ("sanctions", "sanction_rate", "hits", "sanction_cost", "sanction_fines", "just_hits", "unjust_hits")


@dataclass(frozen=True)
class LampsParameters:
    num_agents: int = 3
    """Agents on the line."""
    size: int = 7
    """Spots on the line, at least 3."""
    max_cycles: int = 12
    """Steps of an episode."""

    def __post_init__(self):
        if self.size < 3:
            raise stigmergy.BadParameter(f"size is {self.size}; allowed is 3 or more")


class State(NamedTuple):
    stream: np.ndarray  # (num_envs, 4)
    elapsed: np.ndarray  # (num_envs,)
    over: np.ndarray  # (num_envs,)
    position: np.ndarray  # (num_envs, n) spot of each agent
    lamp: np.ndarray  # (num_envs,) spot of the lamp
    chances: np.ndarray  # (num_envs, n) opportunities to sanction in the episode
    shots: np.ndarray  # (num_envs, n) sanctions
    taken: np.ndarray  # (num_envs, n) sanctions at an opportunity
    hits: np.ndarray  # (num_envs, n, n) who hit whom
    just: np.ndarray  # (num_envs, n) hits on agents that stood away from the lamp


@over_copies
def play(state, action, reward, opportunity, sanction, target, where):
    """One step of every copy in `where`."""
    for c in prange(where.shape[0]):
        if where[c]:
            play_copy(state, action, reward, opportunity, sanction, target, np.int64(c))


@njit(cache=True)
def play_copy(state, action, reward, opportunity, sanction, target, c):
    """Agents walk in random order; action 3 sanctions all neighbours."""
    position, n = state.position[c], state.position.shape[1]
    for i in range(n):
        for j in range(n):
            if i != j and abs(position[i] - position[j]) <= 1:
                opportunity[c, i] = 1
    order = np.arange(n)
    shuffle(state.stream[c], order)
    for i in order:
        state.chances[c, i] += int(opportunity[c, i])
        if action[c, i] == 3:
            sanction[c, i] = 1
            state.shots[c, i] += 1
            state.taken[c, i] += int(opportunity[c, i])
            reward[c, i] -= 0.1
            for j in range(n):
                if i != j and abs(position[i] - position[j]) <= 1:
                    target[c, i, j] = 1
                    state.hits[c, i, j] += 1
                    state.just[c, i] += int(position[j] != state.lamp[c])
                    reward[c, j] -= 0.5
    for i in range(n):
        if action[c, i] == 1:
            position[i] = max(position[i] - 1, 0)
        elif action[c, i] == 2:
            position[i] = min(position[i] + 1, 6)
        if position[i] == state.lamp[c]:
            reward[c, i] += 1 if normal(state.stream[c]) < 1.5 else 2
    if uniform(state.stream[c]) < 0.1:
        state.lamp[c] = below(state.stream[c], 7)


@stigmergy.register_environment("lamps-v0", description="agents are paid at the lamp and may sanction their neighbours")
class Lamps(stigmergy.BatchEnv):
    """Agents on a line are paid for standing at the lamp, which moves now and then."""

    Parameters = LampsParameters

    def __init__(self, id, num_envs, parameters):
        n = parameters.num_agents
        group = stigmergy.GroupSpec("agents", n, Box(-1, 1, (n + 1,), np.float32), Discrete(4), has_action_mask=True)
        spec = stigmergy.EnvSpec(
            id, (group,), parameters.max_cycles, metrics=SANCTIONS, state_shape=(n + 1,), signals=signal_shapes(n)
        )
        super().__init__(spec, num_envs, parameters)

    def _allocate(self):
        e, n = self.num_envs, self.parameters.num_agents
        agents = [np.zeros((e, n), np.int64) for _ in range(3)]
        return State(
            *self.required_state(),
            np.zeros((e, n), np.int64),
            np.zeros(e, np.int64),
            *agents,
            np.zeros((e, n, n), np.int64),
            np.zeros((e, n), np.int64),
        )

    def _begin(self, where):
        state = self.state
        spots = stigmergy.draw_below(state.stream, self.parameters.size, state.position.shape[1:], where)
        state.position[where] = spots[where]
        state.lamp[where] = (stigmergy.draw_uniform(state.stream, (), where) * self.parameters.size).astype(int)[where]
        for count in (state.chances, state.shots, state.taken, state.hits, state.just):
            count[where] = 0

    def _advance(self, actions, where):
        signals = (self.signals[name] for name in ("opportunity", "sanction", "target"))
        play(self.state, actions["agents"], self.groups["agents"].reward, *signals, where)

    def _observe(self):
        state, group, scale = self.state, self.groups["agents"], self.parameters.size
        group.observation[..., :-1] = (state.position[:, None] - state.position[:, :, None]) / scale
        group.observation[..., -1] = (state.lamp[:, None] - state.position) / scale
        group.action_mask[:] = True
        group.action_mask[..., 1] = state.position > 0
        group.action_mask[..., 2] = state.position < scale - 1
        self.global_state[:, :-1] = state.position / scale
        self.global_state[:, -1] = state.lamp / scale

    def _measure(self):
        shots, hits = self.state.shots, self.state.hits
        return sanction_outcomes(self.state, self.state.taken, 0.1 * shots, 0.5 * hits.sum(axis=1))

    def draw(self, copy=0):
        board = Board(np.zeros((3, self.parameters.size)))
        board.square((1, self.state.lamp[copy]), [agent_colour(3)])
        for i, spot in enumerate(self.state.position[copy]):
            board.disc((1, spot), agent_colour(i), str(i))
        board.caption([(f"step {self.state.elapsed[copy]}", TEXT)])
        return board.canvas.pixels()

    def text(self, copy=0):
        return " ".join(map(str, self.state.position[copy]))


@stigmergy.register_environment("lamps_in_the_plane-v0")
class LampsInThePlane(Lamps):
    """The same with another picture."""

    def draw(self, copy=0):
        arena = Arena((-1, -1), (self.parameters.size, 1))
        for i, spot in enumerate(self.state.position[copy]):
            arena.disc((spot, 0), 0.3, agent_colour(i), str(i))
        return arena.canvas.pixels()


@stigmergy.register_algorithm("to_the_lamp", description="lamps: heads for the lamp")
class ToTheLamp(stigmergy.ScriptedPolicy):
    """Agents walk to the lamp; there they sanction by a chance that hangs on the state alone, as bots of scenarios have to."""

    plays = ("lamps",)  # beginnings of ids

    def act(self, world, generator):
        away = world.lamp[:, None] - world.position
        steps = np.where(away < 0, 1, np.where(away > 0, 2, 0))
        e, n = away.shape
        chance = np.array([[hash_below(world.stream[c], i, 1, 2) for i in range(n)] for c in range(e)])
        return np.where((away == 0) & (chance == 1), 3, steps)


@stigmergy.register_algorithm("wander", description="lamps: walks by chance, drawn from the generator")
class Wander(stigmergy.ScriptedPolicy):
    """Agents stay or sanction by chance."""

    plays = ("lamps",)
    groups = ("agents",)

    def act(self, world, generator):
        return 3 * generator.integers(2, size=world.position.shape)


stigmergy.register_scenario(
    "my/lamps_among_walkers-v0",
    world="lamps-v0",
    seats={"learners": 2, "walkers": stigmergy.Seats(1, "to_the_lamp")},
    parameters={"max_cycles": 8},
    description="two learners beside one that walks to the lamp",
)


class Average(Mixer):
    """The mean of the agents' values."""

    needs_state = False

    def forward(self, chosen, best, action, state):
        return chosen.mean(dim=1)


MIXERS["average"] = Average


@dataclass(frozen=True)
class CarefulSettings(IPPOSettings, WithNorms):
    """Options of both."""


@stigmergy.register_algorithm("careful_norms")
class CarefulNorms(Normative, IPPO):
    """The classifier norm model on a base of one's own."""

    Settings = CarefulSettings
    name = "careful_norms"
    information = stigmergy.Information.PUBLIC


@dataclass(frozen=True)
class GradientSettings:
    learning_rate: float = 0.01
    """Step size of Adam."""
    gamma: float = 0.95
    """Discount of a step."""


@stigmergy.register_algorithm("gradient")
class Gradient(stigmergy.Learner):
    """REINFORCE with a linear policy for each agent, as docs/examples/reinforce.py had it, masks and estimates beside."""

    Settings = GradientSettings
    information = stigmergy.Information.LOCAL

    def __init__(self, setup, settings):
        super().__init__(setup, settings)
        if not isinstance(self.group.action_space, Discrete):
            raise stigmergy.UserError(f"gradient acts in Discrete alone, not in {self.group.action_space}")
        inputs, self.rank = math.prod(shape := self.group.observation_space.shape), len(shape)
        self.weight = torch.zeros(self.group.size, inputs, self.group.num_choices, requires_grad=True)
        self.optimizer = torch.optim.Adam([self.weight], settings.learning_rate)

    def log_prob(self, observation):
        features = torch.from_numpy(observation).float().nan_to_num(0, 0, 0).flatten(-self.rank)
        return torch.einsum("...ni,nia->...na", features, self.weight).log_softmax(-1)

    def act(self, step, memory, greedy=False):
        chance = self.log_prob(step.observation).exp().detach()
        if step.action_mask is not None:
            chance = chance * torch.from_numpy(step.action_mask | ~step.active[..., None])
        drawn = torch.multinomial(chance.flatten(0, 1), 1, generator=self.stream("policy")).view(chance.shape[:2])
        action = (chance.argmax(-1) if greedy else drawn).numpy()
        return stigmergy.Decision(action, None if memory is None else memory + 1, {"chance": chance.numpy()})

    def initial_memory(self, num_envs):
        return torch.zeros(num_envs, self.group.size, 1)

    def learn(self, rollout):
        assert rollout.record["chance"].shape[:3] == rollout.valid.shape == rollout.reward.shape
        assert rollout.terminated.shape == rollout.reward.shape
        assert rollout.truncated.shape == rollout.reward.shape[:2]
        gain, valid = map(torch.from_numpy, rollout.advantage(rollout.active * 0.0, self.settings.gamma, 1.0))
        count = valid.sum((0, 1)).clamp(min=1)
        taken = self.log_prob(rollout.observation[:-1]).gather(-1, torch.from_numpy(rollout.action)[..., None])[..., 0]
        loss = -(torch.where(valid, taken * (gain - gain.sum((0, 1)) / count), 0).sum((0, 1)) / count).sum()
        self.weight.grad = None
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.item(), "weight/agent_0": self.weight[0].abs().mean().item()}

    def state_dict(self):
        return super().state_dict() | {"weight": self.weight.detach(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.weight.data.copy_(state["weight"])
        self.optimizer.load_state_dict(state["optimizer"])
