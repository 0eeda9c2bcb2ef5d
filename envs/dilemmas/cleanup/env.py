"""The river and the orchard as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...registration.entry_points import entry_points
from ...rendering.palette import mix
from ..grid_engine.appearance import APPLE as RIPE
from ..grid_engine.appearance import FLOOR_LOOK, GRASS, MUD, WALL_LOOK, WATER, Look
from ..grid_engine.env import Beam, GridDilemma
from ..grid_engine.maps import FLOOR, WALL, find_map, read_layout
from ..grid_engine.state import Sizes
from .config import CleanupParameters
from .maps import APPLE, CLEAN, DIRT, LEGEND, MAPS, STREAM, TREE
from .rules import ALIVE, CLEANED, DIRTY, DIRTY_STEPS, EATEN, River, advance_copies, begin_copies

JET = (0, 172, 193)
"""The cleaning beam."""


class Cleanup(GridDilemma):
    """Agents eat apples, which grow only while the river is clean enough; cleaning it is work that feeds everyone else.

    A step, its observations and actions: see `GridDilemma`. Action 8 (7 without sanctions) shoots the cleaning beam: in each of its columns the first
    dirt is cleaned; it passes agents and apples. An apple is worth 1 and is eaten by entering its cell. An apple grows in a cell where none
    is with chance `apple_chance` * min(1, (f - depletion) / (restoration - depletion)) where f is the share of dirty cells among those that can be,
    after the step before; then, after `dirt_delay` steps, one clean cell gets dirty with `dirt_chance`. Both come before moves. Cells: planes `wall`, `apple`, `tree` (where
    one may grow), `stream`, `clean_water` and `dirt`. Told: how many others cleaned something in the last step.

    Guilt, for `just_hits` and `unjust_hits` (our own definition): who ate within the last `guilt` steps and cleaned nothing in them, as it was before the step
    of the hit: a free rider. An agent that takes its turns at the river is never guilty for long.

    Metrics beside the family's: `dirt_fraction` (f, mean over steps), `apples_eaten`, `dirt_cleaned` (dirt that two clean at once counts twice), `cleaners`
    (share of agents that cleaned anything) and `apples_alive` (at the end).

    `rules` set what is not given: `melting_pot`; `ssd` (Vinitsky et al.'s code: its map, 5 agents, a view of 15 x 15, no growth under agents; from a share of .4 on no more dirt appears, below
    it almost surely one a step, since after a cell that stays clean the next is tried; beams of length 5 without cooldown that end at agents; a shot costs 1 and a hit 50) and `socialjax` (streams
    count as clean water, no growth under agents, no cooldown, removal for a step; its beams lack the two cells beside the shooter, and it pays all agents for every apple unless told otherwise, as `shared` does here).
    The order of a step is Melting Pot's in all of them. The episodes of Melting Pot end by chance: `ends_after` 1099, `end_interval` 100, `end_chance` .2, `max_cycles` 5000.

    Not as in Melting Pot: what agents are told comes in the step of the cleaning, there one step later; an apple that grows under an agent is eaten once,
    there twice if the agent cannot leave the cell in that step or another enters it. Frozen agents, which it does not have here, cannot clean.

    Source: Hughes et al. (2018), Melting Pot's `clean_up` (Agapiou et al. 2022).
    """

    Parameters = CleanupParameters
    cell_names: ClassVar[dict[int, str]] = {
        WALL: "wall",
        APPLE: "apple",
        TREE: "tree",
        STREAM: "stream",
        CLEAN: "clean_water",
        DIRT: "dirt",
    }
    kinds: ClassVar[tuple[int, ...]] = (APPLE, DIRT)
    told_names: ClassVar[tuple[str, ...]] = ("others_cleaned",)
    sizes: ClassVar[Sizes] = Sizes(numbers=3, told=1, tally=5)
    has_guilt: ClassVar[bool] = True
    metric_names: ClassVar[tuple[str, ...]] = (
        "dirt_fraction",
        "apples_eaten",
        "dirt_cleaned",
        "cleaners",
        "apples_alive",
    )
    looks: ClassVar[Mapping[int, Look]] = {
        FLOOR: FLOOR_LOOK,
        WALL: WALL_LOOK,
        APPLE: Look(GRASS, "disc", RIPE, "a"),
        TREE: Look(GRASS, glyph=","),
        STREAM: Look(mix(WATER, FLOOR_LOOK.ground, 0.4), glyph="~"),
        CLEAN: Look(WATER, glyph="-"),
        DIRT: Look(mix(WATER, MUD, 0.3), "dots", MUD, "%"),
    }

    def __init__(self, id: str, num_envs: int, parameters: CleanupParameters):
        p = parameters
        layout = read_layout(find_map(p.map, MAPS), LEGEND)
        trees, water = layout.where("A"), layout.where("DR")
        self.river = River(
            tree=trees,
            water=water,
            dirty_at_first=int((layout.cells == DIRT).sum()),
            streams=int((layout.cells == STREAM).sum()) if p.count_streams else 0,
            apple_chance=float(p.apple_chance),
            depletion=float(p.depletion),
            restoration=float(p.restoration),
            under_agents=p.under_agents,
            dirt_chance=float(p.dirt_chance),
            dirt_delay=p.dirt_delay,
            dirt_until=float(p.dirt_until),
            dirt_retries=p.dirt_retries,
            shared=p.shared,
            guilt=p.guilt,
        )
        super().__init__(id, num_envs, p, layout, layout.where("P"), np.concatenate([trees, water]))

    def _told_most(self, p: Any) -> int:
        return max(p.num_agents - 1, 1)

    def _beams(self, p: CleanupParameters) -> Sequence[Beam]:
        hits = () if p.clean_all else (DIRT,)
        beam = Beam(
            "clean",
            p.clean_length,
            p.clean_radius,
            p.clean_cooldown,
            hits,
            at_agents=p.clean_ends_at_agents,
            colour=JET,
        )
        return (beam,)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.scratch, self.layout.cells, self.river, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        advance_copies(self.state, self.constants, self.river, self.scratch, reward, *signals, where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        s = self.state
        cells = max(len(self.river.water) + self.river.streams, 1)
        return {
            "dirt_fraction": s.numbers[:, DIRTY_STEPS] / np.maximum(s.elapsed, 1) / cells,
            "apples_eaten": s.tally[:, :, EATEN].sum(axis=1),
            "dirt_cleaned": s.tally[:, :, CLEANED].sum(axis=1),
            "cleaners": (s.tally[:, :, CLEANED] > 0).mean(axis=1),
            "apples_alive": s.numbers[:, ALIVE],
        }

    def _lines(self, copy: int) -> list[str]:
        s = self.state
        cells = max(len(self.river.water) + self.river.streams, 1)
        return [f"dirt {100 * s.numbers[copy, DIRTY] / cells:.0f} %", f"{s.tally[copy, :, EATEN].sum()} eaten"]


parallel_env, env, raw_env = entry_points("dilemmas/cleanup-v0")
