"""Coins as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.palette import Colour, agent_colour
from ..grid_engine.appearance import FLOOR_LOOK, SAND, WALL_LOOK, Look
from ..grid_engine.env import GridDilemma
from ..grid_engine.maps import FLOOR, WALL, Layout
from ..grid_engine.state import Sizes
from .rules import (
    BARE,
    COIN,
    OTHERS,
    OWN,
    CoinsParameters,
    Minted,
    advance_copies,
    begin_copies,
    build_mint,
)


class Coins(GridDilemma):
    """Two players gather coins of two colours, one of which is each player's own; taking one of the other's colour costs the other 2.

    A step, its observations and actions: see `GridDilemma`; there are no sanctions by default. Planes of cells: `wall`, `coin_0`, `coin_1` (a coin of player i's colour);
    colours: `player_0`, `player_1`, where each stands; told: `own_colour`, the player's own number, all over the window.

    The map is a rectangle with walls around, whose sides each episode draws, in the upper left of the largest possible one; players begin on two cells without coins, near its upper right
    and lower left corner. Every other cell may get a coin, with chance `regrowth` in every step (the first draw comes before the first observation), of either colour with the same chance; who stands there takes it at once.

    Reward: 1 for every coin; -2 when the other takes one's own.

    Metrics beside the family's: `own_fraction_0` and `_1`, the share of a player's coins that were of its own colour (NaN if it took none), `cooperation`, the
    same of both players together, and `pickups`, how many coins were taken. `equality` means something only where no return is below 0. Guilt, with sanctions (our own definition): who took the other's coin is guilty for `guilt` steps.

    The episodes of Melting Pot end by chance: `ends_after` 399, `end_interval` 100, `end_chance` .05, `max_cycles` 5000.

    Source: Melting Pot's `coins` (Agapiou et al. 2022), after Lerer and Peysakhovich (2017).
    """

    Parameters = CoinsParameters
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall", COIN: "coin_0", COIN + 1: "coin_1"}
    colour_names: ClassVar[tuple[str, ...]] = ("player_0", "player_1")
    told_names: ClassVar[tuple[str, ...]] = ("own_colour",)
    kinds: ClassVar[tuple[int, ...]] = (WALL, COIN, COIN + 1)
    sizes: ClassVar[Sizes] = Sizes(numbers=2, told=1, tally=3)
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

    def __init__(self, id: str, num_envs: int, parameters: CoinsParameters):
        p = parameters
        self.mint = build_mint(p)
        cells = np.full((p.max_height + 2, p.max_width + 2), WALL, np.uint8)
        cells[1:-1, 1:-1] = FLOOR
        sites = np.argwhere(cells == FLOOR)
        layout = Layout(cells, np.where(cells == WALL, "#", " "))
        super().__init__(id, num_envs, p, layout, np.zeros((0, 2), np.int16), sites)
        self._minted = Minted(np.zeros((num_envs, cells.size), np.int32))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.scratch, self.mint, self._minted, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        advance_copies(self.state, self.constants, self.mint, self.scratch, self._minted, reward, *signals, where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        own, others = self.state.tally[:, :, OWN], self.state.tally[:, :, OTHERS]
        taken = own + others
        return {
            "own_fraction_0": _share(own[:, 0], taken[:, 0]),
            "own_fraction_1": _share(own[:, 1], taken[:, 1]),
            "cooperation": _share(own.sum(axis=1), taken.sum(axis=1)),
            "pickups": taken.sum(axis=1),
        }

    def _lines(self, copy: int) -> list[str]:
        own, others = self.state.tally[copy, :, OWN], self.state.tally[copy, :, OTHERS]
        return [f"player {i}: {own[i]} own, {others[i]} of the other's" for i in range(2)]


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """`part` of `whole`, NaN where that is nothing."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


parallel_env, env, raw_env = entry_points("dilemmas/coins-v0")
