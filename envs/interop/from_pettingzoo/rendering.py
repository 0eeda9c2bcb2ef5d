"""Pictures of environments, as arrays of one form that nobody else holds."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_picture(id: str, given: Any, reason: str) -> NDArray[np.uint8]:
    """Convert the result of `render()` to a new array `(height, width, 3)` uint8.

    Grey and transparent pictures, and floats in 0..1, are converted as well.

    Raises:
        NotImplementedError: it is no picture; `reason` says why the environment was built without.
    """
    frame = given[-1] if isinstance(given, list) and given and isinstance(given[-1], np.ndarray) else given
    if not isinstance(frame, np.ndarray) or frame.dtype.kind not in "biuf" or frame.ndim not in (2, 3):
        because = reason or f"render() gives {type(given).__name__}, where an array (height, width, 3) is asked for"
        raise NotImplementedError(f"'{id}' draws no pictures; {because}")
    if frame.ndim == 2:
        frame = frame[..., None]
    if frame.shape[2] not in (1, 3, 4) or 0 in frame.shape:
        raise NotImplementedError(f"'{id}' draws a picture of shape {frame.shape}; allowed is (height, width, 3)")
    colours = np.broadcast_to(frame[..., :3], (*frame.shape[:2], 3))
    if colours.dtype.kind == "f" and colours.max() <= 1:
        colours = colours * 255
    return np.array(np.clip(colours, 0, 255), np.uint8)
