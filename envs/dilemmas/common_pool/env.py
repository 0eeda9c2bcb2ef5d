"""The common pool as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from ..metrics import sustainability
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from . import draw, rules
from .config import CommonPoolParameters
from .rules import State

OWN_METRICS = ("cooperation", "resource", "mean_effort", "yield", "yield_share", "sustainability")


class CommonPool(BatchEnv[State]):
    """All harvest one resource R, which grows by r R (1 - R / K) in a unit of time.

    In a step of length dt agent i makes an effort e_i, takes dt e_i R, and is paid dt (p e_i R - c e_i); then R changes by
    dt (r R (1 - R / K) - E R), E being the sum of the efforts, and never below 0. With a fixed E it settles at K (1 - E / r), and the most that can be
    taken for ever is r K / 4, at E = r / 2. What one takes more, all lose later.

    Actions: a level of effort, Discrete: 0 rests, 1 is the cooperative effort, the last the defecting one. With sanctions
    MultiDiscrete: that level, and 1 to fine the one of the others that made the largest effort in the step before (of several the first after
    the agent's own index), masked where all others rested or nothing was done yet.
    Observation: `(5,)`: 1 in the first step; R as the agent sees it, `lag` steps ago and with an error of its own (not below 0), of K; its own last effort, the mean of the others', and their
    largest, of the defecting one. With sanctions `(6,)`: the share of the others that fined it in the last step. Global state:
    `(2 + n,)`: first step, R / K, everyone's last effort. Ends: truncated at `max_cycles`.

    Metrics: `cooperation` (share of efforts not above the cooperative one), `resource` (R / K in the end), `mean_effort` (E, mean over steps),
    `yield` (taken by all in a unit of time), `yield_share` (of r K / 4; above 1 while a full resource is taken down), `sustainability` (mean step with a reward above 0; NaN without), `efficiency`, `mean_return`, `equality` (NaN where
    the returns do not add up to more than 0), `return_i` of each agent up to 16; with sanctions `sanctions`, `sanction_rate` (per opportunity; NaN
    without one), `hits`, `just_hits` (the target's effort was above the cooperative one), `unjust_hits`, `sanction_cost` and `sanction_fines` (what all
    paid for fining, and in fines). Signals with sanctions: who has somebody to fine has an opportunity; see `envs.signals`.

    Source: the logistic resource with harvest in proportion to effort is Gordon's and Schaefer's (1954); the game of levels, fines and views
    is our own definition. `regimes` has the same resource under a population of cooperators and defectors.
    """

    Parameters = CommonPoolParameters
    parameters: CommonPoolParameters

    def __init__(self, id: str, num_envs: int, parameters: CommonPoolParameters):
        p, n = parameters, parameters.num_agents
        self.constants = rules.constants_of(p)
        high = np.ones(6 if p.sanctions else 5, np.float32)
        speed = p.growth * p.dt
        high[1] = np.inf if p.noise else max(1.0, (1 + speed) ** 2 / (4 * speed)) if speed > 1 else 1.0
        acts = spaces.MultiDiscrete([p.levels, 2]) if p.sanctions else spaces.Discrete(p.levels)
        seen = spaces.Box(np.zeros_like(high), high, dtype=np.float32)
        group = GroupSpec(DEFAULT_GROUP, n, seen, acts, has_action_mask=p.sanctions)
        metrics = (*OWN_METRICS, *outcome_names(n), *(sanction_names() if p.sanctions else ()))
        signals = signal_shapes(n) if p.sanctions else {}
        super().__init__(EnvSpec(id, (group,), p.max_cycles, metrics, (2 + n,), signals), num_envs, p)
        silent = [np.zeros((num_envs, *shape), np.float32) for shape in signal_shapes(n).values()]
        self._signals = [self.signals[name] for name in (OPPORTUNITY, SANCTION, TARGET)] if p.sanctions else silent
        mask = self.groups[DEFAULT_GROUP].action_mask
        self._mask = np.zeros((num_envs, n, 0), np.bool_) if mask is None else mask

    def _allocate(self) -> State:
        e, n = self.num_envs, self.spec.num_agents
        return State(
            *self.required_state(),
            stock=np.zeros((e, self.parameters.lag + 1), np.float64),
            error=np.zeros((e, n), np.float64),
            level=np.zeros((e, n), np.int16),
            fined=np.zeros((e, n, n), np.bool_),
            disappointed=np.zeros((e, n), np.bool_),
            harvest=np.zeros(e, np.float64),
            effort=np.zeros(e, np.float64),
            restrained=np.zeros(e, np.int32),
            returns=np.zeros((e, n), np.float64),
            paid=np.zeros((e, n), np.int32),
            paid_at=np.zeros((e, n), np.float64),
            chances=np.zeros((e, n), np.int32),
            shots=np.zeros((e, n), np.int32),
            hits=np.zeros((e, n, n), np.int32),
            just=np.zeros((e, n), np.int32),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        for field in self.state[3:]:
            field[where] = 0
        rules.begin(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        action = actions[DEFAULT_GROUP].reshape(self.num_envs, self.spec.num_agents, -1)
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, action, reward, *self._signals, where)

    def _observe(self) -> None:
        observation = self.groups[DEFAULT_GROUP].observation
        rules.observe(self.state, self.constants, observation, self._mask, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state, p = self.state, self.parameters
        steps = np.maximum(state.elapsed, 1)
        taken = state.harvest / (steps * p.dt)
        own = {
            "cooperation": state.restrained / (steps * p.num_agents),
            "resource": state.stock[:, 0] / p.capacity,
            "mean_effort": state.effort / steps,
            "yield": taken,
            "yield_share": taken / p.largest_yield,
            "sustainability": sustainability(state.paid_at, state.paid),
        }
        own |= outcomes(state.returns, state.elapsed)
        if p.sanctions:
            fined = state.hits.sum(axis=1)
            own |= sanction_outcomes(state, state.shots, p.sanction_cost * state.shots, p.sanction_fine * fined)
        return own

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The resource, everyone's effort, and who fined whom; see `draw.draw`."""
        return draw.draw(self.state, copy, self.parameters, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """A line for each agent; see `draw.text`."""
        return draw.text(self.state, copy, self.parameters, self.constants)


parallel_env, env, raw_env = entry_points("dilemmas/common_pool-v0")
