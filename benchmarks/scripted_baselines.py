"""Outcomes of scripted and of random play in every task, with default parameters.

Printed by `python -m benchmarks baselines`.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

import stigmergy
from stigmergy.algorithms.core.make import make_learner, scripted_for
from stigmergy.training.confidence_intervals import mean_of_defined
from stigmergy.training.evaluation import evaluate

EPISODES, SEED = 64, 1000


def measure(id: str) -> list[tuple[str, dict[str, float]]]:
    """Players and the mean of every outcome over the same episodes.

    The players are random, then the first policy of every group.
    """
    env = stigmergy.make(id, EPISODES)
    names = {group.name: next(iter(scripted_for(env.spec, group)), "random") for group in env.spec.groups}
    rows = []
    for players in (dict.fromkeys(names, "random"), names):
        means = {name: mean_of_defined(values) for name, values in outcomes(env, players, SEED).items()}
        rows.append((" + ".join(dict.fromkeys(players.values())), means))
    return rows if names != dict.fromkeys(names, "random") else rows[:1]


def outcomes(env: stigmergy.BatchEnv, players: Mapping[str, str], seed: int) -> dict[str, NDArray[np.float64]]:
    """Outcomes `(num_envs,)` of an episode in each env, played by policies without training."""
    learners = {
        group: make_learner(name, stigmergy.Context(env.spec, env.spec.group(group), seed, env_config=env.config))
        for group, name in players.items()
    }
    return evaluate(env, learners, seed).columns()
