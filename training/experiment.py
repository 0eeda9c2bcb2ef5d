"""Experiment: environment, learners and training, from a YAML file to typed parts and back."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..algorithms.core.make import build_config
from ..envs.core.env import BatchEnv
from ..envs.core.validation import nearest
from ..envs.errors import BadParameter
from ..envs.registration.make import build_dataclass, config_class, make_from
from ..envs.utils.files import read_text
from ..envs.utils.yaml_text import MOST_BYTES as MOST_CONFIG
from ..envs.utils.yaml_text import parse_yaml
from .config import TrainingConfig

# The configs are beside this floor, in the repository and in the wheel alike.
CONFIGS = Path(__file__).parents[1] / "configs"
DEFAULT_CONFIG = "pathfinding/lifelong-ippo"
KEYS = ("environment", "task", "algorithm", "learner", "base", "learners", "training", "plugins")
LEARNER_KEYS = ("algorithm", "learner", "base")


@dataclass(frozen=True)
class LearnerConfig:
    """Algorithm of one group, and its config."""

    algorithm: str
    """Registered name, or the folder of a run whose policy plays and learns no more."""
    config: Any
    base: str = ""
    """Folder of the run whose parameters the learner starts with; empty for new ones."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values by the config's keys; the base only where there is one."""
        plain = {"algorithm": self.algorithm, "learner": dataclasses.asdict(self.config)}
        return plain | {"base": self.base} if self.base else plain


@dataclass(frozen=True)
class Experiment:
    """Orthogonal parts of a run, all resolved."""

    environment: str
    task: Any
    """Config of the environment, or None."""
    learner: LearnerConfig
    """Learner of every group without one of its own."""
    learners: Mapping[str, LearnerConfig]
    """Group name to its learner."""
    training: TrainingConfig
    plugins: tuple[str, ...] = ()
    """Files or modules that were loaded to register names."""

    def learner_config(self, group: str) -> LearnerConfig:
        """Learner of a group."""
        return self.learners.get(group, self.learner)

    def players(self, env: BatchEnv) -> dict[str, str]:
        """Group name to the algorithm that plays it."""
        return {group.name: Path(self.learner_config(group.name).algorithm).name for group in env.spec.groups}

    def make_env(self, num_envs: int):
        """Make `num_envs` envs of the environment."""
        return make_from(self.environment, num_envs, self.task)

    def elsewhere(self, environment: str) -> "Experiment":
        """Same experiment in another environment, with its default config.

        Raises UnknownName.
        """
        task_class = config_class(environment)
        task = build_dataclass(task_class, {}, environment) if task_class else None
        return dataclasses.replace(self, environment=environment, task=task)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, every default written out; `build_experiment` reads them back."""
        plain = {
            "environment": self.environment,
            "task": dataclasses.asdict(self.task) if self.task is not None else {},
            **self.learner.to_dict(),
            "learners": {group: own.to_dict() for group, own in self.learners.items()},
            "training": dataclasses.asdict(self.training),
            "plugins": list(self.plugins),
        }
        return _lists(plain)


def _lists(value: Any) -> Any:
    """Convert tuples to lists, so that YAML and JSON read back equal values."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def flatten(config: Mapping[str, Any], prefix: str = "", keep_empty: bool = False) -> dict[str, Any]:
    """Values of a nested config by dotted keys, such as `learner.gamma`; lists are values.

    Args:
        prefix: stands before every key.
        keep_empty: empty mappings are values too, and are left out otherwise.
    """
    flat: dict[str, Any] = {}
    for name, value in config.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and (value or not keep_empty):
            flat |= flatten(value, f"{key}.", keep_empty)
        else:
            flat[key] = value
    return flat


def find_config(name: str) -> str:
    """Text of a config: the user's file, or a shipped config such as `pathfinding/lifelong-ippo`.

    Raises:
        BadParameter: there is neither.
    """
    if Path(name).is_file():
        return read_text(name, MOST_CONFIG)
    plain = name.removeprefix("configs/").removesuffix(".yaml")
    if plain in shipped_configs():
        return (CONFIGS / f"{plain}.yaml").read_text(encoding="utf-8")
    raise BadParameter(f"there is no config '{name}'.{nearest(plain, shipped_configs())}")


def shipped_configs() -> list[str]:
    """Names of the configs that come with the package."""
    return sorted(path.relative_to(CONFIGS).with_suffix("").as_posix() for path in CONFIGS.glob("*/*.yaml"))


def read_config(name: str) -> dict[str, Any]:
    """Read a config as plain values and check its keys. Raises BadParameter.

    Plugin files are looked for beside the config.
    """
    plain = parse_yaml(find_config(name), f"the config '{name}'") or {}
    check_keys(plain, name)
    if Path(name).is_file() and plain.get("plugins"):
        plain["plugins"] = [_beside(name, plugin) for plugin in plain["plugins"]]
    return plain


def _beside(config: str, plugin: str) -> str:
    """Path of a plugin file that the config names.

    It is in the config's own folder if it exists there.
    """
    beside = Path(config).parent / plugin
    return str(beside) if plugin.endswith(".py") and beside.is_file() else plugin


def check_keys(plain: Any, name: str) -> None:
    """Raise BadParameter unless `plain` is a mapping with known keys."""
    if not isinstance(plain, Mapping):
        raise BadParameter(
            f"the config '{name}' is {plain!r}; it has to hold keys such as environment, task, algorithm"
        )
    for key in plain:
        if key not in KEYS:
            raise BadParameter(f"the config '{name}' has an unknown key '{key}'.{nearest(str(key), list(KEYS))}")


def build_experiment(plain: Mapping[str, Any]) -> Experiment:
    """Turn plain values into an experiment; missing parts take their defaults.

    Raises:
        UnknownName: there is no such environment or algorithm.
        BadParameter: a key is unknown, or a value is not allowed.
    """
    environment = plain.get("environment")
    if not isinstance(environment, str):
        raise BadParameter(f"environment is {environment!r}; name one, such as pathfinding/lifelong-v0")
    task_class = config_class(environment)
    task = build_dataclass(task_class, plain.get("task") or {}, environment) if task_class else None
    learners = {group: _learner_of_group(own, group) for group, own in (plain.get("learners") or {}).items()}
    return Experiment(
        environment=environment,
        task=task,
        learner=_learner_config({"algorithm": "ippo"} | {key: plain[key] for key in LEARNER_KEYS if plain.get(key)}),
        learners=learners,
        training=build_dataclass(TrainingConfig, plain.get("training") or {}, "training"),
        plugins=tuple(plain.get("plugins") or ()),
    )


def _learner_of_group(plain: Any, group: str) -> LearnerConfig:
    if not isinstance(plain, Mapping) or "algorithm" not in plain or set(plain) - set(LEARNER_KEYS):
        raise BadParameter(
            f"learners: {group} is {plain!r}; it takes 'algorithm', for its config 'learner', and for a warm start 'base'"
        )
    return _learner_config(plain)


def _learner_config(plain: Mapping[str, Any]) -> LearnerConfig:
    base = plain.get("base") or ""
    if not isinstance(base, str):
        raise BadParameter(f"base is {base!r}; allowed is the folder of a run")
    return LearnerConfig(plain["algorithm"], build_config(plain["algorithm"], plain.get("learner") or {}), base)


def check_groups(experiment: Experiment, groups: list[str]) -> None:
    """Raise BadParameter if the experiment has a learner for a group that the environment lacks."""
    for group in experiment.learners:
        if group not in groups:
            raise BadParameter(f"learners: '{experiment.environment}' has no group '{group}'.{nearest(group, groups)}")
