"""Copying and pickling of envs: build anew from the arguments, then copy what has evolved.

Copying the attributes one by one would not do. Envs keep views of their own arrays, such as one
flattened row, and both modules turn a view into an array of its own, to which nothing is written
any more. Built anew, a copy has views of its own.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PLAIN = (bool, int, float, complex, str, bytes, np.generic, type(None))


class Evolved(NamedTuple):
    """State of an env beyond the arguments that it was built with."""

    seeded: bool  # it was reset once
    state: tuple[NDArray[Any], ...]  # the fields of its state
    reported: tuple[NDArray[Any], ...]  # the arrays of its last time step
    attributes: dict[str, Any]  # numbers, words and arrays that stand beside the state


def reported(env: Any) -> list[NDArray[Any]]:
    """The arrays of the last time step of an env: those themselves, in a fixed order."""
    arrays = [env.truncated, env.first, env.last, *env.signals.values()]
    for group in env.groups.values():
        arrays += [group.observation, group.reward, group.terminated, group.active]
        if group.action_mask is not None:
            arrays.append(group.action_mask)
    return arrays if env.global_state is None else [*arrays, env.global_state]


def reduced(env: Any) -> tuple[Any, ...]:
    """Result of `__reduce__` for an env whose state holds everything."""
    positional, named = env._arguments
    arrays = reported(env)
    attributes = {name: value for name, value in vars(env).items() if _stands_alone(value, [*env.state, *arrays])}
    evolved = Evolved(env._seeded, tuple(env.state), tuple(arrays), attributes)
    return rebuilt, (type(env), positional, named, evolved)


def rebuilt(cls: type, positional: tuple[Any, ...], named: Mapping[str, Any], evolved: Evolved) -> Any:
    """The env that `reduced` described."""
    env: Any = cls(*positional, **named)
    for name, value in evolved.attributes.items():
        own = getattr(env, name, None)
        if not isinstance(own, np.ndarray) or own.shape != np.shape(value):
            setattr(env, name, value)
        elif own.flags.writeable:
            np.copyto(own, value, casting="unsafe")
    if evolved.seeded:
        env.restore(type(env.state)(*evolved.state))  # writes what an env derives from its state, too
    given = [*evolved.state, *evolved.reported]
    for own, value in zip([*env.state, *reported(env)], given, strict=True):
        np.copyto(own, value)
    env._seeded = evolved.seeded
    return env


def _stands_alone(value: Any, arrays: list[NDArray[Any]]) -> bool:
    """Tell whether an attribute is plain, or an array apart from `arrays` and their parts."""
    if isinstance(value, np.ndarray):
        return not any(np.may_share_memory(value, array) for array in arrays)
    return isinstance(value, PLAIN)
