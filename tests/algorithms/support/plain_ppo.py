"""PPO for one agent, written from the papers with torch's own layers, optimizer and clipping.

Slow, plain, and apart from the code under test.
"""

import torch
from torch import nn


class PlainPPO:
    """One agent with an MLP of one hidden layer, discrete actions and a shared value head."""

    def __init__(self, features, hidden, choices, options, seed):
        self.body = nn.ModuleList(nn.Linear(a, b) for a, b in zip((features, *hidden), hidden))
        self.actor, self.critic = nn.Linear(hidden[-1], choices), nn.Linear(hidden[-1], 1)
        self.options = options
        self.parameters = [p for part in (self.body, self.actor, self.critic) for p in part.parameters()]
        self.adam = torch.optim.Adam(self.parameters, lr=options.learning_rate, eps=options.adam_epsilon)
        self.shuffling = torch.Generator().manual_seed(seed)

    def look(self, observation):
        """Logits and values."""
        x = torch.as_tensor(observation).to(torch.get_default_dtype())
        for layer in self.body:
            x = torch.relu(layer(x))
        return self.actor(x), self.critic(x).squeeze(-1)

    def learn(self, observation, mask, action, transitions, steps):
        """Learn from one agent's rollout.

        `transitions` lists `(t, e, return of the rewards up to the next decision, discount, next
        (t, e) or None)`, in time order within each episode of each env; `steps` is (T, E), from
        which the minibatches are cut.
        """
        with torch.no_grad():
            logits, value = self.look(observation)
            old = self.log_probs(logits[:-1], mask)
            advantage = self.advantages(value, transitions)
        at = {(t, e): row for row, (t, e, *_) in enumerate(transitions)}
        gain = torch.tensor([advantage[t, e] for t, e, *_ in transitions])
        target = torch.stack([g + value[t, e] for g, (t, e, *_) in zip(gain, transitions)])
        gain = (gain - gain.mean()) / (gain.std(unbiased=False) + 1e-8)
        for _ in range(self.options.epochs):
            order = torch.randperm(steps[0] * steps[1], generator=self.shuffling)
            for part in order.tensor_split(self.options.minibatches):
                where = [divmod(int(row), steps[1]) for row in part]
                where = [(t, e) for t, e in where if (t, e) in at]
                if where:
                    rows = [at[place] for place in where]
                    self.descend(observation, mask, action, old, value, gain[rows], target[rows], where)

    def log_probs(self, logits, mask):
        """Log-probabilities of all actions."""
        if mask is not None:
            logits = logits.masked_fill(~torch.as_tensor(mask), -1e30)
        return torch.log_softmax(logits, dim=-1)

    def advantages(self, value, transitions):
        """Backwards through the decisions."""
        advantage = {}
        for t, e, gain, discount, following in reversed(transitions):
            ahead = 0.0 if following is None else discount * float(value[following])
            delta = gain + ahead - float(value[t, e])
            advantage[t, e] = delta + discount * self.options.gae_lambda * advantage.get(following, 0.0)
        return advantage

    def descend(self, observation, mask, action, old, old_value, gain, target, where):
        """One step of Adam on the rows `where`."""
        options, (t, e) = self.options, map(list, zip(*where))
        logits, value = self.look(observation[t, e])
        log_probs = self.log_probs(logits, None if mask is None else mask[t, e])
        policy_loss = self.policy_loss(old[t, e], log_probs, torch.as_tensor(action[t, e]), gain)
        near = old_value[t, e] + (value - old_value[t, e]).clamp(-options.value_clip, options.value_clip)
        value_loss = torch.maximum((value - target) ** 2, (near - target) ** 2)
        entropy = -(log_probs.exp() * log_probs).sum(dim=-1)
        loss = policy_loss + (options.value_coefficient * value_loss - options.entropy * entropy).mean()
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, options.max_grad_norm)
        self.adam.step()

    def policy_loss(self, old, new, action, gain):
        """PPO's clipped objective, from the log-probabilities of all actions then and now."""
        ratio = (pick(new, action) - pick(old, action)).exp()
        near = ratio.clamp(1 - self.options.clip, 1 + self.options.clip)
        return -torch.minimum(ratio * gain, near * gain).mean()


class PlainDPO(PlainPPO):
    """The same with DPO's objective.

    Coefficients adapt by the last minibatch of a rollout.
    """

    floor = 1e-12

    def __init__(self, *args):
        super().__init__(*args)
        self.root_weight = self.weight = 1.0
        self.last = None

    def learn(self, *rollout):
        super().learn(*rollout)
        if self.last is None:
            return
        (kl, root), d = self.last, self.options.kl_target
        self.weight = adapted(self.weight, kl, d)
        self.root_weight = adapted(self.root_weight, root, d**0.5)
        self.last = None

    def policy_loss(self, old, new, action, gain):
        ratio = (pick(new, action) - pick(old, action)).exp()
        kl = (old.exp() * (old - new)).sum(dim=-1)
        root = torch.sqrt(torch.clamp(kl + self.floor, min=self.floor))
        self.last = float(kl.detach().mean()), float(root.detach().mean())
        return -(ratio * gain).mean() + self.root_weight * root.mean() + self.weight * kl.mean()


def adapted(weight, measured, target):
    """A coefficient after a rollout."""
    if measured < target / 1.5:
        weight = weight / 2
    elif measured > target * 1.5:
        weight = weight * 2
    return min(max(weight, 1e-3), 1e3)


def pick(log_probs, action):
    """Those of the actions taken."""
    return log_probs[torch.arange(len(action)), action]
