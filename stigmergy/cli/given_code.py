"""Code named on the command line: `--plugin`, and environments called `pettingzoo:MODULE`."""

from collections.abc import Sequence

from stigmergy.cli.options import peek
from stigmergy.envs.interop.from_pettingzoo import BRIDGE_PREFIX
from stigmergy.envs.plugins.loading import import_given
from stigmergy.envs.registration.registry import load_given


def load_given_code(args: Sequence[str]) -> tuple[str, ...]:
    """Import the code that the arguments of a command name, and return its names.

    The current folder is searched too.

    Raises:
        CannotImport: a file or module is missing, or cannot be imported.
    """
    plugins = peek(args, "plugin")
    load_given(plugins)
    values = [value for arg in args for value in (arg, arg.partition("=")[2])]
    ids = list(dict.fromkeys(value for value in values if value.startswith(BRIDGE_PREFIX)))
    for id in ids:
        name = id.removeprefix(BRIDGE_PREFIX)
        import_given(name, f"'{id}' needs the Python module '{name}', which")
    return *plugins, *ids
