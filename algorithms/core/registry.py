"""Registry of algorithms, of learners and scripted policies alike."""

from collections.abc import Callable
from typing import Any

from ...envs.registration.registry import algorithms

register_algorithm: Callable[..., Any] = algorithms.register

__all__ = ["algorithms", "register_algorithm"]
