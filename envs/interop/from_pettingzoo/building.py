"""From a factory and arguments to an environment that has been reset once."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pettingzoo import AECEnv, ParallelEnv
from pettingzoo.utils.conversions import aec_to_parallel

from ...errors import BadParameter, UserError
from .codecs.faults import BrokenEnvironment, Reporter, failure
from .drivers import Moment, Parallel, Turns

PICTURES = "rgb_array"


class Built(NamedTuple):
    """An environment that stands ready."""

    player: Parallel | Turns
    opening: Moment
    """Result of the first reset."""
    no_pictures: str
    """Why it could not be built with pictures, or nothing."""


def build(
    reporter: Reporter, factory: Callable[..., Any], arguments: Mapping[str, Any], pictures: bool, seed: int = 0
) -> Built:
    """An environment, with `render_mode` rgb_array if it takes that and `pictures` are wanted.

    Raises:
        BadParameter: the factory does not take the arguments, or returns no PettingZoo environment.
        BrokenEnvironment: the factory or the first reset fails.
    """
    signature = _signature(factory)
    _check_arguments(reporter.id, signature, arguments)
    reason = ""
    if pictures and "render_mode" not in arguments:
        asking = {**arguments, "render_mode": PICTURES}
        if signature is None or _binds(signature, asking) is None:
            env = None
            try:
                env = factory(**asking)
                player = _player(reporter, env)
                return Built(player, player.reset(seed), "")
            except Exception as error:
                reason = f"with render_mode {PICTURES} it fails: {failure(error)}"
                _close(env)
        else:
            reason = "its factory takes no render_mode"
    try:
        player = _player(reporter, factory(**arguments))
    except UserError:
        raise
    except Exception as error:
        raise BrokenEnvironment(f"'{reporter.id}' fails while it is built: {failure(error)}") from error
    return Built(player, player.reset(seed), reason)


def another(reporter: Reporter, factory: Callable[..., Any], arguments: Mapping[str, Any]) -> Parallel | Turns:
    """One more environment of the same kind. Raises BrokenEnvironment."""
    try:
        return _player(reporter, factory(**arguments))
    except UserError:
        raise
    except Exception as error:
        raise BrokenEnvironment(
            f"'{reporter.id}' fails when it is built a second time in one process: {failure(error)}; --training.num-envs 1 needs one only"
        ) from error


def _player(reporter: Reporter, env: Any) -> Parallel | Turns:
    if isinstance(env, AECEnv):
        metadata = getattr(env, "metadata", None) or {}
        if not metadata.get("is_parallelizable", False):
            return Turns(env, reporter)
        env = aec_to_parallel(env)
    if not isinstance(env, ParallelEnv):
        raise BadParameter(
            f"the factory of '{reporter.id}' returns {type(env).__name__}; allowed is a PettingZoo ParallelEnv or AECEnv"
        )
    return Parallel(env, reporter)


def _signature(factory: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(factory)
    except (TypeError, ValueError):  # not written in Python
        return None


def _binds(signature: inspect.Signature, arguments: Mapping[str, Any]) -> str | None:
    """Why arguments do not fit a signature, or None."""
    try:
        signature.bind(**arguments)
    except TypeError as error:
        return str(error)
    return None


def _check_arguments(id: str, signature: inspect.Signature | None, arguments: Mapping[str, Any]) -> None:
    """Blame the arguments where they do not fit the signature, and nowhere else."""
    reason = None if signature is None else _binds(signature, arguments)
    if reason is None:
        return
    assert signature is not None
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    names = [name for name, parameter in signature.parameters.items() if parameter.kind in kinds]
    raise BadParameter(
        f"'{id}' does not take the arguments {dict(arguments)}: {reason}; its factory takes {', '.join(names) or 'none'}"
    )


def _close(env: Any) -> None:
    """Close an environment that is given up; it may be half built."""
    try:
        if env is not None:
            env.close()
    except Exception:
        return
