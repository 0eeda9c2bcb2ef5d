"""The losses of Q-learning and value decomposition as the papers write them.

One transition at a time, plain numbers, no masks.

Written apart from the learners, to compare with. They read a learner's networks and a sequence of
its replay.
"""

import numpy as np
import torch


def values(network, sequence):
    """Each agent's action values `[t][b][i]` as lists of numbers, from one step after the other."""
    hidden_state, found = sequence.hidden_state, []
    parts = network.actions.from_action(sequence.action)
    for t in range(len(sequence.first)):
        one, gru_state = network(
            sequence.observation[t : t + 1], hidden_state, sequence.first[t : t + 1], sequence.active[t : t + 1]
        )
        hidden_state = network.next_hidden_state(gru_state, parts[t], sequence.active[t])
        found.append(one[0].tolist())
    return found


def best(row, legal):
    """The number of the best legal action."""
    return max((a for a in range(len(row)) if legal[a]), key=lambda a: row[a])


class Plain:
    """One-step targets of a learner for a sequence without waiting agents.

    A dead agent stays dead until the next episode.
    """

    def __init__(self, learner, sequence):
        self.learner, self.sequence = learner, sequence
        self.online = values(learner.parts["network"], sequence)
        target = "central_network" if "central_network" in learner.parts else "network"
        self.target_q = values(learner.targets[target], sequence)
        self.length, self.num_envs = np.shape(sequence.truncated)
        self.agents = range(sequence.reward.shape[2])
        self.gamma, self.scale = learner.config.gamma, learner.config.reward_scale

    def legal(self, t, b, i):
        mask = self.sequence.action_mask
        return [True] * len(self.online[t][b][i]) if mask is None else mask[t, b, i].tolist()

    def act(self, t, b, i):
        """The action that the target looks at: the online network's best."""
        source = (
            self.online if self.learner.config.double_q or "central_network" in self.learner.parts else self.target_q
        )
        return best(source[t][b][i], self.legal(t, b, i))

    def independent(self):
        """Mean squared error of each agent."""
        errors = {i: [] for i in self.agents}
        for t in range(self.length):
            for b in range(self.num_envs):
                for i in self.agents:
                    if not self.sequence.active[t, b, i] or self.sequence.first[t + 1, b]:
                        continue
                    target = self.scale * float(self.sequence.reward[t, b, i])
                    if not self.sequence.terminated[t, b, i]:
                        target += self.gamma * self.target_q[t + 1][b][i][self.act(t + 1, b, i)]
                    errors[i].append((self.online[t][b][i][self.sequence.action[t, b, i]] - target) ** 2)
        return [float(np.mean(errors[i])) for i in self.agents]

    def mix(self, mixer, table, t, b, actions):
        """The team's value of a joint action."""
        alive = [bool(self.sequence.active[t, b, i]) for i in self.agents]
        chosen = [table[t][b][i][actions[i]] if alive[i] else 0.0 for i in self.agents]
        most = [table[t][b][i][best(table[t][b][i], self.legal(t, b, i))] if alive[i] else 0.0 for i in self.agents]
        choices = len(table[t][b][0])
        one_hot = [float(alive[i] and a == actions[i]) for i in self.agents for a in range(choices)]
        state = self.sequence.state[t, b] if self.sequence.state is not None else torch.zeros(1)
        inputs = (torch.tensor([chosen]), torch.tensor([most]), torch.tensor([one_hot]), state[None])
        return float(mixer(*(x.to(torch.get_default_dtype()) for x in inputs))[0])

    def team(self):
        """Mean weighted squared errors of the team, and of an unrestricted mixer."""
        learner, sequence = self.learner, self.sequence
        config, weighted = learner.config, "central_network" in learner.parts
        combine = {"sum": np.sum, "mean": np.mean}[config.team_reward]
        late_mixer = learner.targets["central_mixer" if weighted else "mixer"]
        central = values(learner.parts["central_network"], sequence) if weighted else None
        errors, central_errors = [], []
        for t in range(self.length):
            for b in range(self.num_envs):
                if sequence.first[t + 1, b] or not sequence.active[t, b].any():
                    continue
                done = sequence.action[t, b].tolist()
                target = self.scale * combine(sequence.reward[t, b].astype(np.float64))
                if not sequence.terminated[t, b].all():
                    greedy = [self.act(t + 1, b, i) for i in self.agents]
                    target += self.gamma * self.mix(late_mixer, self.target_q, t + 1, b, greedy)
                worth = self.mix(learner.parts["mixer"], self.online, t, b, done)
                weight = 1.0
                if weighted:
                    greedy = [self.act(t, b, i) for i in self.agents]
                    if config.weighting == "optimistic":
                        counts = worth < target
                    else:
                        same = all(done[i] == greedy[i] for i in self.agents if sequence.active[t, b, i])
                        counts = same or target > self.mix(late_mixer, self.target_q, t, b, greedy)
                    weight = 1.0 if counts else config.weight
                    central_errors.append((self.mix(learner.parts["central_mixer"], central, t, b, done) - target) ** 2)
                errors.append(weight * (worth - target) ** 2)
        return float(np.mean(errors)), float(np.mean(central_errors)) if weighted else 0.0
