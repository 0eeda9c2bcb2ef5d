"""The pursuit of evaders as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, observation, reset, rules
from .buildings import build_map
from .config import EvadersParameters
from .state import NEVER, State, build_constants

METRICS = ("evaders_caught", "share_caught", "capture_time", "tags")


class Evaders(BatchEnv[State]):
    """Pursuers hunt evaders that walk at random around a building; only together can they surround one.

    Observation: uint8 `(3, obs_range, obs_range)`: walls (1 outside the map too), pursuers in each cell (self in the middle included),
    evaders in each cell. The second axis is pursuit_v5's y, rows downwards as in its picture, the third its x: its own observation is the
    same numbers as `(y, x, channel)`. The global state is the same of the whole map, `(3, y_size, x_size)`.

    Actions: left (x - 1), right (x + 1), down (y + 1), up (y - 1), stay. A move into a wall does nothing; any number may share a cell.

    A step: pursuers move; an evader is caught when every open cell beside it holds a pursuer (or, without `surround`, when `n_catch`
    pursuers are on its cell) and is gone; each evader that is left moves in one of the five ways at random.

    Reward: `catch_reward` to each pursuer that took part in one catch or more, `urgency_reward` to all, and `tag_reward` for each evader
    beside it. Tags are counted anew after each pursuer's move, in the order of their numbers, and divided by the number of pursuers: a
    pursuer with a high number is mostly paid for the cell that it left. Each gets `local_ratio` of its own sum and the rest of the mean.

    An episode ends, all terminated, when no evader is left, or is truncated after `max_cycles` steps. Both may happen in the same
    step (pursuit_v5 then reports truncation alone).

    Episode metrics: `evaders_caught`; `share_caught`; `capture_time`, the number of the step that caught the last evader, else `max_cycles`;
    `tags`, evaders beside a pursuer after its move, over all pursuers and steps.

    Source: Gupta, Egorov and Kochenderfer, "Cooperative multi-agent control using deep reinforcement learning" (2017), as
    `pettingzoo.sisl.pursuit_v5` of PettingZoo 1.27 plays it. Our own definitions: `local_ratio` between 0 and 1, `obstacles`; beside a
    building in the outermost row or column an evader can be surrounded (pursuit_v5 would ask for a pursuer inside it); `placement`
    says what happens where the window is too full.

    Raises:
        BadParameter: the parameters are out of range, or contradict each other.
    """

    Parameters = EvadersParameters
    parameters: EvadersParameters

    def __init__(self, id: str, num_envs: int, parameters: EvadersParameters):
        walls = build_map(parameters)
        self.constants = build_constants(parameters, walls)
        side = parameters.obs_range
        highest = np.array([1, parameters.n_pursuers, parameters.n_evaders], np.uint8)
        high = np.broadcast_to(highest[:, None, None], (3, side, side))
        group = GroupSpec(
            name="pursuers",
            size=parameters.n_pursuers,
            observation_space=spaces.Box(np.zeros_like(high), high, dtype=np.uint8),
            action_space=spaces.Discrete(5),
            shared_reward=parameters.own_share == 0,
        )
        spec = EnvSpec(id, (group,), parameters.max_cycles, METRICS, state_shape=(3, *walls.shape))
        super().__init__(spec, num_envs, parameters)
        self._taken = np.zeros((num_envs, *self.constants.wall.shape), np.uint8)
        self._observation = self.groups["pursuers"].observation.reshape(-1)

    def _allocate(self) -> State:
        e, n, m = self.num_envs, self.parameters.n_pursuers, self.parameters.n_evaders
        padded = self.constants.wall.shape
        return State(
            *self.required_state(),
            pursuer=np.zeros((e, n, 2), np.int32),
            evader=np.zeros((e, m, 2), np.int32),
            caught_at=np.full((e, m), NEVER, np.int32),
            pursuer_count=np.zeros((e, *padded), np.uint8),
            evader_count=np.zeros((e, *padded), np.uint8),
            catching=np.zeros((e, n), np.bool_),
            tags=np.zeros(e, np.int64),
            earned=np.zeros(e, np.float64),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        reset.begin_copies(self.state, self.constants, self._taken, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        rules.advance_copies(self.state, self.constants, where, actions["pursuers"], self.groups["pursuers"].reward)

    def _observe(self) -> None:
        step = self.groups["pursuers"]
        observation.observe_copies(
            self.state, self.constants, self._observation, step.terminated, step.active, self.global_state
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        caught = self.state.caught_at != NEVER
        last = np.where(caught.all(axis=1), self.state.caught_at.max(axis=1), self.parameters.max_cycles)
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
