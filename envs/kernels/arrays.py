"""Arrays allocated from declared shapes.

    class State(NamedTuple):
        stream: Annotated[UInt64, "envs 4"]
        position: Annotated[Int16, "envs agents 2"]

    state = allocate(State, envs=16, agents=3)

A shape is a text of sizes: numbers, and words that are given to `allocate`. A word has the same
size in all fields of a class.
"""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Bool = NDArray[np.bool_]
Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
UInt64 = NDArray[np.uint64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

ArraysT = TypeVar("ArraysT", bound=tuple[Any, ...])


class Declared(NamedTuple):
    """Declared dtype and shape of a field."""

    dtype: np.dtype[Any]
    shape: tuple[str | int, ...]


def allocate(cls: type[ArraysT], /, **sizes: int) -> ArraysT:
    """Allocate all fields of a NamedTuple as arrays of zeros.

    Args:
        cls: a NamedTuple whose fields all declare a shape.
        sizes: the size of each word in the shapes.

    Raises:
        TypeError: a field declares no shape, a word has no size, or no field has a word that is
            given.
    """
    fields = declared(cls)
    missing = [name for name in cls._fields if name not in fields]  # type: ignore[attr-defined]
    if missing:
        raise TypeError(f"{cls.__name__}.{missing[0]} declares no shape; write Annotated[Int32, 'envs agents']")
    words = {size for field in fields.values() for size in field.shape if isinstance(size, str)}
    if words != set(sizes):
        lacking, unknown = sorted(words - set(sizes)), sorted(set(sizes) - words)
        wrong = f"no size is given for {lacking[0]!r}" if lacking else f"no field has a size {unknown[0]!r}"
        raise TypeError(f"{cls.__name__}: {wrong}; its shapes are made of {', '.join(sorted(words))}")
    of = lambda shape: tuple(size if isinstance(size, int) else sizes[size] for size in shape)  # noqa: E731
    return cls(*(np.zeros(of(field.shape), field.dtype) for field in fields.values()))


@cache
def declared(cls: type) -> dict[str, Declared]:
    """Field name to declared dtype and shape, for the fields of a NamedTuple that declare one.

    Raises:
        TypeError: a field declares a shape and is no array.
    """
    found = {}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if get_origin(hint) is Annotated and isinstance(hint.__metadata__[0], str):
            array, text = get_args(hint)[:2]
            if get_origin(array) is not np.ndarray:
                raise TypeError(f"{cls.__name__}.{name} declares the shape '{text}' and is no array")
            dtype = np.dtype(get_args(get_args(array)[1])[0])
            found[name] = Declared(dtype, tuple(int(size) if size.isdigit() else size for size in text.split()))
    return found


def shape_errors(arrays: Any, **sizes: int) -> Iterator[str]:
    """Sentences about the arrays of a NamedTuple that are not as declared.

    Args:
        arrays: the NamedTuple. Fields without a declared shape are left out.
        sizes: sizes of words that are known; the first field that has another word tells its size.
    """
    for name, (dtype, shape) in declared(type(arrays)).items():
        array = getattr(arrays, name)
        if not isinstance(array, np.ndarray):
            yield f"{name} is {type(array).__name__}; declared is an array of {dtype}"
            continue
        if array.dtype != dtype:
            yield f"{name} is {array.dtype}; declared is {dtype}"
        sizes |= {word: size for word, size in zip(shape, array.shape) if isinstance(word, str) and word not in sizes}
        expected = tuple(word if isinstance(word, int) else sizes.get(word, word) for word in shape)
        if array.shape != expected:
            words = " ".join(str(size) for size in shape)
            yield f"{name} has the shape {array.shape}; declared is '{words}', here {expected}"
        if not array.flags.c_contiguous:  # argwhere and transposes give such arrays
            yield f"{name} does not lie in memory row by row; every kernel would be compiled once more for it"
