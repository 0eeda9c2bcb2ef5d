"""Logs of a run that resume exactly where its checkpoint was made."""

import csv
import io
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...envs.errors import UserError

_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
# No symbolic links to files of other folders, and no FIFOs.
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
MOST_ROW = 1 << 16
"""Bytes of the longest row of a log."""


class CsvLog:
    """Log that appends rows to a CSV file.

    Args:
        header: the first row, with its newline.
        keep: bytes of the file that stay, as `sync` gave them; None starts it anew.

    Attributes:
        loss: a sentence if the file had lost rows that it should have kept, else None.
        last_step: step of the last row that the file had, also if it is cut now; 0 without rows.

    Raises:
        UserError: it is no regular file.
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, header: bytes, keep: int | None = None):
        self.path = path
        self.loss: str | None = None
        self.last_step = 0
        try:
            descriptor = os.open(path, _FLAGS | os.O_CREAT, 0o666)
        except OSError as error:
            if path.is_symlink() or path.is_dir():
                raise UserError(f"'{path}' is no regular file, so no rows are written to it; move it away") from error
            raise
        self._file = open(descriptor, "r+b", buffering=0)  # noqa: SIM115 (closed by `close`)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError(f"'{path}' is no regular file, so no rows are written to it; move it away")
            self._go_back(header, keep)
        except BaseException:
            self._file.close()
            raise

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows; fields that hold a comma, a quote or a line break are quoted.

        Raises OSError, with the path, if they cannot be written.
        """
        text = io.StringIO()
        # With this line end the writer quotes both kinds of line breaks. The file keeps its plain
        # line end.
        writer = csv.writer(text, lineterminator="\r\n")
        lines = []
        for row in rows:
            writer.writerow(row)
            lines.append(text.getvalue().removesuffix("\r\n").encode() + b"\n")
            text.seek(0)
            text.truncate()
        self._append(b"".join(lines))

    def _append(self, lines: bytes) -> None:
        before, left = self.position(), memoryview(lines)
        try:
            while left:
                left = left[self._file.write(left) :]
        except BaseException as error:
            self.cut(before)
            if isinstance(error, OSError):
                raise OSError(error.errno, error.strerror, str(self.path)) from error
            raise

    def position(self) -> int:
        """Bytes written so far."""
        return self._file.tell()

    def cut(self, position: int) -> None:
        """Truncate the file to an earlier position."""
        self._file.truncate(position)
        self._file.seek(position)

    def sync(self) -> int:
        """Flush to the disk and return the bytes written so far."""
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _go_back(self, header: bytes, keep: int | None) -> None:
        size = self._file.seek(0, os.SEEK_END)
        step = self._step_before(self._whole_rows(size, header))
        self.last_step = int(step) if step.isdecimal() and len(step) < 20 else 0
        if keep is None:
            kept = 0
        elif size >= keep >= len(header) and self._read(keep - 1, 1) == b"\n" and self._read(0, len(header)) == header:
            kept = keep
        else:
            kept = self._whole_rows(min(size, keep), header)
            self.loss = self._sentence(kept, size, keep, header)
        self.cut(kept)
        if kept == 0:
            self._append(header)

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def _whole_rows(self, most: int, header: bytes) -> int:
        """End of the last whole row within the first `most` bytes.

        It is 0 if the file does not begin with the header.
        """
        if self._read(0, len(header)) != header:
            return 0
        start = max(most - MOST_ROW, 0)
        end = self._read(start, most - start).rfind(b"\n") + 1
        return max(start + end, len(header)) if end else len(header)

    def _sentence(self, kept: int, size: int, keep: int, header: bytes) -> str:
        if size < keep:
            fault = f"'{self.path}' has {size} bytes where it had {keep} when the checkpoint was made"
        else:
            fault = f"'{self.path}' was changed since the checkpoint was made"
        if kept <= len(header):
            return f"{fault}: its rows up to there are lost, and it goes on from there"
        return f"{fault}: the rows from step {self._step_before(kept)} up to there are lost, and it goes on from there"

    def _step_before(self, end: int) -> str:
        """First field of the row that ends at `end`."""
        start = max(end - MOST_ROW, 0)
        row = self._read(start, end - start).rstrip(b"\n").rpartition(b"\n")[2]
        return row.split(b",")[0].decode(errors="replace")
