"""Command `stigmergy sweep`: runs of a config over seeds and a grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_origin

import tyro

from stigmergy.api.sweep import train_command, train_sweep
from stigmergy.api.train_arguments import Options as TrainOptions
from stigmergy.cli.config_options import Number
from stigmergy.cli.hints import nearest_option
from stigmergy.cli.options import option_names, option_types, parse
from stigmergy.cli.progress import Output
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps import slurm
from stigmergy.sweeps.points import Request
from stigmergy.sweeps.scheduler import finished
from stigmergy.sweeps.search import read_search
from stigmergy.sweeps.study import StudyRequest
from stigmergy.sweeps.sweep import default_folder, open_sweep, summary, train_study
from stigmergy.sweeps.values import read_grid, read_seeds


@dataclass(frozen=True)
class Options:
    """Train a config over seeds and a grid of values, several runs at once.

    Other options are those of `stigmergy train`, and hold for every run. Killed at any time, the
    same command goes on: it skips what is finished and resumes the rest.
    """

    config: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="CONFIG")] = ""
    """A YAML file, or the name of a config that comes with the package, as for `stigmergy
    train`."""
    seeds: tuple[str, ...] = ()
    """Seeds of the runs: numbers, and ranges with both ends, such as 0..9 or 0,3,5..7."""
    grid: tuple[str, ...] = ()
    """KEY=VALUE,VALUE,... such as learner.learning-rate=1e-3,3e-4 or algorithm=ippo,mappo; several
    make the product. A list is written as words with blanks between them."""
    jobs: Number | None = None
    """Runs at once, which share the cores of this machine; with --slurm, tasks at once."""
    folder: str = ""
    """Folder of the sweep, with a folder for each run; left out, sweeps/CONFIG."""
    slurm: bool = False
    """Write a job array of Slurm in place of training here, and submit it where sbatch is."""
    slurm_option: tuple[str, ...] = ()
    """Options of sbatch, such as partition=gpu time=2:00:00 cpus-per-task=4."""
    optuna: Number | None = None
    """Trials of a study by Optuna (extra optuna), in place of a grid; a larger number later goes
    on."""
    search: tuple[str, ...] = ()
    """Search space of the study: KEY=LOW..HIGH, KEY=log:LOW..HIGH or KEY=VALUE,VALUE,... for each
    key; whole ends make a range of whole numbers."""
    metric: str = "evaluation/return"
    """Metric of metrics.csv, whose last value a trial is judged by."""
    direction: Literal["maximize", "minimize"] = "maximize"
    """Large or small values of the metric are better."""
    startup_trials: Number = 5
    """Trials that end before others are pruned: ended early where the metric is below the median of
    the others at the same step."""


TRAIN = train_command()


def main(args: Sequence[str]) -> int:
    """Sweep; return 0, 1 if runs failed, or 128 + signal after a stop."""
    own, shared = split(args)
    options = parse(Options, "sweep", own)
    request = Request(options.config or None, tuple(shared), read_grid(options.grid), tuple(read_seeds(options.seeds)))
    folder = options.folder or default_folder(options.config)
    if options.optuna or options.search:
        return _run_study(folder, request, options)
    if options.slurm or options.slurm_option:
        return _write_array(folder, request, options)
    _, progress, stopped_by = train_sweep(folder, request, TRAIN, options.jobs or 1, shown=True)
    return 128 + stopped_by if stopped_by else int(bool(progress.failed))


def _run_study(folder: str, request: Request, options: Options) -> int:
    """Run a study of Optuna; return the exit status."""
    if not options.optuna:
        raise BadParameter("--search needs --optuna N, the number of trials")
    if options.slurm or options.slurm_option:
        raise BadParameter("--optuna and --slurm are given; a study chooses its next runs by the last ones, here")
    space, output = read_search(options.search), Output()
    search = {"space": " ".join(options.search), "metric": options.metric, "direction": options.direction}
    wanted = StudyRequest(request, space, search, options.optuna, options.startup_trials)
    output.say(f"sweep folder: {folder}")
    progress, stopped_by, best = train_study(folder, wanted, TRAIN, options.jobs or 1)
    for line in [*summary(folder, progress, stopped_by), best]:
        output.say(line)
    return 128 + stopped_by if stopped_by else int(bool(progress.failed))


def split(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split arguments into those of the sweep and options of `stigmergy train`.

    Values of an option of the sweep that stands there several times are put together.
    """
    names = [*option_names(Options), "--help", "-h"]
    several = {name for name, hint in option_types(Options).items() if get_origin(hint) is tuple}
    own: dict[str, list[str]] = {}
    shared: list[str] = []
    at: list[str] = own.setdefault("", [])
    for arg in args:
        name = arg.partition("=")[0].replace("_", "-")
        if name in names:
            at = own.setdefault(name, []) if name in several else own.setdefault(arg, [])
            if name in several and "=" in arg:
                at.append(arg.partition("=")[2])
        elif arg.startswith("--"):
            _check_known(name, names)
            at = shared
            at.append(arg)
        else:
            at.append(arg)
    return [word for name, values in own.items() for word in ([name] if name else []) + values], shared


def _check_known(name: str, own: Sequence[str]) -> None:
    """Raise BadParameter for an option that belongs neither to the sweep nor to any run."""
    known = [*own, *option_names(TrainOptions)]
    if "." not in name and name not in known:
        raise BadParameter(f"`stigmergy sweep` has no option {name}.{nearest_option(name, known)}")


def _write_array(folder: str, request: Request, options: Options) -> int:
    """Write a job array of the runs that are not finished, and submit it."""
    wanted, output = slurm.read_options(options.slurm_option), Output()
    slurm.check_queue(Path(folder))
    with open_sweep(folder, request, TRAIN, slurm.read_cpus(wanted) or 1) as points:
        output.say(f"sweep folder: {folder}")
        left = [point for point in points if not finished(Path(folder, point.name), point)]
        if not left:
            output.say(f"all {len(points)} runs are finished")
            return 0
        script = slurm.write_array(Path(folder), left, wanted, options.jobs)
        output.say(f"wrote {script}, an array of {len(left)} runs that are not finished")
        output.say(slurm.submit(script))
    return 0
