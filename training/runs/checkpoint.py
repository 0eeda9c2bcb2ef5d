"""Checkpoints: written whole or not at all, and loaded without running any pickled code.

A checkpoint is nested dicts and lists of tensors, NumPy arrays, numbers, strings and None. The file
is a SHA-256 of the rest, then the output of `torch.save`, so that any damage is detected.
"""

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...envs.core.system_memory import free_memory
from ...envs.errors import UserError
from ...envs.utils.files import UnreadableFile, read_bytes
from .storage import write_atomically

SUFFIX = ".checkpoint"
BEST = "best" + SUFFIX
KEEP = 2
DIGEST_BYTES = 32
MOST_DEPTH = 100
_NUMBERED = re.compile(r"(\d{9,})" + re.escape(SUFFIX), re.ASCII)


class DamagedCheckpoint(UserError):
    """Checkpoint file that is missing, or not as it was written."""


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write `state` to `path`. Raises OSError if it cannot be written; the old file then stays."""
    write_atomically(path, checkpoint_bytes(state))


def checkpoint_bytes(state: dict[str, Any]) -> bytes:
    """Contents of a checkpoint file; equal for equal states."""
    buffer = io.BytesIO()
    torch.save(_to_tensors(state), buffer)
    data = buffer.getvalue()
    return hashlib.sha256(data).digest() + data


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a file of `save_checkpoint` to the CPU; arrays come back as arrays.

    Raises:
        DamagedCheckpoint: the file is missing, cut short or changed, or it is none that
            `save_checkpoint` writes.
    """
    try:
        content = read_bytes(path, free_memory() or 1 << 62)
    except UnreadableFile as error:
        raise DamagedCheckpoint(f"the checkpoint '{path}' {error.reason}") from error
    digest, data = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    if hashlib.sha256(data).digest() != digest:
        raise DamagedCheckpoint(
            f"the checkpoint '{path}' is damaged: its {len(content)} bytes do not match their checksum"
        )
    try:
        _check_parts(data)
        state = _Reader(len(data)).from_tensors(torch.load(io.BytesIO(data), map_location="cpu", weights_only=True))
        if not isinstance(state, dict):
            raise ValueError(f"it holds {type(state).__name__}, not a dict")
    except MemoryError:
        raise
    except Exception as error:  # whatever a foreign pickle makes torch raise
        reason = " ".join(str(error).split())[:200]
        raise DamagedCheckpoint(
            f"the checkpoint '{path}' is none that stigmergy wrote, and nothing but weights and plain values is loaded: "
            f"{type(error).__name__}: {reason}"
        ) from error
    return state


def _check_parts(data: bytes) -> None:
    """Raise ValueError unless the archive's parts are stored uncompressed.

    The archive thus cannot grow when it is read.
    """
    if not data.startswith(b"PK\x03\x04"):
        raise ValueError("it is no archive")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    packed = next((part.filename for part in parts if part.compress_type != zipfile.ZIP_STORED), None)
    if packed is not None:
        raise ValueError(f"its part '{packed}' is compressed")
    declared = sum(part.file_size for part in parts)
    if declared > len(data):
        raise ValueError(f"its parts have {declared} bytes, more than the {len(data)} of the file")


def checkpoint_path(folder: Path, update: int) -> Path:
    """Path of the checkpoint after `update` updates."""
    return folder / f"{update:09d}{SUFFIX}"


def list_checkpoints(folder: Path) -> list[Path]:
    """Numbered checkpoints, newest first; files of other names are left out."""
    numbered = [
        (int(match[1]), path) for path in folder.glob(f"*{SUFFIX}") if (match := _NUMBERED.fullmatch(path.name))
    ]
    return [path for _, path in sorted(numbered, reverse=True) if path.is_file()]


def remove_old(folder: Path) -> None:
    """Keep the newest checkpoints only (the best has a name of its own and stays)."""
    for path in list_checkpoints(folder)[KEEP:]:
        path.unlink()
    for leftover in folder.glob("*.tmp"):
        if not leftover.is_dir():
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


class _Reader:
    """Conversion of values loaded by torch to the saved ones.

    Values that occur in several places, and tensors that repeat a few bytes many times, can stand
    for more bytes than the file has. `save_checkpoint` writes neither, so the file's length is a
    bound.
    """

    def __init__(self, most: int):
        self.left = most
        self.bytes_left = most

    def from_tensors(self, value: Any, depth: int = 0) -> Any:
        """Value with its arrays.

        Raises ValueError beyond the bounds, or for types that are never saved.
        """
        self.left -= 1
        if self.left < 0 or depth > MOST_DEPTH:
            raise ValueError("it holds more values than a file of its length can")
        if isinstance(value, dict):
            if _ARRAY in value:
                return self._array(value)
            return {key: self.from_tensors(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.from_tensors(item, depth + 1) for item in value]
        if isinstance(value, torch.Tensor):
            return self._counted(value)
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise ValueError(f"it holds {type(value).__name__}")

    def _array(self, value: dict[Any, Any]) -> np.ndarray:
        dtype = np.dtype(value["dtype"])
        if dtype.kind not in "biufcSU":
            raise ValueError(f"it holds an array of {dtype}")
        return self._counted(value[_ARRAY]).numpy().view(dtype).reshape(value["shape"]).copy()

    def _counted(self, tensor: torch.Tensor) -> torch.Tensor:
        if tensor.layout != torch.strided:
            raise ValueError(f"it holds a tensor of layout {tensor.layout}")
        self.bytes_left -= tensor.numel() * tensor.element_size()
        if self.bytes_left < 0:
            raise ValueError("its tensors are larger than the file")
        return tensor
