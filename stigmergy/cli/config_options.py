"""Configs and ranges on a command line, and presets named among the arguments."""

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Annotated, Any

import tyro

from stigmergy.envs.core.config import Config, hints_of
from stigmergy.envs.core.ranges import Count, Interval, Steps, range_of
from stigmergy.envs.core.validation import LARGEST_SEED

CONSTRUCTORS = tyro.constructors.ConstructorRegistry()
"""Rules by which tyro makes options from a Config."""


def _shown(hint: Any) -> Any:
    """Note for tyro that puts the range of a type before the default."""
    return tyro.conf.arg(help_behavior_hint=lambda default: f"({range_of(hint)}; default: {default})")


# Types of options of several commands, with the ranges that `parse` checks and `--help` shows.
_Seed = Annotated[int, Interval(ge=0, le=LARGEST_SEED)]
_FramesPerSecond = Annotated[float, Interval(ge=0.01, le=1000)]
Number = Annotated[Count, _shown(Count)]
NumberOfSteps = Annotated[Steps, _shown(Steps)]
LimitOfSteps = Annotated[Steps | None, _shown(Steps)]
Seed = Annotated[_Seed, _shown(_Seed)]
FramesPerSecond = Annotated[_FramesPerSecond, _shown(_FramesPerSecond)]


class _Values(dict[str, Any]):
    """Values of a config by name, before it is known which of them were given."""


@CONSTRUCTORS.struct_rule
def _fields_with_ranges(info: tyro.constructors.StructTypeInfo) -> tyro.constructors.StructConstructorSpec | None:
    """Fields of a Config, each with its range before its default."""
    if not (isinstance(info.type, type) and issubclass(info.type, Config)):
        return None
    default = info.default if isinstance(info.default, Config) else info.type()
    ranges, docs = info.type.ranges(), field_docs(info.type)
    fields = [
        tyro.constructors.StructFieldSpec(
            name=name,
            type=_with_range(hint, ranges.get(name, "")),
            default=getattr(default, name),
            helptext=docs.get(name),
        )
        for name, hint in hints_of(info.type).items()
    ]
    return tyro.constructors.StructConstructorSpec(instantiate=_Values, fields=tuple(fields))


def _with_range(hint: Any, text: str) -> Any:
    """Type of an option whose help gives its range."""
    return (
        Annotated[hint, tyro.conf.arg(help_behavior_hint=lambda default: f"({text}; default: {default})")]
        if text
        else hint
    )


@cache
def field_docs(cls: type) -> dict[str, str]:
    """Field name to the docstring below it, for a dataclass and its bases with readable source."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not dataclasses.is_dataclass(base) or base is Config:
            continue
        try:
            body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0].body  # type: ignore[attr-defined]
        except (OSError, TypeError, SyntaxError):
            continue
        for field, below in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                doc = getattr(getattr(below, "value", None), "value", None)
                if isinstance(below, ast.Expr) and isinstance(doc, str):
                    docs[field.target.id] = " ".join(doc.split())
    return docs


def with_presets(cls: type, find: Callable[[str], str | None]) -> type:
    """Options `cls` with the defaults of the named presets, for `--help`.

    Args:
        find: from an option without dashes, such as `task.rules`, to its value among the arguments.

    Raises:
        BadParameter: there is no preset of that name.
    """
    changed = []
    for name, config in _configs(cls).items():
        named = {key: find(f"{name}.{key}") or find(f"{name}.{key.replace('_', '-')}") for key in config.presets}
        named = {key: value for key, value in named.items() if value is not None}
        if named:
            kind = next(own.type for own in dataclasses.fields(cls) if own.name == name)
            changed.append((name, kind, dataclasses.field(default=config.with_values(named))))
    if not changed:
        return cls
    laid = dataclasses.make_dataclass(cls.__name__, changed, bases=(cls,), frozen=True)
    laid.__doc__ = cls.__doc__
    return laid


def fill_configs(cls: type, options: Any, args: Sequence[str]) -> Any:
    """Replace values by name with configs: the given values over the defaults.

    Raises:
        BadParameter: a value is out of range.
    """
    names = {arg.partition("=")[0].replace("_", "-") for arg in args if arg.startswith("--")}
    return dataclasses.replace(
        options,
        **{
            name: config.with_values(_given(getattr(options, name), f"--{name}.", names))
            for name, config in _configs(cls).items()
        },
    )


def _configs(cls: type) -> dict[str, Config]:
    return {own.name: own.default for own in dataclasses.fields(cls) if isinstance(own.default, Config)}


def _given(values: Mapping[str, Any], prefix: str, names: set[str]) -> dict[str, Any]:
    """Values whose options are among the names."""
    given = {}
    for name, value in values.items():
        option = name.replace("_", "-")
        if isinstance(value, _Values):
            inner = _given(value, f"{prefix}{option}.", names)
            given |= {name: inner} if inner else {}
        elif {f"{prefix}{option}", f"{prefix}no-{option}"} & names or any(
            own.startswith(f"{prefix}{option}.") for own in names
        ):
            given[name] = value
    return given
