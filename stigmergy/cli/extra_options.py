"""Options that no dataclass declares: `--task.NAME VALUE` of a bridged environment's factory.

Values are read as YAML.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import yaml

from stigmergy.envs.errors import BadParameter

More = dict[str, dict[str, Any]]
"""Part of the options, such as `task`, to names and values."""


def open_parts(cls: type) -> dict[str, str]:
    """Parts of the options `cls` that take further names, and the field of each for them.

    See `takes_more`.
    """
    found = {}
    for field in dataclasses.fields(cls):
        kept = getattr(type(field.default), "takes_more", None)
        if kept is not None:
            found[field.name] = kept
    return found


def take_more(cls: type, known: Sequence[str], args: Sequence[str]) -> tuple[list[str], More]:
    """Split arguments: those of `known` options, and values of other names in parts that take them.

    `--task.n 3`, `--task.n=3` and `--task.arguments.n 3` are the same. Several values are a list,
    no value is true, and dots make a dict.

    Raises:
        BadParameter: a value is no YAML.
    """
    parts = open_parts(cls)
    left: list[str] = []
    more: More = {}
    at = 0
    while at < len(args):
        option, equals, value = args[at].partition("=")
        at += 1
        part, _, name = option.removeprefix("--").partition(".")
        if not (option.startswith("--") and name and part in parts) or option.replace("_", "-") in known:
            left.append(args[at - 1])
            continue
        texts = [value] if equals else []
        while not equals and at < len(args) and not args[at].startswith("--"):
            texts.append(args[at])
            at += 1
        values = [_typed(option, text) for text in texts]
        single = values[0] if len(values) == 1 else values or True
        path = name.removeprefix(f"{parts[part]}.").replace("-", "_").split(".")
        _put(more.setdefault(part, {}), path, single)
    return left, more


def with_more(cls: type, options: Any, more: More) -> Any:
    """Add the values that `take_more` found to the options."""
    for part, given in more.items():
        kept = open_parts(cls)[part]
        old = getattr(options, part)
        options = dataclasses.replace(
            options, **{part: dataclasses.replace(old, **{kept: {**getattr(old, kept), **given}})}
        )
    return options


def _typed(option: str, text: str) -> Any:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadParameter(f"{option} is {text!r}, which cannot be read as YAML") from error
    if isinstance(value, str):
        try:
            return float(value)  # YAML reads 1e-3 as text
        except ValueError:
            return value
    return value


def _put(into: dict[str, Any], path: list[str], value: Any) -> None:
    *folders, last = path
    for folder in folders:
        inner = into.setdefault(folder, {})
        into = inner if isinstance(inner, dict) else into
    into[last] = value
