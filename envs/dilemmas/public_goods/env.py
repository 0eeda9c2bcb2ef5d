"""The public goods game as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from . import draw, rules
from .rules import NONE, Constants, PublicGoodsParameters, State


class PublicGoods(BatchEnv[State]):
    """In each round all give to a pot that is multiplied and shared by all; then all see who gave what, and may punish.

    A round has two steps, or one without `punishment`. In the first, agent i gives c_i and is paid
    endowment - c_i + (multiplier / n) * sum of all c. In the second it assigns points to others, each of which costs it `punishment_cost` and the
    target `punishment_fine`. Returns may fall below 0.

    Actions: a level of contribution, Discrete; with punishment MultiDiscrete: that level, then the points for each of the
    others in the order in which they are seen. Masks leave 0 alone to the parts that are not of the stage; what is chosen there nevertheless has no effect.
    Observation: `(n + 1,)`: 1 at the start, when nothing was given yet; the agent's own share of the endowment given in the last round;
    those of the others, from the next index on, or with `anonymous` in an order drawn anew in each round. With punishment two more: 1
    in the stage of punishment, and the points received in the step before, of all possible ones. Who punished is not told.
    Global state: `(2 + 2n,)`: start, stage, everyone's last share and received points. Ends: truncated at `max_cycles`.

    Metrics: `cooperation` (mean share of the endowment given), `efficiency` (reward of all per step), `mean_return`, `equality` (NaN where the
    returns do not add up to more than 0), `return_i` of each agent up to 16; with punishment `sanctions` (an agent punished somebody in a step), `sanction_rate`
    (per opportunity; NaN without one), `hits`, and those `just_hits` (the target had given less than the mean of the others, which is to say less
    than that of all) and `unjust_hits`, `sanction_cost` and `sanction_fines` (what all paid for the points that they assigned, and for those that
    they received). Signals with punishment: in its stage everyone has an opportunity; see `envs.signals`.

    Source: Fehr and Gächter, "Cooperation and punishment in public goods experiments" (2000) and "Altruistic punishment in humans" (2002), for
    the form and the numbers; the encoding for learners and what counts as just are our own definitions.
    """

    Parameters = PublicGoodsParameters
    parameters: PublicGoodsParameters

    def __init__(self, id: str, num_envs: int, parameters: PublicGoodsParameters):
        p, n = parameters, parameters.num_agents
        self.constants = Constants(
            endowment=float(p.endowment),
            unit=p.unit,
            share=p.share,
            punishment=p.punishment,
            cost=float(p.punishment_cost),
            fine=float(p.punishment_fine),
            most_points=p.most_points,
            anonymous=p.anonymous,
            levels=p.levels,
        )
        seen = spaces.Box(0, 1, (n + 3 if p.punishment else n + 1,), np.float32)
        choice = spaces.MultiDiscrete([p.levels] + [p.most_points + 1] * (n - 1))
        acts = choice if p.punishment else spaces.Discrete(p.levels)
        group = GroupSpec(DEFAULT_GROUP, n, seen, acts, has_action_mask=p.punishment)
        metrics = ("cooperation", *outcome_names(n), *(sanction_names() if p.punishment else ()))
        signals = signal_shapes(n) if p.punishment else {}
        super().__init__(EnvSpec(id, (group,), p.max_cycles, metrics, (2 + 2 * n,), signals), num_envs, p)
        silent = [np.zeros((num_envs, *shape), np.float32) for shape in signal_shapes(n).values()]
        self._signals = [self.signals[name] for name in (OPPORTUNITY, SANCTION, TARGET)] if p.punishment else silent
        mask = self.groups[DEFAULT_GROUP].action_mask
        self._mask = np.zeros((num_envs, n, 0), np.bool_) if mask is None else mask

    def _allocate(self) -> State:
        e, n = self.num_envs, self.spec.num_agents
        return State(
            *self.required_state(),
            contribution=np.full((e, n), NONE, np.int16),
            points=np.zeros((e, n, n), np.int16),
            slot=np.zeros((e, n, n - 1), np.int16),
            disappointed=np.zeros((e, n), np.bool_),
            given=np.zeros((e, n), np.int64),
            returns=np.zeros((e, n), np.float64),
            chances=np.zeros((e, n), np.int32),
            shots=np.zeros((e, n), np.int32),
            hits=np.zeros((e, n, n), np.int32),
            just=np.zeros((e, n), np.int32),
            assigned=np.zeros((e, n), np.int32),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        action = actions[DEFAULT_GROUP].reshape(self.num_envs, self.spec.num_agents, -1)
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, action, reward, *self._signals, where)

    def _observe(self) -> None:
        observation = self.groups[DEFAULT_GROUP].observation
        rules.observe(self.state, self.constants, observation, self._mask, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state, p = self.state, self.parameters
        rounds = (state.elapsed + 1) // 2 if p.punishment else state.elapsed
        share = state.given.mean(axis=1) / ((p.levels - 1) * np.maximum(rounds, 1))
        measured = {"cooperation": share} | outcomes(state.returns, state.elapsed)
        if p.punishment:
            cost, fines = p.punishment_cost * state.assigned, p.punishment_fine * state.assigned
            measured |= sanction_outcomes(state, state.shots, cost, fines)
        return measured

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The pot, what each gave, and who punished whom; see `draw.draw`."""
        return draw.draw(self.state, copy, self.parameters, **options)

    def text(self, copy: int = 0) -> str:
        """A line for each agent; see `draw.text`."""
        return draw.text(self.state, copy, self.parameters)


parallel_env, env, raw_env = entry_points("dilemmas/public_goods-v0")
