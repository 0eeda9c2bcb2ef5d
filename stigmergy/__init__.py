"""Multi-agent reinforcement learning: fast batched worlds and decentralized learners behind one trainer.

Names load when first used, so that importing this costs neither torch nor numba.
"""

import importlib
from typing import TYPE_CHECKING, Any

from stigmergy import (
    _checkout,  # noqa: F401 (finds the other two in a checkout, so it comes first)
    _idle_threads,  # noqa: F401 (before any library reads the environment)
    _moved,  # noqa: F401 (finds modules by their paths of the release before)
)
from stigmergy import algorithms as _algorithms  # noqa: F401 (these two register what the package brings)
from stigmergy import envs as _envs  # noqa: F401

if TYPE_CHECKING:
    from stigmergy.algorithms.core.learner import Decision, Information, Learner, Setup
    from stigmergy.algorithms.core.make import make_learner
    from stigmergy.algorithms.core.registry import register_algorithm
    from stigmergy.algorithms.core.returns import generalized_advantage
    from stigmergy.algorithms.core.rollout import Rollout
    from stigmergy.analysis.schelling import Schelling, schelling
    from stigmergy.envs.core.env import BatchEnv
    from stigmergy.envs.core.random_streams import draw_below, draw_uniform
    from stigmergy.envs.core.scripted_policy import ScriptedPolicy
    from stigmergy.envs.core.spec import EnvSpec, GroupSpec
    from stigmergy.envs.core.timestep import GroupStep, TimeStep
    from stigmergy.envs.errors import BadParameter, UnknownName, UserError
    from stigmergy.envs.registration.entry_points import parallel_env
    from stigmergy.envs.registration.make import make
    from stigmergy.envs.registration.registry import environments, register_environment
    from stigmergy.envs.registration.scenario import Seats, register_scenario
    from stigmergy.training.trained_policy import Policy, load_policy

_PLACES = {
    "algorithms.core.learner": ("Decision", "Information", "Learner", "Setup"),
    "algorithms.core.make": ("make_learner",),
    "algorithms.core.registry": ("register_algorithm",),
    "algorithms.core.rollout": ("Rollout",),
    "algorithms.core.returns": ("generalized_advantage",),
    "envs.core.env": ("BatchEnv",),
    "envs.errors": ("BadParameter", "UnknownName", "UserError"),
    "envs.registration.make": ("make",),
    "envs.registration.entry_points": ("parallel_env",),
    "envs.core.scripted_policy": ("ScriptedPolicy",),
    "envs.registration.registry": ("environments", "register_environment"),
    "envs.registration.scenario": ("Seats", "register_scenario"),
    "envs.core.spec": ("EnvSpec", "GroupSpec"),
    "envs.core.random_streams": ("draw_below", "draw_uniform"),
    "envs.core.timestep": ("GroupStep", "TimeStep"),
    "analysis.schelling": ("Schelling", "schelling"),
    "training.trained_policy": ("Policy", "load_policy"),
}
_WHERE = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "BadParameter",
    "BatchEnv",
    "Decision",
    "EnvSpec",
    "GroupSpec",
    "GroupStep",
    "Information",
    "Learner",
    "Policy",
    "Rollout",
    "Schelling",
    "ScriptedPolicy",
    "Seats",
    "Setup",
    "TimeStep",
    "UnknownName",
    "UserError",
    "draw_below",
    "draw_uniform",
    "environments",
    "generalized_advantage",
    "load_policy",
    "make",
    "make_learner",
    "parallel_env",
    "register_algorithm",
    "register_environment",
    "register_scenario",
    "schelling",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'stigmergy' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"stigmergy.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
