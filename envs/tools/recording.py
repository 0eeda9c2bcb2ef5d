"""An episode recorded as states, which can be drawn again in any way: GIF, MP4, contact sheet."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.env import BatchEnv
from ..errors import BadParameter
from ..registration.make import make


@dataclasses.dataclass
class Recording:
    """States of one env over an episode."""

    id: str
    """The environment, as `make` knows it."""
    parameters: dict[str, Any]
    """Its parameters, as `make` takes them: plain values."""
    states: list[Any] = dataclasses.field(default_factory=list)
    """Snapshots of a batch of one, in order.

    Arrays that did not change from one to the next are shared: do not write to them.
    """

    @classmethod
    def of(cls, env: BatchEnv[Any]) -> "Recording":
        """An empty recording for one env of `env`.

        Raises:
            BadParameter: the environment's state does not hold everything, as with one bridged from
                another package.
        """
        if not env.spec.resumable:
            raise BadParameter(
                f"'{env.spec.id}' keeps its state to itself, so it cannot be recorded; allowed are environments with resumable states"
            )
        parameters = {} if env.config is None else dataclasses.asdict(env.config)
        return cls(env.spec.id, parameters)

    def add(self, env: BatchEnv[Any], copy: int = 0) -> None:
        """Record the present state of one env of `env`."""
        if not 0 <= copy < env.num_envs:
            raise BadParameter(f"copy is {copy}; allowed is 0 to {env.num_envs - 1}")
        fields = [field[copy : copy + 1] for field in env.state]
        before = self.states[-1] if self.states else [None] * len(fields)
        self.states.append(type(env.state)(*(_kept(old, new) for old, new in zip(before, fields))))

    def __len__(self) -> int:
        return len(self.states)


def frames(recording: Recording, **options: Any) -> Iterator[NDArray[np.uint8]]:
    """The pictures of a recording, each `(height, width, 3)` uint8.

    An environment whose `trail_length` is above 0 is given that many earlier states as the option
    `trail`.

    Args:
        options: for the environment's `draw`, such as `follow=3` in pathfinding.
    """
    env = make(recording.id, 1, **recording.parameters)
    for number, state in enumerate(recording.states):
        env.restore(state)
        if env.trail_length:
            options["trail"] = recording.states[max(0, number - env.trail_length) : number]
        yield env.draw(0, **options)


def _kept(old: NDArray[Any] | None, new: NDArray[Any]) -> NDArray[Any]:
    """`old` where nothing changed, so that a recording holds a map once, not once a step."""
    return old if old is not None and np.array_equal(old, new) else new.copy()
