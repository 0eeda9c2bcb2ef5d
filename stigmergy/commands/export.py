"""Command `stigmergy export`: a run's policy in a file that plays without this package."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from stigmergy.algorithms.export.policy_file import LOADER
from stigmergy.api.export import ENDINGS, export
from stigmergy.cli.console import open_console
from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.options import parse, warn
from stigmergy.cli.output_paths import check_file


@dataclass(frozen=True)
class Options:
    """Write the policy of a run to a file that plays without this package."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
    """The run folder."""
    output: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")]
    """The file: .npz for the loader that needs numpy alone, .onnx for runtimes of ONNX."""
    groups: tuple[str, ...] = ()
    """Groups to export; left out, all that learn."""
    checkpoint: str = "last"
    """last, or best by evaluation."""
    loader: bool = False
    """Write the loader, load_policy.py, beside the file."""
    plugin: tuple[str, ...] = ()
    """Files or modules that register more names; they stand for those of the run that are called
    the same, or that are gone."""
    trust: bool = False
    """Agree to execute the code that RUN names, its plugins or the module of its environment;
    needed once for each contents."""


def main(args: Sequence[str]) -> int:
    """Export and print the written paths."""
    options = parse(Options, "export", args)
    check_file("the output", options.output, ENDINGS)
    path = export(
        options.run,
        options.output,
        options.groups,
        options.checkpoint,
        options.loader,
        options.trust,
        load_given_code(args),
        warn,
    )
    for written in [path, *([path.with_name(LOADER.name)] if options.loader else [])]:
        open_console().print(f"wrote {written}", highlight=False, markup=False, soft_wrap=True)
    return 0
