"""The public goods game as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from . import draw, rules
from .config import PublicGoodsConfig
from .rules import NONE
from .state import State


class PublicGoods(BatchEnv[State]):
    """In each round all give to a pot that is multiplied and shared by all, and may punish others.

    Rules:
        A round has two steps, or one without `punishment`. In the first, agent i gives c_i of its
        `endowment`; the sum is multiplied by `multiplier` and shared by all. In the second, all see
        the contributions and assign points to others. Returns may fall below 0.

    Observation:
        The other agents stand in the order of their indices from the next one on, or with
        `anonymous` in an order drawn anew in each round. The punishers are not shown. Without
        punishment the last two values are left out.

        | index | value | range |
        | --- | --- | --- |
        | 0 | 1 at the start, before the first contributions | 0 or 1 |
        | 1 | share of the endowment that the agent gave in the last round | 0 to 1 |
        | 2-4 | shares that the other agents gave | 0 to 1 |
        | 5 | 1 in the stage of punishment | 0 or 1 |
        | 6 | points received in the step before / largest possible number | 0 to 1 |

        Global state: start, stage, and the last shares and received points of all agents.

    Actions:
        Without punishment Discrete, the first part alone. Masks allow 0 alone in the parts of the
        other stage; other values there have no effect.

        | index | action |
        | --- | --- |
        | 0.0-20 | level of contribution |
        | 1.0-10 | points to the first of the others, in the order of the observation |
        | 2.0-10 | points to the second |
        | 3.0-10 | points to the third |

    Reward:
        endowment - c_i + (multiplier / n) * (sum of all c) for contributions. Each point costs the
        agent that assigns it `punishment_cost` and the target `punishment_fine`. With punishment
        there are signals: in its stage every agent has an opportunity; see `core/sanction_signals`.

    End:
        An episode is truncated after `max_cycles` steps.

    Metrics:
        `return_i` is listed for up to 16 agents; those from `sanctions` on exist with punishment.

        | name | value |
        | --- | --- |
        | cooperation | mean share of the endowment that was given |
        | efficiency | reward of all agents per step |
        | mean_return | mean return of the agents |
        | equality | 1 less the Gini coefficient of returns; NaN unless their sum is above 0 |
        | return_0-3 | return of each agent |
        | sanctions | steps of agents that punished at least one other |
        | sanction_rate | sanctions per opportunity; NaN without one |
        | hits | pairs of punisher and target, over steps |
        | just_hits | hits on a target that gave less than the mean of the others, or of all |
        | unjust_hits | other hits |
        | sanction_cost | cost of all assigned points |
        | sanction_fines | loss by all received points |

    Source:
        Fehr and Gächter, "Cooperation and punishment in public goods experiments" (2000) and
        "Altruistic punishment in humans" (2002), for the form and the numbers. The encoding for
        learners and the definition of just hits are definitions of this package.
    """

    Config = PublicGoodsConfig
    config: PublicGoodsConfig

    def __init__(self, id: str, num_envs: int, config: PublicGoodsConfig):
        p, n = config, config.num_agents
        self.constants = rules.build_constants(p)
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
        n = self.spec.num_agents
        state = allocate(State, envs=self.num_envs, agents=n, others=n - 1)
        state.contribution.fill(NONE)
        return state

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        action = actions[DEFAULT_GROUP].reshape(self.num_envs, self.spec.num_agents, -1)
        reward = self.groups[DEFAULT_GROUP].reward
        rules.advance(self.state, self.constants, action, reward, *self._signals, where=where)

    def _observe(self) -> None:
        observation = self.groups[DEFAULT_GROUP].observation
        rules.observe(self.state, self.constants, observation, self._mask, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        state, p = self.state, self.config
        rounds = (state.elapsed + 1) // 2 if p.punishment else state.elapsed
        share = state.given.mean(axis=1) / ((p.levels - 1) * np.maximum(rounds, 1))
        measured = {"cooperation": share} | outcomes(state.returns, state.elapsed)
        if p.punishment:
            cost, fines = p.punishment_cost * state.assigned, p.punishment_fine * state.assigned
            measured |= sanction_outcomes(state, state.shots, cost, fines)
        return measured

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The pot, the contributions and the punishments; see `draw.draw`."""
        return draw.draw(self.state, copy, self.config, **options)

    def text(self, copy: int = 0) -> str:
        """A line for each agent; see `draw.text`."""
        return draw.text(self.state, copy, self.config)


parallel_env, env, raw_env = entry_points("dilemmas/public_goods-v0")
