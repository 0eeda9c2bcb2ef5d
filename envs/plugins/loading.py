"""Importing of plugins: files and modules of users, known by the digest of what they consist of."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import CannotImport, UserError
from .search_path import PLACE, Place, load, stands_for
from .sources import OURS, RESERVED, Sources, is_installed, neighbour, sources_of_file, sources_of_module

LONGEST_REASON = 300
KERNELS = __name__.rpartition(".plugins.")[0] + ".kernels"


class Loaded:
    """Modules that were loaded here."""

    def __init__(self):
        self.digests: dict[str, str] = {}
        """Digest of the sources to the name of the module made of them."""
        self.places: dict[Path, Place] = {}
        """Folder to the place that it is."""
        self.named: dict[str, str] = {}
        """Module as users write it to the name that it has in `sys.modules`."""

    def forget(self, module: str) -> None:
        """Let the module be loaded anew when it is wanted again."""
        self.digests = {digest: name for digest, name in self.digests.items() if name != module}
        if PLACE in getattr(sys.modules.get(module), "__dict__", {}):
            del sys.modules[module]


loaded = Loaded()


def import_sources(sources: Sources, what: str) -> ModuleType:
    """Import a plugin or module from its files; once for each contents.

    Args:
        what: the words for it in an error, such as `the plugin 'my_file.py'`.

    Raises:
        CannotImport: it raises while it is imported, or asks Python to exit.
    """
    known = loaded_from(sources)
    if known is not None:
        return known
    importlib.import_module(
        KERNELS
    )  # so that kernels which the plugin declares by Numba alone are cached by their sources too
    with telling(what):
        if sources.installed:
            module = importlib.import_module(sources.name)
        else:
            _forget_older(sources)
            place = loaded.places.setdefault(sources.folder, Place(sources.folder))
            place.tops |= {file.partition("/")[0] for file in sources.files}
            first = sources.folder / sources.main.partition("/")[0]
            real = load(first, place).__name__
            rest = "" if first.is_file() else sources.name.partition(".")[2]
            module = importlib.import_module(f"{real}.{rest}" if rest else real)
    loaded.digests[sources.digest] = module.__name__
    return module


def loaded_from(sources: Sources) -> ModuleType | None:
    """The module made of the same contents in this process, by a plugin or an import."""
    name = loaded.digests.get(sources.digest, "")
    if name in sys.modules:
        return sys.modules[name]
    for candidate in (sources.name if sources.name in sys.modules else sources.path.stem, "__main__"):
        module = sys.modules.get(candidate)
        file = getattr(module, "__file__", None)
        if module is None or not file or PLACE in vars(module) or Path(file).name != sources.path.name:
            continue
        if Path(file).resolve() == sources.path.resolve() or _digest(candidate, file, sources) == sources.digest:
            return module
    return None


def is_users_own(plugin: str, targets: Iterable[Any]) -> bool:
    """Tell whether the user's program has itself imported a file called like `plugin`.

    One of `targets` has to stand in that file.
    """
    for target in targets:
        module = sys.modules.get(getattr(target, "__module__", None) or "")
        file = Path(getattr(module, "__file__", None) or "")
        ours = module is None or PLACE in vars(module) or module.__name__.partition(".")[0] in OURS
        if not ours and file.name == Path(plugin).name and not is_installed(file.absolute()):
            return True
    return False


def _digest(module: str, file: str, sources: Sources) -> str | None:
    try:
        plugin = sources.name.endswith(".py")
        own = sources_of_file(file) if plugin else sources_of_module(module)
    except UserError:
        return None
    return own.digest if own else None


def _forget_older(sources: Sources) -> None:
    """Let files that have changed since they were loaded here be loaded anew."""
    first = sources.folder / sources.main.partition("/")[0]
    if not any(stands_for(name.partition(".")[0], first) for name in loaded.digests.values()):
        return
    for name, module in list(sys.modules.items()):
        place = getattr(module, "__dict__", {}).get(PLACE)
        if place is not None and place.folder == sources.folder:
            del sys.modules[name]
    loaded.digests = {digest: name for digest, name in loaded.digests.items() if name in sys.modules}


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Turn whatever an import raises into one sentence.

    `what` names it, such as `the plugin 'my_file.py'`.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit, by which a module must not end the program
        reason = " ".join(str(error).split())
        if len(reason) > LONGEST_REASON:
            reason = reason[:LONGEST_REASON] + "..."
        kind = type(error).__name__
        raise CannotImport(f"{what} cannot be imported: {kind}{f': {reason}' if reason else ''}") from error


def find_given(name: str) -> Sources | None:
    """Sources of a plugin given on the command line.

    It is a file, or a module of Python's path or of the current folder.

    None of a module that cannot be found, or that Python itself holds.

    Raises:
        CannotImport: there is no such file.
    """
    if name.endswith(".py"):
        return sources_of_file(name)
    return sources_of_module(name) or sources_of_module(name, Path.cwd())


def import_given(name: str, what: str) -> ModuleType:
    """Import what the user gave on the command line; see `find_given`. Raises CannotImport."""
    sources = find_given(name)
    if sources is None:
        folder = None if name in sys.modules or name in RESERVED else neighbour(Path.cwd(), name)
        with telling(what):  # a folder without __init__.py executes nothing
            return importlib.import_module(name) if folder is None else load(folder, Place(Path.cwd(), {name}))
    module = import_sources(sources, what)
    loaded.named[name] = module.__name__
    return module


def import_named(name: str, what: str) -> ModuleType:
    """Import the module that an id such as `pettingzoo:my_package.my_world` names.

    Raises CannotImport.
    """
    with telling(what):
        return importlib.import_module(loaded.named.get(name, name))
