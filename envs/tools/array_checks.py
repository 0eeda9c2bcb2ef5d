"""Topics of the conformance card on arrays: written in place, and of their declared shapes."""

from typing import Any

from ..core.env import BatchEnv
from ..kernels.arrays import declared, shape_errors
from .pettingzoo_tests import Broken
from .subject import Subject
from .traces import SEED, play_at_random


def check_arrays(subject: Subject) -> str:
    """Check that the env writes into its arrays in place. Raises Broken."""
    env = subject.build()
    before = _arrays_of(env)
    play_at_random(env, 3, lambda t, step: None)
    for name, array in _arrays_of(env).items():
        if before[name] is not array:
            raise Broken(f"{name} was replaced by another array; write into the one that is there: {name}[:] = ...")
    env.close()
    return "the batch writes into the arrays that it began with"


def _arrays_of(env: BatchEnv) -> dict[str, Any]:
    rows = {
        f"self.groups['{name}'].{field}": getattr(group, field)
        for name, group in env.groups.items()
        for field in ("observation", "action_mask", "reward", "terminated", "active")
    }
    signals = {f"self.signals['{name}']": signal for name, signal in env.signals.items()}
    return rows | signals | {"self.global_state": env.global_state}


def check_shapes(subject: Subject) -> str:
    """Check that arrays have the shapes and dtypes that their classes declare. Raises Broken."""
    env = subject.build()
    env.reset(SEED)
    held = [value for value in vars(env).values() if isinstance(value, tuple) and hasattr(value, "_fields")]
    for arrays in held:
        for error in shape_errors(arrays, envs=env.num_envs):
            raise Broken(f"{type(arrays).__name__}.{error}")
    env.close()
    fields = sum(len(declared(type(arrays))) for arrays in held)
    return f"{fields} arrays have their declared shapes" if fields else "no array has a declared shape"
