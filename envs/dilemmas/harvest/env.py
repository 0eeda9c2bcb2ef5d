"""The commons as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ..grid_engine.appearance import APPLE as RIPE
from ..grid_engine.appearance import FLOOR_LOOK, GRASS, WALL_LOOK, Look
from ..grid_engine.env import GridDilemma
from ..grid_engine.maps import FLOOR, WALL, find_map, read_layout
from ..grid_engine.state import Sizes
from .config import MOST_REGROWTH, HarvestParameters
from .maps import MAPS
from .rules import (
    ALIVE,
    ALIVE_STEPS,
    APPLE,
    BARE,
    EATEN,
    FRESH,
    GREEDY,
    LEGEND,
    TILE,
    Orchard,
    Sprouts,
    advance_copies,
    begin_copies,
    find_near,
)

DRY = (226, 206, 168)
"""Where an apple grew and none is around, so that none will grow."""


class Harvest(GridDilemma):
    """Agents eat apples, which grow again the faster the more of them are left around; a patch that is eaten up is lost for good.

    A step, its observations and actions: see `GridDilemma`; the sanction is the only beam. An apple is worth 1 and is eaten by entering its cell. The chance that
    a bare site has an apple again, after moves and beams, depends on the live apples within `radius` of it when the step before began. Who stands there
    eats it at once. Cells: planes `wall` and `apple`; bare sites look like floor, as hidden tiles do (in pictures they are grass).

    Guilt, for `just_hits` and `unjust_hits` (our own definition): whoever eats an apple with fewer than `greedy_below` live ones around it, so that it grows again at
    less than the full rate, is guilty for `guilt` steps, that of the meal included.

    Metrics beside the family's: `apples_eaten`, `apples_alive` (at the end), `apples_mean` (alive, over all steps), `extinct` (share of
    patches without a live apple; sites that are near each other, directly or by way of others, are one patch) and `greedy_meals` (share of apples that were eaten with fewer than `greedy_below`
    around; NaN if none was eaten).

    `rules` set what is not given: `melting_pot` (for `closed` and `partnership` with their own chances and beam), `perolat` (12 agents, radius 2, chances 0, .01 for 1 or 2, .05 for 3 or 4, .1
    for more, 25 steps off the map; from memory of the paper), `ssd` (Vinitsky et al.'s code: 3 x 3 box, no growth under agents, a shot costs 1 and a hit 50) and `socialjax` (no
    growth under agents, removal for a step; ours has the two cells beside the shooter, which theirs lacks). The order of a step is Melting Pot's in all of them. The episodes of Melting Pot end by chance: `ends_after`
    1099, `end_interval` 100, `end_chance` .15, `max_cycles` 5000.

    In `partnership`, putative cooperators lose `tile_cost` on entering a hidden tile. By default there are none, as in Melting Pot 2.4.1, whose agents all have
    the role "none" there.

    Source: Janssen et al. (2010), Perolat et al. (2017), Melting Pot's `commons_harvest` (Agapiou et al. 2022).
    """

    Parameters = HarvestParameters
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall", APPLE: "apple"}
    kinds: ClassVar[tuple[int, ...]] = (APPLE,)
    sizes: ClassVar[Sizes] = Sizes(numbers=2, tally=3, age=True)
    has_guilt: ClassVar[bool] = True
    metric_names: ClassVar[tuple[str, ...]] = (
        "apples_eaten",
        "apples_alive",
        "apples_mean",
        "extinct",
        "greedy_meals",
    )
    looks: ClassVar[Mapping[int, Look]] = {
        FLOOR: FLOOR_LOOK,
        TILE: FLOOR_LOOK,
        WALL: WALL_LOOK,
        APPLE: Look(GRASS, "disc", RIPE, "a"),
        BARE: Look(DRY, glyph="."),
        **{code: Look(GRASS, glyph=",") for code in (FRESH, *range(BARE + 1, BARE + MOST_REGROWTH))},
    }

    def __init__(self, id: str, num_envs: int, parameters: HarvestParameters):
        p = parameters
        layout = read_layout(find_map(p.map, MAPS), LEGEND)
        sites = layout.where("A")
        near, nears = find_near(sites, p.radius)
        site_at = np.full(layout.cells.shape, -1, np.int16)
        site_at[sites[:, 0], sites[:, 1]] = np.arange(len(sites))
        self.orchard = Orchard(
            site=sites,
            site_at=site_at,
            near=near,
            nears=nears,
            inside=layout.where("Q"),
            chance=np.array(p.regrowth, np.float64),
            under_agents=p.under_agents,
            greedy_below=p.greedy_below,
            guilt=p.guilt,
            putative_cooperators=p.putative_cooperators,
            tile_cost=float(p.tile_cost),
        )
        self._patch = _patches(site_at, near, nears)
        super().__init__(id, num_envs, p, layout, layout.where("P"), sites)
        self._sprouts = Sprouts(np.zeros((num_envs, len(sites)), np.int16))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.scratch, self.layout.cells, self.orchard, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        advance_copies(self.state, self.constants, self.orchard, self.scratch, self._sprouts, reward, *signals, where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        s = self.state
        alive = (s.cell[:, self.sites[:, 0], self.sites[:, 1]] == APPLE).astype(np.float32)
        eaten, greedy = s.tally[:, :, EATEN].sum(axis=1), s.tally[:, :, GREEDY].sum(axis=1)
        return {
            "apples_eaten": eaten,
            "apples_alive": s.numbers[:, ALIVE],
            "apples_mean": s.numbers[:, ALIVE_STEPS] / np.maximum(s.elapsed, 1),
            "extinct": (alive @ self._patch == 0).mean(axis=1),
            "greedy_meals": np.where(eaten > 0, greedy / np.maximum(eaten, 1), np.nan),
        }

    def _lines(self, copy: int) -> list[str]:
        s = self.state
        return [f"{s.numbers[copy, ALIVE]} apples", f"{s.tally[copy, :, EATEN].sum()} eaten"]


def _patches(site_at: NDArray[np.int16], near: NDArray[np.int16], nears: NDArray[np.int16]) -> NDArray[np.float32]:
    """Which sites belong together, `(sites, patches)`, 1 or 0; without sites one patch without any."""
    patch = np.full(len(nears), -1)
    patches = 0
    for first in range(len(nears)):
        if patch[first] >= 0:
            continue
        patch[first], reached = patches, [first]
        while reached:
            s = reached.pop()
            for row, col in near[s, : nears[s]]:
                if patch[other := int(site_at[row, col])] < 0:
                    patch[other] = patches
                    reached.append(other)
        patches += 1
    return (patch[:, None] == np.arange(max(patches, 1))).astype(np.float32)


parallel_env, env, raw_env = entry_points("dilemmas/harvest-v0")
