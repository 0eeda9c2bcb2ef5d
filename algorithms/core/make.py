"""Construction of learners from registered names and configs."""

from collections.abc import Callable, Mapping
from typing import Any

from ...envs.core.scripted_policy import ScriptedPolicy
from ...envs.core.spec import EnvSpec, GroupSpec
from ...envs.errors import BadParameter
from ...envs.registration.make import build_dataclass
from ...envs.utils.renamed import renamed_keywords
from .learner import Context, Learner
from .registry import algorithms
from .scripted import scripted_learner

finders: list[Callable[[str], type[Learner] | None]] = []
"""Functions that find a policy by a name that is not registered, such as the folder of a run."""


def learner_class(name: str) -> type[Learner]:
    """Return the class registered as `name`, or what one of the `finders` finds.

    Raises:
        UnknownName: nothing is registered under the name.
        BadParameter: the registered object is no learner or scripted policy.
    """
    found = (find(name) for find in finders if name not in algorithms)
    policy = next((cls for cls in found if cls is not None), None)
    if policy is not None:
        return policy
    target = algorithms.find(name).load()
    if isinstance(target, type) and issubclass(target, ScriptedPolicy):
        return scripted_learner(name, target)
    if isinstance(target, type) and issubclass(target, Learner):
        return target
    raise BadParameter(
        f"the algorithm '{name}' is registered as {target!r}; allowed is a subclass of stigmergy.Learner or stigmergy.ScriptedPolicy"
    )


def scripted_for(env: EnvSpec, group: GroupSpec) -> list[str]:
    """Names of the registered scripted policies that play a group of an environment.

    They are in the order of their registration.
    """
    found = []
    for registration in algorithms.in_order():
        target = registration.load()
        if isinstance(target, type) and issubclass(target, ScriptedPolicy) and target.can_play(env, group):
            found.append(registration.name)
    return found


def build_config(name: str, values: Mapping[str, Any]) -> Any:
    """Build the config of the algorithm `name` from plain values.

    Raises:
        UnknownName: nothing is registered under the name.
        BadParameter: a value is not allowed, or the registered object is no learner.
    """
    return build_dataclass(learner_class(name).Config, values, f"algorithm '{name}'")


build_settings = build_config
"""Name of earlier releases."""


@renamed_keywords(setup="context", settings="config")
def make_learner(name: str, context: Context, config: Any = None) -> Learner:
    """Build the learner `name` for a group.

    `config` is its dataclass, a mapping, or None for the defaults.

    Raises:
        UnknownName: nothing is registered under the name.
        BadParameter: a value is not allowed, or the registered object is no learner.
    """
    cls = learner_class(name)
    if config is None or isinstance(config, Mapping):
        config = build_config(name, config or {})
    return cls(context, config)
