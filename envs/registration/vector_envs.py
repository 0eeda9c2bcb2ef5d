"""Batches in the forms of other libraries: Gymnasium, Stable-Baselines3 and TorchRL."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import CannotImport
from ..interop.to_gymnasium import GymnasiumVecEnv
from .make import make


def gymnasium_vec_env(
    id: str,
    num_envs: int = 1,
    *,
    autoreset: str = "next_step",
    flatten: bool = False,
    render_mode: str | None = None,
    **config: Any,
) -> GymnasiumVecEnv:
    """`num_envs` envs of `id` as one `gymnasium.vector.VectorEnv`, in which an agent is a row.

    Args:
        num_envs: envs of the batch; the VectorEnv has `num_envs * num_agents` rows.
        autoreset: `next_step` or `same_step`: see `GymnasiumVecEnv`.
        flatten: observations become vectors `(f,)` of float32, whole numbers scaled to at most 1.
        render_mode: `rgb_array`, `ansi`, or None.
        config: fields of the task's config.

    Raises:
        UnknownName, BadParameter: as `make`; groups of agents do not fit into rows of one array.
    """
    return GymnasiumVecEnv(make(id, num_envs, **config), autoreset, flatten, render_mode)


def sb3_vec_env(
    id: str, num_envs: int = 1, *, flatten: bool = False, render_mode: str | None = None, **config: Any
) -> Any:
    """`num_envs` envs of `id` as one VecEnv of Stable-Baselines3, in which an agent is a row.

    Args:
        num_envs: envs of the batch; the VecEnv has `num_envs * num_agents` rows.
        flatten: observations become vectors `(f,)` of float32, whole numbers scaled to at most 1.
        render_mode: `rgb_array` or None.
        config: fields of the task's config.

    Returns:
        an `SB3VecEnv` of `envs/interop/to_sb3.py`.

    Raises:
        CannotImport: Stable-Baselines3 is not installed.
        UnknownName, BadParameter: as `gymnasium_vec_env`.
    """
    cls = _with_library("sb3_vec_env", "to_sb3", "stable_baselines3", "sb3").SB3VecEnv
    return cls(make(id, num_envs, **config), flatten, render_mode)


def torchrl_env(
    id: str, num_envs: int = 1, *, flatten: bool = False, device: Any = "cpu", seed: int | None = None, **config: Any
) -> Any:
    """`num_envs` envs of `id` as one `EnvBase` of TorchRL, with a nested tensordict for each group.

    Args:
        num_envs: envs of the batch, the EnvBase's batch size.
        flatten: observations become vectors `(f,)` of float32, whole numbers scaled to at most 1.
        device: where the tensors lie.
        seed: of the random streams, as of a later `set_seed`; None draws one.
        config: fields of the task's config.

    Returns:
        a `TorchRLEnv` of `envs/interop/to_torchrl.py`.

    Raises:
        CannotImport: TorchRL is not installed.
        UnknownName, BadParameter: as `make`.
    """
    cls = _with_library("torchrl_env", "to_torchrl", "torchrl", "torchrl").TorchRLEnv
    return cls(make(id, num_envs, **config), flatten, device, seed)


def _with_library(factory: str, module: str, library: str, extra: str) -> Any:
    """The module of `envs/interop` that needs a library. Raises CannotImport without it."""
    if find_spec(library) is None:
        raise CannotImport(
            f"{factory} needs {library}, which is not installed; python -m pip install 'stigmergy[{extra}]' installs it"
        )
    return import_module(f"..interop.{module}", __package__)
