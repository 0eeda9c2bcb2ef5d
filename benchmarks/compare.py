"""Comparison of learners over several tasks and seeds.

`python -m benchmarks.compare swarm/spread --algorithms dpo ippo qmix --seeds 5 --jobs 2 --output
FOLDER` runs it.

A task is the first part of configs' names: `swarm/spread` and `dpo` are the config
`swarm/spread-dpo`. Every run trains anew. It plays the same held-out episodes ten times during
training and more of them at its end, and adds its rows to FOLDER/runs.csv. Runs whose rows are in
the file are not trained again, so an interrupted comparison resumes. FOLDER/table.md and a chart
for each task are made from the rows. Intervals are over seeds (Student's t).
"""

import csv
import dataclasses
import math
import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from stigmergy.plotting.figures import save
from stigmergy.plotting.line_chart import Labels, Line, line_chart
from stigmergy.training.confidence_intervals import mean_and_interval, mean_of_defined, student_quantile
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import Experiment, build_experiment, read_config
from stigmergy.training.trainer import Trainer

POINTS = 10
"""Evaluations during training."""
COLUMNS = ("task", "algorithm", "seed", "kind", "step", "value", "seconds")
CURVE, FINAL, GREEDY = "curve", "final", "greedy"


@dataclass(frozen=True)
class Options:
    """Train configs with several seeds and put them beside each other."""

    tasks: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Such as swarm/spread; with each algorithm the name of a config."""
    algorithms: tuple[str, ...] = ("dpo", "ippo", "mappo", "iql", "vdn", "qmix")
    """The second parts of the configs' names; a task without such a config goes without."""
    claim: tuple[str, str] = ("dpo", "ippo")
    """The table says for each task whether the first is above the second."""
    seeds: int = 5
    """Seeds 0, 1, and so on."""
    episodes: int = 64
    """Held-out episodes at the end; a quarter of them on the way."""
    evaluation_seed: int = 1000
    """Seed of the held-out episodes."""
    steps: int = 0
    """Environment steps of every run; 0 takes each config's own."""
    jobs: int = 1
    """Runs that train side by side, each on one thread."""
    output: str = "benchmarks/learning/comparison"
    """The folder."""


@dataclass(frozen=True)
class Row:
    """One measurement of one run."""

    task: str
    algorithm: str
    seed: int
    kind: str
    """Kind of measurement: `curve` during training, `final` at the end as the config evaluates (see
    `evaluation_greedy`), `greedy` at the end with the most likely actions."""
    step: int
    value: float
    seconds: float
    """Seconds since the run began, without evaluations."""


def experiment_of(task: str, algorithm: str, seed: int, options: Options) -> Experiment:
    """Build the experiment of one run."""
    experiment = build_experiment(read_config(f"{task}-{algorithm}"))
    steps = options.steps or experiment.training.total_steps
    training = dataclasses.replace(
        experiment.training, seed=seed, total_steps=steps, threads=1, evaluation_interval=0, tensorboard=False
    )
    return dataclasses.replace(experiment, training=training)


def run(task: str, algorithm: str, seed: int, options: Options) -> list[Row]:
    """Train one seed and return the rows of its held-out episodes."""
    experiment = experiment_of(task, algorithm, seed, options)
    trainer = Trainer(experiment)
    envs = {episodes: experiment.make_env(episodes) for episodes in {max(1, options.episodes // 4), options.episodes}}
    rows, seconds = [], 0.0

    def play(kind: str, episodes: int, greedy: bool) -> None:
        outcomes = evaluate(envs[episodes], trainer.learners, options.evaluation_seed, greedy).columns()
        value = mean_of_defined(outcomes[experiment.training.best_metric])
        rows.append(Row(task, algorithm, seed, kind, trainer.steps, value, round(seconds, 2)))

    own = experiment.training.evaluation_greedy
    due = {round(experiment.training.num_updates * k / POINTS) for k in range(1, POINTS + 1)}
    play(CURVE, min(envs), own)
    while not trainer.finished:
        start = time.perf_counter()
        trainer.update()
        seconds += time.perf_counter() - start
        if trainer.progress.update in due:
            play(CURVE, min(envs), own)
    play(FINAL, options.episodes, own)
    play(GREEDY, options.episodes, True)
    return rows


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a CSV file; an absent file has none."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            Row(
                r["task"],
                r["algorithm"],
                int(r["seed"]),
                r["kind"],
                int(r["step"]),
                float(r["value"]),
                float(r["seconds"]),
            )
            for r in csv.DictReader(file)
        ]


def add_rows(path: Path, rows: Sequence[Row]) -> None:
    """Append rows to a file, with a header if it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerows(dataclasses.asdict(row) for row in rows)


def mean_and_half(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half of its 95% interval over seeds; the half is NaN for fewer than three."""
    mean, low, high = mean_and_interval(values)
    return mean, (high - low) / 2


def difference(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Difference of two means and half of its 95% interval, with unequal variances (Welch 1947)."""
    parts = [np.var(values, ddof=1) / len(values) for values in (one, other)]
    total = sum(parts)
    gap = float(np.mean(one) - np.mean(other))
    if total == 0:
        return gap, 0.0
    freedom = total**2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (one, other)))
    return gap, student_quantile(freedom) * math.sqrt(total)


def values_of(rows: Sequence[Row], task: str, algorithm: str, kind: str) -> list[float]:
    """Values of an algorithm on a task, one a seed."""
    return [row.value for row in rows if (row.task, row.algorithm, row.kind) == (task, algorithm, kind)]


def verdict(rows: Sequence[Row], task: str, claim: tuple[str, str]) -> str:
    """Compare the first of two algorithms with the second on a task, in words."""
    one, other = (values_of(rows, task, name, FINAL) for name in claim)
    if min(len(one), len(other)) < 2:
        return ""
    gap, half = difference(one, other)
    word = "above" if gap > half else "below" if gap < -half else "not told apart"
    return f"{word} ({gap:+.3g} ± {half:.2g})"


def table(rows: Sequence[Row], options: Options) -> str:
    """Markdown table: a row for each task, a column for each algorithm, the best in bold."""
    algorithms = [name for name in options.algorithms if any(row.algorithm == name for row in rows)]
    first, second = options.claim
    lines = [
        f"| task | steps | seeds | {' | '.join(algorithms)} | {first} beside {second} |",
        "|---|---:|---:|" + "---:|" * len(algorithms) + "---|",
    ]
    for task in dict.fromkeys(row.task for row in rows):
        known = {name: values_of(rows, task, name, FINAL) for name in algorithms}
        best = max((name for name in known if known[name]), key=lambda name: np.mean(known[name]))
        cells = []
        for name, values in known.items():
            mean, half = mean_and_half(values) if values else (math.nan, math.nan)
            text = f"{mean:.4g} ± {half:.2g}" if values else ""
            cells.append(f"**{text}**" if name == best else text)
        steps = max(row.step for row in rows if row.task == task)
        seeds = max(len(values) for values in known.values())
        lines.append(f"| {task} | {steps:,} | {seeds} | {' | '.join(cells)} | {verdict(rows, task, options.claim)} |")
    return "\n".join(lines) + "\n"


def chart_lines(rows: Sequence[Row], task: str, algorithms: Sequence[str]) -> list[Line]:
    """Learning curves of a task, one for each algorithm."""
    lines = []
    for name in algorithms:
        curve = [row for row in rows if (row.task, row.algorithm, row.kind) == (task, name, CURVE)]
        steps = sorted({row.step for row in curve})
        if not steps:
            continue
        points = [mean_and_half([row.value for row in curve if row.step == step]) for step in steps]
        low, high = ([mean + sign * half for mean, half in points] for sign in (-1, 1))
        lines.append(Line(name, steps, [mean for mean, _ in points], low, high))
    return lines


def report(rows: Sequence[Row], options: Options) -> None:
    """Write the table and the charts of the chosen algorithms, and print the table."""
    rows = [row for row in rows if row.algorithm in options.algorithms]
    folder = Path(options.output)
    text = table(rows, options)
    (folder / "table.md").write_text(text)
    for task in dict.fromkeys(row.task for row in rows):
        some = next(row for row in rows if row.task == task)
        outcome = build_experiment(read_config(f"{task}-{some.algorithm}")).training.best_metric
        seeds = len({row.seed for row in rows if row.task == task})
        labels = Labels(f"{task}: {outcome}, {seeds} seeds", "environment steps")
        figure = line_chart(chart_lines(rows, task, options.algorithms), labels)
        save(figure, folder / f"{task.replace('/', '_')}.png")
    print(text)


def main() -> None:
    """Train the missing runs, then report."""
    options = tyro.cli(Options)
    path = Path(options.output) / "runs.csv"
    done = {(row.task, row.algorithm, row.seed) for row in read_rows(path) if row.kind == GREEDY}
    wanted = [
        (task, algorithm, seed)
        for seed in range(options.seeds)
        for task in options.tasks
        for algorithm in options.algorithms
        if _exists(task, algorithm) and (task, algorithm, seed) not in done
    ]
    os.environ["OMP_NUM_THREADS"] = "1"  # for the workers: their torch starts with it
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for rows in pool.map(_run, [(*one, options) for one in wanted]):
            add_rows(path, rows)
            last = rows[-2]
            print(f"{last.task}-{last.algorithm} seed {last.seed}: {last.value:.4g} ({last.seconds:.0f} s)", flush=True)
    report(read_rows(path), options)


def _run(arguments: tuple[str, str, int, Options]) -> list[Row]:
    return run(*arguments)


def _exists(task: str, algorithm: str) -> bool:
    try:
        read_config(f"{task}-{algorithm}")
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    main()
