"""PettingZoo's `state()` as the global state that centralized training reads."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .codecs.faults import Reporter, failure
from .codecs.observations import ObservationCodec, can_be_flattened
from .codecs.values import Unfit, short


class GlobalView:
    """Reads `state()` of environments of one kind as float32 of `shape`, rank 1 to 3.

    Pictures in 0..1 with channels first.

    `shape` is None where the environment has no state, and `note` tells of one that cannot be read.
    """

    def __init__(self, env: Any, reporter: Reporter):
        self._reporter = reporter
        self.shape: tuple[int, ...] | None = None
        self.note = ""
        if not callable(
            getattr(getattr(env, "unwrapped", env), "state", None)
        ):  # a name that an environment may use for itself
            return
        try:
            first = env.state()
            space = getattr(env, "state_space", None)
            self._codec = ObservationCodec(_declared(space, first), "the state")
            self._codec.read(first)
        except (NotImplementedError, AttributeError):
            return
        except Exception as error:
            reason = str(error) if isinstance(error, Unfit) else failure(error)
            self.note = f"its state() is not used: {reason}" if reason else ""
            return
        self.shape = self._codec.space.shape
        self._row = np.zeros(self._codec.space.shape, self._codec.dtype)

    def write(self, env: Any, into: NDArray[np.float32], step: int) -> None:
        """Write the state of one environment. Raises BrokenEnvironment."""
        given = env.state()
        try:
            self._codec.write(given, self._row)
            if not self._codec.holds(self._row).all():
                self._codec.explain(self._row)
        except Unfit as reason:
            said = f"gives {short(given)}, a state that {reason}"
            raise self._reporter.form("state", step, said, "one array of the shape that it had at first") from None
        into[...] = self._row if self._row.dtype != np.uint8 else self._row / np.float32(255)


def _declared(space: Any, first: Any) -> spaces.Space:
    """Space of the state.

    It is the declared space if that fits, else a box without bounds in the shape of the first
    state.
    """
    array = np.asarray(first) if not isinstance(first, (dict, tuple)) else None
    fits = isinstance(space, spaces.Space) and can_be_flattened(space) and (array is None or space.shape == array.shape)
    if fits and not isinstance(space, spaces.Box):
        return space
    if array is None or array.dtype.kind not in "biuf":
        raise Unfit(f"it holds no numbers: {short(first)}")
    if array.dtype == np.uint8:
        return spaces.Box(0, 255, array.shape, np.uint8)
    return spaces.Box(-np.inf, np.inf, array.shape, np.float32)
