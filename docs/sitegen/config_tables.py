"""Tables of configs: options with ranges, defaults and meaning, and the values of presets."""

import dataclasses
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from stigmergy.cli.config_options import field_docs
from stigmergy.envs.core.config import Config, hints_of

SHORT = 60
"""Longest value that a table shows."""


def option_table(config: Config, prefix: str) -> str:
    """Table of all options, nested ones by their names with dots.

    Args:
        config: its values are the defaults.
        prefix: put before the names, such as `task.`.
    """
    rows = ["| option | default | range | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join(rows + [_row(*cells) for cells in _options(config, prefix)])


def preset_tables(cls: type[Config]) -> str:
    """A table for each option that names presets: its values and what each stands for."""
    text = ""
    for option, named in cls.presets.items():
        if not any(named.values()):
            continue
        text += f"\n`{option}` stands for values that are not given:\n\n| `{option}` | values |\n| --- | --- |\n"
        for name, values in named.items():
            listed = ", ".join(f"`{key}` {_value(value)}" for key, value in values.items())
            text += _row(f"`{name}`", listed or "the defaults") + "\n"
    return text


def _options(config: Any, prefix: str) -> list[tuple[str, str, str, str]]:
    docs, found = field_docs(type(config)), []
    ranges = type(config).ranges() if isinstance(config, Config) else {}
    hints = hints_of(type(config)) if isinstance(config, Config) else {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            found += _options(value, f"{prefix}{field.name}.")
        elif field.init:
            allowed = ranges.get(field.name) or _type(hints.get(field.name))
            found.append((f"`{prefix}{field.name}`", _value(value), allowed, docs.get(field.name, "")))
    return found


def _type(hint: Any) -> str:
    """Allowed values where no range is stated."""
    if hint is bool:
        return "true or false"
    if get_origin(hint) is Literal:
        return " or ".join(f"`{part}`" for part in get_args(hint))
    names = {int: "a whole number", float: "a number", str: "text"}
    parts = [part for part in get_args(hint) if part is not type(None)]
    if get_origin(hint) in (Union, UnionType) and len(parts) == 1:
        return f"{_type(parts[0])}, or none"
    if get_origin(hint) is tuple:
        return "a list"
    return names.get(hint, "")


def _value(value: Any) -> str:
    """A value as it is written in a config."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "{" + ", ".join(f"`{key}` {_value(own)}" for key, own in value.items()) + "}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _value({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    text = " ".join(str(value).split())
    return f"`{text[:SHORT]}`" + (" ..." if len(text) > SHORT else "") if text else "empty"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
