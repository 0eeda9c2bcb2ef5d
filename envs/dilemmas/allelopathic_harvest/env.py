"""Allelopathic harvest as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...registration.entry_points import entry_points
from ...rendering.palette import Colour
from ..grid_engine.appearance import FLOOR_LOOK, GRASS, WALL_LOOK, Look
from ..grid_engine.env import Beam, GridDilemma
from ..grid_engine.maps import FLOOR, WALL, find_map, read_layout
from ..grid_engine.state import Sizes
from . import rules
from .config import COLOURS, AllelopathicHarvestConfig
from .maps import MAPS
from .rules import LEGEND, RIPE, UNRIPE
from .state import EATEN, FAVOURITES, LARGEST_STEPS, NUM_COLOURS, PLANTED, RIPE_NOW, RIPE_STEPS, Garden

GREY: Colour = (150, 150, 150)
PAINTS: tuple[Colour, ...] = ((204, 42, 54), (86, 190, 70), (38, 84, 204))
"""Red, green and blue, which also differ in lightness."""
BERRIES = tuple(range(UNRIPE, UNRIPE + 2 * NUM_COLOURS))


class AllelopathicHarvest(GridDilemma):
    """Berries of three colours ripen faster, the more berries have their colour.

    All agents are best off with one colour, whichever it is. But they prefer different colours, and
    planting takes time that could be spent eating.

    Rules:
        See `GridDilemma` for moves, beams and the order of a step; the map is a torus. A berry
        ripens per step with probability `ripening` times the share of its colour among all berries,
        ripe or not, but not before `delay` steps after it was eaten or planted. An agent eats a
        ripe berry by entering its cell, which leaves an unripe one of that colour. A berry that
        ripens under an agent is eaten at once, but only one until the agent has moved or tried to.

        A planting beam ends at agents, walls and the first berry; an unripe berry of another colour
        gets the beam's. Of several beams that reach a berry in a step the first decides. Others see
        the colour that an agent planted last. An agent that eats turns grey ("newborn") again with
        the share of berries that are not of the most common colour as probability, and so does one
        that comes back. Frozen agents can plant, but not move or sanction.

        Guilt, for `just_hits` and `unjust_hits` (our own definition): an agent is guilty if the
        colour that it planted last, as others see it, is less common than another colour among all
        berries. Grey agents are not guilty. The frame on which the agents decided counts, that is
        before the step.

    Observation:
        Planes of a window that turns with the agent, see `GridDilemma`. Planes of colours include
        the agent itself.

        | index | value | range |
        | --- | --- | --- |
        | 0 | `wall`: wall, or beyond the map | 0 or 1 |
        | 1 | `unripe_red`: unripe red berry | 0 or 1 |
        | 2 | `unripe_green`: unripe green berry | 0 or 1 |
        | 3 | `unripe_blue`: unripe blue berry | 0 or 1 |
        | 4 | `ripe_red`: ripe red berry | 0 or 1 |
        | 5 | `ripe_green`: ripe green berry | 0 or 1 |
        | 6 | `ripe_blue`: ripe blue berry | 0 or 1 |
        | 7 | `agent_facing_same_way`: other agent that faces the same way | 0 or 1 |
        | 8 | `agent_facing_right`: other agent that faces right | 0 or 1 |
        | 9 | `agent_facing_me`: other agent that faces the observer | 0 or 1 |
        | 10 | `agent_facing_left`: other agent that faces left | 0 or 1 |
        | 11 | `newborn`: grey agent | 0 or 1 |
        | 12 | `planted_red`: agent that planted red last | 0 or 1 |
        | 13 | `planted_green`: agent that planted green last | 0 or 1 |
        | 14 | `planted_blue`: agent that planted blue last | 0 or 1 |
        | 15 | `marked`: marked agent | 0 or 1 |
        | 16 | `frozen`: frozen agent | 0 or 1 |
        | 17 | `beam_sanction`: sanction beam of the last step | 0 or 1 |
        | 18 | `beam_plant_red`: beam of the last step that plants red | 0 or 1 |
        | 19 | `beam_plant_green`: beam of the last step that plants green | 0 or 1 |
        | 20 | `beam_plant_blue`: beam of the last step that plants blue | 0 or 1 |
        | 21 | `ready_sanction`: 1 all over if the agent's sanction beam is ready | 0 or 1 |
        | 22 | `ready_plant_red`: 1 all over if the beam that plants red is ready | 0 or 1 |
        | 23 | `ready_plant_green`: 1 all over if the beam that plants green is ready | 0 or 1 |
        | 24 | `ready_plant_blue`: 1 all over if the beam that plants blue is ready | 0 or 1 |
        | 25 | `prefers_red`: 1 all over if red is the own favourite | 0 or 1 |
        | 26 | `prefers_green`: 1 all over if green is the own favourite | 0 or 1 |
        | 27 | `prefers_blue`: 1 all over if blue is the own favourite | 0 or 1 |

    Actions:
        Without sanctions the planting beams are actions 7, 8 and 9.

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
        | 8 | plant red |
        | 9 | plant green |
        | 10 | plant blue |

    Reward:
        `favourite_reward` (2) for a berry of the agent's favourite colour, `other_reward` (1) for
        another. Sanctions have their cost and fine.

    Metrics:
        | name | value |
        | --- | --- |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0-15 | return of each agent |
        | sustainability | mean step of positive rewards; NaN without any |
        | peace | mean number of agents that are on the map and not frozen |
        | sanctions | shots of the sanction beam |
        | sanction_rate | share of opportunities to sanction that were taken; NaN without one |
        | hits | agents hit by sanctions |
        | sanction_cost | cost of all shots |
        | sanction_fines | fines of all hits |
        | just_hits | hits on guilty agents |
        | unjust_hits | hits on other agents |
        | monoculture | share of berries of the most common colour, mean over steps |
        | monoculture_end | the same at the end |
        | share_red | share of red berries at the end |
        | share_green | share of green berries at the end |
        | share_blue | share of blue berries at the end |
        | ripe_share | share of ripe berries, mean over steps |
        | berries_eaten | berries eaten by all agents |
        | favourites_eaten | share of those that were favourites; NaN if none was eaten |
        | planted | berries that changed colour |

    Differences from the source:
        In Melting Pot the timer of the three planting beams, 2, is counted down in an order that
        differs from one process to the next; here the next beam is possible two steps later, as it
        mostly is there. There a berry that ripens under an agent whose way is blocked is eaten
        twice, a mark is visible one step after it has healed, and an agent that comes back turns
        grey a step later.

    Source:
        Melting Pot's `allelopathic_harvest__open` (Koster et al. 2020, Agapiou et al. 2022).
    """

    Config = AllelopathicHarvestConfig
    cell_names: ClassVar[dict[int, str]] = {
        WALL: "wall",
        **{UNRIPE + k: f"unripe_{name}" for k, name in enumerate(COLOURS)},
        **{RIPE + k: f"ripe_{name}" for k, name in enumerate(COLOURS)},
    }
    kinds: ClassVar[tuple[int, ...]] = BERRIES
    colour_names: ClassVar[tuple[str, ...]] = ("newborn", *(f"planted_{name}" for name in COLOURS))
    extra_names: ClassVar[tuple[str, ...]] = tuple(f"prefers_{name}" for name in COLOURS)
    torus: ClassVar[bool] = True
    sizes: ClassVar[Sizes] = Sizes(env_counters=6, extra_observations=3, agent_counters=4, age=True)
    has_guilt: ClassVar[bool] = True
    metric_names: ClassVar[tuple[str, ...]] = (
        "monoculture",
        "monoculture_end",
        *(f"share_{name}" for name in COLOURS),
        "ripe_share",
        "berries_eaten",
        "favourites_eaten",
        "planted",
    )
    agent_rings: ClassVar[tuple[Colour, ...]] = (GREY, *PAINTS)
    looks: ClassVar[Mapping[int, Look]] = {
        FLOOR: FLOOR_LOOK,
        WALL: WALL_LOOK,
        **{UNRIPE + k: Look(GRASS, "ring", paint, "rgb"[k]) for k, paint in enumerate(PAINTS)},
        **{RIPE + k: Look(GRASS, "diamond", paint, "RGB"[k]) for k, paint in enumerate(PAINTS)},
    }

    def __init__(self, id: str, num_envs: int, config: AllelopathicHarvestConfig):
        p = config
        layout = read_layout(find_map(p.map, MAPS), LEGEND)
        berries = layout.where("rgb")
        if len(berries) == 0:
            raise BadParameter("map has no berries; allowed is a drawing with at least one `r`, `g` or `b`")
        self.garden = Garden(
            berry=berries,
            favourite=np.array(p.favourites(), np.int64),
            favourite_reward=float(p.favourite_reward),
            other_reward=float(p.other_reward),
            ripening=float(p.ripening),
            cubic_rate=float(p.cubic_rate),
            delay=p.delay,
            plant_cooldown=p.plant_cooldown,
        )
        super().__init__(id, num_envs, p, layout, layout.where("P"), berries)

    def _beams(self, p: AllelopathicHarvestConfig) -> Sequence[Beam]:
        return [
            Beam(f"plant_{name}", p.plant_length, 0, p.plant_cooldown, hits=BERRIES, at_agents=True, colour=paint)
            for name, paint in zip(COLOURS, PAINTS)
        ]

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.garden, self.scratch, self.layout.cells, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        rules.advance(self.state, self.constants, self.garden, self.scratch, reward, *signals, where=where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        s, berries = self.state, len(self.sites)
        shares = s.env_counters[:, :NUM_COLOURS] / berries
        steps = np.maximum(s.elapsed, 1) * float(berries)
        eaten = s.agent_counters[:, :, EATEN].sum(axis=1)
        favourites = s.agent_counters[:, :, FAVOURITES].sum(axis=1)
        return {
            "monoculture": s.env_counters[:, LARGEST_STEPS] / steps,
            "monoculture_end": shares.max(axis=1),
            **{f"share_{name}": shares[:, k] for k, name in enumerate(COLOURS)},
            "ripe_share": s.env_counters[:, RIPE_STEPS] / steps,
            "berries_eaten": eaten,
            "favourites_eaten": np.where(eaten > 0, favourites / np.maximum(eaten, 1), np.nan),
            "planted": s.agent_counters[:, :, PLANTED].sum(axis=1),
        }

    def _lines(self, copy: int) -> list[str]:
        count = self.state.env_counters[copy]
        shares = " ".join(f"{name} {100 * count[k] / len(self.sites):.0f}%" for k, name in enumerate(COLOURS))
        return [shares, f"{count[RIPE_NOW]} ripe"]


parallel_env, env, raw_env = entry_points("dilemmas/allelopathic_harvest-v0")
