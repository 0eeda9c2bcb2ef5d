"""Single values that an environment gives: flags, rewards, spaces of several parts.

A value that is not what it should be is Unfit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

LONGEST = 80  # characters of a value in a sentence
TOLERANCE = 1e-5
"""Share of a bound by which a float may lie beyond it: rounding is no mistake."""
KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "numbers"}


class Unfit(Exception):
    """A value is not what was declared.

    The text is the reason, and goes on from "an observation that".
    """


def short(value: Any) -> str:
    """A value for a sentence, on one line and cut where it is long."""
    text = np.array2string(value, threshold=8) if isinstance(value, np.ndarray) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def as_flag(value: Any) -> bool:
    """A truth value; numbers 0 and 1, and arrays of one, are taken as well. Raises Unfit."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    array = _array(value)
    if array.size == 1 and array.dtype.kind in "biuf" and array.item() in (0, 1):
        return bool(array.item())
    raise Unfit(f"is {short(value)}, which is no truth value")


def as_number(value: Any, weights: Sequence[float]) -> float:
    """A reward as one number; an array of one is taken, and one of several where there are weights.

    Raises Unfit.
    """
    if not weights and isinstance(value, (float, int)):
        return float(value)
    array = _array(value)
    if array.dtype.kind not in "biuf":
        raise Unfit(f"is {short(value)}, which is no number")
    if weights:
        if array.size != len(weights):
            raise Unfit(f"has {array.size} numbers, while scalarize has {len(weights)} weights: {short(value)}")
        return float(np.dot(array.ravel().astype(np.float64), weights))
    if array.size != 1:
        raise Unfit(
            f"is a vector, {short(value)}; learners take one number: weigh its {array.size} numbers with --task.scalarize WEIGHTS"
        )
    return float(array.item())


def conform(space: spaces.Space, value: Any) -> Any:
    """A value of `space` with the types that `gymnasium.spaces.flatten` takes.

    Raises Unfit where it lies outside.
    """
    if isinstance(space, spaces.Dict):
        if not isinstance(value, Mapping):
            raise Unfit(f"is {short(value)}, not a dict with {_names(space.spaces)}")
        for key in [*space.spaces, *value]:
            if key not in value or key not in space.spaces:
                said = "lacks" if key not in value else "has"
                raise Unfit(f"{said} the key {key!r}, where the keys {_names(space.spaces)} are declared")
        return {key: _part(part, value[key], f"[{key!r}]") for key, part in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        if not isinstance(value, (tuple, list)) or len(value) != len(space.spaces):
            raise Unfit(f"is {short(value)}, not a tuple of {len(space.spaces)}")
        return tuple(_part(part, one, f"[{i}]") for i, (part, one) in enumerate(zip(space.spaces, value)))
    if isinstance(space, spaces.Discrete):
        return as_category(space, value)
    if isinstance(space, (spaces.MultiBinary, spaces.MultiDiscrete, spaces.Box)):
        array = shaped(space.shape, value)
        low, high = _bounds(space)
        return within(fitting(array, space.dtype), low, high)
    if not space.contains(value):
        raise Unfit(f"is {short(value)}, which lies outside")
    return value


def as_category(space: spaces.Discrete, value: Any) -> int:
    """A member of a Discrete space as an int. Raises Unfit."""
    array = _array(value)
    if array.size != 1 or array.dtype.kind not in "biuf" or array.item() != int(array.item()):
        raise Unfit(f"is {short(value)}, not one whole number")
    number = int(array.item())
    if not space.start <= number < space.start + space.n:
        raise Unfit(f"is {number}, which lies outside {int(space.start)} to {int(space.start + space.n) - 1}")
    return number


def shaped(shape: tuple[int, ...], value: Any) -> NDArray[Any]:
    """The value as an array of numbers of that shape; one number may come with or without axes.

    Raises Unfit.
    """
    array = _array(value)
    if array.dtype.kind not in "biuf":
        raise Unfit(f"holds no numbers: {short(value)}")
    if array.shape != shape:
        if array.size != 1 or int(np.prod(shape)) != 1:
            raise Unfit(f"has the shape {array.shape}, not {shape}: {short(value)}")
        array = array.reshape(shape)
    return array


def fitting(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """The array, if it loses nothing in `dtype` but digits of floats. Raises Unfit."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f" or array.dtype == dtype or array.size == 0:
        return array
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array) | (array != np.floor(array))
        if bad.any():
            raise Unfit(f"holds {array[bad][0]}, where {dtype} takes {KINDS[dtype.kind]}")
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return within(array, low, high)


def within(array: NDArray[Any], low: Any, high: Any) -> NDArray[Any]:
    """The array, if all numbers are finite and within the bounds. Raises Unfit."""
    outside = ~((array >= low) & (array <= high) & np.isfinite(array))
    if outside.any():
        first = array[outside][0]
        if not np.isfinite(first):
            raise Unfit(f"holds {first}")
        one_low, one_high = (np.broadcast_to(bound, array.shape)[outside][0] for bound in (low, high))
        raise Unfit(f"holds {first}, which lies outside {one_low} to {one_high}")
    return array


def slack(space: spaces.Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds `(*shape,)` of a Box, moved apart by what rounding takes if it holds floats."""
    low, high = space.low.astype(np.float64), space.high.astype(np.float64)
    if space.dtype.kind != "f":
        return low, high
    return low - TOLERANCE * np.maximum(1, np.abs(low)), high + TOLERANCE * np.maximum(1, np.abs(high))


def _bounds(space: Any) -> tuple[Any, Any]:
    if isinstance(space, spaces.MultiBinary):
        return 0, 1
    return slack(space) if isinstance(space, spaces.Box) else (space.start, space.start + space.nvec - 1)


def _array(value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError as error:  # of unequal lengths
        raise Unfit(f"is no array: {short(value)}") from error


def _part(space: spaces.Space, value: Any, where: str) -> Any:
    try:
        return conform(space, value)
    except Unfit as reason:
        raise Unfit(f"in its part {where} {reason}") from None


def _names(keys: Any) -> str:
    return ", ".join(repr(key) for key in keys)
