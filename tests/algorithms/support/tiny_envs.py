"""Small worlds in NumPy for the tests of the learners.

Everything can be foretold, or everything is random.
"""

from typing import NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.random_streams import draw_below, draw_uniform
from stigmergy.envs.core.sanction_signals import OPPORTUNITY, SANCTION, signal_shapes
from stigmergy.envs.core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec

FEATURES = spaces.Box(-5, 5, (3,), np.float32)
ENTITIES = spaces.Box(-5, 5, (4, 3), np.float32)
IMAGE = spaces.Box(0, 255, (2, 5, 5), np.uint8)


class NoiseState(NamedTuple):
    stream: NDArray[np.uint64]  # (num_envs, 4)
    elapsed: NDArray[np.int32]  # (num_envs,)
    over: NDArray[np.bool_]  # (num_envs,)
    dead: NDArray[np.bool_]  # (num_envs, n)
    waits: NDArray[np.bool_]  # (num_envs, n)
    seen: NDArray[np.float32]  # (num_envs, n, size of an observation) in [-1, 1)
    legal: NDArray[np.bool_]  # (num_envs, n, choices)


class Noise(BatchEnv[NoiseState]):
    """Random observations of any kind; agents wait, die and are cut off.

    An agent is paid for its action by its observation's first number.

    It has a global state and public signals, so that tests can see who gets them. A large action
    sanctions; there is somebody to be hit where an agent's second number is above 0.
    """

    def __init__(self, num_envs, n=3, observation=FEATURES, action=None, masks=False, die=0.05, wait=0.2, horizon=7):
        action = spaces.Discrete(4) if action is None else action
        group = GroupSpec(DEFAULT_GROUP, n, observation, action, has_action_mask=masks)
        self.rates = die, wait
        self._always_legal = _first_choices(group)
        spec = EnvSpec(
            "test/noise-v0", (group,), horizon, state_shape=(2,), signals={"siren": (n,), **signal_shapes(n)}
        )
        super().__init__(spec, num_envs)

    def _allocate(self):
        group = self.spec.groups[0]
        rows = (self.num_envs, group.size)
        size = int(np.prod(group.observation_space.shape))
        return NoiseState(
            stream=np.zeros((self.num_envs, 4), np.uint64),
            elapsed=np.zeros(self.num_envs, np.int32),
            over=np.zeros(self.num_envs, np.bool_),
            dead=np.zeros(rows, np.bool_),
            waits=np.zeros(rows, np.bool_),
            seen=np.zeros((*rows, size), np.float32),
            legal=np.ones((*rows, len(self._always_legal)), np.bool_),
        )

    def _begin(self, where):
        self.state.dead[where] = False
        self._draw(where)

    def _advance(self, actions, where):
        action = actions[DEFAULT_GROUP].reshape(*self.state.dead.shape, -1).sum(axis=-1)
        reward = np.where(self.state.dead, 0, self.state.seen[..., 0] * action + 0.5)
        self.groups[DEFAULT_GROUP].reward[where] = reward[where]
        acts = self.groups[DEFAULT_GROUP].active
        self.signals["siren"][where] = (action > 1)[where]
        self.signals[OPPORTUNITY][where] = (acts & (self.state.seen[..., 1] > 0))[where]
        self.signals[SANCTION][where] = (acts & (action > 1))[where]
        dies = draw_uniform(self.state.stream, self.state.dead.shape[1:], where) < self.rates[0]
        self.state.dead[where] |= dies[where]
        self._draw(where)

    def _draw(self, where):
        state = self.state
        seen, waits, legal = (
            draw_uniform(state.stream, array.shape[1:], where)[where]
            for array in (state.seen, state.waits, state.legal)
        )
        state.seen[where] = 2 * seen - 1
        state.waits[where] = waits < self.rates[1]
        state.legal[where] = (legal < 0.6) | self._always_legal

    def _observe(self):
        group, state = self.groups[DEFAULT_GROUP], self.state
        seen = state.seen.reshape(group.observation.shape)
        group.observation[:] = (seen + 1) * 100 if group.observation.dtype == np.uint8 else seen
        group.terminated[:] = state.dead
        group.active[:] = ~state.dead & ~state.waits
        if group.action_mask is not None:
            group.action_mask[:] = state.legal
        assert self.global_state is not None
        self.global_state[:] = state.elapsed[:, None]


def _first_choices(group: GroupSpec) -> NDArray[np.bool_]:
    """An action that is always legal, one for each part: `(choices,)`."""
    space = group.action_space
    if isinstance(space, spaces.MultiDiscrete):
        parts = space.nvec.tolist()
    else:
        parts = [max(group.num_choices, 1)]
    return np.concatenate([np.arange(part) == 0 for part in parts])


class BanditState(NamedTuple):
    stream: NDArray[np.uint64]  # (num_envs, 4)
    elapsed: NDArray[np.int32]  # (num_envs,)
    over: NDArray[np.bool_]  # (num_envs,)
    context: NDArray[np.int64]  # (num_envs, n)


class Bandit(BatchEnv[BanditState]):
    """Agent i sees a context c in {0, 1, 2}, one-hot, and gets 1 for action (c + i) mod 3, else 0.

    Truncated after `horizon` steps.
    """

    def __init__(self, num_envs, n=3, horizon=9):
        group = GroupSpec(DEFAULT_GROUP, n, spaces.Box(0, 1, (3,), np.float32), spaces.Discrete(3))
        super().__init__(EnvSpec("test/bandit-v0", (group,), horizon), num_envs)

    def _allocate(self):
        context = np.zeros((self.num_envs, self.spec.groups[0].size), np.int64)
        return BanditState(*self.required_state(), context)

    def _begin(self, where):
        self._draw(where)

    def _advance(self, actions, where):
        context = self.state.context
        right = actions[DEFAULT_GROUP] == (context + np.arange(context.shape[1])) % 3
        self.groups[DEFAULT_GROUP].reward[where] = right[where]
        self._draw(where)

    def _draw(self, where):
        self.state.context[where] = draw_below(self.state.stream, 3, self.state.context.shape[1:], where)[where]

    def _observe(self):
        self.groups[DEFAULT_GROUP].observation[:] = np.eye(3)[self.state.context]
