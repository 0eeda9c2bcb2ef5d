"""Code that a run or a config names.

It is executed if the user gave it, or agreed to it. A run keeps its plugins in `plugins`, and those
from several folders in `plugins-2` and so on. Its config names files by their paths from the run's
folder. Configs of older runs have absolute paths.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...algorithms.core.registry import algorithms
from ...envs.errors import BadParameter, CannotImport, NotAgreed
from ...envs.interop.from_pettingzoo import BRIDGE_PREFIX
from ...envs.plugins.loading import import_sources, is_users_own, loaded, loaded_from
from ...envs.plugins.sources import Sources, sources_of_file, sources_of_module
from ...envs.registration.registry import environments, replacing_earlier
from .agreements import agree, is_agreed

FOLDER = "plugins"


def plugins_of(config: Mapping[str, Any], owner: str) -> list[str]:
    """Files and modules that a config lists.

    Raises BadParameter if they are not a list of names.
    """
    plugins = config.get("plugins") or []
    if not isinstance(plugins, (list, tuple)) or not all(isinstance(own, str) and own.strip() for own in plugins):
        raise BadParameter(f"plugins of {owner} is {plugins!r}; it takes a list of files and modules")
    return list(plugins)


def module_of(config: Mapping[str, Any]) -> str | None:
    """Module that the config's environment names, as `pettingzoo:my_package.my_world` does."""
    environment = config.get("environment")
    if not isinstance(environment, str) or not environment.startswith(BRIDGE_PREFIX):
        return None
    return environment.removeprefix(BRIDGE_PREFIX)


def load_code(
    config: Mapping[str, Any],
    owner: str,
    folder: Path,
    trust: bool = False,
    given: Sequence[str] = (),
) -> list[Sources]:
    """Import the code that a config names, once the user agrees to it.

    Args:
        owner: the words for the config in errors, such as `the run 'runs/a'`.
        folder: where its files are looked for.
        trust: agree to all of it.
        given: plugins and `pettingzoo:` ids of this command line. They were imported, and stand for
            those of the config that are called the same, or that are gone; the names that they
            registered stay theirs.

    Raises:
        BadParameter: the config's plugins are no list of names.
        NotAgreed: the user has not agreed to something.
        CannotImport: something is gone, or cannot be imported.
    """
    wanted = find_code(config, owner, folder, given, _needed(config))
    asked = [own for own in wanted if loaded_from(own) is None and not is_agreed(own)]
    if asked and not trust:
        named = " and ".join(f"'{own.path.resolve()}'{_beside(own)}" for own in asked)
        raise NotAgreed(
            f"{owner} would execute {named}, to which you have not agreed; read it, and if you trust it add --trust "
            "(in Python trust=True), which is remembered for these contents"
        )
    for own in asked:
        agree(own)
    with replacing_earlier(loaded.named[own] for own in given if own in loaded.named):
        for own in wanted:
            name = own.name.removeprefix(str(folder) + "/")
            module = import_sources(own, f"the plugin '{name}' of {owner}")
            if not own.name.endswith(".py"):
                loaded.named[own.name] = module.__name__
    return wanted


def _beside(sources: Sources) -> str:
    others = len(sources.files) - 1
    return f" with {others} {'file' if others == 1 else 'files'} beside it" if others else ""


def find_code(
    config: Mapping[str, Any], owner: str, folder: Path, given: Sequence[str] = (), registered: Sequence[Any] = ()
) -> list[Sources]:
    """Find the sources of the code that a config names and the user has not given.

    See `load_code`. Nothing is imported.

    Args:
        registered: what the names in the config stand for already; a plugin that the user's own
            program has imported is left out.
    """
    places = [folder / FOLDER, *sorted(folder.glob(f"{FOLDER}-*"))]  # of a run; a config has none
    stand_ins = {Path(own).name for own in given}
    found = []
    for plugin in plugins_of(config, owner):
        if Path(plugin).name in stand_ins or is_users_own(plugin, registered):
            continue
        sources = _find(plugin, folder, places)
        if sources is not None:
            found.append(sources)
        elif not given:
            raise CannotImport(f"{owner} needs the plugin '{plugin}', which is gone; give it by --plugin FILE")
    module = module_of(config)
    if module is not None and f"{BRIDGE_PREFIX}{module}" not in given:
        sources = sources_of_module(module, *places)
        if sources is None:
            raise CannotImport(f"{owner} needs the Python module '{module}', which cannot be found")
        found.append(sources)
    return found


def _find(plugin: str, folder: Path, places: Sequence[Path]) -> Sources | None:
    if not plugin.endswith(".py"):
        return sources_of_module(plugin, *places)
    path = folder / plugin
    return sources_of_file(path) if path.is_file() else None


def _needed(config: Mapping[str, Any]) -> list[Any]:
    """Registered objects that the names in a config stand for."""
    learners = config.get("learners") or {}
    choices = learners.values() if isinstance(learners, Mapping) else ()
    names = [config.get("algorithm"), *(own.get("algorithm") for own in choices if isinstance(own, Mapping))]
    registered = [(environments, config.get("environment")), *((algorithms, name) for name in names)]
    return [registry.find(name).target for registry, name in registered if isinstance(name, str) and name in registry]
