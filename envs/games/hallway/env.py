"""Hallway as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import HallwayConfig
from .rules import FAILED, WON
from .state import Scratch, State


class Hallway(BatchEnv[State]):
    """Members of a group have to reach the ends of their corridors in the same step.

    Rules:
        Every agent walks in a corridor of its own, from 1 to its length, and starts at a random
        place in it. The end is at 0. A group whose members all reach the end in one step, while no
        other group does, has won. A group of which some but not all members reach the end has
        failed. Agents of groups that have won or failed stand still and need not act. If two or
        more groups arrive in one step, their members are put back to their places before the step,
        and the groups may score later.

    Observation:
        Other agents and the index of the agent are not shown.

        | index | value | range |
        | --- | --- | --- |
        | 0 | place of the agent / longest corridor | 0 to 1 |
        | 1 | 1 while its group plays | 0 or 1 |

        Global state: the observations of all agents, then the share of `max_cycles` gone.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | stay |
        | 1 | left, towards the end |
        | 2 | right |

    Reward:
        The sum over groups, to every agent, also of groups that have won or failed: `reward` for a
        group that arrives alone, -`reward` / 2 for each of several that arrive in one step.

    End:
        All agents terminate once every group has won or failed. An episode is truncated after
        `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | groups_won | share of the groups that scored |
        | groups_failed | share of the groups that failed |
        | success | 1 if all groups scored, else 0 |
        | clashes | steps in which groups arrived together |

    Differences from the source:
        The code of CASEC does not do what it sets out to do. This task follows its intention,
        without these errors:

        - "the state before the step" is the array of the state after it, so agents that clash are
          not put back but stay at 0;
        - a group that clashed stays switched off though its agents may walk again, so it can never
          score and the episode continues to its limit;
        - an episode in which some groups won and the others failed continues to its limit;
        - the given seed is dropped, and starts are drawn from the global generator of NumPy.

        In that code places are not divided by the longest corridor, and an episode at its limit
        terminates; here it is truncated. The game of NDQ with one group is `join1`, where agents
        see their place alone; with one group the second number is always 1 while they act.

    Source:
        Wang et al., "Learning nearly decomposable value functions via communication minimization"
        (NDQ, 2020), and with groups Wang et al., "Context-aware sparse deep coordination graphs"
        (CASEC, 2022).
    """

    Config = HallwayConfig
    config: HallwayConfig

    def __init__(self, id: str, num_envs: int, config: HallwayConfig):
        self.constants = rules.build_constants(config)
        n = len(self.constants.length)
        seen, acts = spaces.Box(0, 1, (2,), np.float32), spaces.Discrete(3)
        group = GroupSpec(DEFAULT_GROUP, n, seen, acts, shared_reward=True)
        metrics = ("groups_won", "groups_failed", "success", "clashes")
        spec = EnvSpec(id, (group,), config.horizon(), metrics, state_shape=(2 * n + 1,))
        super().__init__(spec, num_envs, config)
        self.scratch = allocate(Scratch, envs=num_envs, agents=n)

    def _allocate(self) -> State:
        agents, groups = len(self.constants.length), len(self.constants.first) - 1
        return allocate(State, envs=self.num_envs, agents=agents, groups=groups)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, self.scratch, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        rules.observe(self.state, self.constants, step.observation, step.terminated, step.active, self.global_state)

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
