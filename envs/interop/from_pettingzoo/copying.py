"""Copying and pickling of bridged environments, with all attributes."""

import copy
from typing import Any

import cloudpickle

from ...errors import BadParameter
from .codecs.faults import failure

INSIDE = ("env", "aec_env", "par_env", "_env")
"""Attributes under which wrappers hold what they wrap."""


def copied(bridge: Any, memo: dict[int, Any]) -> Any:
    """A deep copy of a bridge.

    Raises BadParameter, with a sentence, where its environments cannot be copied.
    """
    _refuse_forgetful(bridge)
    twin = object.__new__(type(bridge))
    memo[id(bridge)] = twin
    try:
        vars(twin).update(copy.deepcopy(vars(bridge), memo))
    except Exception as error:
        raise BadParameter(
            f"'{bridge.spec.id}' cannot be copied, for its environments cannot: {failure(error)}"
        ) from error
    return twin


def packed(bridge: Any) -> tuple[Any, ...]:
    """Result of `__reduce__` for a bridge.

    Raises BadParameter, with a sentence, where its environments cannot be pickled.

    cloudpickle also takes factories and classes that pickle does not find by a name.
    """
    _refuse_forgetful(bridge)
    try:
        return unpacked, (type(bridge), cloudpickle.dumps(vars(bridge)))
    except Exception as error:
        raise BadParameter(
            f"'{bridge.spec.id}' cannot be pickled, for its environments cannot: {failure(error)}"
        ) from error


def unpacked(cls: type, data: bytes) -> Any:
    """The bridge that `packed` described."""
    bridge = object.__new__(cls)
    vars(bridge).update(cloudpickle.loads(data))
    return bridge


def _refuse_forgetful(bridge: Any) -> None:
    """Raise BadParameter where a copy would have an environment that has forgotten its episode."""
    if bridge._seeded and any(_forgets(env) for env in bridge._envs):
        raise BadParameter(
            f"'{bridge.spec.id}' cannot be copied or pickled once it was reset, for its environments are EzPickle, "
            "whose copies begin anew; allowed is before the first reset"
        )


def _forgets(env: Any) -> bool:
    """Tell whether an environment, or one inside it, is an EzPickle.

    Those are pickled as the arguments of their constructor, without their state.
    """
    inside = [env]
    for one in inside:  # which grows meanwhile
        held = vars(one) if hasattr(one, "__dict__") else {}
        if "_ezpickle_args" in held:
            return True
        inside += [held[name] for name in INSIDE if name in held and all(held[name] is not known for known in inside)]
    return False
