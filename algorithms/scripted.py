"""Scripted policies as learners that act alone: yardsticks for what is learnt, and partners to play with."""

from typing import Any

import numpy as np
import torch
from gymnasium import spaces

from ..envs.errors import BadParameter
from ..envs.pathfinding.parameters import PathfindingParameters
from ..envs.pathfinding.policies import Pibt as PibtPlanner
from ..envs.pathfinding.policies import ShortestPath as ShortestPathPlanner
from ..envs.timestep import GroupStep
from .learner import Decision, Learner, Setup


class Random(Learner):
    """Every legal action equally likely; in boxes without bounds, standard normal."""

    learns = False

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        space = self.group.action_space
        rows = step.active.shape
        if isinstance(space, spaces.Box):
            return Decision(self._in_box(space, rows))
        sizes = [int(space.n)] if isinstance(space, spaces.Discrete) else [int(n) for n in space.nvec]
        score = torch.rand((*rows, sum(sizes)), generator=self.stream("policy")).numpy()
        if step.action_mask is not None:
            score = np.where(step.action_mask, score, -1)
        parts = np.split(score, np.cumsum(sizes)[:-1], axis=-1)
        action = np.stack([part.argmax(axis=-1) for part in parts], axis=-1)
        return Decision((action[..., 0] if isinstance(space, spaces.Discrete) else action) + space.start)

    def _in_box(self, space: spaces.Box, rows: tuple[int, ...]) -> np.ndarray:
        shape = (*rows, *space.shape)
        share = torch.rand(shape, generator=self.stream("policy")).numpy()
        noise = torch.randn(shape, generator=self.stream("policy")).numpy()
        bounded = np.isfinite(space.low) & np.isfinite(space.high)
        low, high = np.where(bounded, space.low, 0), np.where(bounded, space.high, 0)
        action = np.where(bounded, low + share * (high - low), noise)
        return np.clip(action, space.low, space.high).astype(np.float32)


class PathfindingPlanner(Learner):
    """A planner that reads the whole state of a pathfinding environment."""

    learns = False
    reads_world = True
    planner: type

    def __init__(self, setup: Setup, settings: Any):
        super().__init__(setup, settings)
        if not isinstance(setup.env_parameters, PathfindingParameters):
            raise BadParameter(f"the algorithm '{self.planner.__name__.lower()}' plans in pathfinding environments, not in '{setup.env.id}'")
        self._planner = self.planner(setup.env_parameters.obs_radius)

    def act(self, step: GroupStep, memory: Any, greedy: bool = False) -> Decision:
        return Decision(self._planner.act(step.world))


class ShortestPath(PathfindingPlanner):
    """Each agent steps along a shortest path to its goal and ignores the others."""

    planner = ShortestPathPlanner


class Pibt(PathfindingPlanner):
    """Priority inheritance with backtracking, the rule-based yardstick of lifelong pathfinding (Okumura et al. 2022)."""

    planner = PibtPlanner
