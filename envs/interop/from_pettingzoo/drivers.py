"""Drivers of one environment: `Parallel` for simultaneous moves, `Turns` for moves in turn.

Both give a `Moment` after each step, so that nobody behind them needs to know which of the two it
was.
"""

import inspect
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from pettingzoo import AECEnv, ParallelEnv

from .codecs.faults import Reporter, short

RESET = "(observations, infos), two dicts with an entry for each agent"
STEP = "(observations, rewards, terminations, truncations, infos), five dicts with an entry for each agent"


class Moment(NamedTuple):
    """Results of one step of an environment, by agent.

    Each dict may lack agents and have other keys.
    """

    observations: Mapping[Hashable, Any]
    rewards: Mapping[Hashable, Any]
    terminations: Mapping[Hashable, Any]
    truncations: Mapping[Hashable, Any]
    infos: Mapping[Hashable, Any]
    agents: Iterable[Hashable]
    """Agents that are there after the step."""
    method: str
    """The method that gave it."""


class Parallel:
    """A ParallelEnv."""

    def __init__(self, env: ParallelEnv, reporter: Reporter):
        self.env = env
        self._reporter = reporter
        self.steps = 0
        check_seed(env, reporter)

    def acting(self) -> list[Any]:
        """The agents whose actions the next step takes."""
        return list(self.env.agents)

    def reset(self, seed: int) -> Moment:
        """Begin an episode."""
        self.steps = 0
        given = self.env.reset(seed=seed)
        if not isinstance(given, (tuple, list)) or len(given) != 2 or not _are_dicts(given):
            raise self._reporter.form("reset", 0, f"returns {_outline(given)}", RESET)
        return Moment(given[0], {}, {}, {}, given[1], self._agents("reset"), "reset")

    def step(self, actions: dict[Any, Any]) -> Moment:
        """Advance with the actions of all agents in `acting`."""
        self.steps += 1
        given = self.env.step(actions)
        if not isinstance(given, (tuple, list)) or len(given) != 5 or not _are_dicts(given):
            raise self._reporter.form("step", self.steps, f"returns {_outline(given)}", STEP)
        return Moment(*given, self._agents("step"), "step")

    def _agents(self, method: str) -> Iterable[Hashable]:
        agents = getattr(self.env, "agents", None)
        if agents is None:
            raise self._reporter.form(
                method, self.steps, "leaves no attribute `agents`", "a list of the agents that are there"
            )
        return agents


class Turns:
    """An AECEnv: the selected agent observes and acts, the others wait.

    Rewards go to each agent in the step in which its cumulative reward changes. Agents that ended
    are stepped with None as soon as they are selected; what they observe then comes along, so that
    a truncated one has its last observation.
    """

    def __init__(self, env: AECEnv, reporter: Reporter):
        self.env = env
        self._reporter = reporter
        self.steps = 0
        self._paid: dict[Any, Any] = {}
        check_seed(env, reporter)

    def acting(self) -> list[Any]:
        """The selected agent, or none where the game is over."""
        return [self.env.agent_selection] if self.env.agents else []

    def reset(self, seed: int) -> Moment:
        """Begin a game."""
        self.steps = 0
        self.env.reset(seed=seed)
        if getattr(self.env, "agents", None) is None:
            raise self._reporter.form("reset", 0, "leaves no attribute `agents`", "a list of the agents that are there")
        self._paid = dict(self._cumulative())
        # Who is to begin may have ended already, and nobody may be left.
        return self._moment({}, "reset")

    def step(self, actions: dict[Any, Any]) -> Moment:
        """Advance with the action of the selected agent."""
        self.steps += 1
        agent = self.env.agent_selection
        rewards: dict[Any, Any] = {}
        self.env.step(actions[agent])
        self._collect(agent, rewards)
        return self._moment(rewards, "step")

    def _moment(self, rewards: dict[Any, Any], method: str) -> Moment:
        env = self.env
        observations: dict[Any, Any] = {}
        terminations: dict[Any, Any] = {}
        truncations: dict[Any, Any] = {}
        infos: dict[Any, Any] = {}
        while env.agents:
            agent = env.agent_selection
            given = env.last()
            if not isinstance(given, tuple) or len(given) != 5:
                asked = "(observation, reward, termination, truncation, info)"
                raise self._reporter.form("last", self.steps, f"returns {_outline(given)}", asked)
            observations[agent], _, terminations[agent], truncations[agent], infos[agent] = given
            if not (terminations[agent] or truncations[agent]):
                break
            env.step(None)
            if agent in env.agents:
                what = f"leaves {agent!r}, which has ended and was stepped with None, in `agents`"
                raise self._reporter.form("step", self.steps, what, "its removal")
            self._collect(None, rewards)
        return Moment(observations, rewards, terminations, truncations, infos, list(env.agents), method)

    def _collect(self, actor: Any, rewards: dict[Any, Any]) -> None:
        """Add what cumulative rewards have grown by; that of the actor began anew with its step."""
        now = dict(self._cumulative())
        for agent, total in now.items():
            grown = total if agent == actor else total - self._paid.get(agent, 0)
            rewards[agent] = rewards[agent] + grown if agent in rewards else grown
        self._paid = now

    def _cumulative(self) -> Mapping[Any, Any]:
        paid = getattr(self.env, "_cumulative_rewards", None)
        if not isinstance(paid, Mapping):
            what = "leaves no dict `_cumulative_rewards`"
            raise self._reporter.form("reset", self.steps, what, "one, from which last() tells each agent its reward")
        return paid


def check_seed(env: Any, reporter: Reporter) -> None:
    """Raise BrokenEnvironment if reset() takes no seed."""
    try:
        signature = inspect.signature(env.reset)
    except (TypeError, ValueError):  # not written in Python
        return
    try:
        signature.bind(seed=0)
    except TypeError:
        raise reporter.form("reset", 0, f"takes {signature}, and no seed", "reset(seed=None, options=None)") from None


def _are_dicts(given: Any) -> bool:
    return all(type(part) is dict or isinstance(part, Mapping) for part in given)


def _outline(given: Any) -> str:
    """A result in short: how many things of which types."""
    if isinstance(given, (tuple, list)):
        return f"{len(given)} things, {', '.join(type(part).__name__ for part in given)}"
    return f"{type(given).__name__}, {short(given)}"
