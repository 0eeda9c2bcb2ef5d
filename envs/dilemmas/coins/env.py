"""Coins as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ...rendering.palette import Colour, agent_colour
from ..grid_engine.appearance import FLOOR_LOOK, SAND, WALL_LOOK, Look
from ..grid_engine.env import GridDilemma
from ..grid_engine.maps import FLOOR, WALL, Layout
from ..grid_engine.state import Sizes
from ..metrics import share
from . import rules
from .config import CoinsConfig
from .rules import BARE, COIN
from .state import OTHERS, OWN, Minted


class Coins(GridDilemma):
    """Two players gather coins of two colours; taking one of the other's colour hurts the other.

    `dilemmas/coin_game-v0` is the small game of the same idea, on a torus without a map.

    Rules:
        See `GridDilemma` for moves, beams and the order of a step; there are no sanctions by
        default. One of the colours is each player's own. The map is a rectangle with walls around,
        whose sides each episode draws, in the upper left of the largest possible one. Players begin
        on two cells without coins, near its upper right and lower left corner. Every other cell may
        get a coin, with probability `regrowth` in every step (first before the first observation),
        of either colour equally likely. A player takes a coin by entering its cell, and at once if
        it stands there.

        Guilt, with sanctions (our own definition): a player that took the other's coin is guilty
        for `guilt` steps.

    Observation:
        Planes of a window that turns with the agent, see `GridDilemma`.

        | index | value | range |
        | --- | --- | --- |
        | 0 | `wall`: wall, or beyond the map | 0 or 1 |
        | 1 | `coin_0`: coin of the colour of player 0 | 0 or 1 |
        | 2 | `coin_1`: coin of the colour of player 1 | 0 or 1 |
        | 3 | `agent_facing_same_way`: other agent that faces the same way | 0 or 1 |
        | 4 | `agent_facing_right`: other agent that faces right | 0 or 1 |
        | 5 | `agent_facing_me`: other agent that faces the observer | 0 or 1 |
        | 6 | `agent_facing_left`: other agent that faces left | 0 or 1 |
        | 7 | `player_0`: player 0 | 0 or 1 |
        | 8 | `player_1`: player 1 | 0 or 1 |
        | 9 | `own_colour`: index of the player, all over the window | 0 or 1 |

    Actions:
        | index | action |
        | --- | --- |
        | 0 | stay |
        | 1 | move forward |
        | 2 | move backward |
        | 3 | move left |
        | 4 | move right |
        | 5 | turn left |
        | 6 | turn right |

    Reward:
        1 for every coin (`match`, `mismatch`); -2 when the other takes one's own
        (`mismatch_other`), and 0 when it takes one of its own (`match_other`).

    Metrics:
        `equality` means something only if no return is below 0.

        | name | value |
        | --- | --- |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0 | return of agent 0 |
        | return_1 | return of agent 1 |
        | sustainability | mean step of positive rewards; NaN without any |
        | peace | mean number of agents that are on the map and not frozen |
        | own_fraction_0 | share of the coins of player 0 of its own colour; NaN if it took none |
        | own_fraction_1 | share of the coins of player 1 of its own colour; NaN if it took none |
        | cooperation | share of all coins taken by players of their colour; NaN without any |
        | pickups | coins that were taken |

    Differences from the source:
        The episodes of Melting Pot end by chance: `ends_after` 399, `end_interval` 100,
        `end_chance` .05, `max_cycles` 5000.

    Source:
        Melting Pot's `coins` (Agapiou et al. 2022), after Lerer and Peysakhovich (2017).
    """

    Config = CoinsConfig
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall", COIN: "coin_0", COIN + 1: "coin_1"}
    colour_names: ClassVar[tuple[str, ...]] = ("player_0", "player_1")
    extra_names: ClassVar[tuple[str, ...]] = ("own_colour",)
    kinds: ClassVar[tuple[int, ...]] = (WALL, COIN, COIN + 1)
    sizes: ClassVar[Sizes] = Sizes(env_counters=2, extra_observations=1, agent_counters=3)
    has_guilt: ClassVar[bool] = True
    metric_names: ClassVar[tuple[str, ...]] = ("own_fraction_0", "own_fraction_1", "cooperation", "pickups")
    agent_rings: ClassVar[tuple[Colour, ...]] = (agent_colour(0), agent_colour(1))
    looks: ClassVar[Mapping[int, Look]] = {
        FLOOR: FLOOR_LOOK,
        WALL: WALL_LOOK,
        BARE: FLOOR_LOOK,
        COIN: Look(SAND, "diamond", agent_colour(0), "0"),
        COIN + 1: Look(SAND, "diamond", agent_colour(1), "1"),
    }

    def __init__(self, id: str, num_envs: int, config: CoinsConfig):
        p = config
        self.mint = rules.build_mint(p)
        cells = np.full((p.max_height + 2, p.max_width + 2), WALL, np.uint8)
        cells[1:-1, 1:-1] = FLOOR
        sites = np.argwhere(cells == FLOOR)
        layout = Layout(cells, np.where(cells == WALL, "#", " "))
        super().__init__(id, num_envs, p, layout, np.zeros((0, 2), np.int16), sites)
        self._minted = allocate(Minted, envs=num_envs, cells=cells.size)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.scratch, self.mint, self._minted.minted, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        rules.advance(
            self.state, self.constants, self.mint, self.scratch, self._minted.minted, reward, *signals, where=where
        )

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        own, others = self.state.agent_counters[:, :, OWN], self.state.agent_counters[:, :, OTHERS]
        taken = own + others
        return {
            "own_fraction_0": share(own[:, 0], taken[:, 0]),
            "own_fraction_1": share(own[:, 1], taken[:, 1]),
            "cooperation": share(own.sum(axis=1), taken.sum(axis=1)),
            "pickups": taken.sum(axis=1),
        }

    def _lines(self, copy: int) -> list[str]:
        own, others = self.state.agent_counters[copy, :, OWN], self.state.agent_counters[copy, :, OTHERS]
        return [f"player {i}: {own[i]} own, {others[i]} of the other's" for i in range(2)]


parallel_env, env, raw_env = entry_points("dilemmas/coins-v0")
