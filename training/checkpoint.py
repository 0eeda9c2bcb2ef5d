"""Checkpoints: written whole or not at all, and loaded without running any pickled code.

A checkpoint is nested dicts and lists of tensors, NumPy arrays, numbers, strings and None. The file is a SHA-256 of what follows, then what
`torch.save` writes, so that damage anywhere is noticed.
"""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..envs.errors import UserError

SUFFIX = ".checkpoint"
BEST = "best" + SUFFIX
KEEP = 2
DIGEST_BYTES = 32


class DamagedCheckpoint(UserError):
    """The file is not what was written."""


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that at every instant there is either the old one or the whole new one."""
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too, has to survive a power cut
    finally:
        os.close(folder)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write `state` to `path`."""
    buffer = io.BytesIO()
    torch.save(_to_tensors(state), buffer)
    data = buffer.getvalue()
    write_atomically(path, hashlib.sha256(data).digest() + data)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote, on the CPU; arrays come back as arrays.

    Raises:
        DamagedCheckpoint: the file is missing, cut short or changed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedCheckpoint(f"the checkpoint '{path}' cannot be read: {error.strerror}") from error
    digest, data = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    if hashlib.sha256(data).digest() != digest:
        raise DamagedCheckpoint(
            f"the checkpoint '{path}' is damaged: its {len(content)} bytes do not match their checksum"
        )
    return _from_tensors(torch.load(io.BytesIO(data), map_location="cpu", weights_only=True))


def checkpoint_path(folder: Path, update: int) -> Path:
    """Where the checkpoint after `update` updates lies."""
    return folder / f"{update:09d}{SUFFIX}"


def list_checkpoints(folder: Path) -> list[Path]:
    """The numbered checkpoints, newest first."""
    return sorted((path for path in folder.glob(f"*{SUFFIX}") if path.name != BEST), reverse=True)


def remove_old(folder: Path) -> None:
    """Keep the newest checkpoints only (the best has a name of its own and stays)."""
    for path in list_checkpoints(folder)[KEEP:]:
        path.unlink()
    for leftover in folder.glob("*.tmp"):
        leftover.unlink()


_ARRAY = "__array__"


def _to_tensors(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_tensors(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_tensors(item) for item in value]
    if isinstance(value, np.ndarray):  # as bytes, because tensors lack some dtypes (uint64)
        data = np.frombuffer(bytearray(value.tobytes()), np.uint8) if value.size else np.zeros(0, np.uint8)
        return {_ARRAY: torch.from_numpy(data), "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().clone()  # a view would drag its whole storage into the file
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(
        f"a checkpoint holds tensors, arrays, numbers, strings and None, not {type(value).__name__}: {value!r}"
    )


def _from_tensors(value: Any) -> Any:
    if isinstance(value, dict):
        if _ARRAY in value:
            return value[_ARRAY].numpy().view(np.dtype(value["dtype"])).reshape(value["shape"]).copy()
        return {key: _from_tensors(item) for key, item in value.items()}
    return [_from_tensors(item) for item in value] if isinstance(value, list) else value
