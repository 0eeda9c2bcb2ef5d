"""Scripted players by name, alone and side by side, in the dilemmas without a map."""

import numpy as np

from stigmergy.algorithms import algorithms
from stigmergy.envs.registration.make import make


def bot(name, env):
    """The scripted policy `name` for the one group of the environment."""
    return algorithms.find(name).load().built_for(name, env.spec, env.spec.groups[0], env.config)


def returns_beside(id, players, num_envs=1, seed=0, **parameters):
    """Mean returns of one episode in which agent i plays as the bot `players[i]`, `(n,)`."""
    env = make(id, num_envs, **parameters)
    step = env.reset(seed)
    bots = {name: bot(name, env) for name in set(players)}
    returns = np.zeros((num_envs, len(players)))
    while not step.last.all():
        acts = {name: policy.act(env.state) for name, policy in bots.items()}
        step = env.step(np.stack([acts[name][:, i] for i, name in enumerate(players)], axis=1))
        returns += step.groups["agents"].reward
    return returns.mean(axis=0)
