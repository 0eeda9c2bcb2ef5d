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
from .config import COLOURS, AllelopathicHarvestParameters
from .maps import MAPS
from .rules import (
    EATEN,
    FAVOURITES,
    LARGEST_STEPS,
    LEGEND,
    NUM_COLOURS,
    PLANTED,
    RIPE,
    RIPE_NOW,
    RIPE_STEPS,
    UNRIPE,
    Garden,
    advance_copies,
    begin_copies,
)

GREY: Colour = (150, 150, 150)
PAINTS: tuple[Colour, ...] = ((204, 42, 54), (86, 190, 70), (38, 84, 204))
"""Red, green and blue, which differ in lightness too."""
BERRIES = tuple(range(UNRIPE, UNRIPE + 2 * NUM_COLOURS))


class AllelopathicHarvest(GridDilemma):
    """Berries of three colours ripen the faster the more there are of their colour, whichever it is: all are best off if all agree on one.
    But agents prefer different colours, and planting takes time that could be spent eating.

    A step, its observations and actions: see `GridDilemma`; the map is a torus, and actions 8, 9 and 10 (7, 8 and 9 without sanctions) plant
    red, green and blue. A berry ripens per step with chance `ripening` times the share of its colour among all berries, ripe or not, but not
    before `delay` steps after it was eaten or planted. Entering the cell of a ripe berry eats it, which leaves an unripe one of that colour: 2 if it is the
    agent's favourite, else 1. A berry that ripens under an agent is eaten at once, but only one until the agent has moved or tried to. A planting beam ends at
    agents, walls and the first berry; an unripe one of another colour gets the beam's. Of several beams that reach a berry in a step the first decides.

    Others see the colour that an agent planted last; one that eats turns grey ("newborn") again with the share of berries that are not of the most
    common colour for a chance, and so does one that comes back. Frozen agents can plant, but not move or sanction.

    Observation: planes wall, `unripe_` and `ripe_` red, green and blue; of agents `newborn` and `planted_` red, green, blue; what an agent is told is
    its own favourite, as three planes. All are 0 or 1.

    Guilt, for `just_hits` and `unjust_hits` (our own definition): an agent is guilty when the colour that it planted last, as it is seen, is less common than
    another colour, all berries counted. Grey ones are not guilty. It is judged on the frame on which the agents decided, before the step.

    Metrics beside the family's: `monoculture` (share of berries that have the most common colour, mean over steps), `monoculture_end`, `share_red`, `share_green` and `share_blue` at the
    end, `ripe_share` (of all berries, mean over steps), `berries_eaten`, `favourites_eaten` (share of those that were favourites; NaN if none was eaten) and
    `planted` (berries that changed colour).

    Source: Melting Pot's `allelopathic_harvest__open` (Koster et al. 2020, Agapiou et al. 2022). There the timer of the three planting beams, 2, is counted
    down in an order that differs from one process to the next; here the next beam is possible two steps later, as it mostly is there.
    """

    Parameters = AllelopathicHarvestParameters
    cell_names: ClassVar[dict[int, str]] = {
        WALL: "wall",
        **{UNRIPE + k: f"unripe_{name}" for k, name in enumerate(COLOURS)},
        **{RIPE + k: f"ripe_{name}" for k, name in enumerate(COLOURS)},
    }
    kinds: ClassVar[tuple[int, ...]] = BERRIES
    colour_names: ClassVar[tuple[str, ...]] = ("newborn", *(f"planted_{name}" for name in COLOURS))
    told_names: ClassVar[tuple[str, ...]] = tuple(f"prefers_{name}" for name in COLOURS)
    torus: ClassVar[bool] = True
    sizes: ClassVar[Sizes] = Sizes(numbers=6, told=3, tally=4, age=True)
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

    def __init__(self, id: str, num_envs: int, parameters: AllelopathicHarvestParameters):
        p = parameters
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

    def _beams(self, p: AllelopathicHarvestParameters) -> Sequence[Beam]:
        return [
            Beam(f"plant_{name}", p.plant_length, 0, p.plant_cooldown, hits=BERRIES, at_agents=True, colour=paint)
            for name, paint in zip(COLOURS, PAINTS)
        ]

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.garden, self.scratch, self.layout.cells, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        advance_copies(self.state, self.constants, self.garden, self.scratch, reward, *signals, where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        s, berries = self.state, len(self.sites)
        shares = s.numbers[:, :NUM_COLOURS] / berries
        steps = np.maximum(s.elapsed, 1) * float(berries)
        eaten = s.tally[:, :, EATEN].sum(axis=1)
        favourites = s.tally[:, :, FAVOURITES].sum(axis=1)
        return {
            "monoculture": s.numbers[:, LARGEST_STEPS] / steps,
            "monoculture_end": shares.max(axis=1),
            **{f"share_{name}": shares[:, k] for k, name in enumerate(COLOURS)},
            "ripe_share": s.numbers[:, RIPE_STEPS] / steps,
            "berries_eaten": eaten,
            "favourites_eaten": np.where(eaten > 0, favourites / np.maximum(eaten, 1), np.nan),
            "planted": s.tally[:, :, PLANTED].sum(axis=1),
        }

    def _lines(self, copy: int) -> list[str]:
        count = self.state.numbers[copy]
        shares = " ".join(f"{name} {100 * count[k] / len(self.sites):.0f}%" for k, name in enumerate(COLOURS))
        return [shares, f"{count[RIPE_NOW]} ripe"]


parallel_env, env, raw_env = entry_points("dilemmas/allelopathic_harvest-v0")
