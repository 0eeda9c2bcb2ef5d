"""Scripted policies as learners that act alone: yardsticks for what is learnt, and partners to play with."""

from typing import Any

import numpy as np
import torch

from ..envs.errors import BadParameter
from ..envs.pathfinding.parameters import PathfindingParameters
from ..envs.pathfinding.policies import Pibt as PibtPlanner
from ..envs.pathfinding.policies import ShortestPath as ShortestPathPlanner
from ..envs.random_play import random_action
from ..envs.timestep import GroupStep
from .learner import Decision, Learner, Setup


class Random(Learner):
    """Every legal action equally likely; in boxes without bounds, standard normal."""

    learns = False

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        seed = int(torch.randint(2**62, (), generator=self.stream("policy")))
        return Decision(random_action(self.group, step, np.random.default_rng(seed)))


class PathfindingPlanner(Learner):
    """A planner that reads the whole state of a pathfinding environment."""

    learns = False
    reads_world = True
    planner: type

    def __init__(self, setup: Setup, settings: Any):
        super().__init__(setup, settings)
        if not isinstance(setup.env_parameters, PathfindingParameters):
            raise BadParameter(
                f"the algorithm '{self.planner.__name__.lower()}' plans in pathfinding environments, not in '{setup.env.id}'"
            )
        self._planner = self.planner(setup.env_parameters.obs_radius)

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        return Decision(self._planner.act(step.world))


class ShortestPath(PathfindingPlanner):
    """Each agent steps along a shortest path to its goal and ignores the others."""

    planner = ShortestPathPlanner


class Pibt(PathfindingPlanner):
    """Priority inheritance with backtracking, the rule-based yardstick of lifelong pathfinding (Okumura et al. 2022)."""

    planner = PibtPlanner
