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
from . import rules
from .appearance import RINGS, looks_of, mark_agents
from .config import InTheMatrixConfig
from .games import BANDS, bounds_of
from .rules import LARGEST_EXTRA, RANDOM
from .state import FIRST, MEMORY, MET, PAID, SHARES, MatrixConstants, standing

BROKEN = 1  # the health at which the next beam goes through a resource


class InTheMatrix(GridDilemma):
    """Agents collect resources, whose shares are the mixed strategies of their interactions.

    Rules:
        See `GridDilemma` for moves, beams and the order of a step. An agent takes a resource by
        entering its cell. The beam `interact` hits other agents. If the shooter and the agent hit
        have both collected something since they came to the map, they interact (no agent twice in a
        step, and not with one that waits for a payoff). The shooter chooses the row, the other the
        column. With `roles` the first half of the agents always chooses the row, and only unlike
        agents interact. With v and w the inventories of row and column player as shares, the
        payoffs are v' M w for the table M of each.

        Both stand still for `freeze` steps, are paid in the one after, leave the map, and come back
        `respawn` + 1 steps later with an inventory as at the beginning. A beam ends at a resource;
        the last of `health` beams destroys it and goes on. Resources regrow in cells without an
        agent.

        Guilt, for `just_hits` and `unjust_hits` with sanctions, in games whose resource 0 means to
        cooperate: an agent is guilty if most of its inventory at its last interaction was not
        resource 0.

    Observation:
        Planes of a window that turns with the agent, see `GridDilemma`. Planes of colours include
        the agent itself; with roles they are apart for agents of the second and the first half, and
        a last plane is 1 if the agent chooses the row. Bands of payoffs are those that the source
        shows; for payoffs given in the config five equal ones. Numbers above 100 are shown as 100.

        | index | value | range |
        | --- | --- | --- |
        | 0 | `wall`: wall, or beyond the map | 0 or 1 |
        | 1 | `resource_0`: resource 0; its damage is not seen | 0 or 1 |
        | 2 | `resource_1`: resource 1; its damage is not seen | 0 or 1 |
        | 3 | `agent_facing_same_way`: other agent that faces the same way | 0 or 1 |
        | 4 | `agent_facing_right`: other agent that faces right | 0 or 1 |
        | 5 | `agent_facing_me`: other agent that faces the observer | 0 or 1 |
        | 6 | `agent_facing_left`: other agent that faces left | 0 or 1 |
        | 7 | `gathering`: agent that has collected nothing | 0 or 1 |
        | 8 | `ready`: agent that has collected something | 0 or 1 |
        | 9 | `paid_0`: agent that waits for a payoff in band 0 | 0 or 1 |
        | 10 | `paid_1`: agent that waits for a payoff in band 1 | 0 or 1 |
        | 11 | `paid_2`: agent that waits for a payoff in band 2 | 0 or 1 |
        | 12 | `paid_3`: agent that waits for a payoff in band 3 | 0 or 1 |
        | 13 | `paid_4`: agent that waits for a payoff in band 4 | 0 or 1 |
        | 14 | `frozen`: frozen agent | 0 or 1 |
        | 15 | `beam_interact`: beam of interaction of the last step | 0 or 1 |
        | 16 | `ready_interact`: 1 all over if the beam of interaction is ready | 0 or 1 |
        | 17 | `inventory_0`: own number of resource 0, all over | 0 to 100 |
        | 18 | `inventory_1`: own number of resource 1, all over | 0 to 100 |
        | 19 | `own_0`: the same in an interaction, in its step; else 0 | 0 to 100 |
        | 20 | `own_1`: the same in an interaction, in its step; else 0 | 0 to 100 |
        | 21 | `other_0`: the number of the other agent; else 0 | 0 to 100 |
        | 22 | `other_1`: the number of the other agent; else 0 | 0 to 100 |

    Actions:
        With sanctions, which are off by default, action 7 is the sanction and 8 is `interact`.

        | index | action |
        | --- | --- |
        | 0 | stay |
        | 1 | move forward |
        | 2 | move backward |
        | 3 | move left |
        | 4 | move right |
        | 5 | turn left |
        | 6 | turn right |
        | 7 | shoot the beam of interaction |

    Reward:
        The payoff of an interaction, `freeze` + 1 steps after it. Sanctions have their cost and
        fine.

    Metrics:
        Those of interactions are NaN before the first one. `cooperation` exists if it is the
        meaning of resource 0.

        | name | value |
        | --- | --- |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0 | return of agent 0 |
        | return_1 | return of agent 1 |
        | sustainability | mean step of positive rewards; NaN without any |
        | peace | mean number of agents that are on the map and not frozen |
        | interactions | interactions in the env |
        | payoff | mean payoff of an agent in an interaction |
        | cooperation | mean share of resource 0 in inventories at interactions |
        | share_0 | mean share of resource 0 in inventories at interactions |
        | share_1 | mean share of resource 1 in inventories at interactions |

    Config presets:
        `arena` lays its values over the defaults: `repeated` and `arena` are Melting Pot's, with
        its maps for each game; `storm` has map, view and times of JaxMARL's STORM alone. `roles`
        and `regrowth_delay` follow the game if they are not given.

    Differences from the source:
        The inventories of an interaction are part of the observation, which Melting Pot has for
        debugging alone. Its episodes end by chance: `ends_after` 1099, `end_interval` 100,
        `end_chance` .1 with `repeated` and .2 for scissors, with `arena` .15 for the prisoners, .1
        for stag hunt and else .2, `max_cycles` 5000. With sanctions, which it does not have here,
        an interaction goes on if one of the two is sanctioned, and is paid in time. `storm` has the
        beam, moves and delayed payoffs of the other arenas.

    Source:
        Melting Pot 2.4.1, `*_in_the_matrix__*`; JaxMARL's STORM for the arena `storm`.
    """

    Config = InTheMatrixConfig
    config: InTheMatrixConfig
    agent_rings: ClassVar = RINGS

    def __init__(self, id: str, num_envs: int, config: InTheMatrixConfig):
        p = config
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
        self._describe(codes, count, n, p.roles, social)
        super().__init__(id, num_envs, p, layout, layout.where("P"), sites)
        # In pictures, not in observations as pictures.
        vars(self)["looks"] = looks_of(strategies, p.health, damage=True)
        letters = layout.letters[sites[:, 0], sites[:, 1]]
        self.own = MatrixConstants(
            site=self.sites,
            kind=np.array([RANDOM if letter == "?" else int(letter) for letter in letters]),
            strategies=strategies,
            health=p.health,
            waiting=FIRST + count,
            start=p.start,
            freeze=p.freeze,
            respawn=p.respawn,
            delay=p.regrowth_delay,
            rate=float(p.regrowth_rate),
            refill=p.refill,
            roles=p.roles,
            chooses_row=np.arange(n) < (n + 1) // 2,
            payoff=tables,
            bounds=bounds_of(game, tables),
            random_ties=game.random_ties,
            social=social,
        )

    def _pays_alike(self, p: InTheMatrixConfig) -> bool:
        """Return True for two agents that share one table: they are paid the same together.

        A sanction would cost them differently.
        """
        row, column = p.tables()
        return p.num_agents == 2 and bool((row == column).all()) and not p.sanctions.enabled

    def _describe(self, codes: Mapping[str, int], count: int, n: int, roles: bool, social: bool) -> None:
        """Set the class attributes of `GridDilemma` that depend on the game here."""
        seen = ("gathering", "ready", *(f"paid_{band}" for band in range(BANDS)))
        extra = [f"{whose}{k}" for whose in ("inventory_", "own_", "other_") for k in codes]
        vars(self).update(
            cell_names={WALL: "wall"} | {code: f"resource_{k}" for k, code in codes.items()},
            colour_names=(*(f"column_{name}" for name in seen), *(f"row_{name}" for name in seen)) if roles else seen,
            extra_names=(*extra, *(("chooses_row",) if roles else ())),
            kinds=tuple(range(FIRST, FIRST + count)),
            looks=looks_of(len(codes), self._health, damage=False),
            sizes=Sizes(
                extra_observations=len(extra) + roles,
                resources=len(codes),
                agent_counters=MEMORY + 2 * n,
                pending_rewards=SHARES + len(codes),
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

    def _beams(self, p: InTheMatrixConfig) -> Sequence[Beam]:
        # The beam goes through resources that it destroys.
        whole = [code for code in self.kinds if (code - FIRST) % p.health > 0]
        return (
            Beam(
                "interact", p.beam_length, p.beam_radius, p.beam_cooldown, tuple(whole), at_agents=True, colour=REACHED
            ),
        )

    def _lay_planes(self, p: InTheMatrixConfig) -> tuple[ViewConstants, tuple[str, ...]]:
        view, planes = super()._lay_planes(p)
        for code in self.kinds:  # damage is not seen
            view.cell_plane[code] = 1 + (code - FIRST) // p.health
        return view, planes

    def _largest_extra(self, p: InTheMatrixConfig) -> int:
        return LARGEST_EXTRA

    def _freezes(self, p: InTheMatrixConfig) -> bool:
        return True

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, self.own, self.scratch, self.layout.cells, where=where)

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        rules.advance(self.state, self.constants, self.own, self.scratch, reward, *signals, where=where)

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        met, pending = self.state.agent_counters[:, :, MET].sum(axis=1), self.state.pending_reward.sum(axis=1)
        mean = np.where(met[:, None] > 0, pending / np.maximum(met, 1)[:, None], np.nan)
        measured = {"interactions": met / 2, "payoff": mean[:, PAID]}
        if self.has_guilt:
            measured["cooperation"] = mean[:, SHARES]
        return measured | {f"share_{k}": mean[:, SHARES + k] for k in range(self._strategies)}

    def _lines(self, copy: int) -> list[str]:
        return [f"interactions {int(self.state.agent_counters[copy, :, MET].sum()) // 2}"]

    def _mark(self, board: Any, copy: int) -> None:
        mark_agents(board, self.state, copy, self._strategies)


parallel_env, env, raw_env = entry_points("dilemmas/in_the_matrix-v0")
