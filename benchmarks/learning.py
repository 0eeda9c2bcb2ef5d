"""Outcomes of trained experiments over seeds, beside baselines.

`python -m benchmarks.learning CONFIG [CONFIG ...] --seeds 5 --against random pibt` runs it.

Each seed trains anew and plays the same held-out episodes; baselines play them too. The intervals
are over seeds (Student's t). With `--jobs 2` two seeds train side by side, each on its share of the
threads: more runs an hour, each of them slower.
"""

import dataclasses
import math
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from stigmergy.algorithms.core.make import learner_class, scripted_for
from stigmergy.api.evaluation import baseline
from stigmergy.training.confidence_intervals import mean_and_interval, mean_of_defined
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import DEFAULT_CONFIG, Experiment, build_experiment, read_config
from stigmergy.training.trainer import Trainer, build_learners

SCRIPTED, YARDSTICK = "scripted", "yardstick"
"""Names of the task's baseline: today's, and that of version 0.1.0."""
HEADER = "| config | outcome | {} | random | scripted | way from random to scripted | seeds | steps | seconds a seed |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n"


@dataclass(frozen=True)
class Options:
    """Train configs with several seeds and compare them with baselines."""

    configs: Annotated[tuple[str, ...], tyro.conf.Positional] = (DEFAULT_CONFIG,)
    """YAML files, or names of configs that come with the package."""
    seeds: int = 5
    """Seeds 0, 1, and so on."""
    episodes: int = 64
    """Held-out episodes for each seed."""
    evaluation_seed: int = 1000
    """Seed of the held-out episodes."""
    against: tuple[str, ...] = ("random", SCRIPTED)
    """Algorithms that need no training; `scripted` is the task's first scripted policy, if it has
    one."""
    jobs: int = 1
    """Seeds that train side by side."""
    output: str = ""
    """A Markdown file to which a row for each config is added."""


@dataclass(frozen=True)
class Result:
    """Result of one seed."""

    outcomes: dict[str, float]
    """Means over the held-out episodes."""
    seconds: float
    speed: float
    """Agent-steps per second of the training."""


def train_and_play(config: str, seed: int, options: Options) -> Result:
    """Train one seed and play the held-out episodes."""
    experiment = build_experiment(read_config(config))
    threads = max(1, (os.cpu_count() or 1) // options.jobs) if options.jobs > 1 else experiment.training.threads
    training = dataclasses.replace(experiment.training, seed=seed, evaluation_interval=0, threads=threads)
    trainer = Trainer(dataclasses.replace(experiment, training=training))
    start = time.perf_counter()
    while not trainer.finished:
        trainer.update()
    seconds = time.perf_counter() - start
    env = experiment.make_env(options.episodes)
    outcomes = evaluate(env, trainer.learners, options.evaluation_seed).columns()
    speed = trainer.steps * env.spec.num_agents / seconds
    return Result({name: mean_of_defined(values) for name, values in outcomes.items()}, seconds, speed)


def play_baseline(experiment: Experiment, name: str, options: Options) -> dict[str, float]:
    """Mean outcomes of a baseline on the same episodes; empty without a scripted policy."""
    env = experiment.make_env(options.episodes)
    players = build_learners(experiment, env, 0)
    for own in _scripted_baselines(experiment) if name == SCRIPTED else [name]:
        players |= baseline(experiment, env, own, 0)
    if name == SCRIPTED and not _scripted_baselines(experiment):
        return {}
    outcomes = evaluate(env, players, options.evaluation_seed).columns()
    return {key: mean_of_defined(values) for key, values in outcomes.items()}


def _scripted_baselines(experiment: Experiment) -> list[str]:
    """First scripted policy of each group that learns, in the notation of `baseline`."""
    env = experiment.make_env(1).spec
    learning = [group for group in env.groups if learner_class(experiment.choice(group.name).algorithm).learns]
    return [f"{group.name}={names[0]}" for group in learning if (names := scripted_for(env, group))]


def _names(against: tuple[str, ...]) -> list[str]:
    """Names of baselines in today's words, each once."""
    return list(dict.fromkeys(SCRIPTED if name == YARDSTICK else name for name in against))


def interval(values: list[float]) -> str:
    """Mean and 95% interval over seeds, as text."""
    mean, low, high = mean_and_interval(values)
    return f"{mean:.4g}" if math.isnan(low) else f"{mean:.4g} ± {(high - low) / 2:.2g}"


def run_seeds(config: str, options: Options) -> list[Result]:
    """Train all seeds; one result a seed."""
    if options.jobs == 1:
        return [train_and_play(config, seed, options) for seed in range(options.seeds)]
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(train_and_play, config, seed, options) for seed in range(options.seeds)]
        return [future.result() for future in futures]


def row(config: str, experiment: Experiment, results: list[Result], baselines: dict[str, dict[str, float]]) -> str:
    """Markdown row of a config: the outcome that `best_metric` names."""
    outcome = experiment.training.best_metric
    own = [result.outcomes[outcome] for result in results]
    random, best = (baselines.get(name, {}).get(outcome, math.nan) for name in ("random", SCRIPTED))
    share = f"{100 * (float(np.mean(own)) - random) / (best - random):.0f} %" if best != random else ""
    seconds = float(np.mean([result.seconds for result in results]))
    cells = [config, outcome, interval(own), f"{random:.4g}", "" if math.isnan(best) else f"{best:.4g}"]
    steps = f"{experiment.training.total_steps:,}"
    return f"| {' | '.join([*cells, '' if 'nan' in share else share, str(len(own)), steps, f'{seconds:.0f}'])} |\n"


def show(
    console: Console,
    config: str,
    experiment: Experiment,
    results: list[Result],
    baselines: dict[str, dict[str, float]],
) -> None:
    """Print the result of each seed, and all outcomes of a config as a table."""
    outcome = experiment.training.best_metric
    for seed, result in enumerate(results):
        own = f"{outcome} {result.outcomes[outcome]:.4g}"
        console.print(f"seed {seed}: {own}  ({result.seconds:.0f} s, {result.speed:,.0f} agent-steps/s)")
    console.print(f"{config}: {len(results)} seeds; mean ± 95% interval over seeds")
    table = Table("outcome", experiment.learner.algorithm, *baselines, box=None)
    for name in results[0].outcomes:
        own = interval([result.outcomes[name] for result in results])
        table.add_row(name, own, *(f"{outcomes.get(name, math.nan):.4g}" for outcomes in baselines.values()))
    console.print(table)


def main() -> None:
    """Train, play, print."""
    options = tyro.cli(Options)
    console = Console(width=120)
    for config in options.configs:
        experiment = build_experiment(read_config(config))
        results = run_seeds(config, options)
        baselines = {name: play_baseline(experiment, name, options) for name in _names(options.against)}
        show(console, config, experiment, results, baselines)
        if options.output:
            file = Path(options.output)
            with file.open("a") as lines:
                if file.stat().st_size == 0:
                    lines.write(HEADER.format(experiment.learner.algorithm))
                lines.write(row(config, experiment, results, baselines))


if __name__ == "__main__":
    main()
