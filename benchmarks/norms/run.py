"""Experiments on the emergence of norms.

`python -m benchmarks.norms.run under_a_norm with_two_punishers allelopathic_harvest cleanup --seeds
5 --jobs 2 --output FOLDER` runs them.

Each experiment trains one config under several conditions, such as with and without norms, over
seeds. A run adds its rows to FOLDER/runs.csv: learning curves, outcomes of held-out episodes,
counts of sanctions between agents, and the share of opportunities taken by the kind of the agent in
the beam. Runs whose rows are in the file are not trained again, so an interrupted experiment
resumes. FOLDER/<experiment>.md and pictures are made from the rows. Intervals are over seeds
(Student's t).
"""

import dataclasses
import math
import multiprocessing
import os
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro

from benchmarks.norms.report import report
from benchmarks.norms.results_csv import DONE, FINAL, HITS, LEARNING_CURVE, MEETING, Row, add_rows, read_rows
from benchmarks.norms.sanction_targets import count_meetings
from stigmergy.analysis.sanction_counts import count_sanctions
from stigmergy.envs.core.validation import nearest
from stigmergy.training.confidence_intervals import mean_of_defined
from stigmergy.training.experiment import Experiment, build_experiment, read_config
from stigmergy.training.trainer import Trainer

POINTS = 25
"""Points of a learning curve."""
OFF = {"learner": {"norms": {"classifier": False, "alpha": 0.0, "beta": 0.0}}}
LEARNT = ("balanced_accuracy", "agreement", "pseudo_reward", "disapproved_share", "disapprovals")


@dataclass(frozen=True)
class Study:
    """One config under several conditions."""

    config: str
    conditions: Mapping[str, Mapping[str, Any]]
    """Name to the changes of the config; the first two are compared."""
    outcomes: tuple[str, ...]
    """Metrics of episodes that are kept."""
    drawn: tuple[str, ...]
    """Metrics with drawn learning curves."""
    corners: tuple[str, ...] = ()
    """Three shares that are drawn as a trajectory through the simplex."""


SANCTIONING = ("sanctions", "sanction_rate", "hits", "just_hits", "unjust_hits", "sanction_fines", "peace")
SHARES = ("share_red", "share_green", "share_blue")
BERRIES = ("return", *SANCTIONING, "monoculture", "monoculture_end", *SHARES, "berries_eaten")
# Settings of the paper's public replication: the weights used with its own maps and 10^8 steps, and
# events of all agents.
PAPER = {"learner": {"norms": {"alpha": 0.2, "beta": 0.4, "events": "all"}}}
STUDIES = {
    "under_a_norm": Study(
        "dilemmas/allelopathic_harvest_under_a_norm-cnm",
        {
            "norms": {},
            "base": OFF,
            "nobody sanctions": {"environment": "dilemmas/allelopathic_harvest_without_a_norm_small-v0"},
        },
        ("focal_return", *SANCTIONING),
        ("focal_return",),
    ),
    "with_two_punishers": Study(
        "dilemmas/allelopathic_harvest_with_two_punishers-cnm",
        {"norms": {}, "base": OFF, "paper weights": PAPER, "equal weights": {"learner": {"norms": {"beta": 2.0}}}},
        ("focal_return", *BERRIES),
        ("focal_return", "monoculture", "sanctions"),
        SHARES,
    ),
    "allelopathic_harvest": Study(
        "dilemmas/allelopathic_harvest-cnm",
        {
            "norms": {},
            "base": OFF,
            "paper weights": PAPER,
            "own preference seen": {"learner": {"norms": {"hides": []}}},
        },
        BERRIES,
        ("return", "monoculture", "sanctions"),
        SHARES,
    ),
    "cleanup": Study(
        "dilemmas/cleanup-cnm",
        {"norms": {}, "base": OFF, "paper weights": PAPER},
        ("return", *SANCTIONING, "dirt_fraction", "apples_eaten", "dirt_cleaned"),
        ("return", "dirt_fraction", "apples_eaten", "sanctions"),
    ),
}


@dataclass(frozen=True)
class Options:
    """Train populations with norms and without, and test if norms emerge."""

    studies: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Names of experiments: under_a_norm, with_two_punishers, allelopathic_harvest, cleanup."""
    conditions: tuple[str, ...] = ()
    """Conditions to train; all of the experiment's if left out."""
    seeds: int = 5
    """Seeds 0, 1, and so on."""
    steps: int = 0
    """Environment steps of every run; 0 takes the config's own."""
    episodes: int = 64
    """Held-out episodes at the end."""
    evaluation_seed: int = 1000
    """Seed of the held-out episodes."""
    jobs: int = 1
    """Runs that train side by side, each on one thread."""
    output: str = "benchmarks/learning/norms"
    """The folder."""


@dataclass
class Averages:
    """Means of a run's metrics over parts of its updates; undefined values are left out."""

    outcomes: Collection[str]
    """Metrics of episodes that are kept."""
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, metrics: Mapping[str, float]) -> None:
        """Add the metrics of an update; of the learners' metrics, those in LEARNT."""
        for name, value in metrics.items():
            whose, _, own = name.rpartition("/")
            if own in (self.outcomes if whose == "episode" else LEARNT):
                self.values.setdefault(own, []).append(value)

    def take(self) -> dict[str, float]:
        """Return the means since the last call."""
        means = {name: mean_of_defined(values) for name, values in self.values.items()}
        self.values.clear()
        return {name: value for name, value in means.items() if not math.isnan(value)}


def merged(config: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Merge nested changes into a config."""
    result = dict(config)
    for name, value in changes.items():
        result[name] = merged(result.get(name) or {}, value) if isinstance(value, Mapping) else value
    return result


def experiment_of(study: Study, condition: str, seed: int, steps: int) -> Experiment:
    """Build the experiment of one run."""
    experiment = build_experiment(merged(read_config(study.config), study.conditions[condition]))
    training = dataclasses.replace(
        experiment.training,
        seed=seed,
        total_steps=steps or experiment.training.total_steps,
        threads=1,
        evaluation_interval=0,
        tensorboard=False,
    )
    return dataclasses.replace(experiment, training=training)


def run(name: str, condition: str, seed: int, options: Options) -> list[Row]:
    """Train one population, then play held-out episodes."""
    study = STUDIES[name]
    experiment = experiment_of(study, condition, seed, options.steps)
    trainer = Trainer(experiment)
    curve, every = Averages(study.outcomes), max(1, round(experiment.training.num_updates / POINTS))
    rows, start = [], time.perf_counter()

    def add(kind: str, values: Mapping[str, float]) -> None:
        rows.extend(Row(name, condition, seed, kind, trainer.steps, key, value) for key, value in values.items())

    while not trainer.finished:
        curve.add(trainer.update())
        if trainer.progress.update % every == 0:
            add(LEARNING_CURVE, curve.take())
    seconds = time.perf_counter() - start
    env = experiment.make_env(options.episodes)
    counted = count_sanctions(env, trainer.learners, options.evaluation_seed)
    columns = counted.outcomes.columns()
    add(FINAL, {key: mean_of_defined(columns[key]) for key in study.outcomes if key in columns})
    add(HITS, {f"{i}>{j}": float(hits) for (i, j), hits in np.ndenumerate(counted.hits.mean(axis=0)) if hits})
    (group,) = trainer.learners
    meetings = count_meetings(env, trainer.learners, group, env.spec.horizon or 0, options.evaluation_seed)
    add(MEETING, {f"{kind}/{key}": value for kind, row in meetings.rows().items() for key, value in row.items()})
    add(DONE, {"seconds": round(seconds, 1)})
    return rows


def missing(rows: Sequence[Row], options: Options) -> list[tuple[str, str, int]]:
    """Runs that are still to be trained.

    Raises SystemExit if the file holds a run with another number of steps.
    """
    done = {(row.experiment, row.condition, row.seed): row.step for row in rows if row.kind == DONE}
    wanted = []
    for seed in range(options.seeds):
        for name in options.studies:
            for condition in STUDIES[name].conditions:
                if options.conditions and condition not in options.conditions:
                    continue
                one = name, condition, seed
                training = experiment_of(STUDIES[name], condition, seed, options.steps).training
                steps = training.num_updates * training.num_envs * training.rollout_length
                if one not in done:
                    wanted.append(one)
                elif done[one] != steps:
                    raise SystemExit(
                        f"{options.output} has a run of {', '.join(map(str, one))} of {done[one]} steps, and {steps} are asked for; choose another --output"
                    )
    return wanted


def main() -> None:
    """Train the missing runs, then report."""
    options = tyro.cli(Options)
    for name in options.studies:
        if name not in STUDIES:
            raise SystemExit(f"there is no experiment '{name}'.{nearest(name, list(STUDIES))}")
    for condition in options.conditions:
        if not any(condition in STUDIES[name].conditions for name in options.studies):
            raise SystemExit(f"there is no condition '{condition}' in {', '.join(options.studies)}")
    path = Path(options.output) / "runs.csv"
    wanted = missing(read_rows(path), options)
    os.environ["OMP_NUM_THREADS"] = "1"  # for the workers: their torch starts with it
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for rows in pool.map(_run, [(*one, options) for one in wanted]):
            add_rows(path, rows)
            last = rows[-1]
            print(f"{last.experiment}, {last.condition}, seed {last.seed}: {last.value:.0f} s", flush=True)
    rows = read_rows(path)
    for name in options.studies:
        study = STUDIES[name]
        own = [row for row in rows if row.experiment == name]
        report(name, own, list(study.conditions), study.drawn, study.corners, Path(options.output))


def _run(arguments: tuple[str, str, int, Options]) -> list[Row]:
    return run(*arguments)
