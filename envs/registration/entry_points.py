"""PettingZoo's entry points of a task: `parallel_env`, `env` and `raw_env`."""

from collections.abc import Callable
from typing import Any

from pettingzoo import AECEnv

from ..interop.to_pettingzoo.aec import aec_view, raw_turns
from ..interop.to_pettingzoo.parallel import ParallelView
from .make import make


def parallel_env(
    id: str, render_mode: str | None = None, infos: str = "flat", masks: str = "observation", **config: Any
) -> ParallelView:
    """The environment `id` as PettingZoo's ParallelEnv.

    Args:
        render_mode: `human`, `rgb_array`, `ansi`, or None.
        infos: `flat`, `full` or `none`: see `ParallelView`.
        masks: `observation` or `infos`: where action masks stand.
        config: fields of the task's `Config`.

    Raises:
        UnknownName, BadParameter: as `make`.
    """
    return ParallelView(make(id, 1, **config), render_mode, infos, masks)


def raw_env(id: str, render_mode: str | None = None, **options: Any) -> AECEnv:
    """The environment `id` as AECEnv, by PettingZoo's own conversion; options of `parallel_env`."""
    return raw_turns(parallel_env(id, render_mode, **options))


def env(id: str, render_mode: str | None = None, **options: Any) -> AECEnv:
    """`raw_env` with PettingZoo's usual wrappers: see `aec_view`."""
    return aec_view(parallel_env(id, render_mode, **options))


def entry_points(id: str) -> tuple[Callable[..., ParallelView], Callable[..., AECEnv], Callable[..., AECEnv]]:
    """`parallel_env`, `env` and `raw_env` of one task, for its module.

    Each takes `render_mode`, `infos`, `masks` and the fields of the task's `Config`.
    """

    def bound(factory: Callable[..., Any]) -> Callable[..., Any]:
        def build(render_mode: str | None = None, **options: Any) -> Any:
            return factory(id, render_mode, **options)

        build.__doc__ = factory.__doc__
        return build

    return bound(parallel_env), bound(env), bound(raw_env)
