"""Schelling diagrams: returns of cooperators and of defectors by the number of other cooperators.

Source: Schelling, "Hockey helmets, concealed weapons, and daylight saving" (1973); for Markov games
Hughes et al., "Inequity aversion improves cooperation in intertemporal social dilemmas" (2018),
section 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.scripted_policy import ScriptedPolicy
from stigmergy.envs.core.timestep import TimeStep
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import build_dataclass, config_class, make_from
from stigmergy.envs.registration.registry import algorithms
from stigmergy.envs.rendering.palette import MUTED, Colour, agent_colour
from stigmergy.envs.tools.play import play
from stigmergy.plotting.line_chart import Labels, Line, line_chart
from stigmergy.training.confidence_intervals import FEWEST, mean_and_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Interval = tuple[float, float, float]
COOPERATOR, DEFECTOR, ALL = "cooperator", "defector", "everyone"


@dataclass(frozen=True)
class Schelling:
    """Schelling diagram of mean returns, each as mean, lower and upper end of its 95% interval."""

    environment: str
    agents: int
    cooperator: list[Interval]
    """Of a cooperator among 0, 1, ... agents - 1 other cooperators."""
    defector: list[Interval]
    """Of a defector among as many cooperators."""
    everyone: list[Interval]
    """Of an agent on average, with 0, 1, ... agents cooperators in all."""

    @property
    def findings(self) -> list[tuple[str, float, float, bool]]:
        """Conditions of a social dilemma: a sentence, two means, and if the first is larger."""
        last = self.agents - 1
        pairs = [
            ("all cooperating beats all defecting", self.everyone[-1], self.everyone[0]),
            (
                "among cooperators, defecting pays better than cooperating (temptation)",
                self.defector[last],
                self.cooperator[last],
            ),
            ("among defectors, defecting pays better than cooperating (fear)", self.defector[0], self.cooperator[0]),
        ]
        return [(sentence, one[0], other[0], one[0] > other[0]) for sentence, one, other in pairs]


def schelling(
    id: str,
    cooperator: str = "cooperate",
    defector: str = "defect",
    episodes: int = 64,
    seed: int = 1000,
    **config: Any,
) -> Schelling:
    """Measure a Schelling diagram with two scripted policies.

    For each number of cooperators, `episodes` envs play one episode each. Each env draws the agents
    that cooperate.

    Args:
        id: an environment with one group.
        cooperator, defector: names of scripted policies that play it.
        config: of the environment.

    Raises:
        BadParameter: the environment has several groups or no horizon, a policy does not play it,
            or a number is out of range.
        UnknownName: there is no such environment or policy.
    """
    cls = config_class(id)
    return measure(id, build_dataclass(cls, config, id) if cls else None, cooperator, defector, episodes, seed)


def measure(id: str, task: Any, cooperator: str, defector: str, episodes: int, seed: int) -> Schelling:
    """Like `schelling`, with the environment's config already built."""
    if episodes < FEWEST:
        raise BadParameter(f"episodes is {episodes}; allowed is {FEWEST} or more, so that there is an interval")
    env = make_from(id, episodes, task)
    if len(env.spec.groups) != 1 or env.spec.horizon is None or env.spec.world is not None:
        raise BadParameter(f"'{id}' cannot have a Schelling diagram; allowed are worlds with one group and a horizon")
    (group,) = env.spec.groups
    players = [_policy(name, env) for name in (cooperator, defector)]
    n = group.size
    rows: dict[str, list[Interval]] = {COOPERATOR: [], DEFECTOR: [], ALL: []}
    for number in range(n + 1):
        cooperates = _seats(episodes, n, number, seed)
        returns = _play(env, players, cooperates, seed)
        rows[ALL].append(mean_and_interval(returns.mean(axis=1)))
        if number > 0:
            rows[COOPERATOR].append(_of(returns, cooperates))
        if number < n:
            rows[DEFECTOR].append(_of(returns, ~cooperates))
    return Schelling(env.spec.id, n, rows[COOPERATOR], rows[DEFECTOR], rows[ALL])


def _policy(name: str, env: BatchEnv) -> ScriptedPolicy:
    target = algorithms.find(name).load()
    if not (isinstance(target, type) and issubclass(target, ScriptedPolicy)):
        raise BadParameter(f"'{name}' is no scripted policy; a Schelling diagram needs two of them")
    return target.built_for(name, env.spec, env.spec.groups[0], env.config)


def _seats(episodes: int, n: int, number: int, seed: int) -> NDArray[np.bool_]:
    """Draw `number` cooperators in each env, uniformly: `(episodes, n)` bool."""
    drawn = np.random.default_rng([seed, number]).permuted(np.tile(np.arange(n), (episodes, 1)), axis=1)
    return drawn < number


def _of(returns: NDArray[np.float64], who: NDArray[np.bool_]) -> Interval:
    """Compute the mean return of the agents `who`, with its interval over envs."""
    return mean_and_interval(np.where(who, returns, 0).sum(axis=1) / who.sum(axis=1))


def _play(
    env: BatchEnv, players: list[ScriptedPolicy], cooperates: NDArray[np.bool_], seed: int
) -> NDArray[np.float64]:
    """Play one episode in each env; return the returns of the agents, `(episodes, n)`."""
    (group,) = env.spec.groups
    generator = np.random.default_rng(seed)
    mine = cooperates.reshape(*cooperates.shape, *[1] * len(group.action_shape))

    def act(step: TimeStep) -> NDArray[Any]:
        good, bad = (player.act(env.world_state, generator) for player in players)
        return np.where(mine, good, bad)

    returns, running = np.zeros(cooperates.shape), np.ones(len(cooperates), np.bool_)
    for step in play(env, act, seed):
        returns[running] += step.groups[group.name].reward[running]
        running &= ~step.last
        if not running.any():
            break
    return returns


_COLOURS: Mapping[str, Colour] = {COOPERATOR: agent_colour(2), DEFECTOR: agent_colour(5), ALL: MUTED}


def plot(diagram: Schelling) -> "Figure":
    """Draw the diagram: lines with bars for the intervals.

    The grey line is the average of all agents, by the number of cooperators.

    Raises:
        UserError: matplotlib is not installed.
    """
    rows = {COOPERATOR: diagram.cooperator, DEFECTOR: diagram.defector, ALL: diagram.everyone}
    lines = [
        Line(name, list(range(len(row))), *([own[k] for own in row] for k in range(3)), colour=_COLOURS[name])
        for name, row in rows.items()
    ]
    labels = Labels(f"{diagram.environment}: return of one agent", "other cooperators (everyone: cooperators)")
    return line_chart(lines, labels, bars=True, whole_numbers=True)
