"""Partner selection as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...core.timestep import TimeStep
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ..metrics import share
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from . import draw, observation, rules
from .config import PartnerSelectionConfig
from .state import NOBODY, UNKNOWN, State, build_constants


class PartnerSelection(BatchEnv[State]):
    """Agents choose partners, play a dilemma with them, and punish, or third parties punish.

    Rules:
        At the beginning of a season, in one step, all agents choose a partner; an agent may be
        chosen by many. Then each agent in turn plays `rounds` rounds with its partner: a step in
        which both act, and one in which punishers decide for each of the two. With `direct` the
        punisher is the partner, with `third_party` an agent that does not play, drawn for each of
        the two anew in each round, with `both` both. Seasons follow each other. In the centipede
        game the two take turns; a cooperator pays 1 and gives the other 5, a defector ends the
        pairing.

    Observation:
        Blocks of other phases are 0. A reputation r is shown as r / (abs(r) + `reputation_scale`).
        With third parties there is a second block for a target, without punishment none.

        | index | value | range |
        | --- | --- | --- |
        | 0-2 | phase one-hot: choose, play, punish | 0 or 1 |
        | 3 | reputation of the agent, when choosing and playing | -1 to 1 |
        | 4-7 | when choosing: reputations of the others, from the next index on | -1 to 1 |
        | 8-10 | when playing: last move of the partner one-hot (C, D, none yet) | 0 or 1 |
        | 11-13 | when playing: last move of the agent itself | 0 or 1 |
        | 14 | when playing: reputation of the partner | -1 to 1 |
        | 15-16 | when punishing: move of the target one-hot (C, D) | 0 or 1 |
        | 17-18 | when punishing: last move of the partner of the target | 0 or 1 |
        | 19-20 | when punishing, with `show_in_punish`: reputations of these two | -1 to 1 |

        Global state: phase, mover, round, time, reputations, and for each agent its last move, its
        part in the pairing, and its targets.

    Actions:
        One space for all phases. Masks allow the actions of the phase; others count as 0. Agents
        without a choice are not `active`. An agent that was drawn for both players has two targets.

        | index | action |
        | --- | --- |
        | 0 | choose the next agent by index; cooperate; punish no target |
        | 1 | choose the agent 2 places on; defect; punish the first (or only) target |
        | 2 | choose the agent 3 places on; punish the second target |
        | 3 | choose the agent 4 places on; punish both targets |

    Reward:
        The payoff in the step of playing. In the step of punishing -`fine` for the target, and for
        the punisher `just_reward` (2) for a defector and `unjust_reward` (-10) for a cooperator.
        The choice of a partner is paid by the rounds that follow, and being chosen pays too. With
        punishment there are signals: agents that may punish have an opportunity; see
        `core/sanction_signals`.

    End:
        An episode is truncated after `max_cycles` steps.

    Metrics:
        `return_i` is listed for up to 16 agents, `selected_cooperators` with `selection`; those
        from `sanctions` on exist with punishment.

        | name | value |
        | --- | --- |
        | cooperation | share of moves that cooperated |
        | selected_cooperators | share of choices of agents with a past that fell on a cooperator |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient; NaN if a return is below 0 or all are 0 |
        | return_0-4 | return of each agent |
        | sanctions | steps of agents that punished |
        | sanction_rate | sanctions per opportunity; NaN without one |
        | hits | punishments |
        | just_hits | punishments of defectors |
        | unjust_hits | punishments of cooperators |
        | sanction_cost | cost of punishing less its rewards; below 0 if the rewards are higher |
        | sanction_fines | loss by all punishments |

    Differences from the source:
        There three networks of each agent learn to choose, to play and to punish, each from its own
        reward: the payoff of the first player less fines for choosing, the same of both for
        playing, the part of the punisher for punishing. Here all is one stream, and the phase in
        the observation tells the parts apart. There reputations and last moves are never reset;
        see `keep_reputation`.

    Source:
        Dasgupta and Musolesi, "Investigating the impact of direct punishment on the emergence of
        cooperation in multi-agent reinforcement learning systems" (2023), amounts as in their code.
    """

    Config = PartnerSelectionConfig
    config: PartnerSelectionConfig

    def __init__(self, id: str, num_envs: int, config: PartnerSelectionConfig):
        p, n = config, config.num_agents
        self.constants = build_constants(p)
        self._viewers = n if p.reputation == "private" else 1
        seen = spaces.Box(-1, 1, (observation.observation_width(n, p.slots),), np.float32)
        group = GroupSpec(DEFAULT_GROUP, n, seen, spaces.Discrete(p.num_actions), has_action_mask=True)
        metrics = ("cooperation", *outcome_names(n))
        metrics += ("selected_cooperators",) if p.selection else ()
        metrics += sanction_names() if p.slots else ()
        signals = signal_shapes(n) if p.slots else {}
        shape = (observation.state_width(n, self._viewers),)
        super().__init__(EnvSpec(id, (group,), p.max_cycles, metrics, shape, signals), num_envs, p)
        silent = [np.zeros((num_envs, *shape), np.float32) for shape in signal_shapes(n).values()]
        self._signals = [self.signals[name] for name in (OPPORTUNITY, SANCTION, TARGET)] if p.slots else silent

    def _allocate(self) -> State:
        state = allocate(State, envs=self.num_envs, agents=self.config.num_agents, viewers=self._viewers)
        state.partner.fill(NOBODY)
        state.last.fill(UNKNOWN)
        state.target.fill(NOBODY)
        return state

    def reset(self, seed: int | None = None) -> TimeStep:
        """Start new episodes in all envs; with a seed also kept reputations begin anew."""
        if seed is not None:
            self.state.reputation[:] = 0
        return super().reset(seed)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, actions[DEFAULT_GROUP], reward, *self._signals, where=where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observation.observe(
            self.state, self.constants, step.observation, step.action_mask, step.active, self.global_state
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        state, p = self.state, self.config
        measured = outcomes(state.returns, state.elapsed)
        measured["equality"] = np.where((state.returns >= 0).all(axis=1), measured["equality"], np.nan)
        measured["cooperation"] = share(state.cooperated.sum(axis=1), state.moves.sum(axis=1))
        if p.selection:
            measured["selected_cooperators"] = share(state.picked_cooperators, state.picks)
        if p.slots:
            hits = state.hits.sum(axis=2)
            cost = -p.just_reward * state.just - p.unjust_reward * (hits - state.just)
            measured |= sanction_outcomes(state, state.shots, cost, p.fine * hits)
        return measured

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The agents with reputations, pairs and punishments; see `draw.draw`."""
        return draw.draw(self.state, copy, self.config, **options)

    def text(self, copy: int = 0) -> str:
        """A line for each agent; see `draw.text`."""
        return draw.text(self.state, copy, self.config)


parallel_env, env, raw_env = entry_points("dilemmas/partner_selection-v0")
