"""Opportunities and sanctions of a play, counted by the kind of the agent in the beam."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from stigmergy.algorithms.core.learner import Learner, to_tensor
from stigmergy.algorithms.norms.classifier import pseudo_reward
from stigmergy.algorithms.norms.cnm import Normative
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.sanction_signals import OPPORTUNITY, SANCTION
from stigmergy.envs.dilemmas.grid_engine.beams import cast_beam, most_cells
from stigmergy.envs.dilemmas.grid_engine.env import GridDilemma
from stigmergy.envs.dilemmas.grid_engine.sanctions import SANCTION_BEAM
from stigmergy.envs.registration.scenario_env import SeatedEnv
from stigmergy.training.evaluation import Players

PLANTED = ("newborn", "red", "green", "blue")
INNOCENT = ("innocent", "guilty")


def kinds_of(env: GridDilemma) -> tuple[tuple[str, ...], NDArray[Any]]:
    """Names of the kinds of agents, and the kind of each agent `(num_envs, n)`.

    A kind is the last planted colour in tasks where others see it, else guilty or not.
    """
    if env.colour_names:
        return PLANTED, env.state.colour
    return INNOCENT, env.state.guilty


@dataclass
class Meetings:
    """Opportunities of the agents of one group, by the kind of the agents in the beam.

    An opportunity with several kinds in the beam counts for each of them.
    """

    names: Sequence[str]
    opportunities: NDArray[np.float64] = field(init=False)  # (kinds,)
    sanctions: NDArray[np.float64] = field(init=False)
    judged: NDArray[np.float64] = field(init=False)
    """Sum over opportunities of the probability that the agent's classifier gave."""
    paid: NDArray[np.float64] = field(init=False)
    """Sum over sanctions of the pseudo-reward."""

    def __post_init__(self):
        for name in ("opportunities", "sanctions", "judged", "paid"):
            setattr(self, name, np.zeros(len(self.names)))

    def rows(self) -> dict[str, dict[str, float]]:
        """Rows by kind; NaN where undefined.

        A row holds opportunities, the share of them taken, the mean probability, and the mean
        pseudo-reward of a sanction.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            columns = {
                "opportunities": self.opportunities,
                "sanction_rate": self.sanctions / self.opportunities,
                "judgement": self.judged / self.opportunities,
                "pseudo_reward": self.paid / self.sanctions,
            }
        return {kind: {name: float(x[k]) for name, x in columns.items()} for k, kind in enumerate(self.names)}


@njit(cache=True, parallel=True)
def look_along(state, constants, kind, path, seen):
    """Write the kinds in the beam of each agent to `seen` `(num_envs, n, kinds)`."""
    b = SANCTION_BEAM
    for c in prange(kind.shape[0]):
        cell, occupant = state.cell[c], state.occupant[c]
        for i in range(kind.shape[1]):
            if state.out[c, i] > 0:
                continue
            row, col = int(state.position[c, i, 0]), int(state.position[c, i, 1])
            count = cast_beam(
                cell, occupant, constants.stops[b], True, constants.torus, row, col, int(state.facing[c, i]),
                constants.length[b], constants.radius[b], path[c],
            )  # fmt: skip
            for p in range(count):
                j = occupant[path[c, p, 0], path[c, p, 1]] - 1
                if path[c, p, 2] and j >= 0 and j != i and not state.leaving[c, j]:
                    seen[c, i, kind[c, j]] = True


def count_meetings(env: BatchEnv[Any], learners: Mapping[str, Learner], group: str, steps: int, seed: int) -> Meetings:
    """Play `steps` steps of every env and count the opportunities of one group.

    Without classifiers, probability and pseudo-reward are NaN.
    """
    for learner in learners.values():
        learner.reseed(seed)
    world: Any = env.world if isinstance(env, SeatedEnv) else env
    names, kind = kinds_of(world)
    places = list(env.spec.group(group).places)
    meetings, players, step = Meetings(names), Players(env, learners), env.reset(seed)
    constants = world.constants
    path = np.zeros((env.num_envs, most_cells(int(constants.length[0]), int(constants.radius[0])), 3), np.int16)
    for _ in range(steps):
        seen = np.zeros((*kind.shape, len(names)), np.bool_)
        look_along(world.state, constants, kind.astype(np.int64), path, seen)
        said = _judged(learners[group], step.groups[group].observation)
        step = env.step(players.act(step))
        chance, shot = (step.signals[name][:, places] > 0 for name in (OPPORTUNITY, SANCTION))
        taken = chance & shot
        paid = _paid(learners[group], taken, said)
        for k in range(len(names)):
            here = seen[:, places, k] & chance
            meetings.opportunities[k] += here.sum()
            meetings.sanctions[k] += (here & taken).sum()
            meetings.judged[k] += said[here].sum()
            meetings.paid[k] += paid[here & taken].sum()
    return meetings


def _judged(learner: Learner, observation: NDArray[Any]) -> NDArray[np.float32]:
    """Probabilities `(E, n)` that the agents' classifiers give observations `(E, n, *shape)`."""
    if isinstance(learner, Normative) and learner.norms is not None:
        return learner.norms.judge(to_tensor(observation, learner.context.device)).cpu().numpy()
    return np.full(observation.shape[:2], np.nan, np.float32)


def _paid(learner: Learner, taken: NDArray[np.bool_], said: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pseudo-rewards `(E, n)`."""
    if isinstance(learner, Normative) and learner.norms is not None:
        return pseudo_reward(taken, said, learner.norm_config)
    return np.full(taken.shape, np.nan, np.float32)
