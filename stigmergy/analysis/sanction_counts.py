"""Sanction counts: public signals summed over whole episodes.

See `envs.core.sanction_signals` for the signals.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stigmergy.algorithms.core.learner import Learner
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from stigmergy.envs.core.spec import EnvSpec
from stigmergy.envs.core.timestep import TimeStep
from stigmergy.envs.errors import UserError
from stigmergy.plotting.figures import save
from stigmergy.plotting.heatmap import Axes, heatmap
from stigmergy.training.evaluation import Outcomes, evaluate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Counts = NDArray[np.int64]
COLUMNS = ("opportunities", "sanctions", "sanctions_with_opportunity", "rate", "hits_given", "hits_received")
OUTCOMES = ("sanctions", "sanction_rate", "hits", "just_hits", "unjust_hits", "just_share", "sanction_cost", "sanction_fines")  # fmt: skip
"""Metrics of sanctions that an environment may have; `just_share` is computed from two of them."""


@dataclass(frozen=True)
class Sanctions:
    """Sanctions among the n agents, bots included, with a row for each episode."""

    agents: tuple[str, ...]
    """Their names in the environment."""
    opportunities: Counts
    """`(episodes, n)`: the steps in which an agent could sanction somebody."""
    sanctions: Counts
    """`(episodes, n)`: the steps in which it did, whether it hit or not."""
    taken: Counts
    """`(episodes, n)`: those of them in which it had an opportunity."""
    hits: Counts
    """`(episodes, n, n)`: how often the agent of the row hit that of the column."""
    outcomes: Outcomes
    """All other outcomes of the same episodes."""

    @property
    def rate(self) -> NDArray[np.float64]:
        """Share of its opportunities that each agent took, `(n,)`; NaN without any."""
        chances = self.opportunities.sum(axis=0)
        return np.where(chances > 0, self.taken.sum(axis=0) / np.maximum(chances, 1), np.nan)

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """A value `(n,)` for each agent by name: means over episodes, and the rate."""
        values = (
            self.opportunities.mean(axis=0),
            self.sanctions.mean(axis=0),
            self.taken.mean(axis=0),
            self.rate,
            self.hits.sum(axis=2).mean(axis=0),
            self.hits.sum(axis=1).mean(axis=0),
        )
        return dict(zip(COLUMNS, values))

    def metrics(self) -> dict[str, NDArray[np.float64]]:
        """Select the outcomes in OUTCOMES, `(episodes,)` each, and add the share of just hits."""
        measured = dict(self.outcomes.metrics)
        if "just_hits" in measured and "hits" in measured:
            hits = measured["hits"]
            measured["just_share"] = np.where(hits > 0, measured["just_hits"] / np.maximum(hits, 1), np.nan)
        return {name: measured[name] for name in OUTCOMES if name in measured}


def count_sanctions(
    env: BatchEnv, learners: Mapping[str, Learner], seed: int, greedy: bool = False, max_steps: int | None = None
) -> Sanctions:
    """Play one episode in each env of `env`, as `evaluate` does, and count its sanctions.

    Raises:
        UserError: the environment has no public sanctions.
    """
    agents = sanctioning_agents(env.spec)
    e, n = env.num_envs, len(agents)
    opportunities, sanctions, taken = (np.zeros((e, n), np.int64) for _ in range(3))
    hits = np.zeros((e, n, n), np.int64)

    def watch(step: TimeStep, running: NDArray[np.bool_]) -> None:
        could, did = (step.signals[name][running] > 0 for name in (OPPORTUNITY, SANCTION))
        opportunities[running] += could
        sanctions[running] += did
        taken[running] += could & did
        hits[running] += step.signals[TARGET][running] > 0

    outcomes = evaluate(env, learners, seed, greedy, max_steps, watch)
    return Sanctions(agents, opportunities, sanctions, taken, hits, outcomes)


def sanctioning_agents(env: EnvSpec) -> tuple[str, ...]:
    """Return the names of the agents, in the order of the rows of the public signals.

    Raises:
        UserError: the environment has no such signals.
    """
    base_spec = env.world or env
    agents = tuple(agent for group in base_spec.groups for agent in group.agents)
    for name, shape in signal_shapes(len(agents)).items():
        if env.signals.get(name) != shape:
            given = f"of the shape {env.signals[name]}" if name in env.signals else "missing"
            raise UserError(
                f"'{env.id}' with these parameters has no public sanctions: the signal '{name}' of the shape {shape} is {given}"
            )
    return agents


def picture(sanctions: Sanctions, title: str) -> "Figure":
    """Draw the matrix of hits per episode, with an empty diagonal."""
    mean = sanctions.hits.mean(axis=0)
    names = _short(sanctions.agents)
    itself = np.eye(len(names), dtype=np.bool_) & (mean == 0)
    return heatmap(np.where(itself, np.nan, mean), names, names, Axes(title, "who sanctions", "who is hit"))


def _short(agents: tuple[str, ...]) -> list[str]:
    """The numbers alone where all agents have one first name."""
    parts = [name.rpartition("_") for name in agents]
    alike = len({first for first, *_ in parts}) == 1 and all(last.isdigit() for *_, last in parts)
    return [last for *_, last in parts] if alike else list(agents)


def write(sanctions: Sanctions, folder: Path, title: str, format: str = "png") -> list[Path]:
    """Write means over episodes into `folder`.

    `sanctions.csv` has a row for each agent; `who_sanctions_whom.csv` and the figure of that name,
    `.png` or another `format`, have the matrix of hits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in ("sanctions.csv", "who_sanctions_whom.csv", f"who_sanctions_whom.{format}")]
    columns = sanctions.columns()
    with paths[0].open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["agent", *columns])
        rows.writerows(
            [agent, *values] for agent, *values in zip(sanctions.agents, *(c.tolist() for c in columns.values()))
        )
    with paths[1].open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sanctioner", *sanctions.agents])
        rows.writerows([agent, *own] for agent, own in zip(sanctions.agents, sanctions.hits.mean(axis=0).tolist()))
    save(picture(sanctions, title), paths[2])
    return paths
