"""What an experiment learns, over seeds: `python -m benchmarks.learning CONFIG --seeds 5 --against random pibt`.

Each seed trains anew and plays the same held-out episodes; baselines play them too. The intervals are over seeds (Student's t).
"""

import dataclasses
import math
import time
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from stigmergy.commands.evaluate import baseline
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import DEFAULT_CONFIG, Experiment, build_experiment, read_config
from stigmergy.training.trainer import Trainer, build_learners


@dataclass(frozen=True)
class Options:
    """Train a config with several seeds and compare what was learnt with baselines."""

    config: Annotated[str, tyro.conf.Positional] = DEFAULT_CONFIG
    """A YAML file, or the name of a config that comes with the package."""
    seeds: int = 5
    """Seeds 0, 1, and so on."""
    episodes: int = 64
    """Held-out episodes for each seed."""
    evaluation_seed: int = 1000
    """Seed of the held-out episodes."""
    against: tuple[str, ...] = ("random",)
    """Algorithms that need no training."""


def train_and_play(experiment: Experiment, seed: int, options: Options) -> tuple[dict[str, float], float, float]:
    """Mean outcomes of one seed on the held-out episodes, seconds of training, and agent-steps per second."""
    training = dataclasses.replace(experiment.training, seed=seed, evaluation_interval=0)
    trainer = Trainer(dataclasses.replace(experiment, training=training))
    start = time.perf_counter()
    while not trainer.finished:
        trainer.update()
    seconds = time.perf_counter() - start
    env = experiment.make_env(options.episodes)
    outcomes = evaluate(env, trainer.learners, options.evaluation_seed).columns()
    speed = trainer.steps * env.spec.num_agents / seconds
    return {name: float(np.nanmean(values)) for name, values in outcomes.items()}, seconds, speed


def play_baseline(experiment: Experiment, name: str, options: Options) -> dict[str, float]:
    """Mean outcomes of a baseline on the same episodes."""
    env = experiment.make_env(options.episodes)
    players = build_learners(experiment, env, 0) | baseline(experiment, env, name, 0)
    outcomes = evaluate(env, players, options.evaluation_seed).columns()
    return {key: float(np.nanmean(values)) for key, values in outcomes.items()}


def student_quantile(freedom: int, level: float = 0.95) -> float:
    """How many standard errors a two-sided interval of Student's t reaches, by bisection on the integrated density."""

    def inside(reach: float) -> float:
        x = np.linspace(-reach, reach, 20_001)
        log_norm = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
        return float(np.trapezoid(np.exp(log_norm - (freedom + 1) / 2 * np.log1p(x**2 / freedom)), x))

    low, high = 0.0, 200.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) < level else (low, middle)
    return high


def interval(values: list[float]) -> str:
    """Mean and 95% interval over seeds."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return f"{mean:.4g}"
    half = student_quantile(len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return f"{mean:.4g} ± {half:.2g}"


def main() -> None:
    """Train, play, print."""
    options = tyro.cli(Options)
    console = Console(width=120)
    experiment = build_experiment(read_config(options.config))
    results = []
    for seed in range(options.seeds):
        outcomes, seconds, speed = train_and_play(experiment, seed, options)
        results.append(outcomes)
        shown = "  ".join(f"{name} {value:.4g}" for name, value in outcomes.items())
        console.print(f"seed {seed}: {shown}  ({seconds:.0f} s, {speed:,.0f} agent-steps/s)")
    baselines = {name: play_baseline(experiment, name, options) for name in options.against}
    console.print(
        f"{options.config}: {options.seeds} seeds, {options.episodes} held-out episodes each; mean ± 95% interval over seeds"
    )
    table = Table("outcome", experiment.learner.algorithm, *baselines, box=None)
    for name in results[0]:
        own = interval([result[name] for result in results])
        table.add_row(name, own, *(f"{outcomes.get(name, math.nan):.4g}" for outcomes in baselines.values()))
    console.print(table)


if __name__ == "__main__":
    main()
