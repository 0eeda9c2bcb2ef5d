"""Seeds and grids as a command line or Python gives them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stigmergy.envs.core.validation import LARGEST_SEED
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.utils.yaml_text import parse_yaml

Words = tuple[str, ...]
"""A value as words of a command line; a list has several."""
Grid = dict[str, list[Words]]
"""Key of a config, with dashes, such as `learner.learning-rate`, to its values."""

MOST_RUNS = 10_000
SEED = "training.seed"
_RANGE = re.compile(r"(\d{1,20})\.\.(\d{1,20})", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)


def read_seeds(given: Iterable[Any]) -> list[int]:
    """Read seeds: whole numbers, and ranges such as `0..9` with both ends, separated by commas.

    Raises:
        BadParameter: a part is neither, a range is empty, or a seed stands there twice.
    """
    seeds: list[int] = []
    for part in (part.strip() for text in given for part in str(text).split(",")):
        ends = _RANGE.fullmatch(part)
        if ends:
            first, last = int(ends[1]), int(ends[2])
            if first > last:
                raise BadParameter(f"seeds has the range '{part}', which is empty; its first number is the smaller one")
            if last - first >= MOST_RUNS:
                raise BadParameter(f"seeds has the range '{part}'; allowed are up to {MOST_RUNS} runs")
            seeds += range(first, last + 1)
        elif _NUMBER.fullmatch(part):
            seeds.append(int(part))
        else:
            raise BadParameter(f"seeds has '{part}'; allowed are whole numbers and ranges, such as 0..9 or 0,3,5..7")
    for seed in seeds:
        if seed > LARGEST_SEED:
            raise BadParameter(f"seeds has {seed}; allowed is 0 to {LARGEST_SEED}")
    _refuse_repetition("seeds", [str(seed) for seed in seeds])
    return seeds


def read_grid(given: Iterable[str]) -> Grid:
    """Read `KEY=VALUE,VALUE,...`, one for each key of the grid.

    A value of several words, separated by blanks, is a list. Values in brackets are a YAML list,
    for those that hold a comma or a blank.

    Raises:
        BadParameter: a key has no values, an empty one or one twice, or a key stands there twice.
    """
    grid: Grid = {}
    for text in given:
        key, equals, values = text.partition("=")
        key = key.strip().removeprefix("--").replace("_", "-")
        if not key or not equals:
            raise BadParameter(f"grid is '{text}'; give a key and its values, such as learner.learning-rate=1e-3,3e-4")
        if key in grid:
            raise BadParameter(f"the grid has the key '{key}' twice; give all its values together")
        listed = _split(key, values.strip())
        grid[key] = _checked(key, listed)
    return grid


def grid_of(given: Mapping[str, Sequence[Any]]) -> Grid:
    """Grid from Python: key to a list of values, each a number, text, truth value, None or list.

    Raises BadParameter as `read_grid`.
    """
    grid: Grid = {}
    for name, values in given.items():
        key = name.replace("_", "-")
        if key in grid:
            raise BadParameter(f"the grid has the key '{key}' twice; give all its values together")
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise BadParameter(f"the grid's values of '{key}' are {values!r}; give a list of them")
        grid[key] = _checked(key, [as_words(value) for value in values])
    return grid


def as_words(value: Any) -> Words:
    """Value as words of a command line."""
    if isinstance(value, (list, tuple)):
        return tuple(word for item in value for word in as_words(item))
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def _split(key: str, text: str) -> list[Words]:
    if text.startswith("["):
        listed = parse_yaml(text, f"the grid's list of '{key}'")
        return [as_words(value) for value in listed]
    return [tuple(value.split()) for value in text.split(",")] if text else []


def _checked(key: str, values: list[Words]) -> list[Words]:
    if not values:
        raise BadParameter(f"the grid has no values of '{key}'; give some, such as {key}=A,B")
    if not all(values) or not all(word for words in values for word in words):
        raise BadParameter(f"the grid has an empty value of '{key}'; give values with one comma between them")
    _refuse_repetition(f"the grid's key '{key}'", [" ".join(words) for words in values])
    return values


def _refuse_repetition(name: str, values: Sequence[str]) -> None:
    twice = (
        next((value for k, value in enumerate(values) if value in values[:k]), None)
        if len(set(values)) < len(values)
        else None
    )
    if twice is not None:
        raise BadParameter(f"{name} has {twice} twice")
