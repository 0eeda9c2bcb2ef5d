"""PPO for one agent, written from the papers with torch's own layers, optimizer and clipping; slow, plain, and apart from the code under test."""

import torch
from torch import nn


class PlainPPO:
    """One agent with an MLP of one hidden layer, discrete actions, a value head on the same body."""

    def __init__(self, features, hidden, choices, options, seed):
        self.body = nn.ModuleList(nn.Linear(a, b) for a, b in zip((features, *hidden), hidden))
        self.actor, self.critic = nn.Linear(hidden[-1], choices), nn.Linear(hidden[-1], 1)
        self.options = options
        self.parameters = [p for part in (self.body, self.actor, self.critic) for p in part.parameters()]
        self.adam = torch.optim.Adam(self.parameters, lr=options.learning_rate, eps=options.adam_epsilon)
        self.shuffling = torch.Generator().manual_seed(seed)

    def look(self, observation):
        """Logits and values."""
        x = torch.as_tensor(observation)
        for layer in self.body:
            x = torch.relu(layer(x))
        return self.actor(x), self.critic(x).squeeze(-1)

    def learn(self, observation, mask, action, transitions, steps):
        """Learn from one agent's rollout.

        `transitions` lists `(t, e, return of the rewards up to the next decision, discount, next (t, e) or None)`, in time order within each
        episode of each copy; `steps` is (T, E), from which the minibatches are cut.
        """
        with torch.no_grad():
            logits, value = self.look(observation)
            old = self.log_prob(logits[:-1], mask, action)
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

    def log_prob(self, logits, mask, action):
        """Log-probabilities of the actions taken."""
        if mask is not None:
            logits = logits.masked_fill(~torch.as_tensor(mask), -1e30)
        return torch.distributions.Categorical(logits=logits).log_prob(torch.as_tensor(action))

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
        legal = None if mask is None else torch.as_tensor(mask[t, e])
        if legal is not None:
            logits = logits.masked_fill(~legal, -1e30)
        policy = torch.distributions.Categorical(logits=logits)
        ratio = (policy.log_prob(torch.as_tensor(action[t, e])) - old[t, e]).exp()
        surrogate = torch.minimum(ratio * gain, ratio.clamp(1 - options.clip, 1 + options.clip) * gain)
        near = old_value[t, e] + (value - old_value[t, e]).clamp(-options.value_clip, options.value_clip)
        value_loss = torch.maximum((value - target) ** 2, (near - target) ** 2)
        entropy = -(policy.probs * policy.probs.clamp(min=1e-30).log()).sum(dim=-1)
        loss = (-surrogate + options.value_coefficient * value_loss - options.entropy * entropy).mean()
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, options.max_grad_norm)
        self.adam.step()
