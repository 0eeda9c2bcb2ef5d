"""Small PettingZoo environments, in order but for what a test changes."""

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv, ParallelEnv

from stigmergy.envs.interop.from_pettingzoo import Bridge, BridgeConfig

BOX = spaces.Box(-1, 1, (3,), np.float32)


class Orchard(ParallelEnv):
    """Two pickers, six steps, paid what their action is. Keyword arguments replace its parts.

    Args:
        see, tell, pay: of (environment, agent), and for `pay` the action: an observation, an
            info, a reward.
        after: of (environment, what step returns): what it returns instead.
    """

    def __init__(
        self,
        observation: Any = BOX,
        action: Any = None,
        agents: Any = ("picker_0", "picker_1"),
        length: int = 6,
        see: Callable[..., Any] | None = None,
        tell: Callable[..., Any] | None = None,
        pay: Callable[..., Any] | None = None,
        after: Callable[..., Any] | None = None,
        opening: Callable[..., Any] | None = None,
    ):
        self.metadata = {"name": "orchard", "render_modes": []}
        self.possible_agents = list(agents)
        self.agents: list[Any] = []
        self.length = length
        self.observation, self.action = observation, spaces.Discrete(3) if action is None else action
        self.see = see or (lambda env, agent: np.full(3, 0.1 * env.t, np.float32))
        self.tell = tell or (lambda env, agent: {})
        self.pay = pay or (lambda env, agent, action: float(np.sum(action)))
        self.after = after or (lambda env, result: result)
        self.opening = opening or (lambda env, result: result)
        self.given: list[dict[Any, Any]] = []
        self.t = 0

    def observation_space(self, agent: Any) -> Any:
        return self.observation[agent] if isinstance(self.observation, dict) else self.observation

    def action_space(self, agent: Any) -> Any:
        return self.action[agent] if isinstance(self.action, dict) else self.action

    def reset(self, seed=None, options=None):
        self.agents, self.t, self.given = list(self.possible_agents), 0, []
        return self.opening(self, (self.sights(self.agents), {a: self.tell(self, a) for a in self.agents}))

    def sights(self, agents: Any) -> dict[Any, Any]:
        """Observations of the agents."""
        return {agent: self.see(self, agent) for agent in agents}

    def step(self, actions):
        self.t += 1
        self.given.append(dict(actions))
        here = list(self.agents)
        over = self.t >= self.length
        if over:
            self.agents = []
        rewards = {agent: self.pay(self, agent, actions[agent]) for agent in here if agent in actions}
        infos = {agent: self.tell(self, agent) for agent in here}
        result = (self.sights(here), rewards, dict.fromkeys(here, False), dict.fromkeys(here, over), infos)
        return self.after(self, result)


def orchard(num_envs: int = 1, parameters: BridgeConfig | None = None, **parts: Any) -> Bridge:
    """The orchard over the bridge."""
    return Bridge("orchard", lambda: Orchard(**parts), num_envs, parameters)


class Duel(AECEnv):
    """Players in turn take 1 or 2 of `pile` stones; the last one taken pays 1, to all others -1.

    Masks stand beside the observation.

    It is Nim, so that with 4 stones the one who begins wins by taking 1.
    """

    def __init__(self, pile: int = 4, players: int = 2, masks: bool = True):
        self.metadata = {"name": "duel", "render_modes": [], "is_parallelizable": False}
        self.possible_agents = [f"player_{i}" for i in range(players)]
        self.pile, self.masks = pile, masks
        self.steps: list[tuple[str, Any]] = []

    def observation_space(self, agent: Any) -> Any:
        seen = spaces.Box(0, 100, (1,), np.float32)
        return (
            spaces.Dict({"observation": seen, "action_mask": spaces.Box(0, 1, (2,), np.int8)}) if self.masks else seen
        )

    def action_space(self, agent: Any) -> Any:
        return spaces.Discrete(2)

    def observe(self, agent: Any) -> Any:
        seen = np.array([self.left], np.float32)
        mask = np.array([agent == self.agent_selection, agent == self.agent_selection and self.left > 1], np.int8)
        return {"observation": seen, "action_mask": mask} if self.masks else seen

    def reset(self, seed=None, options=None):
        self.agents, self.left = list(self.possible_agents), self.pile
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos = {agent: {} for agent in self.agents}
        self.agent_selection = self.agents[0]

    def step(self, action):
        agent = self.agent_selection
        self.steps.append((agent, action))
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self.play(agent, action)
        self._accumulate_rewards()
        self.agent_selection = self.agents[(self.agents.index(agent) + 1) % len(self.agents)]
        self._deads_step_first()

    def play(self, agent: Any, action: int) -> None:
        """Take stones."""
        assert action + 1 <= self.left, "an illegal move"
        self.left -= action + 1
        if self.left == 0:
            self.rewards = {other: 1.0 if other == agent else -1.0 for other in self.agents}
            self.terminations = dict.fromkeys(self.agents, True)
