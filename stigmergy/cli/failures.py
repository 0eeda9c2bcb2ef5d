"""Failures as sentences: exceptions of commands as one line and an exit status.

A mistake of the user, and a file that cannot be used, end with status 2. Everything else ends with
status 1.
"""

import errno
import os
import sys
import sysconfig
import tempfile
import traceback
from pathlib import Path
from types import FrameType

from stigmergy.envs.errors import Failure, UserError

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parent
FLOORS = ("envs", "algorithms", "training")
TRACEBACK = "STIGMERGY_TRACEBACK"
"""Environment variable; any value but 0 prints the traceback before the sentence, as
`--traceback`."""
WRONG_FILE = {
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.EISDIR,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
    errno.EROFS,
    errno.ELOOP,
    errno.EINVAL,
    errno.EILSEQ,
}
"""Causes that another path on the command line cures."""
CAUSES = {
    errno.ENOSPC: "no space is left on the device",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EROFS: "the file system is read-only",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open in this process; a higher `ulimit -n` allows more",
    errno.ENFILE: "too many files are open on this machine",
    errno.EIO: "the device failed to read or write",
}
OUT_OF_MEMORY = (
    "can't allocate memory",
    "out of memory",
    "not enough memory",
    "Storage size calculation overflowed",
    "array is too big",
    "Maximum allowed dimension exceeded",
)
LIBRARIES = (
    "torch",
    "numpy",
    "numba",
    "llvmlite",
    "tyro",
    "pydantic",
    "rich",
    "yaml",
    "PIL",
    "gymnasium",
    "pettingzoo",
)
"""Packages that fail because of their input; the caller is to blame."""

LONGEST_WORD = 300
"""Characters of a word, such as a path or a number, that a sentence shows whole."""


class HelpShown(SystemExit):
    """Exit after the help was printed."""


def report(error: BaseException, wants_traceback: bool = False) -> int:
    """Print one sentence on standard error and return the exit status.

    The traceback of a program's fault goes into a file that the sentence names.
    """
    if wants_traceback or os.environ.get(TRACEBACK, "0") not in ("", "0"):
        traceback.print_exception(error)
        wants_traceback = True
    known = describe(error)
    if known is None:
        text, status = _fault(error), 1
        if not wants_traceback:
            text += f"; {_keep_traceback(error)}"
    else:
        text, status = known
    print(f"error: {one_line(text)}", file=sys.stderr)
    return status


def describe(error: BaseException) -> tuple[str, int] | None:
    """Sentence and exit status of a failure with a known cause; None for a fault of a program."""
    if isinstance(error, UserError):
        return str(error), 2
    if isinstance(error, Failure):
        return str(error), 1
    if isinstance(error, MemoryError) or _is_allocation(error):
        return (
            f"memory is used up: {_first_line(error)}; fewer or smaller envs, rollouts, batches or layers need less",
            1,
        )
    if isinstance(error, UnicodeError):
        return f"a text cannot be read or written: {_first_line(error)}", 2
    if isinstance(error, OSError) and error.errno is not None:
        return _operating_system(error)
    if isinstance(error, SystemExit):
        return f"{_culprit(error)} ended the program by sys.exit({error.code!r})", 1
    if isinstance(error, RecursionError):
        return f"{_culprit(error)} calls itself without an end: {_first_line(error)}", 1
    return None


def _operating_system(error: OSError) -> tuple[str, int]:
    cause = CAUSES.get(error.errno or 0) or (error.strerror or "cannot be used").lower()
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes, Path))]
    where = f"'{names[-1]}': " if names else ""
    return f"{where}{cause}", 2 if error.errno in WRONG_FILE else 1


def _is_allocation(error: BaseException) -> bool:
    """True if the words of the error are those of a failed allocation.

    Torch and NumPy have no type of their own for all of these failures.
    """
    return isinstance(error, RuntimeError | ValueError) and any(words in str(error) for words in OUT_OF_MEMORY)


def _fault(error: BaseException) -> str:
    return f"{_culprit(error)} failed with {type(error).__name__}: {_first_line(error) or 'no reason given'}"


def _culprit(error: BaseException) -> str:
    """Name the code to blame.

    It is the user's or another package's if nearest to the failure, else the program's own.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    for frame, line in reversed(frames):
        path = Path(frame.f_code.co_filename)
        if _is_ours(path):
            return f"stigmergy itself ({_place(frame, line)})"
        if not _is_library(path):
            return f"the code of '{path}' (line {line}, {frame.f_code.co_name})"
    return "stigmergy itself"


def _place(frame: FrameType, line: int) -> str:
    path = Path(frame.f_code.co_filename)
    return f"{path.relative_to(CHECKOUT)}, line {line}" if path.is_relative_to(CHECKOUT) else f"{path}, line {line}"


def _is_ours(path: Path) -> bool:
    """True for the package, installed or in a checkout.

    In a checkout three of its folders are beside it.
    """
    folders = [PACKAGE, *(CHECKOUT / floor for floor in FLOORS if not (PACKAGE / floor).is_dir())]
    return any(path.is_relative_to(folder) for folder in folders)


def _is_library(path: Path) -> bool:
    """True for Python's own files, for LIBRARIES, and for code without a file."""
    if not path.is_file():
        return True
    # Packages first, because they are inside stdlib.
    for name in ("purelib", "platlib", "stdlib", "platstdlib"):
        root = Path(sysconfig.get_path(name))
        if path.is_relative_to(root):
            return name.endswith("stdlib") or path.relative_to(root).parts[0] in LIBRARIES
    return False


def _keep_traceback(error: BaseException) -> str:
    """Write the traceback to a file and return half a sentence with its path."""
    text = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="stigmergy-", suffix=".traceback", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(text)
    except OSError:
        return f"{TRACEBACK}=1 shows the traceback"
    return f"the traceback is in {file.name}"


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0].rstrip(". ") if text else ""


def one_line(text: str) -> str:
    """Text on one line, without control characters of terminals, and with very long words cut."""
    plain = "".join(c if c.isprintable() or c.isspace() else "?" for c in text)
    return " ".join(word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD // 2]}..." for word in plain.split())
