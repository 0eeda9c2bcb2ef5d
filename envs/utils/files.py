"""Reading of foreign files: regular files of a bounded size, and nothing else.

A FIFO would wait for a writer, a device has no end, and a huge file fills the system's memory.
"""

import codecs
import os
import stat
from pathlib import Path

from ..errors import UserError

MOST_BYTES = 64 << 20
MOST_TEXT = 16 << 20
_MARKS = (  # the longer ones first, for UTF-16's begins that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class UnreadableFile(UserError, OSError):
    """A file that is missing, may not be read, or is not of the kind that was asked for.

    Args:
        path: the file.
        reason: what follows its name in the sentence.
    """

    def __init__(self, path: str | Path, reason: str):
        super().__init__(f"'{path}' {reason}")
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


def read_bytes(path: str | Path, most: int = MOST_BYTES) -> bytes:
    """Read a regular file, or a link to one.

    Args:
        most: the largest size that is read, in bytes.

    Raises:
        UnreadableFile: it is missing, no regular file (a folder, FIFO, socket or device), or larger
            than `most`.
    """
    try:
        # Without waiting, or the opening of a FIFO would last until somebody writes into it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UnreadableFile(path, f"cannot be read: {_reason(error)}") from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise UnreadableFile(path, f"cannot be read: {_kind(state.st_mode)}")
        content = None if state.st_size > most else _read(descriptor, most + 1)
    except OSError as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(path, f"cannot be read: {_reason(error)}") from None
    finally:
        os.close(descriptor)
    if content is None or len(content) > most:
        size = max(state.st_size, most + 1)
        raise UnreadableFile(path, f"is too large: it has {size} bytes or more; allowed are {most}")
    return content


def read_text(path: str | Path, most: int = MOST_TEXT) -> str:
    """Read a text file in UTF-8, UTF-16 or UTF-32, by its mark; ends of line become `\\n`.

    Raises:
        UnreadableFile: as for `read_bytes`, or it is no text in these encodings.
    """
    content = read_bytes(path, most)
    packed = next((name for start, name in _PACKED.items() if content.startswith(start)), None)
    if packed:
        raise UnreadableFile(path, f"is compressed by {packed}; unpack it and give the text file")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise UnreadableFile(path, "is not a text file") from None
        line = content[: error.start].count(b"\n") + 1
        given = f"the byte 0x{content[error.start]:02x} in line {line}"
        raise UnreadableFile(path, f"is not a text file in UTF-8: {given}; save it as UTF-8") from None
    if "\0" in text:
        raise UnreadableFile(path, "is not a text file in UTF-8: it has NUL bytes; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(descriptor: int, most: int) -> bytes:
    parts = []
    while most and (part := os.read(descriptor, min(most, 1 << 20))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "is a directory"),
        (stat.S_ISFIFO, "it is a FIFO, not a regular file"),
        (stat.S_ISSOCK, "it is a socket, not a regular file"),
        (stat.S_ISCHR, "it is a device, not a regular file"),
        (stat.S_ISBLK, "it is a device, not a regular file"),
    )
    return next((name for test, name in kinds if test(mode)), "it is no regular file")
