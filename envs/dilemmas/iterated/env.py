"""Iterated games as a batched environment, in NumPy: a round is a look into a table."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from ..outcomes import outcome_names, outcomes
from . import draw, rules
from .rules import NONE, IteratedParameters, State

WIDTHS = {"round": 5, "actions": 4, "actions_or_start": 6}


class IteratedGame(BatchEnv[State]):
    """Two agents choose between two actions in every round, and a table says what each is paid.

    Actions: 0 cooperates and 1 defects, in games where that means something; else they are the first and the second of the table.
    Observation: the last round from the agent's own side (see `observe`): `(5,)` one-hot over start, CC, CD, DC, DD; or both actions
    one-hot, `(4,)`, all 0 at the start; or `(6,)`, each one-hot over C, D, start. Reward: the payoff. Global state: `(5,)`, what agent
    0 sees with `observe: round`.
    Ends: truncated at `max_cycles`; with `end_chance` both terminate after a round with that chance.

    Metrics: `cooperation` (share of actions 0), `mutual_cooperation` and `mutual_defection` (shares of rounds), `efficiency` (payoffs of both
    per round), `mean_return`, `equality` (NaN where the returns do not add up to more than 0), `return_0`, `return_1`.

    Sources: `loqa` has the payoffs and the observation `actions` of Aghajohari et al., "LOQA" (2024); `pola` those of the contribution game with factor 1.33 and
    the observation `actions_or_start` of Zhao et al., "Proximal learning with opponent-learning awareness" (2022), whose code shows
    both agents the round from agent 0's side; the others have Melting Pot's matrices (Leibo et al. 2021).
    """

    Parameters = IteratedParameters
    parameters: IteratedParameters
    trail_length = draw.TAIL

    def __init__(self, id: str, num_envs: int, parameters: IteratedParameters):
        self.table = parameters.table()
        self._payoff = np.ascontiguousarray(self.table.reshape(2, 4).T)
        space = spaces.Box(0, 1, (WIDTHS[parameters.observe],), np.float32)
        alike = bool((self.table[0] == self.table[1]).all())
        group = GroupSpec(DEFAULT_GROUP, 2, space, spaces.Discrete(2), shared_reward=alike)
        metrics = ("cooperation", "mutual_cooperation", "mutual_defection", *outcome_names(2))
        super().__init__(EnvSpec(id, (group,), parameters.max_cycles, metrics, state_shape=(5,)), num_envs, parameters)

    def _allocate(self) -> State:
        e = self.num_envs
        return State(
            *self.required_state(),
            ended=np.zeros(e, np.bool_),
            action=np.full((e, 2), NONE, np.int64),
            betrayed=np.zeros((e, 2), np.bool_),
            rounds=np.zeros((e, 4), np.int32),
            returns=np.zeros((e, 2), np.float64),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        paid = rules.advance(self.state, self._payoff, actions[DEFAULT_GROUP], where, self.parameters.end_chance)
        self.groups[DEFAULT_GROUP].reward[where] = paid

    def _observe(self) -> None:
        own, step = self.state.action, self.groups[DEFAULT_GROUP]
        other = own[:, ::-1]
        kind = np.where(own == NONE, 0, 1 + 2 * own + other)
        if self.parameters.observe == "round":
            step.observation[:] = kind[:, :, None] == np.arange(5)
        else:
            places = (0, 1) if self.parameters.observe == "actions" else (0, 1, NONE)
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
