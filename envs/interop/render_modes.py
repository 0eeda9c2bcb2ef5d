"""Render modes of the views of our environments in other libraries."""

from typing import Any

from ..core.env import BatchEnv
from ..errors import BadParameter

RENDER_FPS = 8
WINDOW = "human"


def render_modes(env: BatchEnv) -> list[str]:
    """The modes that the environment's class has a picture or a text for."""
    cls = type(env)
    pictures = [WINDOW, "rgb_array"] if cls.draw is not BatchEnv.draw else []
    return pictures + (["ansi"] if cls.text is not BatchEnv.text else [])


def modes_without_window(env: BatchEnv) -> list[str]:
    """The modes of views of many envs, which open no window."""
    return [mode for mode in render_modes(env) if mode != WINDOW]


def check_render_mode(id: str, mode: str | None, modes: list[str]) -> None:
    """Raise BadParameter unless the mode is None or one of `modes`."""
    if mode is not None and mode not in modes:
        raise BadParameter(f"render_mode is '{mode}'; '{id}' has {', '.join(modes) or 'none'}")


def frames(env: BatchEnv, mode: str | None) -> list[Any]:
    """A frame for each env: a picture `(height, width, 3)` uint8 or a text; none without a mode."""
    if mode is None:
        return []
    return [env.text(c) if mode == "ansi" else env.draw(c) for c in range(env.num_envs)]
