"""Parameters that name files: a run keeps these, and finds them wherever it lies.

A field of a task's dataclass says so itself: `level: str = field(default="", metadata={"file":
True})`. Where a value may also be something else, such as the name of a generator, the metadata
holds a function from the value to a path, or to None where it names no file.
"""

import dataclasses
import os
from collections.abc import Callable
from typing import Any

KEY = "file"
FindFile = Callable[[str], str | None]


def file_parameters(cls: type) -> dict[str, FindFile | bool]:
    """The fields of a dataclass that name files, and how each file is found."""
    fields = dataclasses.fields(cls)
    return {own.name: own.metadata[KEY] for own in fields if own.init and own.metadata.get(KEY)}


def file_named(find: FindFile | bool, value: Any) -> str | None:
    """The file that the value of a parameter names; None if there is none."""
    path = find(value) if callable(find) else value
    return path if path and os.path.isfile(path) else None
