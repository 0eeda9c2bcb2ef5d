"""Command lines from dataclasses, by tyro, and its error boxes as one sentence."""

import contextlib
import dataclasses
import io
import os
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import tyro

from stigmergy.cli.config_options import CONSTRUCTORS, fill_configs, with_presets
from stigmergy.cli.extra_options import take_more, with_more
from stigmergy.cli.failures import HelpShown
from stigmergy.cli.hints import nearest_option
from stigmergy.envs.core.ranges import check_value, range_of
from stigmergy.envs.core.validation import read_whole, takes_whole_numbers
from stigmergy.envs.errors import BadParameter

POSITIONAL = get_args(tyro.conf.Positional[int])[1]
"""Marker of a positional argument."""
PLAIN_WORDS = (
    (re.compile(r"invalid literal for int\(\) with base 10: (.*)"), r"\1 is no whole number"),
    (re.compile(r"could not convert string to float: (.*)"), r"\1 is no number"),
    (re.compile(r"Exceeds the limit \(\d+ digits\).*?(\d+) digits.*"), r"a number of \1 digits is too large"),
)
"""Python's messages for texts that are not numbers, and the sentences that replace them."""


def peek(args: Sequence[str], name: str) -> list[str]:
    """Values of `--name` among the arguments.

    They are read before the parser that depends on them exists.
    """
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
    """Last value of `--name`, or None."""
    values = peek(args, name)
    return values[-1] if values else None


def extend(base: type, **parts: tuple[Any, str]) -> type:
    """Extend the options of `base` by fields of dataclass instances.

    Each instance is given with a line of help, and its fields get its name as prefix. A part that
    is None, or has no fields, adds nothing.
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
    cls = with_presets(cls, lambda name: peek_one(args, name))
    args, more = take_more(cls, option_names(cls), args)
    for arg in args:
        name = arg.partition("=")[0]
        known = [*option_names(cls), "--help", "-h", "--tyro-print-completion", "--tyro-write-completion"]
        if name.startswith("--") and name.replace("_", "-") not in known:
            raise BadParameter(
                f"`stigmergy {command}` has no option {name}.{nearest_option(name.replace('_', '-'), known)}"
            )
    errors = io.StringIO()
    try:
        with contextlib.redirect_stderr(errors), _wide_errors(args):
            arguments = _written_out(cls, args)
            options = tyro.cli(cls, prog=f"stigmergy {command}", args=arguments, registry=CONSTRUCTORS)
            options = fill_configs(cls, options, arguments)
    except SystemExit as end:
        if not end.code:
            raise HelpShown(0) from None
        raise BadParameter(_sentence(errors.getvalue())) from None
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if range_of(hint):
            check_value(name, getattr(options, name), hint)
    return with_more(cls, options, more)


def option_names(cls: type) -> list[str]:
    """Options of `cls`, such as `--learner.gamma`."""
    names = []
    for name, hint in option_types(cls).items():
        names.append(name)
        if hint is bool:
            prefix, dot, leaf = name[2:].rpartition(".")
            names.append(f"--{prefix}{dot}no-{leaf}")
    return names


def option_types(cls: type, prefix: str = "") -> dict[str, Any]:
    """Option, such as `--learner.gamma`, to the type of its value.

    Positional arguments are not options.
    """
    types: dict[str, Any] = {}
    hints = get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        hint, *notes = (
            get_args(hints[field.name]) if get_origin(hints[field.name]) is Annotated else [hints[field.name]]
        )
        name = f"{prefix}{field.name.replace('_', '-')}"
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if dataclasses.is_dataclass(default):
            types |= option_types(type(default), f"{name}.")
        elif POSITIONAL not in notes:
            types[f"--{name}"] = hint
    return types


def _written_out(cls: type, args: Sequence[str]) -> list[str]:
    """Arguments with 1e5 written as 100000 where an option takes whole numbers."""
    whole = {name for name, hint in option_types(cls).items() if takes_whole_numbers(hint)}
    option, written = "", []
    for arg in args:
        if arg.startswith("--"):
            option, equals, value = arg.partition("=")
            option = option.replace("_", "-")
            arg = f"{option}={read_whole(value)}" if equals and option in whole else arg
        elif option in whole:
            arg = read_whole(arg)
        written.append(arg)
    return written


@contextlib.contextmanager
def _wide_errors(args: Sequence[str]):
    """Widen tyro's error box so that an error fits on one line; help keeps the terminal's width."""
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
    """Message of tyro's error box: the text above its first inner line."""
    lines = [line.strip("│ \t") for line in box.splitlines()]
    message = []
    for line in lines:
        if line.startswith(("╭", "╰")) or not line:
            continue
        if line.startswith("─"):
            break
        message.append(line)
    text = " ".join(message).removeprefix("Error parsing ")
    for words, plain in PLAIN_WORDS:
        text = words.sub(plain, text)
    return text or "the command line cannot be read; --help shows what is allowed"


def warn(sentence: str) -> None:
    """Warn the user of something that does not stop the command."""
    print(f"warning: {sentence}", file=sys.stderr)
