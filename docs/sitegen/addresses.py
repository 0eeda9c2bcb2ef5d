"""Addresses in the site of files of the repository, and links between pages rewritten to them.

Pages are written so that their links work where the repository is browsed. The site has the same
files under other addresses:

| file | address |
| --- | --- |
| `README.md`, `docs/README.md` | `index.md` |
| `docs/PAGE.md`, pictures in `docs/` | `PAGE.md` and so on |
| `docs/PAGE.ipynb` | `PAGE.md`, with the outputs of its cells |
| other `*.md` | `project/PATH.md` |
| other files, and folders | `source/PATH.md`, a page with the text or with the names of the files |

A link from `` `ID` `` of a task, or `` `NAME` `` of a learner, to its source leads to its page.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = (".png", ".gif", ".svg", ".jpg")
_PARTS = re.compile(
    r"(?P<code>^(?P<fence>```+|~~~+).*?^(?P=fence)[ ]*$)"
    r"|(?P<words>!?\[(?:[^\[\]]|\[[^\]]*\](?:\([^)]*\))?)*\])\((?P<target>[^)\s]+)\)"
    r"|(?P<mark>^<!-- .*? -->\n)",
    re.MULTILINE | re.DOTALL,
)


class BrokenLink(ValueError):
    """A link that leads out of the repository, or to nothing."""


def address_of(path: str) -> str:
    """Address in the site of a file or folder of the repository, both relative to their roots."""
    inside = path.removeprefix("docs/")
    if path in ("README.md", "docs/README.md"):
        return "index.md"
    if path.startswith("docs/") and path.endswith((".md", *PICTURES)):
        return inside
    if path.startswith("docs/") and path.endswith(".ipynb"):
        return inside.removesuffix(".ipynb") + ".md"
    if path.endswith((".md", *PICTURES)):
        return f"project/{path}"
    return f"source/{path}.md"


@dataclass
class Links:
    """Links of all pages, and the files that they lead to."""

    pages: Mapping[str, str]
    """Task id or learner to the address of its page."""
    targets: set[str] = field(default_factory=set)
    """Files and folders of the repository that some page links to."""

    def rewrite(self, text: str, path: str, address: str) -> str:
        """Text of the page at `path` in the repository, with the links of the page at `address`.

        Raises:
            BrokenLink: a link leads out of the repository, or to nothing.
        """

        def replaced(match: re.Match[str]) -> str:
            if match["code"]:
                return match["code"]
            if match["mark"]:
                return ""
            words = match["words"]
            if not words.startswith("!"):  # a picture may be the words of a link
                words = f"[{self.rewrite(words[1:-1], path, address)}]"
            return f"{words}({self._moved(match['words'], match['target'], path, address)})"

        return _PARTS.sub(replaced, text)

    def _moved(self, words: str, link: str, path: str, address: str) -> str:
        target, hash, anchor = link.partition("#")
        if re.match(r"\w+:", link) or not target:
            return link
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if file.startswith("..") or not (ROOT / file).exists():
            raise BrokenLink(f"{path} links to '{link}', which is no file of the repository")
        own = self.pages.get(words.strip("[]`"))
        if own is None:
            self.targets.add(file)
        return posixpath.relpath(own or address_of(file), posixpath.dirname(address) or ".") + hash + anchor
