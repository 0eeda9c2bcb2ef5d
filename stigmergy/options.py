"""Command lines from dataclasses, by tyro; and its error boxes as one sentence."""

import contextlib
import dataclasses
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registry import nearest


def peek(args: Sequence[str], name: str) -> list[str]:
    """The values of `--name` among the arguments, before the parser that depends on them exists."""
    values = []
    for i, arg in enumerate(args):
        key, equals, value = arg.partition("=")
        if key == f"--{name}":
            if equals:
                values.append(value)
            else:
                for later in args[i + 1 :]:
                    if later.startswith("--"):
                        break
                    values.append(later)
    return values


def peek_one(args: Sequence[str], name: str) -> str | None:
    """The last value of `--name`, or None."""
    values = peek(args, name)
    return values[-1] if values else None


def extend(base: type, **parts: tuple[Any, str]) -> type:
    """The options of `base` and, under a prefix each, the fields of dataclass instances given with a line of help.

    A part that is None, or has no fields, adds nothing.
    """
    fields = [
        (name, Annotated[type(default), tyro.conf.arg(help=help)], dataclasses.field(default=default))
        for name, (default, help) in parts.items()
        if default is not None and dataclasses.fields(default)
    ]
    extended = dataclasses.make_dataclass(base.__name__, fields, bases=(base,), frozen=True)
    extended.__doc__ = base.__doc__
    return extended


def parse(cls: type, command: str, args: Sequence[str]) -> Any:
    """Fill the dataclass `cls` from arguments.

    Raises:
        BadParameter: an option is unknown, or a value is not allowed.
        SystemExit: with status 0, after `--help`.
    """
    for arg in args:
        name = arg.partition("=")[0]
        known = [*option_names(cls), "--help", "-h", "--tyro-print-completion", "--tyro-write-completion"]
        if name.startswith("--") and name.replace("_", "-") not in known:
            raise BadParameter(f"`stigmergy {command}` has no option {name}.{nearest(name.replace('_', '-'), known)}")
    errors = io.StringIO()
    try:
        with contextlib.redirect_stderr(errors), _wide_errors(args):
            return tyro.cli(cls, prog=f"stigmergy {command}", args=list(args))
    except SystemExit as end:
        if not end.code:
            raise
        raise BadParameter(_sentence(errors.getvalue())) from None


def option_names(cls: type, prefix: str = "") -> list[str]:
    """The options that `cls` gives rise to, such as `--learner.gamma`."""
    names = []
    for field in dataclasses.fields(cls):
        name = f"{prefix}{field.name.replace('_', '-')}"
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if dataclasses.is_dataclass(default):
            names += option_names(type(default), f"{name}.")
        else:
            names.append(f"--{name}")
            if isinstance(default, bool):
                names.append(f"--{prefix}no-{field.name.replace('_', '-')}")
    return names


@contextlib.contextmanager
def _wide_errors(args: Sequence[str]):
    """Let an error fit on one line of tyro's box; help keeps the width of the terminal."""
    before = os.environ.get("COLUMNS")
    if not {"--help", "-h"} & set(args):
        os.environ["COLUMNS"] = "2000"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("COLUMNS", None)
        else:
            os.environ["COLUMNS"] = before


def _sentence(box: str) -> str:
    """The message of tyro's error box: what stands above its first inner line."""
    lines = [line.strip("│ \t") for line in box.splitlines()]
    message = []
    for line in lines:
        if line.startswith(("╭", "╰")) or not line:
            continue
        if line.startswith("─"):
            break
        message.append(line)
    text = " ".join(message).removeprefix("Error parsing ")
    return text or "the command line cannot be read; --help shows what is allowed"


def warn(sentence: str) -> None:
    """Tell the user something that does not stop the command."""
    print(f"warning: {sentence}", file=sys.stderr)
