"""Hallway as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, rules
from .rules import FAILED, WON, HallwayParameters, State


class Hallway(BatchEnv[State]):
    """Members of a group have to reach the ends of their corridors in the same step, which nobody sees of another.

    Every agent walks in a corridor of its own, from 1 to its length, and starts at a random place in it. Actions: 0 stay, 1 left, towards the
    end at 0, 2 right. A group whose members all reach the end in one step, while no other group does, earns `reward` and is
    through. If some but not all of its members reach the end, the group has failed and stands still. If two or more groups arrive in
    one step, each of them costs half a `reward`; its members are put back to where they stood before the step, and it may score later.
    The episode ends when every group is through or has failed.

    Reward: what all groups earn in the step, to every agent. Agents of groups that are through or have failed need not act, but are still paid.

    Observation: `(2,)`, the agent's own place over the longest corridor, and whether its group still plays. Who an agent is, it is not
    told: that is the learner's business. Global state: the same of all agents, and the share of max_cycles gone.

    Episode metrics: `groups_won`, `groups_failed`, shares of the groups; `success`, whether all scored; `clashes`, steps in which groups arrived together.

    Source: Wang et al., "Learning nearly decomposable value functions via communication minimization" (NDQ, 2020), and with groups "Context-aware
    sparse deep coordination graphs" (CASEC, 2022), whose code does not do what it sets out to. We play what it means, without these slips:

    - "the state before the step" is the same array as the state after it, so agents that clash are not put back but stay at 0;
    - a group that clashed stays switched off though its agents may walk again, so it can never score and the episode goes on to its limit;
    - an episode in which some groups won and the others failed goes on to its limit;
    - the seed that it is given is dropped, and starts are drawn from NumPy's global generator.

    There places are not divided by the longest corridor, and the limit is an end like any other; here it truncates. NDQ's own game of one group
    is `join1`, where agents see their place alone; with one group the second number tells them nothing, since it is always 1 while they act.
    """

    Parameters = HallwayParameters
    parameters: HallwayParameters

    def __init__(self, id: str, num_envs: int, parameters: HallwayParameters):
        self.constants = rules.build_constants(parameters)
        n = len(self.constants.length)
        seen, acts = spaces.Box(0, 1, (2,), np.float32), spaces.Discrete(3)
        group = GroupSpec(DEFAULT_GROUP, n, seen, acts, shared_reward=True)
        metrics = ("groups_won", "groups_failed", "success", "clashes")
        spec = EnvSpec(id, (group,), parameters.horizon(), metrics, state_shape=(2 * n + 1,))
        super().__init__(spec, num_envs, parameters)
        self._scratch = rules.Scratch(before=np.zeros((num_envs, n), np.int32))

    def _allocate(self) -> State:
        e, groups = self.num_envs, len(self.constants.first) - 1
        return State(
            *self.required_state(),
            place=np.zeros((e, len(self.constants.length)), np.int32),
            group=np.zeros((e, groups), np.int32),
            clashed=np.zeros((e, groups), np.bool_),
            clashes=np.zeros(e, np.int32),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance_copies(self.state, self.constants, self._scratch, actions[DEFAULT_GROUP], reward, where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        rules.observe_copies(
            self.state, self.constants, step.observation, step.terminated, step.active, self.global_state
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        group = self.state.group
        return {
            "groups_won": (group == WON).mean(axis=1),
            "groups_failed": (group == FAILED).mean(axis=1),
            "success": (group == WON).all(axis=1).astype(float),
            "clashes": self.state.clashes.astype(float),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The corridors with the agents; see `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """The corridors in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("games/hallway-v0")
