"""The coin game as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from ..metrics import efficiency, equality, return_names, returns_of
from . import draw, rules
from .rules import MOVES, PLAYERS, CoinGameParameters, State

METRICS = ("efficiency", "equality", "mean_return", *return_names(PLAYERS))
OUTCOMES = ("own_fraction_0", "own_fraction_1", "cooperation", "pickups")


class CoinGame(BatchEnv[State]):
    """Two players walk on a torus and take coins. A coin is worth the same to both, but taking the other's costs the other twice that.

    Actions: 0 right, 1 left, 2 down, 3 up, 4 stay (if there is `stay`). Both move at once, may share a cell, and leave the grid at one
    side to enter at the other. Who steps onto a coin (or stays where one has appeared) takes it; if both do, both take it. With `jaxmarl`
    there is a red coin and a blue one at all times, which appear anywhere; with `loqa` and `pola` there is one, which never appears
    under a player and is of the other colour than the one before.

    Reward, with the default `payoff`: 1 for every coin, and -2 when the other takes one's own. So always taking everything pays both 0.

    Observation: `(4, height, width)` uint8, 0 or 1: where the player itself is, the other, the player's own coin, the other's coin; so both
    see themselves as red. With `egocentric` the planes are shifted so that the player stands in the middle. Global state: coins, players, what each
    took last, and the time.

    Episodes are truncated after `max_cycles` steps.

    Episode metrics: `efficiency`, what both got per step; `equality`, NaN where a return is below 0 or both are 0; `mean_return`;
    `return_0`, `return_1`; `own_fraction_0` and `_1`, the share of a player's pick-ups that were its own coin, NaN where it took none;
    `cooperation`, the same of both players together; `pickups`, how many there were.

    Source: Lerer and Peysakhovich, "Maintaining cooperation in complex social dilemmas using deep reinforcement learning" (2017); rules of
    JaxMARL 0.2.0's `coin_game`, followed step by step, and of LOQA's and POLA's code. Ours pays the last step of an episode, which JaxMARL does
    not, and LOQA numbers its moves in another order.
    """

    Parameters = CoinGameParameters
    parameters: CoinGameParameters

    def __init__(self, id: str, num_envs: int, parameters: CoinGameParameters):
        self.constants = rules.build_constants(parameters)
        seen = spaces.Box(0, 1, (4, parameters.height, parameters.width), np.uint8)
        moves = len(MOVES) if parameters.stay else len(MOVES) - 1
        acts = spaces.Discrete(moves)
        group = GroupSpec(DEFAULT_GROUP, PLAYERS, seen, acts, shared_reward=parameters.shared_reward)
        spec = EnvSpec(id, (group,), parameters.horizon, METRICS + OUTCOMES, state_shape=(13,))
        super().__init__(spec, num_envs, parameters)

    def _allocate(self) -> State:
        e = self.num_envs
        return State(
            *self.required_state(),
            player=np.zeros((e, PLAYERS, 2), np.int8),
            coin=np.zeros((e, PLAYERS, 2), np.int8),
            taken=np.zeros((e, PLAYERS), np.int8),
            last_taken=np.zeros((e, PLAYERS), np.int8),
            own=np.zeros((e, PLAYERS), np.int32),
            others=np.zeros((e, PLAYERS), np.int32),
            returns=np.zeros((e, PLAYERS), np.float64),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance_copies(self.state, self.constants, actions[DEFAULT_GROUP], reward, where)

    def _observe(self) -> None:
        planes = self.groups[DEFAULT_GROUP].observation.reshape(self.num_envs, PLAYERS, -1)
        rules.observe_copies(self.state, self.constants, planes, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state = self.state
        returns, own, all_taken = state.returns, state.own, state.own + state.others
        return {
            "efficiency": efficiency(returns, state.elapsed),
            "equality": np.where((returns >= 0).all(axis=1), equality(returns), np.nan),
            "mean_return": returns.mean(axis=1),
            **returns_of(returns),
            "own_fraction_0": _share(own[:, 0], all_taken[:, 0]),
            "own_fraction_1": _share(own[:, 1], all_taken[:, 1]),
            "cooperation": _share(own.sum(axis=1), all_taken.sum(axis=1)),
            "pickups": all_taken.sum(axis=1).astype(np.float64),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The torus with players and coins; see `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """The torus in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """`part` of `whole`, NaN where that is nothing."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


parallel_env, env, raw_env = entry_points("dilemmas/coin_game-v0")
