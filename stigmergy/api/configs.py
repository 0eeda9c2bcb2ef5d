"""Experiments from configs, overrides and plugins."""

import dataclasses
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stigmergy.cli.given_code import load_given_code
from stigmergy.cli.hints import nearest_option
from stigmergy.cli.options import option_types
from stigmergy.envs.core.config import Config as EnvConfig
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import build_dataclass
from stigmergy.training.experiment import DEFAULT_CONFIG, Experiment, build_experiment, check_keys, read_config
from stigmergy.training.sessions.base import agree_to_runs
from stigmergy.training.trust.plugins import load_code, plugins_of

Config = str | os.PathLike[str] | Mapping[str, Any]
"""YAML file, name of a config of the package, or the keys of a config as a mapping."""
CHOICES = {"environment": "task", "algorithm": "learner"}
"""Key that chooses a part of the config, and the key of that part's options."""


def build(
    config: Config | None = None,
    overrides: Mapping[str, Any] | None = None,
    base: str | None = None,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> tuple[Experiment, tuple[str, ...]]:
    """Build the experiment of a config with overrides.

    Args:
        config: left out, the default experiment, or the defaults of an environment that is among
            the overrides.
        overrides: dotted key, such as `learner.learning_rate`, to its value. `environment` and
            `algorithm` replace a part, with the defaults of the new one.
        base: folder of a run whose parameters the learners start with.
        plugins: files and modules that register names.
        trust: agree to execute the code that a config file names.

    Returns the experiment, and the names of the code that the caller has given.

    Raises:
        BadParameter: there is no such config or key, or a value is not allowed.
        UnknownName: there is no such environment or algorithm.
        NotAgreed: a config file names code to which the user has not agreed.
        CannotImport: a plugin is gone, or cannot be imported.
    """
    values = {key.replace("-", "_"): to_plain(value) for key, value in (overrides or {}).items()}
    choices = {key: values.pop(key, None) for key in CHOICES}
    own = to_plain(config) if isinstance(config, Mapping) else {}
    if own:
        check_keys(own, "given")
        plugins = [*plugins_of(own, "the config"), *plugins]
    environments = [own.get("environment"), choices["environment"]]
    code = load_given_code([*(["--plugin", *plugins] if plugins else []), "--", *filter(None, environments)])
    plain = read_plain(own or config, choices, base, plugins, trust, code)
    if values:
        _check_known(parts_of(build_experiment(plain)), values)
    _put(plain, values)
    if base:
        plain["base"] = base
    return build_experiment(plain), code


def read_plain(
    config: Config | None,
    choices: Mapping[str, str | None],
    base: str | None = None,
    plugins: Sequence[str] = (),
    trust: bool = False,
    code: Sequence[str] = (),
) -> dict[str, Any]:
    """Plain values of a config in which environment and algorithm are chosen.

    Args:
        choices: `environment` and `algorithm` to the chosen name, or None for that of the config.
        base: folder of a run that learners start from.
        plugins: those that the caller has given.
        trust: as for `build`.
        code: what was imported already, as `load_given_code` returns it.

    The code that a config file names is imported, and that of runs that it names or that are the
    base. Raises as `build` does.
    """
    if isinstance(config, Mapping):
        plain, name = dict(config), ""
    else:
        name = "" if config is None else os.fspath(config)
        plain = read_config(name or DEFAULT_CONFIG) if name or not choices["environment"] else {}
    for key, chosen in choices.items():
        plain = _choose(plain, key, chosen)
    agree_to_runs(plain | ({"base": base} if base else {}), trust, code)
    if name and Path(name).is_file():  # configs of the package need no agreement
        own = load_code(plain, f"the config '{name}'", Path(name).parent, trust, code)
        listed = plugins_of(plain, name)
        plugins = [*(source.name for source in own if source.name in listed), *plugins]
    paths = [str(Path(plugin).resolve()) if plugin.endswith(".py") else plugin for plugin in plugins]
    return plain | {"plugins": paths}


def _choose(plain: Mapping[str, Any], key: str, name: str | None) -> dict[str, Any]:
    """Replace the config's environment or algorithm; another one comes with its own defaults."""
    if name is None or name == plain.get(key):
        return dict(plain)
    return {other: value for other, value in plain.items() if other not in (key, CHOICES[key])} | {key: name}


def parts_of(experiment: Experiment) -> dict[str, Any]:
    """Parts of an experiment whose keys can be overridden, by the first word of the key."""
    parts = {"task": experiment.task, "learner": experiment.learner.config, "training": experiment.training}
    return {name: part for name, part in parts.items() if part is not None}


def override_task(experiment: Experiment, overrides: Mapping[str, Any]) -> Experiment:
    """Override keys of the environment, such as `task.num_agents`, in an experiment.

    Raises BadParameter for another key, or a value that is not allowed.
    """
    values = {key.replace("-", "_"): to_plain(value) for key, value in overrides.items()}
    task = experiment.task
    _check_known({} if task is None else {"task": task}, values)
    if task is None or not values:
        return experiment
    nested: dict[str, Any] = {}
    _put(nested, values)
    if isinstance(task, EnvConfig):
        own = task.forget_defaults()
        kept = {name: value for name, value in dataclasses.asdict(own).items() if name in own._given_values()}
        given = _over(kept, nested["task"])
    else:
        given = _over(dataclasses.asdict(task), nested["task"])
    return dataclasses.replace(experiment, task=build_dataclass(type(task), given, experiment.environment))


def _put(plain: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Put values under dotted keys into nested mappings."""
    for key, value in values.items():
        *path, last = key.split(".")
        inner = plain
        for name in path:
            inner[name] = dict(inner.get(name) or {})
            inner = inner[name]
        inner[last] = value


def _over(old: Any, new: Any) -> Any:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    return {**old, **{name: _over(old.get(name), value) for name, value in new.items()}}


def _check_known(parts: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise BadParameter for a key that the parts do not have."""
    options = {name: list(option_types(type(part), f"{name}.")) for name, part in parts.items()}
    known = [option for names in options.values() for option in names]
    for key, value in given.items():
        option, part = f"--{key.replace('_', '-')}", parts.get(key.partition(".")[0])
        inside = isinstance(value, Mapping) and any(name.startswith(f"{option}.") for name in known)
        takes_more = "." in key and hasattr(type(part), "takes_more")
        if option not in known and not inside and not takes_more:
            hint = re.sub(
                r"'--([^']+)'", lambda match: f"'{match[1].replace('-', '_')}'", nearest_option(option, known)
            )
            raise BadParameter(f"the config has no key '{key}'.{hint}")


def to_plain(value: Any) -> Any:
    """Values of a config, without NumPy's types, tuples and paths."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return os.fspath(value) if isinstance(value, os.PathLike) else value
