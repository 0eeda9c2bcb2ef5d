"""Finder of the three packages that lie beside the folder `stigmergy` in a checkout.

An installed package has them inside, and an editable install maps them. Neither helps where Python
starts in the root of a checkout: the folder `stigmergy` there shadows the installed package and
lacks the three.
"""

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).parent
FLOORS = ("envs", "algorithms", "training")


class CheckoutFinder(MetaPathFinder):
    """Finds `stigmergy.envs` and the other two in the folders beside the package."""

    def __init__(self, places: dict[str, Path]):
        self.places = places

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the three packages; modules inside them are found by the path of their package."""
        folder = self.places.get(fullname)
        if folder is None:
            return None
        return importlib.util.spec_from_file_location(
            fullname, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )


def find_neighbours() -> None:
    """Let Python find the packages that lie beside this one, where they are not inside.

    They come first, so that a checkout never runs the modules of another, editable one.
    """
    beside = {f"stigmergy.{name}": PACKAGE.parent / name for name in FLOORS if not (PACKAGE / name).is_dir()}
    known = any(isinstance(finder, CheckoutFinder) and finder.places == beside for finder in sys.meta_path)
    if not known and all((folder / "__init__.py").is_file() for folder in beside.values()):
        sys.meta_path.insert(0, CheckoutFinder(beside))


find_neighbours()
