"""Notebooks as pages: their cells are executed, and the outputs stand below them."""

import base64
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbclient
import nbformat

from .addresses import ROOT

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
SECONDS = 900
"""Longest time of a cell."""


def executed(path: Path) -> Any:
    """The notebook with the outputs of its cells, executed in an empty folder.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raises.
    """
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    given = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory() as folder:
        # The kernel takes the package of this checkout, and writes its runs into the empty folder.
        os.environ["PYTHONPATH"] = os.pathsep.join(part for part in (str(ROOT), given) if part)
        try:
            nbclient.NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": folder}}).execute()
        finally:
            os.environ.pop("PYTHONPATH")
            if given is not None:
                os.environ["PYTHONPATH"] = given
    return notebook


def notebook_page(notebook: Any, name: str, rewrite: Callable[[str], str]) -> tuple[str, dict[str, bytes]]:
    """Markdown of an executed notebook, and the pictures that it shows by file name.

    Args:
        name: put before the names of the pictures.
        rewrite: function from the text of a Markdown cell to that with the links of the site.
    """
    parts, pictures = [], {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(rewrite(cell.source))
        elif cell.cell_type == "code":
            parts.append(f"```python\n{cell.source}\n```")
            for output in cell.outputs:
                parts.append(_output(output, pictures, f"{name}-{len(pictures)}"))
    return "\n\n".join(part for part in parts if part) + "\n", pictures


def _output(output: Any, pictures: dict[str, bytes], name: str) -> str:
    """Markdown of one output of a cell: a picture, HTML, or text."""
    if output.output_type == "stream":
        return _text(output.text) if output.name == "stdout" else ""
    data = output.get("data", {})
    for kind, suffix in (("image/png", ".png"), ("image/gif", ".gif")):
        if kind in data:
            pictures[name + suffix] = base64.b64decode(data[kind])
            return f"![]({name}{suffix})"
    if "text/html" in data:
        html = "".join(data["text/html"])
        return f'<div class="output">{html.strip()}</div>'
    return _text("".join(data.get("text/plain", "")))


def _text(text: str) -> str:
    text = COLOURS.sub("", text)
    return f"``` {{ .text .output }}\n{text.rstrip()}\n```" if text.strip() else ""
