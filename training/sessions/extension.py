"""Extension of a finished run: its config gets a larger number of steps.

The config changes only if the work that needs it succeeds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...envs.errors import BadParameter
from ...envs.utils.yaml_text import write_yaml
from ..runs.run import Run
from ..runs.storage import write_atomically


@contextmanager
def lengthened(folder: str | Path, total_steps: int | None) -> Iterator[None]:
    """Write `total_steps` into the config of the run in `folder` for the block.

    If the block fails, the old config is restored.

    Args:
        total_steps: of the whole run, those that are made included; None leaves the config alone.

    Raises:
        BadParameter: there is no run in `folder`, or it is to be as long already.
    """
    if total_steps is None:
        yield
        return
    run = Run.open(folder)
    path = run.folder / "config.yaml"
    before, config = path.read_bytes(), run.config()
    planned = (config.get("training") or {}).get("total_steps", 0)
    if total_steps <= planned:
        raise BadParameter(
            f"training.total_steps is {total_steps}; the run '{folder}' is to have {planned} already, so allowed is more"
        )
    config["training"]["total_steps"] = total_steps
    write_atomically(path, write_yaml(config).encode())
    try:
        yield
    except BaseException:
        write_atomically(path, before)
        raise
