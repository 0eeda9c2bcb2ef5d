"""The common pool as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ..metrics import sustainability
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from . import draw, rules
from .config import CommonPoolConfig
from .state import State

OWN_METRICS = ("cooperation", "resource", "mean_effort", "yield", "yield_share", "sustainability")


class CommonPool(BatchEnv[State]):
    """All agents harvest one resource R, which grows by r R (1 - R / K) in a unit of time.

    Rules:
        In a step of length dt agent i makes an effort e_i and takes dt e_i R. Then R changes by dt
        (r R (1 - R / K) - E R), E being the sum of the efforts, and never below 0. With a fixed E
        it settles at K (1 - E / r). The largest sustainable harvest is r K / 4, at E = r / 2. If
        one agent takes more, all lose later. With `sanctions` each agent may fine the one of the
        others that made the largest effort in the step before, of several the first after its own
        index.

    Observation:
        Efforts are divided by the defecting one. Without sanctions the last value is left out.

        | index | value | range |
        | --- | --- | --- |
        | 0 | 1 in the first step | 0 or 1 |
        | 1 | R / K, `lag` steps ago and with an error of the agent, not below 0 | from 0 |
        | 2 | last effort of the agent | 0 to 1 |
        | 3 | mean of the last efforts of the others | 0 to 1 |
        | 4 | largest of the last efforts of the others | 0 to 1 |
        | 5 | share of the others that fined the agent in the last step | 0 to 1 |

        Global state: first step, R / K, last efforts of all agents.

    Actions:
        Without sanctions Discrete, the first part alone. A fine is masked in the first step and
        where all others rested.

        | index | action |
        | --- | --- |
        | 0.0 | rest |
        | 0.1 | cooperative effort |
        | 0.2 | defecting effort; with more `levels` the last of them |
        | 1.0 | no fine |
        | 1.1 | fine |

    Reward:
        dt (p e_i R - c e_i), less `sanction_cost` for a fine and `sanction_fine` for each fine
        received. With sanctions there are signals: an agent has an opportunity if it may fine
        another; see `core/sanction_signals`.

    End:
        An episode is truncated after `max_cycles` steps.

    Metrics:
        `return_i` is listed for up to 16 agents; those from `sanctions` on exist with sanctions.

        | name | value |
        | --- | --- |
        | cooperation | share of efforts not above the cooperative one |
        | resource | R / K at the end |
        | mean_effort | E, mean over steps |
        | yield | harvest of all in a unit of time |
        | yield_share | yield / (r K / 4); above 1 while a full resource is taken down |
        | sustainability | mean step with a reward above 0; NaN without one |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0-3 | return of each agent |
        | sanctions | number of fines |
        | sanction_rate | fines per opportunity; NaN without one |
        | hits | number of fines |
        | just_hits | fines for an effort above the cooperative one |
        | unjust_hits | other fines |
        | sanction_cost | cost of all imposed fines |
        | sanction_fines | loss by all received fines |

    Source:
        The logistic resource with harvest in proportion to effort is that of Gordon and Schaefer
        (1954). The game of levels, fines and observations is a definition of this package.
        `regimes` has the same resource under a population of cooperators and defectors.
    """

    Config = CommonPoolConfig
    config: CommonPoolConfig

    def __init__(self, id: str, num_envs: int, config: CommonPoolConfig):
        p, n = config, config.num_agents
        self.constants = rules.build_constants(p)
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
        sizes = {"agents": self.spec.num_agents, "history": self.config.lag + 1}
        return allocate(State, envs=self.num_envs, **sizes)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        for field in self.state[3:]:
            field[where] = 0
        rules.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        action = actions[DEFAULT_GROUP].reshape(self.num_envs, self.spec.num_agents, -1)
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, action, reward, *self._signals, where=where)

    def _observe(self) -> None:
        observation = self.groups[DEFAULT_GROUP].observation
        rules.observe(self.state, self.constants, observation, self._mask, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state, p = self.state, self.config
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
        """The resource, the efforts and the fines; see `draw.draw`."""
        return draw.draw(self.state, copy, self.config, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """A line for each agent; see `draw.text`."""
        return draw.text(self.state, copy, self.config, self.constants)


parallel_env, env, raw_env = entry_points("dilemmas/common_pool-v0")
