"""Conversion of foreign action spaces to those of learners, and of actions back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ....core.spec import ActionSpace
from ....errors import BadParameter
from .values import Unfit, short

LARGEST = float(np.finfo(np.float32).max)
MOST_CHOICES = 1024
"""Most whole numbers of a Box, summed over its parts; beyond, learners act in a continuous Box."""


class ActionCodec:
    """Turns rows of `space` into actions that the environment takes, each a new object, and back.

    Discrete, MultiDiscrete of one axis and Box of floats stay. A table of sizes, MultiBinary, a Box
    of whole numbers, and Dict and Tuple of such parts become one MultiDiscrete; a Box of more than
    MOST_CHOICES whole numbers is acted in by floats, which are rounded. A Box of shape () becomes
    `(1,)`.

    Raises:
        BadParameter: the space is of another kind, or has continuous parts beside discrete ones.
    """

    def __init__(self, declared: spaces.Space, whose: str):
        self.declared = declared
        self.note = ""
        parts = _parts(declared)
        if any(part is None for part in parts) or not parts:
            raise BadParameter(
                f"{whose} acts in {declared}; allowed is Discrete, MultiDiscrete, MultiBinary, Box, and Dict and Tuple of them"
            )
        self._parts = [part for part in parts if part is not None]
        discrete = [part for part in self._parts if not isinstance(part, spaces.Box) or _is_countable(part)]
        self._continuous = not discrete
        if discrete and len(discrete) < len(self._parts):
            raise BadParameter(
                f"{whose} acts in {declared}, which has continuous parts beside discrete ones; allowed are parts of one kind"
            )
        whole = isinstance(declared, spaces.Box) and declared.dtype.kind != "f"
        self._plain = isinstance(declared, spaces.Discrete)
        self.space: ActionSpace
        if self._plain or (isinstance(declared, spaces.MultiDiscrete) and declared.nvec.ndim == 1):
            self.space = declared  # type: ignore[assignment]
        elif self._continuous:
            as_it_is = isinstance(declared, spaces.Box) and declared.shape and not whole and _fits_float32(declared)
            self.space = declared if as_it_is else _join_boxes(self._parts)  # type: ignore[assignment]
        else:
            counts, starts = zip(*(_counts(part) for part in self._parts))
            self.space = spaces.MultiDiscrete(np.concatenate(counts), start=np.concatenate(starts))
        self._say()

    @property
    def masked(self) -> bool:
        """Tell whether masks have a meaning: actions can be counted."""
        return not self._continuous

    def decode(self, row: Any) -> Any:
        """Build the action for the environment: a new object of the declared space's type."""
        if self._plain:
            return int(row)
        action, _ = _build(self.declared, np.ravel(row), 0)
        return action

    def encode(self, action: Any) -> NDArray[Any]:
        """The reverse of `decode`, for actions of the declared space."""
        if self._plain:
            return np.asarray(int(action))
        flat = np.concatenate([np.ravel(part) for part in _leaves(self.declared, action)])
        dtype = np.float32 if self._continuous else np.int64
        return flat.astype(dtype).reshape(self.space.shape)  # type: ignore[arg-type]

    def mask(self, given: Any) -> NDArray[np.bool_]:
        """A mask as it comes, an array or one for each part, as `(choices,)` bool. Raises Unfit."""
        space = self.space
        choices = int(space.n) if isinstance(space, spaces.Discrete) else int(space.nvec.sum())  # type: ignore[union-attr]
        mask = np.concatenate([np.zeros(0, np.bool_), *map(np.ravel, _flat(self.declared, given))])
        if mask.dtype.kind not in "biuf" or not ((mask == 0) | (mask == 1)).all():
            raise Unfit(f"is {short(given)}, where 0 or 1 is asked for")
        if mask.size != choices:
            raise Unfit(f"has {mask.size} numbers, while there are {choices} choices: {short(given)}")
        return mask.astype(np.bool_)

    def allows(self, mask: NDArray[np.bool_], row: Any) -> bool:
        """Tell whether a mask `(choices,)` allows the action `row` of `space`."""
        start = 0
        for size, first, number in zip(*self._sizes(), np.ravel(row).tolist()):
            if not mask[start + int(number) - first]:
                return False
            start += size
        return True

    def allows_one(self, mask: NDArray[np.bool_]) -> bool:
        """Tell whether a mask `(choices,)` allows a choice in every part."""
        sizes, _ = self._sizes()
        return bool(np.logical_or.reduceat(mask, np.cumsum([0, *sizes[:-1]])).all())

    def first_allowed(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The lowest action of `space` that a mask allows."""
        sizes, firsts = self._sizes()
        parts = np.split(mask, np.cumsum(sizes)[:-1])
        return np.array([first + int(part.argmax()) for first, part in zip(firsts, parts)]).reshape(
            self.space.shape or ()
        )

    def _sizes(self) -> tuple[list[int], list[int]]:
        """The number of choices of each part, and the lowest of each."""
        space = self.space
        if isinstance(space, spaces.Discrete):
            return [int(space.n)], [int(space.start)]
        assert isinstance(space, spaces.MultiDiscrete)
        return space.nvec.tolist(), space.start.tolist()

    def _say(self) -> None:
        declared = self.declared
        if isinstance(declared, spaces.Box) and declared.dtype.kind != "f" and self._continuous:
            self.note = f"actions of a {declared} are acted in by floats and rounded"
        elif self.space is not declared and declared.shape != ():
            parts = int(np.prod(self.space.shape or (1,)))
            self.note = (
                f"actions of a {type(declared).__name__} become {parts} parts of one {type(self.space).__name__}"
            )


def _parts(space: spaces.Space) -> list[Any]:
    """The simple spaces that a space consists of, in order.

    None stands for one that nobody can act in.
    """
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        inner = space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces
        return [part for one in inner for part in _parts(one)]
    known = isinstance(space, (spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary, spaces.Box))
    return [space if known else None]


def _is_countable(box: spaces.Box) -> bool:
    """Tell whether a Box holds whole numbers, and few enough to choose among."""
    if box.dtype.kind == "f":
        return False
    sizes = box.high.astype(np.float64) - box.low.astype(np.float64) + 1
    return float(sizes.sum()) <= MOST_CHOICES


def _counts(space: spaces.Space) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of choices of each number of a simple space, and the first choice of each, `(k,)`."""
    if isinstance(space, spaces.Discrete):
        return np.array([space.n], np.int64), np.array([space.start], np.int64)
    if isinstance(space, spaces.MultiDiscrete):
        return space.nvec.ravel().astype(np.int64), space.start.ravel().astype(np.int64)
    if isinstance(space, spaces.MultiBinary):
        size = int(np.prod(space.shape))
        return np.full(size, 2, np.int64), np.zeros(size, np.int64)
    assert isinstance(space, spaces.Box)
    low, high = space.low.ravel().astype(np.int64), space.high.ravel().astype(np.int64)
    return high - low + 1, low


def _fits_float32(box: spaces.Box) -> bool:
    bounds = np.abs(np.concatenate([np.ravel(box.low), np.ravel(box.high)]).astype(np.float64))
    return not (np.isfinite(bounds) & (bounds > LARGEST)).any()


def _join_boxes(boxes: list[Any]) -> spaces.Box:
    low, high = (
        np.concatenate([np.ravel(getattr(box, side)).astype(np.float64) for box in boxes]) for side in ("low", "high")
    )
    shape = boxes[0].shape if len(boxes) == 1 and boxes[0].shape else low.shape
    low, high = (np.where(np.abs(bound) > LARGEST, np.copysign(np.inf, bound), bound) for bound in (low, high))
    low, high = low.astype(np.float32), high.astype(np.float32)
    return spaces.Box(low.reshape(shape), high.reshape(shape), dtype=np.float32)


def _build(space: spaces.Space, numbers: NDArray[Any], at: int) -> tuple[Any, int]:
    """An action of `space` from the numbers that begin at `at`, and where they end."""
    if isinstance(space, spaces.Dict):
        action: dict[str, Any] = {}
        for key, part in space.spaces.items():
            action[key], at = _build(part, numbers, at)
        return action, at
    if isinstance(space, spaces.Tuple):
        several = []
        for part in space.spaces:
            one, at = _build(part, numbers, at)
            several.append(one)
        return tuple(several), at
    if isinstance(space, spaces.Discrete):
        return int(numbers[at]), at + 1
    shape, dtype = space.shape or (), space.dtype
    end = at + int(np.prod(shape))
    part = numbers[at:end].reshape(shape)
    if isinstance(space, spaces.Box):
        part = _into(space, part)
        if not shape:
            return part.item(), end
    return np.array(part, dtype), end


def _into(box: spaces.Box, numbers: NDArray[Any]) -> NDArray[Any]:
    """Numbers within the bounds of a Box, to which float32 may come close only.

    Whole where the Box is.
    """
    assert box.dtype is not None
    if box.dtype.kind == "f":
        return np.clip(numbers.astype(box.dtype), box.low, box.high)
    if numbers.dtype.kind == "f":
        info = np.iinfo(str(box.dtype))
        most = float(info.max)
        most = most if int(most) <= info.max else np.nextafter(most, 0)  # int64's largest number is no double
        numbers = np.clip(np.rint(numbers.astype(np.float64)), float(info.min), most)
    return np.clip(numbers.astype(box.dtype), box.low, box.high)


def _leaves(space: spaces.Space, action: Any) -> list[Any]:
    if isinstance(space, spaces.Dict):
        return [leaf for key, part in space.spaces.items() for leaf in _leaves(part, action[key])]
    if isinstance(space, spaces.Tuple):
        return [leaf for part, one in zip(space.spaces, action) for leaf in _leaves(part, one)]
    return [np.asarray(action)]


def _flat(space: spaces.Space | None, given: Any) -> list[Any]:
    """Arrays of a mask, also from tuples and dicts, in the order of the space's parts."""
    if isinstance(given, Mapping):
        parts = space.spaces if isinstance(space, spaces.Dict) else dict.fromkeys(given)
        return [one for key, part in parts.items() for one in _flat(part, given.get(key, ()))]
    nested = isinstance(given, (tuple, list)) and any(
        isinstance(part, Mapping) or (isinstance(part, (tuple, list, np.ndarray)) and np.ndim(part) > 0)
        for part in given
    )
    if nested:
        return [one for part in given for one in _flat(None, part)]
    return [np.asarray(given)]
