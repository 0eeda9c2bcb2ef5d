"""Multi-agent reinforcement learning: fast batched worlds and decentralized learners behind one trainer.

Names load when first used, so that importing this costs neither torch nor numba.
"""

import importlib
from typing import TYPE_CHECKING, Any

from stigmergy import (
    _checkout,  # noqa: F401 (finds the other two in a checkout, so it comes first)
    _idle_threads,  # noqa: F401 (before any library reads the environment)
)
from stigmergy import algorithms as _algorithms  # noqa: F401 (these two register what the package brings)
from stigmergy import envs as _envs  # noqa: F401

if TYPE_CHECKING:
    from stigmergy.algorithms.factory import make_learner
    from stigmergy.algorithms.learner import Decision, Information, Learner, Setup
    from stigmergy.algorithms.registry import register_algorithm
    from stigmergy.algorithms.returns import generalized_advantage
    from stigmergy.algorithms.rollout import Rollout
    from stigmergy.diagram import Schelling, schelling
    from stigmergy.envs.batch import BatchEnv
    from stigmergy.envs.errors import BadParameter, UnknownName, UserError
    from stigmergy.envs.factory import make
    from stigmergy.envs.pettingzoo_view import parallel_env
    from stigmergy.envs.policy import ScriptedPolicy
    from stigmergy.envs.registry import environments, register_environment
    from stigmergy.envs.scenario import Seats, register_scenario
    from stigmergy.envs.spec import EnvSpec, GroupSpec
    from stigmergy.envs.streams import draw_below, draw_uniform
    from stigmergy.envs.timestep import GroupStep, TimeStep
    from stigmergy.training.policy import Policy, load_policy

_PLACES = {
    "algorithms.learner": ("Decision", "Information", "Learner", "Setup"),
    "algorithms.factory": ("make_learner",),
    "algorithms.registry": ("register_algorithm",),
    "algorithms.rollout": ("Rollout",),
    "algorithms.returns": ("generalized_advantage",),
    "envs.batch": ("BatchEnv",),
    "envs.errors": ("BadParameter", "UnknownName", "UserError"),
    "envs.factory": ("make",),
    "envs.pettingzoo_view": ("parallel_env",),
    "envs.policy": ("ScriptedPolicy",),
    "envs.registry": ("environments", "register_environment"),
    "envs.scenario": ("Seats", "register_scenario"),
    "envs.spec": ("EnvSpec", "GroupSpec"),
    "envs.streams": ("draw_below", "draw_uniform"),
    "envs.timestep": ("GroupStep", "TimeStep"),
    "diagram": ("Schelling", "schelling"),
    "training.policy": ("Policy", "load_policy"),
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
