"""A new learner in one file: every agent follows the policy gradient of a linear policy of its own.

Try it: stigmergy train --algorithm reinforce --plugin docs/examples/reinforce.py"""

import math
from dataclasses import dataclass

import torch

import stigmergy


@dataclass(frozen=True)
class ReinforceConfig:  # every field is an option: --learner.gamma 0.9
    learning_rate: float = 0.01
    """Step size of Adam."""
    gamma: float = 0.95
    """Discount of a step."""


@stigmergy.register_algorithm("reinforce")
class Reinforce(stigmergy.Learner):
    """REINFORCE (Williams 1992) with the mean return as baseline, for Discrete actions."""

    Config = ReinforceConfig
    information = stigmergy.Information.LOCAL  # it is given nothing but the agents' own experience

    def __init__(self, context, config):
        super().__init__(context, config)
        inputs, self.rank = math.prod(shape := self.group.observation_space.shape), len(shape)
        self.weight = torch.zeros(self.group.size, inputs, self.group.num_choices, requires_grad=True)
        self.optimizer = torch.optim.Adam([self.weight], config.learning_rate)

    def log_prob(self, observation):  # (..., n, *shape) to (..., n, actions); anything may stand in inactive rows
        features = torch.from_numpy(observation).float().nan_to_num(0, 0, 0).flatten(-self.rank)
        return torch.einsum("...ni,nia->...na", features, self.weight).log_softmax(-1)

    def act(self, step, hidden_state, greedy=False):
        chance = self.log_prob(step.observation).exp().detach()
        drawn = torch.multinomial(chance.flatten(0, 1), 1, generator=self.stream("policy")).view(chance.shape[:2])
        return stigmergy.Decision((chance.argmax(-1) if greedy else drawn).numpy())

    def learn(self, rollout):
        gain, valid = map(torch.from_numpy, rollout.advantage(rollout.active * 0.0, self.config.gamma, 1.0))
        count = valid.sum((0, 1)).clamp(min=1)
        taken = self.log_prob(rollout.observation[:-1]).gather(-1, torch.from_numpy(rollout.action)[..., None])[..., 0]
        loss = -(torch.where(valid, taken * (gain - gain.sum((0, 1)) / count), 0).sum((0, 1)) / count).sum()
        self.weight.grad = None
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.item()}

    def state_dict(self):
        return super().state_dict() | {"weight": self.weight.detach(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.weight.data.copy_(state["weight"])
        self.optimizer.load_state_dict(state["optimizer"])
