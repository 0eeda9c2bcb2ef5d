"""Building of environments from ids and configs."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError

from ..core.config import Config, default_of, note_given, over
from ..core.env import FEWER_ENVS, BatchEnv
from ..core.system_memory import bytes_of_arrays, check_memory
from ..core.validation import check_count, nearest, read_whole, takes_whole_numbers
from ..errors import BadParameter, CannotImport, UnknownName
from ..interop.from_pettingzoo import BRIDGE_PREFIX, Bridge, BridgeConfig
from ..plugins.loading import import_named
from .registry import environments
from .scenario import Scenario
from .scenario_env import SeatedEnv, config_with

MANY = 4096
"""Envs from which on it is worth to build two small batches before, to know what they take."""
SMALLEST_OBJECT = 4096
"""Bytes that the smallest env of another package takes, roughly."""


def build_dataclass(cls: type, values: Mapping[str, Any], what: str) -> Any:
    """Build the dataclass `cls`, nested ones included, from plain values.

    Pydantic checks the types.

    Where a nested one is given in part, the rest is as in the default of its field, which may
    differ from the defaults of its class.

    Args:
        what: how an error names the thing, such as `pathfinding/lifelong-v0`.

    Raises:
        BadParameter: an unknown key (with the nearest known one), a wrong type, or a value out of
            range.
    """
    if not isinstance(values, Mapping):
        raise BadParameter(f"{what} is {values!r}; it takes names with values")
    hints = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
    values = dict(values)
    kept = getattr(cls, "takes_more", None)  # of a bridged environment: its factory knows what else there is
    if kept is not None:
        more = {key: values.pop(key) for key in list(values) if key not in fields}
        values |= {kept: {**values.get(kept, {}), **more}} if more else {}
    for key in values:
        if key not in fields:
            raise BadParameter(f"{what} has no parameter '{key}'.{nearest(str(key), list(fields))}")
    for key, value in values.items():
        if isinstance(value, str) and takes_whole_numbers(hints[key]):  # YAML reads 1e5 as a text
            values[key] = read_whole(value)
    given = values
    if issubclass(cls, Config):
        given = {key: _converted(hints[key], value) for key, value in values.items()}
        values = _laid(cls, given, what)
    for key, value in values.items():
        if dataclasses.is_dataclass(hints[key]) and isinstance(value, Mapping):
            whole = over(default_of(cls, key), value)
            values[key] = build_dataclass(cast(type, hints[key]), whole, f"{what}: {key}")
    try:
        built = _adapter(cls).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error":
            raise BadParameter(f"{what}: {first.get('ctx', {}).get('error')}") from error
        where = ".".join(str(part) for part in first["loc"])
        shown = "" if first["type"] == "missing" else f" is {first.get('input')!r};"
        raise BadParameter(f"{what}: {where}{shown} {first['msg'].lower()}") from error
    if isinstance(built, Config):
        note_given(built, given)
    return built


def _laid(cls: type[Config], values: dict[str, Any], what: str) -> dict[str, Any]:
    """The values over those of presets. Raises BadParameter for an unknown preset."""
    try:
        return cls.lay(values)
    except BadParameter as error:
        raise BadParameter(f"{what}: {error}") from error


def _converted(hint: Any, value: Any) -> Any:
    """A value of the type that the hint says.

    It stays as it is where that cannot be, and for a nested dataclass.
    """
    if dataclasses.is_dataclass(hint):
        return value
    try:
        return _adapter(hint).validate_python(value)
    except ValidationError:
        return value


@lru_cache(maxsize=1024)
def _adapter(cls: Any) -> TypeAdapter[Any]:
    """The checks of a type, which cost milliseconds to make for a dataclass."""
    return TypeAdapter(cls)


def config_class(id: str) -> type | None:
    """The config's dataclass of the environment `id`, or None if it has none.

    Raises UnknownName.
    """
    if id.startswith(BRIDGE_PREFIX):
        return BridgeConfig
    target = environments.find(id).load()
    if isinstance(target, Scenario):
        return _scenario_config(id, target)
    if isinstance(target, type) and issubclass(target, BatchEnv):
        return target.Config
    return BridgeConfig


def is_bridged(id: str) -> bool:
    """Tell if the environment `id` is a PettingZoo environment behind the bridge.

    Raises UnknownName.
    """
    return config_class(id) is BridgeConfig


def full_id(id: str) -> str:
    """The registered name that `id` stands for, with its version. Raises UnknownName."""
    return id if id.startswith(BRIDGE_PREFIX) else environments.find(id).name


def _scenario_config(id: str, scenario: Scenario) -> type | None:
    """Config class of the base environment, with the scenario's defaults."""
    try:
        cls = config_class(scenario.world)
    except UnknownName as error:
        raise UnknownName(f"the scenario '{id}' needs its world. {error}") from error
    if cls is None or not scenario.parameters:
        return cls
    return config_with(cls, build_dataclass(cls, scenario.parameters, id), scenario.parameters)


parameters_of = config_class
"""Name of earlier releases."""


def make(id: str, num_envs: int = 1, **config: Any) -> BatchEnv:
    """Build `num_envs` envs of the environment `id`.

    Args:
        id: a registered id such as `pathfinding/lifelong-v0` (the highest version if `-vN` is left
            out), or `pettingzoo:module.name_vN` for any PettingZoo environment, such as
            `pettingzoo:mpe2.simple_spread_v3`.
        num_envs: number of independent envs, at least 1.
        config: fields of the task's `Config`.

    Raises:
        UnknownName: nothing is registered under `id`.
        BadParameter: a parameter is unknown, of the wrong type, or out of range.
        CannotImport: the environment's module is missing.
    """
    cls = config_class(id)
    given = build_dataclass(cls, config, id) if cls else None
    return make_from(id, num_envs, given)


def make_from(id: str, num_envs: int, config: Any) -> BatchEnv:
    """Like `make`, with the config already built."""
    check_count(num_envs)
    if id.startswith(BRIDGE_PREFIX):
        return _bridged(id, _pettingzoo_factory(id), num_envs, config)
    registration = environments.find(id)
    target = registration.load()
    if isinstance(target, Scenario):
        return SeatedEnv(registration.name, target, make_from(target.world, num_envs, config))
    if isinstance(target, type) and issubclass(target, BatchEnv):
        return _batched(lambda number: target(registration.name, number, config), num_envs)  # type: ignore[call-arg]
    if not callable(target):
        raise BadParameter(
            f"'{registration.name}' is registered as {target!r}; allowed is a BatchEnv class or a PettingZoo factory"
        )
    return _bridged(registration.name, target, num_envs, config)


def _batched(build: Callable[[int], BatchEnv], num_envs: int) -> BatchEnv:
    """Build envs; of many the memory that they take is told by two small batches first.

    Raises BadParameter if it is not there.
    """
    if num_envs >= MANY:
        one, two = build(1), build(2)
        wanted = num_envs * (bytes_of_arrays(two) - bytes_of_arrays(one))
        check_memory(f"{num_envs:,} envs of '{one.spec.id}'", wanted, FEWER_ENVS)
    return build(num_envs)


def _bridged(id: str, factory: Callable[..., Any], num_envs: int, config: Any) -> Bridge:
    """Bridge envs of another package.

    Raises BadParameter if there is not even memory for so many empty ones.
    """
    check_memory(f"{num_envs:,} envs of '{id}', each a Python object,", num_envs * SMALLEST_OBJECT, FEWER_ENVS)
    return Bridge(id, factory, num_envs, config)


def _pettingzoo_factory(id: str) -> Any:
    name = id.removeprefix(BRIDGE_PREFIX)
    module = import_named(name, f"'{id}' needs the Python module '{name}', which")
    factories = [getattr(module, name, None) for name in ("parallel_env", "env")]
    factory = next((each for each in factories if callable(each)), None)  # a submodule may be called env
    if factory is None:
        raise CannotImport(
            f"the Python module '{name}' has neither parallel_env() nor env(), so it is no PettingZoo environment"
        )
    return factory


__all__ = [
    "BadParameter",
    "build_dataclass",
    "config_class",
    "full_id",
    "is_bridged",
    "make",
    "make_from",
    "parameters_of",
]
