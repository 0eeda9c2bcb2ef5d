"""Iterated games as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ..outcomes import outcome_names, outcomes
from . import draw, rules
from .config import IteratedConfig
from .rules import NONE
from .state import State

WIDTHS = {"round": 5, "actions": 4, "actions_or_start": 6}


class IteratedGame(BatchEnv[State]):
    """Two agents choose between two actions in every round, and a table pays both.

    Rules:
        In each round both agents choose at once. In games where that has a meaning action 0
        cooperates and action 1 defects; else they are the first and the second of the table.

    Observation:
        The last round from the side of the agent. With `observe: actions` it is both actions
        one-hot, `(4,)`, all 0 at the start; with `actions_or_start` each is one-hot over C, D,
        start, `(6,)`.

        | index | value | range |
        | --- | --- | --- |
        | 0 | start: no round was played | 0 or 1 |
        | 1 | CC: both cooperated | 0 or 1 |
        | 2 | CD: the other defected | 0 or 1 |
        | 3 | DC: the agent itself defected | 0 or 1 |
        | 4 | DD: both defected | 0 or 1 |

        Global state: the observation of agent 0 with `observe: round`.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | cooperate, or the first of the table |
        | 1 | defect, or the second |

    Reward:
        The payoff of the round.

    End:
        With `end_chance` both agents terminate after a round with that probability. An episode is
        truncated after `max_cycles` rounds.

    Metrics:
        | name | value |
        | --- | --- |
        | cooperation | share of actions 0 |
        | mutual_cooperation | share of rounds CC |
        | mutual_defection | share of rounds DD |
        | efficiency | payoffs of both per round |
        | mean_return | mean return of both |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0 | return of agent 0 |
        | return_1 | return of agent 1 |

    Differences from the source:
        The code of POLA shows both agents the round from the side of agent 0.

    Source:
        `loqa` has the payoffs and the observation `actions` of Aghajohari et al., "LOQA" (2024).
        `pola` has those of the contribution game with factor 1.33 and the observation
        `actions_or_start` of Zhao et al., "Proximal learning with opponent-learning awareness"
        (2022). The others have the matrices of Melting Pot (Leibo et al. 2021).
    """

    Config = IteratedConfig
    config: IteratedConfig
    trail_length = draw.TAIL

    def __init__(self, id: str, num_envs: int, config: IteratedConfig):
        self.table = config.table()
        self._payoff = np.ascontiguousarray(self.table.reshape(2, 4).T)
        space = spaces.Box(0, 1, (WIDTHS[config.observe],), np.float32)
        alike = bool((self.table[0] == self.table[1]).all())
        group = GroupSpec(DEFAULT_GROUP, 2, space, spaces.Discrete(2), shared_reward=alike)
        metrics = ("cooperation", "mutual_cooperation", "mutual_defection", *outcome_names(2))
        super().__init__(EnvSpec(id, (group,), config.max_cycles, metrics, state_shape=(5,)), num_envs, config)

    def _allocate(self) -> State:
        state = allocate(State, envs=self.num_envs)
        state.action.fill(NONE)
        return state

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        paid = rules.advance(self.state, self._payoff, actions[DEFAULT_GROUP], where, self.config.end_chance)
        self.groups[DEFAULT_GROUP].reward[where] = paid

    def _observe(self) -> None:
        own, step = self.state.action, self.groups[DEFAULT_GROUP]
        other = own[:, ::-1]
        kind = np.where(own == NONE, 0, 1 + 2 * own + other)
        if self.config.observe == "round":
            step.observation[:] = kind[:, :, None] == np.arange(5)
        else:
            places = (0, 1) if self.config.observe == "actions" else (0, 1, NONE)
            both = np.stack([own, other], axis=2)[..., None] == np.array(places)
            step.observation[:] = both.reshape(step.observation.shape)
        assert self.global_state is not None
        self.global_state[:] = kind[:, :1] == np.arange(5)
        step.terminated[:] = self.state.ended[:, None]
        np.logical_not(step.terminated, out=step.active)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state = self.state
        played = np.maximum(state.elapsed, 1)
        cc, cd, dc, dd = state.rounds.T
        own = {
            "cooperation": (2 * cc + cd + dc) / (2 * played),
            "mutual_cooperation": cc / played,
            "mutual_defection": dd / played,
        }
        return own | outcomes(state.returns, state.elapsed)

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The table, and the rounds so far; see `draw.draw`."""
        return draw.draw(self.state, copy, self.table, **options)

    def text(self, copy: int = 0) -> str:
        """The table in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.table)


parallel_env, env, raw_env = entry_points("dilemmas/iterated-v0")
