"""The differential game as a batched environment, in NumPy."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, rules
from .config import DifferentialConfig
from .state import State


class DifferentialGame(BatchEnv[State]):
    """Two agents choose a number each, once, and both are paid by a landscape with two hills.

    Rules:
        A pair of numbers (u1, u2) has the payoff r = max(f, g). The wide hill is f = -0.8 *
        (((u1 + 5) / 3)^2 + ((u2 + 5) / 3)^2) with its top, 0, at (-5, -5). The narrow hill is g =
        10 - (u1 - 5)^2 - (u2 - 5)^2 with its top, 10, at (5, 5). On the diagonal the valley between
        them lies at u1 = u2 = 1.95 and is 8.6 deep, so learners that start around (0, 0), where r =
        -4.44, mostly climb the wide hill.

    Observation:
        | index | value | range |
        | --- | --- | --- |
        | 0 | constant | 1 |

        Global state: 1 after the choice, 0 before.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | number from -`action_range` to `action_range` |

    Reward:
        r, to both agents.

    End:
        Both agents terminate after the first step.

    Metrics:
        | name | value |
        | --- | --- |
        | global_hill | 1 if the reward was above the top of the wide hill, else 0 |
        | regret | 10 less the reward |

    Source:
        Su and Lu, "Decentralized policy optimization" (2022), whose code has the range 100.
    """

    Config = DifferentialConfig
    config: DifferentialConfig

    def __init__(self, id: str, num_envs: int, config: DifferentialConfig):
        limit = config.action_range
        seen, acts = spaces.Box(0, 1, (1,), np.float32), spaces.Box(-limit, limit, (1,), np.float32)
        group = GroupSpec(DEFAULT_GROUP, 2, seen, acts, shared_reward=True)
        super().__init__(EnvSpec(id, (group,), None, ("global_hill", "regret"), state_shape=(1,)), num_envs, config)

    def _allocate(self) -> State:
        return allocate(State, envs=self.num_envs)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        rules.begin(self.state, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        rules.advance(self.state, actions[DEFAULT_GROUP][:, :, 0], where)
        self.groups[DEFAULT_GROUP].reward[where] = self.state.paid[where, None]

    def _observe(self) -> None:
        step, chosen = self.groups[DEFAULT_GROUP], self.state.elapsed[:, None] > 0
        step.observation[:] = 1
        step.terminated[:] = chosen
        np.logical_not(step.terminated, out=step.active)
        assert self.global_state is not None
        self.global_state[:] = chosen

    def _measure(self) -> dict[str, NDArray[Any]]:
        paid = self.state.paid
        return {"global_hill": (paid > rules.LOCAL).astype(float), "regret": rules.HIGHEST - paid}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """The landscape with the choice; see `draw.draw`."""
        return draw.draw(self.state, copy, self.config.action_range, **options)

    def text(self, copy: int = 0) -> str:
        """The choice in words."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("games/differential-v0")
