"""The coin game as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ..metrics import efficiency, equality, return_names, returns_of, share
from . import draw, rules
from .config import CoinGameConfig
from .rules import MOVES, PLAYERS
from .state import State

METRICS = ("efficiency", "equality", "mean_return", *return_names(PLAYERS))
OUTCOMES = ("own_fraction_0", "own_fraction_1", "cooperation", "pickups")


class CoinGame(BatchEnv[State]):
    """Two players walk on a torus and take coins; taking the other's coin hurts the other.

    `dilemmas/coins-v0` is Melting Pot's game of the same idea, on a map with a partial view.

    Rules:
        Both players move at once, may share a cell, and leave the grid at one side to enter at the
        other. A player that steps onto a coin, or stays where one has appeared, takes it; if both
        do, both take it. With the preset `jaxmarl` there is a red coin and a blue one at all times,
        which appear anywhere. With `loqa` and `pola` there is one, which never appears under a
        player and is of the other colour than the one before.

    Observation:
        `(4, height, width)` uint8, so that both players observe themselves as red. With
        `egocentric` the planes are shifted so that the player stands in the middle.

        | index | value | range |
        | --- | --- | --- |
        | 0 | position of the player | 0 or 1 |
        | 1 | position of the other player | 0 or 1 |
        | 2 | position of the player's own coin | 0 or 1 |
        | 3 | position of the other player's coin | 0 or 1 |

        Global state: coins, players, the coins that each took last, and the time.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | right |
        | 1 | left |
        | 2 | down |
        | 3 | up |
        | 4 | stay; left out without `stay` |

    Reward:
        With the default `payoff` 1 for every coin, and -2 when the other player takes one's own:
        taking everything pays both 0. With `shared_reward` both get the sum.

    End:
        An episode is truncated after `max_cycles` steps.

    Metrics:
        | name | value |
        | --- | --- |
        | efficiency | reward of both per step |
        | equality | 1 less the Gini coefficient; NaN if a return is below 0 or both are 0 |
        | mean_return | mean return of both |
        | return_0 | return of the red player |
        | return_1 | return of the blue player |
        | own_fraction_0 | share of own coins among those of the red player; NaN without any |
        | own_fraction_1 | the same of the blue player |
        | cooperation | the same of both players together |
        | pickups | number of pick-ups |

    Config presets:
        `preset` is `jaxmarl` (a coin for each, five moves, 10 steps), or `loqa` and `pola`, which
        are the same (one coin, four moves, 50 steps).

    Differences from the source:
        The last step of an episode is paid, which JaxMARL does not do. LOQA numbers its moves in
        another order.

    Source:
        Lerer and Peysakhovich, "Maintaining cooperation in complex social dilemmas using deep
        reinforcement learning" (2017); rules of `coin_game` in JaxMARL 0.2.0, followed step by
        step, and of the code of LOQA and POLA.
    """

    Config = CoinGameConfig
    config: CoinGameConfig

    def __init__(self, id: str, num_envs: int, config: CoinGameConfig):
        self.constants = rules.build_constants(config)
        seen = spaces.Box(0, 1, (4, config.height, config.width), np.uint8)
        moves = len(MOVES) if config.stay else len(MOVES) - 1
        acts = spaces.Discrete(moves)
        group = GroupSpec(DEFAULT_GROUP, PLAYERS, seen, acts, shared_reward=config.shared_reward)
        spec = EnvSpec(id, (group,), config.max_cycles, METRICS + OUTCOMES, state_shape=(13,))
        super().__init__(spec, num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, actions[DEFAULT_GROUP], reward, where=where)

    def _observe(self) -> None:
        planes = self.groups[DEFAULT_GROUP].observation.reshape(self.num_envs, PLAYERS, -1)
        rules.observe(self.state, self.constants, planes, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state = self.state
        returns, own, all_taken = state.returns, state.own, state.own + state.others
        return {
            "efficiency": efficiency(returns, state.elapsed),
            "equality": np.where((returns >= 0).all(axis=1), equality(returns), np.nan),
            "mean_return": returns.mean(axis=1),
            **returns_of(returns),
            "own_fraction_0": share(own[:, 0], all_taken[:, 0]),
            "own_fraction_1": share(own[:, 1], all_taken[:, 1]),
            "cooperation": share(own.sum(axis=1), all_taken.sum(axis=1)),
            "pickups": all_taken.sum(axis=1).astype(np.float64),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The torus with players and coins; see `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """The torus in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("dilemmas/coin_game-v0")
