"""Command line: `stigmergy COMMAND`.

Each command is a module in `commands`, imported when it is called.
"""

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence

from stigmergy.cli.failures import HelpShown, report
from stigmergy.cli.hints import nearest_command
from stigmergy.cli.warnings import as_sentences
from stigmergy.envs.errors import UnknownName
from stigmergy.version import version_and_commit

COMMANDS = {
    "list": "show the environments, algorithms and configs there are",
    "train": "train learners in an environment; without arguments, the default experiment",
    "sweep": "train a config over seeds and grids, several runs at once or as a job array",
    "resume": "go on with a run that was stopped, killed or crashed",
    "extend": "go on beyond the end of a finished run",
    "export": "write a trained policy to a file that plays with numpy alone, or with ONNX",
    "evaluate": "play episodes with a trained policy, beside baselines if you like",
    "sanctions": "count who sanctions whom, in episodes of a trained policy or of scripted ones",
    "compare": "compare runs over seeds: mean, IQM, differences, sample efficiency, with intervals",
    "plot": "draw learning curves of runs, with intervals over the runs of each group",
    "render": "make a GIF, MP4 or PNG of an episode, or watch it in a window",
    "schelling": "measure whether an environment is a social dilemma, with two scripted policies",
    "check": "test an environment or a learner, yours too, and print its conformance card",
}


TRACEBACK_OPTION = "--traceback"
WITHOUT_A_READER = 128 + 13
"""Exit status of a program that SIGPIPE ended."""


def usage() -> str:
    """Text of `stigmergy --help`."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {help}" for name, help in COMMANDS.items()]
    return "\n".join(
        [
            "usage: stigmergy COMMAND [OPTIONS]",
            "",
            *lines,
            "",
            "`stigmergy COMMAND --help` shows a command's options with their defaults, `stigmergy --version` the version.",
            "With --traceback a failure shows where in the code it came from.",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status.

    The status is 0, 2 after a user's mistake, 1 after a failure, 128 + signal when stopped.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A locale without UTF-8 shows ? in place of characters that it lacks.
            stream.reconfigure(errors="replace")
    args = list(sys.argv[1:] if argv is None else argv)
    wants_traceback = TRACEBACK_OPTION in args
    args = [arg for arg in args if arg != TRACEBACK_OPTION]
    try:
        with as_sentences():
            status = _run(args)
        sys.stdout.flush()
        return status
    except HelpShown:
        return 0
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return _reader_is_gone(args)
    except (Exception, SystemExit) as error:
        return report(error, wants_traceback)


def _run(args: list[str]) -> int:
    if not args or args[0] in ("--help", "-h", "help"):
        print(usage())
        return 0 if args else 2
    if args[0] in ("--version", "-V", "version"):
        print(f"stigmergy {version_and_commit()}")
        return 0
    command, rest = args[0], args[1:]
    if command not in COMMANDS:
        raise UnknownName(f"there is no command '{command}'.{nearest_command(command, list(COMMANDS))}")
    main = importlib.import_module(f"stigmergy.commands.{command}").main
    if "numba" not in sys.modules:
        return main(rest)
    with importlib.import_module("stigmergy.cli.compilation").compilation_announced():
        return main(rest)


def _reader_is_gone(args: list[str]) -> int:
    """Close streams whose reader is gone, such as a pipe into `head`; return the exit status.

    The status tells if work was left undone.
    """
    # Without it, the flush of the rest at exit would fail again.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not args or args[0] not in COMMANDS or args[0] == "list" or {"--help", "-h"} & set(args):
        return 0
    print(
        f"error: nobody reads what `stigmergy {args[0]}` prints any more, so it ended before its work was finished",
        file=sys.stderr,
    )
    return WITHOUT_A_READER
