"""The command line: `stigmergy COMMAND`. Each command is a module in `commands`, loaded when it is called."""

import importlib
import sys
from collections.abc import Sequence

from stigmergy.envs.errors import UserError
from stigmergy.envs.registry import nearest

COMMANDS = {
    "list": "show the environments, algorithms and configs there are",
    "train": "train learners in an environment; without arguments, the default experiment",
    "resume": "go on with a run that was stopped, killed or crashed",
    "evaluate": "play episodes with a trained policy, beside baselines if you like",
    "sanctions": "count who sanctions whom, in episodes of a trained policy or of scripted ones",
    "plot": "draw the course of training from runs, with intervals over the runs of each group",
    "render": "make a GIF, MP4 or PNG of an episode, or watch it in a window",
    "schelling": "measure whether an environment is a social dilemma, with two scripted policies",
    "check": "test an environment or a learner, yours too, and print its conformance card",
}


def usage() -> str:
    """The text of `stigmergy --help`."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {help}" for name, help in COMMANDS.items()]
    return "\n".join(
        [
            "usage: stigmergy COMMAND [OPTIONS]",
            "",
            *lines,
            "",
            "`stigmergy COMMAND --help` shows a command's options with their defaults.",
        ]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 2 after a user's mistake, 1 after a failure, 128 + signal when stopped."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args[0] in ("--help", "-h"):
        print(usage())
        return 0 if args else 2
    command, rest = args[0], args[1:]
    if command not in COMMANDS:
        print(f"error: there is no command '{command}'.{nearest(command, list(COMMANDS))}", file=sys.stderr)
        return 2
    try:
        return importlib.import_module(f"stigmergy.commands.{command}").main(rest)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError) as error:
        print(f"error: '{error.filename}': {(error.strerror or 'cannot be used').lower()}", file=sys.stderr)
        return 2
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
