"""The commit that is checked out in a repository, read from git's files without calling git."""

import os
import re
from pathlib import Path

from .files import UnreadableFile, read_bytes

MOST_LINKS = 5
MOST_REFERENCES = 64 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def git_commit(folder: Path) -> str | None:
    """Commit that is checked out in the repository around `folder`; None outside of one.

    Git itself is not called: in another user's repository, `git status` runs the commands of its
    configuration, such as `core.fsmonitor`. Files that differ from the commit are therefore not
    noticed.
    """
    for place in (folder, *folder.parents):
        found = place / ".git"
        if os.path.lexists(found):
            git = _git_folder(found)
            return _resolve(git, "HEAD", MOST_LINKS) if git else None
    return None


def _git_folder(found: Path) -> Path | None:
    """Folder with HEAD: `.git`, or the target of the file `.git` in a worktree or submodule."""
    if found.is_dir():
        return found
    target = _read(found).removeprefix("gitdir:").strip()
    return found.parent / target if target else None


def _resolve(git: Path, name: str, links: int) -> str | None:
    shared = _read(git / "commondir").strip()
    common = git / shared if shared else git
    text = _read(git / name).strip() or _read(common / name).strip() or _packed(common, name)
    target = text.removeprefix("ref:").strip()
    if target != text:
        inside = target.startswith("refs/") and ".." not in target
        return _resolve(git, target, links - 1) if inside and links else None
    return text if _COMMIT.fullmatch(text) else None


def _packed(common: Path, name: str) -> str:
    for line in _read(common / "packed-refs", MOST_REFERENCES).splitlines():
        commit, _, reference = line.partition(" ")
        if reference == name:
            return commit
    return ""


def _read(path: Path, most: int = 4096) -> str:
    """Text of a file; empty if there is none."""
    try:
        return read_bytes(path, most).decode(errors="replace")
    except UnreadableFile:
        return ""
