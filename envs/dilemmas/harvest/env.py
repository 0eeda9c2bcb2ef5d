"""The commons as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ..grid_engine.appearance import APPLE as RIPE
from ..grid_engine.appearance import FLOOR_LOOK, GRASS, WALL_LOOK, Look
from ..grid_engine.env import GridDilemma
from ..grid_engine.maps import FLOOR, WALL, find_map, read_layout
from ..grid_engine.state import Sizes
from . import rules
from .config import MOST_REGROWTH, HarvestConfig
from .maps import MAPS
from .rules import APPLE, BARE, FRESH, LEGEND, TILE, find_near
from .state import ALIVE, ALIVE_STEPS, EATEN, GREEDY, Orchard, Sprouts

DRY = (226, 206, 168)
"""Colour of sites without live apples around, where none will grow."""


class Harvest(GridDilemma):
    """Agents eat apples, which grow again faster among others; an empty patch is lost for good.

    Rules:
        See `GridDilemma` for moves, beams and the order of a step; the sanction is the only beam.
        An agent eats an apple by entering its cell. The probability that a bare site has an apple
        again, after moves and beams, depends on the live apples within `radius` of it when the step
        before began. An agent that stands there eats it at once.

        In `partnership`, putative cooperators lose `tile_cost` on entering a hidden tile. By
        default there are none, as in Melting Pot 2.4.1, whose agents all have the role "none".

        Guilt, for `just_hits` and `unjust_hits` (our own definition): an agent that eats an apple
        with fewer than `greedy_below` live ones around it, so that it grows again at less than the
        full rate, is guilty for `guilt` steps, that of the meal included.

    Observation:
        Planes of a window that turns with the agent, see `GridDilemma`. Bare sites look like floor,
        as hidden tiles do; in pictures they are grass.

        | index | value | range |
        | --- | --- | --- |
        | 0 | `wall`: wall, or beyond the map | 0 or 1 |
        | 1 | `apple`: apple | 0 or 1 |
        | 2 | `agent_facing_same_way`: other agent that faces the same way | 0 or 1 |
        | 3 | `agent_facing_right`: other agent that faces right | 0 or 1 |
        | 4 | `agent_facing_me`: other agent that faces the observer | 0 or 1 |
        | 5 | `agent_facing_left`: other agent that faces left | 0 or 1 |
        | 6 | `beam_sanction`: sanction beam of the last step | 0 or 1 |
        | 7 | `ready_sanction`: 1 all over if the agent's sanction beam is ready | 0 or 1 |

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
        | 7 | shoot the sanction beam |

    Reward:
        1 for each apple, to the agent that eats it. Sanctions have their cost and fine.

    Metrics:
        Sites that are near each other, directly or through others, are one patch.

        | name | value |
        | --- | --- |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0-6 | return of each agent |
        | sustainability | mean step of positive rewards; NaN without any |
        | peace | mean number of agents that are on the map and not frozen |
        | sanctions | shots of the sanction beam |
        | sanction_rate | share of opportunities to sanction that were taken; NaN without one |
        | hits | agents hit by sanctions |
        | sanction_cost | cost of all shots |
        | sanction_fines | fines of all hits |
        | just_hits | hits on guilty agents |
        | unjust_hits | hits on other agents |
        | apples_eaten | apples eaten by all agents |
        | apples_alive | apples at the end |
        | apples_mean | apples, mean over steps |
        | extinct | share of patches without an apple at the end |
        | greedy_meals | share of apples eaten with fewer than `greedy_below` around; NaN if none |

    Config presets:
        `rules` lays the values of a source over the defaults, which are those of `melting_pot`
        (with its own chances and beam for `closed` and `partnership`). The order of a step is
        Melting Pot's in all of them.

        `perolat`: 12 agents, radius 2, chances 0, .01 for 1 or 2, .05 for 3 or 4, .1 for more, 25
        steps off the map; from memory of the paper.

        `ssd` is Vinitsky et al.'s code: a box of 3 x 3, no growth under agents; a shot costs 1 and
        a hit 50.

        `socialjax`: no growth under agents, removal for a step. Ours has the two cells beside the
        shooter, which theirs lacks.

        The episodes of Melting Pot end by chance: `ends_after` 1099, `end_interval` 100,
        `end_chance` .15, `max_cycles` 5000.

    Differences from the source:
        The order of a step and the delay of the count are Melting Pot's with all `rules`. `ssd` and
        `socialjax` have maps and views of their own, which `map` and `view` can give. SocialJax
        pays every agent for every apple unless given otherwise, which is left out here.

    Source:
        Janssen et al. (2010), Perolat et al. (2017), Melting Pot's `commons_harvest` (Agapiou et
        al. 2022).
    """

    Config = HarvestConfig
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall", APPLE: "apple"}
    kinds: ClassVar[tuple[int, ...]] = (APPLE,)
    sizes: ClassVar[Sizes] = Sizes(env_counters=2, agent_counters=3, age=True)
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

    def __init__(self, id: str, num_envs: int, config: HarvestConfig):
        p = config
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
        self._sprouts = allocate(Sprouts, envs=num_envs, sites=len(sites))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.scratch, self.layout.cells, self.orchard, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        rules.advance(
            self.state, self.constants, self.orchard, self.scratch, self._sprouts, reward, *signals, where=where
        )

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        s = self.state
        alive = (s.cell[:, self.sites[:, 0], self.sites[:, 1]] == APPLE).astype(np.float32)
        eaten, greedy = s.agent_counters[:, :, EATEN].sum(axis=1), s.agent_counters[:, :, GREEDY].sum(axis=1)
        return {
            "apples_eaten": eaten,
            "apples_alive": s.env_counters[:, ALIVE],
            "apples_mean": s.env_counters[:, ALIVE_STEPS] / np.maximum(s.elapsed, 1),
            "extinct": (alive @ self._patch == 0).mean(axis=1),
            "greedy_meals": np.where(eaten > 0, greedy / np.maximum(eaten, 1), np.nan),
        }

    def _lines(self, copy: int) -> list[str]:
        s = self.state
        return [f"{s.env_counters[copy, ALIVE]} apples", f"{s.agent_counters[copy, :, EATEN].sum()} eaten"]


def _patches(site_at: NDArray[np.int16], near: NDArray[np.int16], nears: NDArray[np.int16]) -> NDArray[np.float32]:
    """Membership of sites in patches, `(sites, patches)`, 1 or 0; without sites one empty patch."""
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
