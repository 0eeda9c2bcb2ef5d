"""What the five tasks of SwarmBench have in common as environments."""

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...rendering.grid_canvas import Board
from .config import SwarmBenchParameters
from .draw import draw
from .observation import observe_copies
from .state import Constants, State, allocate_scratch, allocate_state
from .symbols import MOVE_NAMES, NAMES
from .text import agent_text, text

NO_BOXES = np.zeros((1, 3, 3), np.bool_)


class SwarmBenchTask(BatchEnv[State]):
    """Agents on a walled grid see a square of it, push each other, and may send messages.

    Observation: uint8 `(channels, view, view)`, 255 or 0 but where a share is given: a plane for each symbol of `shown` (others alone: the
    middle cell is the agent itself and empty), then planes of one value all over: whether the agent's own light is on (tasks
    with lights), its row, its column and the time as shares of their largest values, and for each message but silence the share of all agents that
    said it in the last step within view // 2 rows and columns, the agent itself included. The benchmark tells position, round and
    messages in words; senders have no names there either.

    Actions: a move of `moves`; with `message_size` a pair of a move and a message, 0 for silence. A step moves the agents in the four
    passes of `pushing`, then the task goes on, then messages are sent. Agents that leave the map have reached their end.

    Global state: a plane of the map for each symbol of `mapped`, then for each agent whether it is on the map, its row, its column and whether its
    light is on, then the time. Rewards without discounting put episodes in the order of their scores (see `rewards`).

    Source: Ruan et al., "Benchmarking LLMs' swarm intelligence" (2025). Text views are in the benchmark's letters; `text_players` let
    anything that turns text into text play.

    Raises:
        BadParameter: the parameters are out of range, or leave no room for the agents.
    """

    Parameters = SwarmBenchParameters
    shown: ClassVar[tuple[int, ...]]
    """The symbols that have a plane in observations, in this order."""
    mapped: ClassVar[tuple[int, ...]] = ()
    """The symbols, other than agents, that have a plane in the global state."""
    moves: ClassVar[tuple[str, ...]] = MOVE_NAMES
    lights: ClassVar[bool] = False
    """Whether agents are on or off, and shown so."""
    prey: ClassVar[int] = 0
    """Single-cell bodies beside the agents."""
    shapes: ClassVar[NDArray[np.bool_]] = NO_BOXES
    """The cells of each box, `(templates, side, side)`, with a ring of False around them."""
    numbers: ClassVar[int] = 0
    """Length of `State.tally`."""
    metric_names: ClassVar[tuple[str, ...]] = ("score",)

    def __init__(self, id: str, num_envs: int, parameters: SwarmBenchParameters):
        p = parameters
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
        self.scratch = allocate_scratch(self.state)
        self._flat = self.groups[DEFAULT_GROUP].observation.reshape(-1)

    def _constants(self, p: SwarmBenchParameters) -> Constants:
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

    # What a task writes, beside `_begin`.

    def _pays_alike(self, p: Any) -> bool:
        """Whether all agents get the same reward in each step."""
        return True

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32]) -> None:
        """Advance the copies `where` by the moves and messages in `self.scratch`, and pay in `reward` (num_envs, n), which is zero."""
        raise NotImplementedError

    def _lines(self, copy: int, agent: int | None) -> list[str]:
        """What text and picture add about the task, short: for one agent, or about the whole copy."""
        return []

    def _mark(self, board: Board, copy: int) -> None:
        """Draw what the task shows beside things and agents, below the agents."""

    # What all tasks share.

    def _allocate(self) -> State:
        p = self.parameters
        bodies = p.num_agents + self.prey
        return allocate_state(
            self.num_envs,
            p.num_agents,
            bodies,
            p.height,
            p.width,
            p.view // 2,
            self.numbers,
            self.required_state(),
        )

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        action = actions[DEFAULT_GROUP]
        if self.parameters.message_size:
            self.scratch.move[:], self.scratch.message[:] = action[..., 0], action[..., 1]
        else:
            self.scratch.move[:] = action
        self._play(where, self.groups[DEFAULT_GROUP].reward)

    def _observe(self) -> None:
        step = self.groups[DEFAULT_GROUP]
        observe_copies(self.state, self.constants, self._flat, step.terminated, step.active, self.global_state)

    def _measure(self) -> dict[str, NDArray[Any]]:
        return {"score": self.state.score.copy()}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `grid_draw.draw`."""
        return draw(
            self.state, self.constants, copy, self._lines(copy, None), lambda board: self._mark(board, copy), **options
        )

    def text(self, copy: int = 0) -> str:
        """The whole map in the benchmark's letters, agents as numbers."""
        return text(self.state, self.constants, copy, self._lines(copy, None))

    def agent_text(self, copy: int, agent: int) -> str:
        """What one agent is told, in the benchmark's letters; see `grid_text.agent_text`."""
        return agent_text(self.state, self.constants, copy, agent, self._lines(copy, agent))
