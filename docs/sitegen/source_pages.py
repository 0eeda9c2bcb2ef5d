"""Pages with the text of a file, for links to sources."""

import subprocess
from pathlib import Path

LANGUAGES = {".py": "python", ".pyi": "python", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".cff": "yaml"}
HEAD = "---\ntitle: {name}\nsearch:\n  exclude: true\nhide:\n  - toc\n---\n\n# `{path}`\n\n"


def source_page(root: Path, path: str) -> str:
    """Markdown of a page with a file, or with the names of the files in a folder."""
    file = root / path
    head = HEAD.format(name=file.name, path=path)
    if file.is_dir():
        return head + "".join(f"- `{name}`\n" for name in _tracked(root, path))
    text = file.read_text(encoding="utf-8", errors="replace")
    fence = "`" * 6
    return f"{head}{fence} {{ .{LANGUAGES.get(file.suffix, 'text')} }}\n{text}\n{fence}\n"


def _tracked(root: Path, path: str) -> list[str]:
    """Files in a folder without those that tools leave there."""
    listed = subprocess.run(["git", "ls-files", "--", path], cwd=root, capture_output=True, text=True)
    names = listed.stdout.split() if listed.returncode == 0 else []
    return names or sorted(
        own.relative_to(root).as_posix() for own in (root / path).rglob("*") if "__pycache__" not in own.parts
    )
