"""The pursuit of evaders as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, observation, reset, rules
from .buildings import build_map
from .config import EvadersConfig
from .state import NEVER, Scratch, State, build_constants

METRICS = ("evaders_caught", "share_caught", "capture_time", "tags")


class Evaders(BatchEnv[State]):
    """Pursuers hunt evaders that walk at random around a building; one alone can surround none.

    Rules:
        In a step first the pursuers move, one after the other by index. A move into a wall does
        nothing; any number of agents may share a cell. Then an evader is caught, and is gone, when
        every open cell beside it holds a pursuer (without `surround`: when `n_catch` pursuers are
        on its cell); all evaders are judged before any moves. Then each evader that is left moves
        in one of the five ways, each equally likely; with `freeze_evaders` they stand still.
        Where episodes begin: see `reset.begin`.

    Observation:
        uint8 `(3, obs_range, obs_range)`, cells around the pursuer. The second axis is
        pursuit_v5's y, rows downwards as in its picture, the third its x: its own observation is
        the same numbers as `(y, x, channel)`.

        | index | value | range |
        | --- | --- | --- |
        | 0 | building, or outside of the map | 0 or 1 |
        | 1 | pursuers in the cell, the observer in the middle included | 0 to `n_pursuers` |
        | 2 | evaders in the cell | 0 to `n_evaders` |

        Global state: the same of the whole map, `(3, y_size, x_size)`.

    Actions:
        | index | action |
        | --- | --- |
        | 0 | left (x - 1) |
        | 1 | right (x + 1) |
        | 2 | down (y + 1) |
        | 3 | up (y - 1) |
        | 4 | stay |

    Reward:
        `catch_reward` to each pursuer that took part in one catch or more, `urgency_reward` to
        all, and `tag_reward` for each evader beside it. Tags are counted anew after each pursuer's
        move, in the order of their indices, and divided by the number of pursuers: a pursuer with
        a high index is mostly paid for the cell that it left. Each gets `local_ratio` of its own
        sum and the rest of the mean.

    End:
        All terminate when no evader is left. An episode is truncated after `max_cycles` steps.
        Both may happen in the same step.

    Metrics:
        | name | value |
        | --- | --- |
        | evaders_caught | evaders caught |
        | share_caught | share of evaders caught |
        | capture_time | number of the step that caught the last evader, else `max_cycles` |
        | tags | evaders beside a pursuer after its move, over all pursuers and steps |

    Differences from the source:
        `local_ratio` may lie between 0 and 1, and `obstacles` draws other maps. Beside a building
        in the outermost row or column an evader can be surrounded, where pursuit_v5 asks for a
        pursuer inside the building. Where the window is too full to begin in, any open cell will
        do. The last catch in the last step is reported with both flags, by pursuit_v5 as
        truncation alone.

    Source:
        Gupta, Egorov and Kochenderfer, "Cooperative multi-agent control using deep reinforcement
        learning" (2017), as `pettingzoo.sisl.pursuit_v5` of PettingZoo 1.27 plays it.
    """

    Config = EvadersConfig
    config: EvadersConfig

    def __init__(self, id: str, num_envs: int, config: EvadersConfig):
        walls = build_map(config)
        self.constants = build_constants(config, walls)
        side = config.obs_range
        highest = np.array([1, config.n_pursuers, config.n_evaders], np.uint8)
        high = np.broadcast_to(highest[:, None, None], (3, side, side))
        group = GroupSpec(
            name="pursuers",
            size=config.n_pursuers,
            observation_space=spaces.Box(np.zeros_like(high), high, dtype=np.uint8),
            action_space=spaces.Discrete(5),
            shared_reward=config.own_share == 0,
        )
        spec = EnvSpec(id, (group,), config.max_cycles, METRICS, state_shape=(3, *walls.shape))
        super().__init__(spec, num_envs, config)
        rows, columns = self.constants.wall.shape
        self._scratch = allocate(Scratch, envs=num_envs, padded_rows=rows, padded_columns=columns)
        self._observation = self.groups["pursuers"].observation.reshape(-1)

    def _allocate(self) -> State:
        rows, columns = self.constants.wall.shape
        state = allocate(
            State,
            envs=self.num_envs,
            pursuers=self.config.n_pursuers,
            evaders=self.config.n_evaders,
            padded_rows=rows,
            padded_columns=columns,
        )
        state.caught_at.fill(NEVER)
        return state

    def _begin(self, where: NDArray[np.bool_]) -> None:
        reset.begin(self.state, self.constants, self._scratch, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups["pursuers"].reward
        rules.advance(self.state, self.constants, actions["pursuers"], reward, where=where)

    def _observe(self) -> None:
        step = self.groups["pursuers"]
        observation.observe(
            self.state, self.constants, self._observation, step.terminated, step.active, self.global_state
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        caught = self.state.caught_at != NEVER
        last = np.where(caught.all(axis=1), self.state.caught_at.max(axis=1), self.config.max_cycles)
        return {
            "evaders_caught": caught.sum(axis=1).astype(np.float64),
            "share_caught": caught.mean(axis=1),
            "capture_time": last.astype(np.float64),
            "tags": self.state.tags.astype(np.float64),
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, copy, self.constants, **options)

    def text(self, copy: int = 0) -> str:
        """The map in characters; see `draw.text`."""
        return draw.text(self.state, copy, self.constants)


parallel_env, env, raw_env = entry_points("pursuit/evaders-v0")
