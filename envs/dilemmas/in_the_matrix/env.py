"""Matrix games on a grid as a batched environment."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...errors import BadParameter
from ...registration.entry_points import entry_points
from ...rendering.palette import REACHED
from ..grid_engine.env import Beam, GridDilemma
from ..grid_engine.maps import FLOOR, WALL, read_layout
from ..grid_engine.observation import ViewConstants
from ..grid_engine.state import Sizes
from .appearance import RINGS, looks_of, mark_agents
from .config import InTheMatrixParameters
from .games import BANDS, bounds_of
from .rules import (
    FIRST,
    MEMORY,
    MET,
    MOST_TOLD,
    PAID,
    RANDOM,
    SHARES,
    MatrixRules,
    advance_copies,
    begin_copies,
    standing,
)

BROKEN = 1  # the health at which the next beam goes through a resource


class InTheMatrix(GridDilemma):
    """Agents collect resources, and the shares of each kind in their inventories are the mixed strategies that they play with whom they interact.

    Whoever enters the cell of a resource takes it. Beam `interact` hits other agents; if the shooter and the agent hit have both collected something since they
    came to the map, they interact (nobody twice in a step; not with someone who waits for a payoff): the shooter chooses the row, the other the column (with `roles`:
    the first half of the agents always the row, and only unlike agents interact), and with v and w the inventories as shares, the payoffs are v' M w for the table M of each.
    Both stand still for `freeze` steps, are paid in the one after, leave the map, and come back `respawn` + 1 steps later with an inventory as at the beginning. A beam
    ends at a resource; the last of `health` beams destroys it and goes on. Resources regrow where nobody stands.

    Observation: see `GridDilemma`; planes of colours are what others see: `gathering` (nothing collected), `ready`, `paid_0` to `paid_4` (waits for a payoff in that band
    of those that the source shows; of payoffs of one's own, of five equal ones), for agents of the second and the first half apart where there are roles. Told are the own inventory,
    in the step of an interaction alone both inventories (`own_k`, `other_k`; 0 otherwise), and with roles whether one chooses the row. Numbers above 100 are told as 100.

    Actions: the seven of `GridDilemma`, then the sanction if it is enabled (it is not by default), then `interact`.

    Metrics: those of `GridDilemma`, and `interactions` (in the copy), `payoff` (mean of an agent in an interaction), `share_k` (mean share of resource k in inventories at
    interactions), and `cooperation` (that of resource 0) where that is what resource 0 means; NaN before the first interaction. A sanction is just if
    most of its target's inventory at its last interaction was not resource 0 (in those games alone).

    Source: Melting Pot 2.4.1, `*_in_the_matrix__*`; JaxMARL's STORM for the arena `storm`: map, view and times alone.
    """

    Parameters = InTheMatrixParameters
    parameters: InTheMatrixParameters
    agent_rings: ClassVar = RINGS

    def __init__(self, id: str, num_envs: int, parameters: InTheMatrixParameters):
        p = parameters
        tables, game = p.tables(), p.rules_of_game()
        strategies = tables.shape[1]
        self._health, self._strategies = p.health, strategies
        codes = {str(k): standing(k, p.health, p.health) for k in range(strategies)}
        layout = read_layout(p.drawing(), {"#": WALL, " ": FLOOR, "P": FLOOR, "?": codes["0"]} | codes)
        sites = np.argwhere(layout.cells >= FIRST)
        if not len(sites):
            raise BadParameter(f"map has no resources; allowed is a drawing with one of {' '.join(codes)} ? at least")
        n, social = p.num_agents, game.social
        count = strategies * p.health
        self._describe(codes, count, n, bool(p.roles), social)
        super().__init__(id, num_envs, p, layout, layout.where("P"), sites)
        vars(self)["looks"] = looks_of(
            strategies, p.health, damage=True
        )  # in pictures, not in observations as pictures
        letters = layout.letters[sites[:, 0], sites[:, 1]]
        self.own = MatrixRules(
            site=self.sites,
            kind=np.array([RANDOM if letter == "?" else int(letter) for letter in letters]),
            strategies=strategies,
            health=p.health,
            waiting=FIRST + count,
            start=int(p.start or 0),
            freeze=int(p.freeze or 0),
            respawn=int(p.respawn or 0),
            delay=int(p.regrowth_delay or 0),
            rate=float(p.regrowth_rate or 0),
            refill=bool(p.refill),
            roles=bool(p.roles),
            chooses_row=np.arange(n) < (n + 1) // 2,
            payoff=tables,
            bounds=bounds_of(game, tables),
            random_ties=game.random_ties,
            social=social,
        )

    def _pays_alike(self, p: InTheMatrixParameters) -> bool:
        """Two who share one table are paid the same at the same time; a sanction would cost them differently."""
        row, column = p.tables()
        return p.num_agents == 2 and bool((row == column).all()) and not p.sanctions.enabled

    def _describe(self, codes: Mapping[str, int], count: int, n: int, roles: bool, social: bool) -> None:
        """Set what a class of the family says of itself; here it depends on the game."""
        seen = ("gathering", "ready", *(f"paid_{band}" for band in range(BANDS)))
        told = [f"{whose}{k}" for whose in ("inventory_", "own_", "other_") for k in codes]
        vars(self).update(
            cell_names={WALL: "wall"} | {code: f"resource_{k}" for k, code in codes.items()},
            colour_names=(*(f"column_{name}" for name in seen), *(f"row_{name}" for name in seen)) if roles else seen,
            told_names=(*told, *(("chooses_row",) if roles else ())),
            kinds=tuple(range(FIRST, FIRST + count)),
            looks=looks_of(len(codes), self._health, damage=False),
            sizes=Sizes(
                told=len(told) + roles,
                inventory=len(codes),
                tally=MEMORY + 2 * n,
                due=SHARES + len(codes),
                age=True,
            ),
            has_guilt=social,
            metric_names=(
                "interactions",
                "payoff",
                *(("cooperation",) if social else ()),
                *(f"share_{k}" for k in codes),
            ),
        )

    def _beams(self, p: InTheMatrixParameters) -> Sequence[Beam]:
        whole = [
            code for code in self.kinds if (code - FIRST) % p.health > 0
        ]  # the beam goes through those that it destroys
        return (
            Beam(
                "interact", p.beam_length, p.beam_radius, p.beam_cooldown, tuple(whole), at_agents=True, colour=REACHED
            ),
        )

    def _lay_planes(self, p: InTheMatrixParameters) -> tuple[ViewConstants, tuple[str, ...]]:
        view, planes = super()._lay_planes(p)
        for code in self.kinds:  # damage is not seen
            view.cell_plane[code] = 1 + (code - FIRST) // p.health
        return view, planes

    def _told_most(self, p: InTheMatrixParameters) -> int:
        return MOST_TOLD

    def _freezes(self, p: InTheMatrixParameters) -> bool:
        return True

    def _begin(self, where: NDArray[np.bool_]) -> None:
        begin_copies(self.state, self.constants, self.own, self.scratch, self.layout.cells, where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        advance_copies(self.state, self.constants, self.own, self.scratch, reward, *signals, where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        met, due = self.state.tally[:, :, MET].sum(axis=1), self.state.due.sum(axis=1)
        mean = np.where(met[:, None] > 0, due / np.maximum(met, 1)[:, None], np.nan)
        measured = {"interactions": met / 2, "payoff": mean[:, PAID]}
        if self.has_guilt:
            measured["cooperation"] = mean[:, SHARES]
        return measured | {f"share_{k}": mean[:, SHARES + k] for k in range(self._strategies)}

    def _lines(self, copy: int) -> list[str]:
        return [f"interactions {int(self.state.tally[copy, :, MET].sum()) // 2}"]

    def _mark(self, board: Any, copy: int) -> None:
        mark_agents(board, self.state, copy, self._strategies)


parallel_env, env, raw_env = entry_points("dilemmas/in_the_matrix-v0")
