"""The clean-up task as a batched environment."""

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
from . import rules
from .config import CleanupConfig
from .maps import APPLE, CLEAN, DIRT, LEGEND, MAPS, STREAM, TREE
from .state import ALIVE, CLEANED, DIRTY, DIRTY_STEPS, EATEN, River

JET = (0, 172, 193)
"""Colour of the cleaning beam."""


class Cleanup(GridDilemma):
    """Agents eat apples, which grow only while the river is clean; cleaning it feeds all others.

    Rules:
        See `GridDilemma` for moves, beams and the order of a step. An agent eats an apple by
        entering its cell. An apple grows at a bare tree with probability
        `apple_chance` * min(1, (f - depletion) / (restoration - depletion)), where f is the share
        of dirty cells among those that can be, after the step before. Then, after `dirt_delay`
        steps, one clean cell gets dirty with probability `dirt_chance`. Both come before moves. The
        cleaning beam cleans the first dirt in each of its columns; it passes agents and apples.

        Guilt, for `just_hits` and `unjust_hits` (our own definition): an agent that ate within the
        last `guilt` steps and cleaned nothing in them, as it was before the step of the hit, is a
        free rider and guilty. An agent that takes its turns at the river is never guilty for long.

    Observation:
        Planes of a window that turns with the agent, see `GridDilemma`.

        | index | value | range |
        | --- | --- | --- |
        | 0 | `wall`: wall, or beyond the map | 0 or 1 |
        | 1 | `apple`: apple | 0 or 1 |
        | 2 | `tree`: place without an apple where one may grow | 0 or 1 |
        | 3 | `stream`: water that never gets dirty | 0 or 1 |
        | 4 | `clean_water`: clean water that may get dirty | 0 or 1 |
        | 5 | `dirt`: dirty water | 0 or 1 |
        | 6 | `agent_facing_same_way`: other agent that faces the same way | 0 or 1 |
        | 7 | `agent_facing_right`: other agent that faces right | 0 or 1 |
        | 8 | `agent_facing_me`: other agent that faces the observer | 0 or 1 |
        | 9 | `agent_facing_left`: other agent that faces left | 0 or 1 |
        | 10 | `beam_sanction`: sanction beam of the last step | 0 or 1 |
        | 11 | `beam_clean`: cleaning beam of the last step | 0 or 1 |
        | 12 | `ready_sanction`: 1 all over if the agent's sanction beam is ready | 0 or 1 |
        | 13 | `ready_clean`: 1 all over if the cleaning beam is ready | 0 or 1 |
        | 14 | `others_cleaned`: number of others that cleaned, all over | 0 to num_agents - 1 |

    Actions:
        Without sanctions the cleaning beam is action 7.

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
        | 8 | shoot the cleaning beam |

    Reward:
        1 for each apple, to the agent that eats it; with `shared` to every agent on the map.
        Sanctions have their cost and fine.

    Metrics:
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
        | dirt_fraction | share of dirty cells, mean over steps |
        | apples_eaten | apples eaten by all agents |
        | dirt_cleaned | dirt cleaned; a cell that two agents clean at once counts twice |
        | cleaners | share of agents that cleaned anything |
        | apples_alive | apples at the end |

    Config presets:
        `rules` lays the values of a source over the defaults, which are those of `melting_pot`. The
        order of a step is Melting Pot's in all of them.

        `ssd` is Vinitsky et al.'s code: its map, 5 agents, a view of 15 x 15, no growth under
        agents. From a share of .4 on no more dirt appears; below it almost surely one cell a step
        gets dirty, since after a cell that stays clean the next is tried. Beams have length 5 and
        no cooldown and end at agents; a shot costs 1 and a hit 50.

        `socialjax`: streams count as clean water, no growth under agents, no cooldown, removal for
        a step. Its beams lack the two cells beside the shooter, and it pays all agents for every
        apple unless given otherwise, as `shared` does here.

        The episodes of Melting Pot end by chance: `ends_after` 1099, `end_interval` 100,
        `end_chance` .2, `max_cycles` 5000.

    Differences from the source:
        The number of others that cleaned is shown in the step of the cleaning, in Melting Pot one
        step later. An apple that grows under an agent is eaten once, there twice if the agent
        cannot leave the cell in that step or another enters it. Frozen agents, which it does not
        have here, cannot clean.

    Source:
        Hughes et al. (2018), Melting Pot's `clean_up` (Agapiou et al. 2022).
    """

    Config = CleanupConfig
    cell_names: ClassVar[dict[int, str]] = {
        WALL: "wall",
        APPLE: "apple",
        TREE: "tree",
        STREAM: "stream",
        CLEAN: "clean_water",
        DIRT: "dirt",
    }
    kinds: ClassVar[tuple[int, ...]] = (APPLE, DIRT)
    extra_names: ClassVar[tuple[str, ...]] = ("others_cleaned",)
    sizes: ClassVar[Sizes] = Sizes(env_counters=3, extra_observations=1, agent_counters=5)
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

    def __init__(self, id: str, num_envs: int, config: CleanupConfig):
        p = config
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

    def _largest_extra(self, p: Any) -> int:
        return max(p.num_agents - 1, 1)

    def _beams(self, p: CleanupConfig) -> Sequence[Beam]:
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
        rules.begin(self.state, self.constants, self.scratch, self.layout.cells, self.river, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        rules.advance(self.state, self.constants, self.river, self.scratch, reward, *signals, where=where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        s = self.state
        cells = max(len(self.river.water) + self.river.streams, 1)
        return {
            "dirt_fraction": s.env_counters[:, DIRTY_STEPS] / np.maximum(s.elapsed, 1) / cells,
            "apples_eaten": s.agent_counters[:, :, EATEN].sum(axis=1),
            "dirt_cleaned": s.agent_counters[:, :, CLEANED].sum(axis=1),
            "cleaners": (s.agent_counters[:, :, CLEANED] > 0).mean(axis=1),
            "apples_alive": s.env_counters[:, ALIVE],
        }

    def _lines(self, copy: int) -> list[str]:
        s = self.state
        cells = max(len(self.river.water) + self.river.streams, 1)
        return [
            f"dirt {100 * s.env_counters[copy, DIRTY] / cells:.0f} %",
            f"{s.agent_counters[copy, :, EATEN].sum()} eaten",
        ]


parallel_env, env, raw_env = entry_points("dilemmas/cleanup-v0")
