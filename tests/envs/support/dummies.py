"""Small environments with everything that the core has to handle.

Two groups, masks, waiting, early ends, boxes, signals, a global state.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box, Discrete
from numpy.typing import NDArray

from stigmergy.envs import BatchEnv, EnvSpec, GroupSpec, draw_below

RUNNERS, WATCHERS, GOAL = 2, 1, 3


@dataclass(frozen=True)
class RaceConfig:
    max_cycles: int = 8


class RaceState(NamedTuple):
    stream: NDArray[np.uint64]
    elapsed: NDArray[np.int32]
    over: NDArray[np.bool_]
    place: NDArray[np.int64]  # (num_envs, RUNNERS) a runner that reaches GOAL has ended
    push: NDArray[np.float32]  # (num_envs, WATCHERS) what the watchers did last


class Race(BatchEnv[RaceState]):
    """Runners walk from a random place up to GOAL and end there; at 0 they may not step back.

    Watchers, with boxes, act every second step.
    """

    Config = RaceConfig

    def __init__(self, id: str, num_envs: int, config: RaceConfig):
        runners = GroupSpec("runners", RUNNERS, Box(0, GOAL, (1,), np.float32), Discrete(3), has_action_mask=True)
        watchers = GroupSpec("watchers", WATCHERS, Box(0, GOAL, (RUNNERS,), np.float32), Box(-1, 1, (1,), np.float32))
        spec = EnvSpec(
            id,
            (runners, watchers),
            config.max_cycles,
            ("arrived",),
            state_shape=(RUNNERS,),
            signals={"noise": (1,)},
        )
        super().__init__(spec, num_envs, config)

    def _allocate(self) -> RaceState:
        e = self.num_envs
        return RaceState(*self.required_state(), np.zeros((e, RUNNERS), np.int64), np.zeros((e, WATCHERS), np.float32))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        self.state.place[where] = draw_below(self.state.stream, GOAL, (RUNNERS,), where)[where]
        self.state.push[where] = 0

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        running = where[:, None] & (self.state.place < GOAL)
        self.state.place[running] = np.clip(self.state.place + actions["runners"] - 1, 0, GOAL)[running]
        self.groups["runners"].reward[running & (self.state.place == GOAL)] = 1
        acting = where & (self.state.elapsed % 2 == 0)
        self.state.push[acting] = actions["watchers"][acting, :, 0]
        self.groups["watchers"].reward[where] = self.state.push[where]
        self.signals["noise"][where] = 1

    def _observe(self) -> None:
        runners, watchers = self.groups["runners"], self.groups["watchers"]
        place = self.state.place
        runners.observation[..., 0] = place
        runners.terminated[:] = place == GOAL
        runners.active[:] = place < GOAL
        assert runners.action_mask is not None
        runners.action_mask[:] = True
        runners.action_mask[..., 0] = place > 0
        watchers.observation[:, 0] = place
        everyone = runners.terminated.all(axis=1)
        watchers.terminated[:, 0] = everyone
        watchers.active[:, 0] = (self.state.elapsed % 2 == 0) & ~everyone
        assert self.global_state is not None
        self.global_state[:] = place

    def _measure(self) -> dict[str, NDArray[Any]]:
        return {"arrived": (self.state.place == GOAL).mean(axis=1)}

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        picture = np.zeros((8, 8, 3), np.uint8)
        picture[self.state.place[copy]] = 255
        return picture

    def text(self, copy: int = 0) -> str:
        return " ".join(map(str, self.state.place[copy]))


def race(num_envs: int = 1, **parameters: Any) -> Race:
    """Copies of the race."""
    return Race("race-v0", num_envs, RaceConfig(**parameters))


class CandlesState(NamedTuple):
    stream: NDArray[np.uint64]
    elapsed: NDArray[np.int32]
    over: NDArray[np.bool_]
    wick: NDArray[np.int64]  # (num_envs, agents) steps that the candle burns in this episode


class Candles(BatchEnv[CandlesState]):
    """Three candles burn for some steps each, and end; an episode is cut after `HORIZON` steps.

    A candle sees its wick and the steps, plus 1, and is paid its action plus 1 while it burns. The
    last action is forbidden.
    """

    HORIZON = 3

    def __init__(self, num_envs: int = 1, wicks: tuple[int, ...] | None = None):
        self.wicks = wicks  # of every episode; else drawn from 1 to 4
        candles = GroupSpec("candles", 3, Box(0, 9, (2,), np.float32), Discrete(3), has_action_mask=True)
        super().__init__(EnvSpec("candles-v0", (candles,), self.HORIZON, ("burnt",)), num_envs)

    def _allocate(self) -> CandlesState:
        return CandlesState(*self.required_state(), np.zeros((self.num_envs, 3), np.int64))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        drawn = draw_below(self.state.stream, 4, (3,), where) + 1
        self.state.wick[where] = (drawn if self.wicks is None else np.broadcast_to(self.wicks, drawn.shape))[where]

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        burning = where[:, None] & (self.state.elapsed[:, None] < self.state.wick)
        self.groups["candles"].reward[burning] = actions["candles"][burning] + 1

    def _observe(self) -> None:
        candles = self.groups["candles"]
        candles.observation[..., 0] = self.state.wick + 1
        candles.observation[..., 1] = self.state.elapsed[:, None] + 1
        np.less_equal(self.state.wick, self.state.elapsed[:, None], out=candles.terminated)
        np.logical_not(candles.terminated, out=candles.active)
        assert candles.action_mask is not None
        candles.action_mask[..., 2] = False

    def _measure(self) -> dict[str, NDArray[Any]]:
        return {"burnt": self.groups["candles"].terminated.mean(axis=1)}
