"""SwarmBenchTask: the base class of the five tasks of SwarmBench."""

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...rendering.grid_canvas import Board
from .config import SwarmBenchConfig
from .draw import draw
from .observation import observe
from .state import Constants, Scratch, State
from .symbols import MOVE_NAMES, NAMES
from .text import agent_text, text

NO_BOXES = np.zeros((1, 3, 3), np.bool_)


class SwarmBenchTask(BatchEnv[State]):
    """Agents on a walled grid see a square of it, push each other, and may send messages.

    Rules:
        A step moves the agents in four passes, UP, DOWN, LEFT and RIGHT; then the rules of the task
        follow, then messages are sent. Agents push what they touch. Each weighs 1, and has a force
        of 2 in the direction in which it acts, or a weight of 3 against it. A body moves if all
        bodies ahead move, and the force from behind plus its own is at least its weight; see
        `pushing`. Agents that leave the map have terminated.

        With `message_size` an action is a pair of a move and a message from 0 (silence) on. In the
        next step agents at most `view // 2` rows and columns away receive it: they observe the
        share of all agents that sent it, not which. The benchmark's messages are sentences of up to
        120 characters.

        Rewards without discounting put episodes in the order of their scores; see `rewards`.

    Observation:
        uint8 `(channels, view, view)`, 255 or 0 except for shares: a plane for each symbol of
        `shown` (of other agents only: the middle cell is the agent itself and empty), then planes
        of one value: the agent's own light (tasks with lights), its row, its column and the time as
        shares of their largest values, and one for each message but silence. The benchmark gives
        position, round and messages in words.

        Global state: a plane of the map for each symbol of `mapped`, then for each agent whether it
        is on the map, its row, its column and whether its light is on, then the time.

    Actions:
        With `message_size` pairs of a move and a message, 0 for silence.

        | index | action |
        | --- | --- |
        | 0 | up |
        | 1 | down |
        | 2 | left |
        | 3 | right |
        | 4 | stay |

    End:
        An episode is truncated after `max_cycles` steps; no agent terminates.

    Source:
        Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025). Text views are in the
        benchmark's letters; with `text_players` anything that turns text into text can play.

    Raises:
        BadParameter: a value is out of range, or the map has no room for the agents.
    """

    Config = SwarmBenchConfig
    former_fields: ClassVar = {"tally": "env_counters"}
    shown: ClassVar[tuple[int, ...]]
    """Symbols that have a plane in observations, in this order."""
    mapped: ClassVar[tuple[int, ...]] = ()
    """Symbols, other than agents, that have a plane in the global state."""
    moves: ClassVar[tuple[str, ...]] = MOVE_NAMES
    lights: ClassVar[bool] = False
    """True if agents are on or off, and shown so."""
    prey: ClassVar[int] = 0
    """Number of single-cell bodies beside the agents."""
    shapes: ClassVar[NDArray[np.bool_]] = NO_BOXES
    """Cells of each box, `(templates, side, side)`, in a ring of False."""
    num_counters: ClassVar[int] = 0
    """Number of `State.env_counters`."""
    metric_names: ClassVar[tuple[str, ...]] = ("score",)

    def __init__(self, id: str, num_envs: int, config: SwarmBenchConfig):
        p = config
        self.constants = self._constants(p)
        planes = len(self.shown) + self.lights + 3 + max(p.message_size - 1, 0)
        move, message = len(self.moves), p.message_size
        group = GroupSpec(
            name=DEFAULT_GROUP,
            size=p.num_agents,
            observation_space=spaces.Box(0, 255, (planes, p.view, p.view), np.uint8),
            action_space=spaces.MultiDiscrete([move, message]) if message else spaces.Discrete(move),
            shared_reward=self._pays_alike(p),
        )
        size = len(self.mapped) * p.height * p.width + 4 * p.num_agents + 1
        super().__init__(EnvSpec(id, (group,), p.max_cycles, self.metric_names, (size,)), num_envs, p)
        self.scratch = allocate(Scratch, envs=num_envs, agents=p.num_agents, bodies=p.num_agents + self.prey)
        self._flat = self.groups[DEFAULT_GROUP].observation.reshape(-1)

    def _constants(self, p: SwarmBenchConfig) -> Constants:
        plane_of, mapped_of = np.full(len(NAMES), -1, np.int64), np.full(len(NAMES), -1, np.int64)
        plane_of[list(self.shown)] = np.arange(len(self.shown))
        mapped_of[list(self.mapped)] = np.arange(len(self.mapped))
        return Constants(
            radius=p.view // 2,
            horizon=p.max_cycles,
            message_size=p.message_size,
            lights=self.lights,
            plane_of=plane_of,
            planes=len(self.shown),
            mapped_of=mapped_of,
            mapped=len(self.mapped),
            shapes=self.shapes,
            shaping=float(p.shaping),
        )

    # Hooks of a task, beside `_begin`.

    def _pays_alike(self, p: Any) -> bool:
        """True if all agents get the same reward in each step."""
        return True

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        """Advance the envs `where` by the moves and messages in `self.scratch`.

        Rewards are written into `reward` (num_envs, n), which is zero.
        """
        raise NotImplementedError

    def _lines(self, env: int, agent: int | None) -> list[str]:
        """Short texts on the task for text and picture: for one agent, or about the whole env."""
        return []

    def _mark(self, board: Board, env: int) -> None:
        """Draw the task's own marks, above things and below agents."""

    # Shared by all tasks.

    def _allocate(self) -> State:
        p = self.config
        return allocate(
            State,
            envs=self.num_envs,
            agents=p.num_agents,
            bodies=p.num_agents + self.prey,
            rows=p.height,
            columns=p.width,
            padded_rows=p.height + 2 * (p.view // 2),
            padded_columns=p.width + 2 * (p.view // 2),
            counters=self.num_counters,
        )

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        action = actions[DEFAULT_GROUP]
        if self.config.message_size:
            self.scratch.move[:], self.scratch.message[:] = action[..., 0], action[..., 1]
        else:
            self.scratch.move[:] = action
        self._play(where, self.groups[DEFAULT_GROUP].reward)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observe(self.state, self.constants, self._flat, step.terminated, step.active, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        return {"score": self.state.score.copy()}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw(
            self.state, self.constants, copy, self._lines(copy, None), lambda board: self._mark(board, copy), **options
        )

    def text(self, copy: int = 0) -> str:
        """The whole map in the benchmark's letters, agents as numbers."""
        return text(self.state, self.constants, copy, self._lines(copy, None))

    def agent_text(self, copy: int, agent: int) -> str:
        """One agent's observation in words, in the benchmark's letters; see `text.agent_text`."""
        return agent_text(self.state, self.constants, copy, agent, self._lines(copy, agent))
