"""Partner selection as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...core.timestep import TimeStep
from ...registration.entry_points import entry_points
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from . import draw, observation, rules
from .config import PartnerSelectionParameters
from .state import NOBODY, SLOTS, UNKNOWN, State, build_constants


class PartnerSelection(BatchEnv[State]):
    """Agents choose partners, play a dilemma with them for some rounds, and punish, or see third parties punish.

    A season: in one step all choose a partner (an agent may be chosen by many). Then each agent in turn plays `rounds` rounds with its
    partner: a step in which both act, and one in which who may punish decides for every one of the two. With `direct` that is the partner; with `third_party`
    an agent that does not play, drawn for each of the two anew in each round; with `both` both. Seasons follow each other until `max_cycles` truncates.
    Centipede game: the two take turns; who cooperates pays 1 and gives the other 5, who defects ends the pairing.

    Actions, one space for all phases; masks leave those of the phase, and what is chosen beside them nevertheless counts as 0. Choosing: a
    takes the agent a + 1 places after oneself, by index and around. Playing: 0 cooperates, 1 defects. Punishing: 0 nobody, 1 the first (or only) target;
    an agent that was drawn for both may do 2, the second, or 3, both. Agents with nothing to decide are not `active`.

    Reward: each agent gets what happens to it when it happens: the payoff in the step of playing; in that of punishing -3 if it is punished, and as
    the punisher 2 for a defector, -10 for a cooperator. So a choice of partner is paid by the rounds that follow from it, and being chosen pays too.

    Observation: the phase one-hot (choose, play, punish); own reputation; the others' from the next index on (when choosing); when playing the partner's
    last action one-hot (C, D, none yet), one's own, and the partner's reputation; when punishing, for each of up to two targets, its action (C, D), its
    partner's last action, and the reputations of both. What does not belong to the phase is 0. A reputation r is shown as
    r / (abs(r) + 20). Global state: phase, mover, round, time, reputations, and for each agent its last action, its part in the pairing, and its targets.

    Metrics: `cooperation` (share of moves), `selected_cooperators` (share of choices that fell on an agent whose last action was to
    cooperate, of those on agents that had played; with `selection`), `efficiency` (reward of all per step), `mean_return`, `equality` (NaN where a
    return is below 0 or all are 0), `return_i` of each agent up to 16; with punishment `sanctions`, `sanction_rate` (per opportunity; NaN without one), `hits`, and
    those `just_hits` (on defectors) and `unjust_hits`, `sanction_cost` (what all paid for punishing, less what it gave them: below 0 where it gave more)
    and `sanction_fines`. Signals with punishment: those who may punish have an opportunity; see `envs.signals`.

    Source: Dasgupta and Musolesi, "Investigating the impact of direct punishment on the emergence of cooperation in multi-agent
    reinforcement learning systems" (2023), amounts as in their code. There three networks of each agent learn to choose, to play and to punish, each
    from its own reward: the chooser's payoff less fines for choosing, the same of both for playing, the punisher's part for punishing. Here all is one stream, and
    the phase in the observation tells the parts apart. Their reputations and last actions are never reset; see `keep_reputation`.
    """

    Parameters = PartnerSelectionParameters
    parameters: PartnerSelectionParameters

    def __init__(self, id: str, num_envs: int, parameters: PartnerSelectionParameters):
        p, n = parameters, parameters.num_agents
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
        e, n = self.num_envs, self.parameters.num_agents
        return State(
            *self.required_state(),
            phase=np.zeros(e, np.int8),
            season=np.zeros(e, np.int32),
            pair=np.zeros(e, np.int16),
            round=np.zeros(e, np.int16),
            mover=np.zeros(e, np.int8),
            partner=np.full((e, n), NOBODY, np.int16),
            last=np.full((e, n), UNKNOWN, np.int8),
            target=np.full((e, n, SLOTS), NOBODY, np.int16),
            reputation=np.zeros((e, self._viewers, n), np.float64),
            punished=np.zeros((e, n, n), np.bool_),
            moves=np.zeros((e, n), np.int32),
            cooperated=np.zeros((e, n), np.int32),
            picks=np.zeros(e, np.int32),
            picked_cooperators=np.zeros(e, np.int32),
            chances=np.zeros((e, n), np.int32),
            shots=np.zeros((e, n), np.int32),
            hits=np.zeros((e, n, n), np.int32),
            just=np.zeros((e, n), np.int32),
            returns=np.zeros((e, n), np.float64),
        )

    def reset(self, seed: int | None = None) -> TimeStep:
        """As for every environment; with a seed also kept reputations begin anew."""
        if seed is not None:
            self.state.reputation[:] = 0
        return super().reset(seed)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance_copies(self.state, self.constants, actions[DEFAULT_GROUP], reward, *self._signals, where)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observation.observe_copies(
            self.state, self.constants, step.observation, step.action_mask, step.active, self.global_state
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        state, p = self.state, self.parameters
        measured = outcomes(state.returns, state.elapsed)
        measured["equality"] = np.where((state.returns >= 0).all(axis=1), measured["equality"], np.nan)
        measured["cooperation"] = _share(state.cooperated.sum(axis=1), state.moves.sum(axis=1))
        if p.selection:
            measured["selected_cooperators"] = _share(state.picked_cooperators, state.picks)
        if p.slots:
            hits = state.hits.sum(axis=2)
            cost = -p.just_reward * state.just - p.unjust_reward * (hits - state.just)
            measured |= sanction_outcomes(state, state.shots, cost, p.fine * hits)
        return measured

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The agents, their reputations, who plays with whom and who punished whom; see `draw.draw`."""
        return draw.draw(self.state, copy, self.parameters, **options)

    def text(self, copy: int = 0) -> str:
        """A line for each agent; see `draw.text`."""
        return draw.text(self.state, copy, self.parameters)


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """`part` of `whole`, NaN where that is nothing."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


parallel_env, env, raw_env = entry_points("dilemmas/partner_selection-v0")
