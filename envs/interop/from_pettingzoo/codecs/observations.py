"""Conversion of foreign observation spaces to boxes that learners read: arrays of rank 1 to 3."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ....errors import BadParameter
from .values import Unfit, as_category, conform, fitting, shaped, slack, within

LARGEST = float(np.finfo(np.float32).max)
BRIGHTEST = 255
NOTHING = spaces.Box(0, 0, (1,), np.float32)
"""Space for observations without numbers."""


class ObservationCodec:
    """Turns what one agent observes into a row of `space`.

    Boxes of rank 1 to 3 stay as they are, but pictures get their channels first. A Discrete becomes
    one-hot, and all else that Gymnasium can flatten is flattened. uint8 stays uint8, for learners
    scale brightness; the rest becomes float32.

    Raises:
        BadParameter: the space holds a Text, Graph or Sequence, which have no fixed length.
    """

    def __init__(self, declared: spaces.Space, whose: str):
        self.declared = declared
        self._category = isinstance(declared, spaces.Discrete)
        self._flat = not isinstance(declared, spaces.Box) or len(declared.shape) > 3
        self._axes: tuple[int, ...] | None = None
        self.note = ""
        """Note to the user about the conversion; may be empty."""
        if self._flat and not can_be_flattened(declared):
            raise BadParameter(
                f"{whose} observes {declared}, which has no fixed length; allowed is what Gymnasium can flatten: Box, Discrete, MultiDiscrete, "
                "MultiBinary, and Dict and Tuple of them"
            )
        self._empty = _is_empty(declared)
        box = spaces.flatten_space(declared) if self._flat and not self._empty else declared
        box = NOTHING if self._empty else box
        assert isinstance(box, spaces.Box)
        low, high = slack(box)
        shape = self._shape_for_learners(box)
        low, high = self._arranged(low).reshape(shape), self._arranged(high).reshape(shape)
        self.dtype = np.dtype(np.uint8 if box.dtype == np.uint8 else np.float32)
        # Infinity is outside of every bound: no network learns from it.
        self._low = np.clip(low, -LARGEST, LARGEST).astype(np.float32)
        self._high = np.clip(high, -LARGEST, LARGEST).astype(np.float32)
        self.needs_no_check = self._category or (
            self.dtype == np.uint8 and bool((low <= 0).all() and (high >= BRIGHTEST).all())
        )
        if low.size and (self._low == self._low.flat[0]).all() and (self._high == self._high.flat[0]).all():
            self._low, self._high = self._low.flat[0], self._high.flat[0]  # comparing with one number is faster
        with np.errstate(over="ignore"):
            bounds = [self._arranged(bound).reshape(shape).astype(self.dtype) for bound in (box.low, box.high)]
        self.space = spaces.Box(bounds[0], bounds[1], dtype=self.dtype.type)
        self._note_shape()

    def write(self, observation: Any, row: NDArray[Any]) -> None:
        """Write one observation into `row`, an array of `space`.

        Raises Unfit if it is not of the declared space.
        """
        declared = self.declared
        if self._category:
            row[...] = 0
            row[as_category(declared, observation) - int(declared.start)] = 1  # type: ignore[attr-defined]
            return
        if self._empty:
            conform(declared, observation)
            return
        if self._flat:
            row[...] = spaces.flatten(declared, conform(declared, observation))
            return
        array = observation
        if type(array) is not np.ndarray or array.shape != declared.shape:
            array = shaped(declared.shape, array)  # type: ignore[arg-type]
        if array.dtype != declared.dtype:
            array = fitting(shaped(array.shape, array), declared.dtype)
        array = array if self._axes is None else array.transpose(self._axes)
        if array.dtype == self.dtype:
            row[...] = array
        else:
            with np.errstate(over="ignore"):  # what becomes infinite is found by its bounds
                row[...] = array

    def read(self, observation: Any) -> NDArray[Any]:
        """One observation as a new array of `space`, its bounds checked. Raises Unfit."""
        row = np.zeros(self.space.shape, self.dtype)
        self.write(observation, row)
        if not self.holds(row).all():
            self.explain(row)
        return row

    def holds(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Mask of the numbers of `rows` (..., *shape) that are finite and within bounds."""
        return (rows >= self._low) & (rows <= self._high)

    def explain(self, row: NDArray[Any]) -> None:
        """Raise Unfit for the first number of a row that `holds` refuses."""
        within(row, self._low, self._high)

    def _shape_for_learners(self, box: spaces.Box) -> tuple[int, ...]:
        shape = box.shape or (1,)
        if len(shape) == 2 and box.dtype == np.uint8 and (box.high == BRIGHTEST).all():
            return (1, *shape)
        if len(shape) == 3 and _channels_last(shape):
            self._axes = (2, 0, 1)
            return (shape[2], *shape[:2])
        return shape

    def _arranged(self, bound: NDArray[Any]) -> NDArray[Any]:
        return bound if self._axes is None else bound.transpose(self._axes)

    def _note_shape(self) -> None:
        shape, own = self.space.shape, self.declared.shape
        if self._empty:
            self.note = "observations hold no numbers, and are read as one 0"
        elif self._flat and not self._category:
            self.note = f"observations {_kind(self.declared)} are flattened to {shape[0]:,} numbers"
        elif len(shape) == 3 and len(own or ()) == 2:
            self.note = f"observations {own} of uint8 are read as a grey picture, {shape[1]} x {shape[2]}"
        elif len(shape) == 3:
            where = "last" if self._axes else "first"
            self.note = f"observations {own} are read as pictures of {shape[1]} x {shape[2]} with the {where} axis for their {shape[0]} channels"
        elif len(shape) == 2:
            self.note = f"observations {own} are read as a set of {shape[0]} rows, in which order says nothing"


def can_be_flattened(space: spaces.Space) -> bool:
    """Tell whether Gymnasium flattens the space to a fixed number of numbers.

    A Text would be, but as bare letters.
    """
    if isinstance(space, spaces.Text):
        return False
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces
        return all(can_be_flattened(part) for part in parts)
    return bool(space.is_np_flattenable)


def _is_empty(space: spaces.Space) -> bool:
    """Tell whether the space holds no number at all."""
    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        parts = space.spaces.values() if isinstance(space, spaces.Dict) else space.spaces
        return all(_is_empty(part) for part in parts)
    return isinstance(space, spaces.Box) and 0 in space.shape


def _channels_last(shape: tuple[int, ...]) -> bool:
    """Tell whether the last of three axes holds the channels.

    Those are the odd axis if the two others are equal, else the smaller axis.
    """
    if shape[0] == shape[1] != shape[2]:
        return True
    if shape[1] == shape[2]:
        return False
    return shape[2] < shape[0]


def _kind(space: spaces.Space) -> str:
    """The space in short: long bounds help nobody."""
    if isinstance(space, spaces.Dict):
        return f"of a Dict with {', '.join(map(str, space.spaces))}"
    if isinstance(space, spaces.Tuple):
        return f"of a Tuple of {len(space.spaces)}"
    return f"of a {type(space).__name__}" + (f" {space.shape}" if space.shape else "")


__all__ = ["ObservationCodec", "Unfit", "can_be_flattened"]
