"""Hooks that MkDocs calls while it builds the site; `make docs` does.

Pages that are made of the registry, of sources and of notebooks exist while the site is built only.
"""

import atexit
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

from docs.sitegen import learner_pages, reference_pages, task_pages
from docs.sitegen.addresses import PICTURES, ROOT, BrokenLink, Links, address_of
from docs.sitegen.notebook_pages import executed, notebook_page
from docs.sitegen.source_pages import source_page

NOTEBOOKS = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").glob("*.ipynb"))]
PAGES = [
    path.relative_to(ROOT).as_posix() for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("benchmarks/**/*.md"))]
]
"""Pages outside of `docs/` that the site has too."""
WITHOUT_NAVIGATION = "---\nhide:\n  - navigation\n---\n\n"
FAMILY = "tasks of the family "
LEARNERS, REFERENCE = "learners", "reference"
"""Entries of the navigation in `mkdocs.yml` that stand for generated pages."""


@event_priority(100)  # before mkdocstrings reads its options
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the generated pages in the navigation, and lay the sources out for mkdocstrings."""
    config.nav = _filled(config.nav)
    tree = Path(tempfile.mkdtemp(prefix="stigmergy-docs-"))
    atexit.register(shutil.rmtree, tree, ignore_errors=True)
    package = tree / "stigmergy"
    package.mkdir()
    for path in (ROOT / "stigmergy").iterdir():
        (package / path.name).symlink_to(path)
    for floor in ("envs", "algorithms", "training"):
        (package / floor).symlink_to(ROOT / floor)
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [str(tree)]
    return config


def _filled(nav: Any) -> Any:
    """The navigation with pages in place of the entries that stand for them."""
    if isinstance(nav, dict):
        return {title: _filled(entry) for title, entry in nav.items()}
    if not isinstance(nav, list):
        return nav
    found: list[Any] = []
    for entry in nav:
        if isinstance(entry, str) and entry.startswith(FAMILY):
            family = entry.removeprefix(FAMILY)
            ids = [own.name for own in task_pages.tasks() if own.name.startswith(f"{family}/")]
            found += [{id.partition("/")[2].removesuffix("-v0"): task_pages.address(id)} for id in ids]
        elif entry == LEARNERS:
            found += [{own.name: learner_pages.address(own.name)} for own in learner_pages.learners()]
        elif entry == REFERENCE:
            found += [{page.capitalize(): reference_pages.address(page)} for page in reference_pages.shelves()]
        else:
            found.append(_filled(entry))
    return found


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and rewrite the links of all pages to addresses of the site."""
    pages = {own.name: task_pages.address(own.name) for own in task_pages.tasks()}
    pages |= {own.name: learner_pages.address(own.name) for own in learner_pages.learners()}
    links = Links(pages)
    made: dict[str, str | bytes] = {}

    def rewritten(address: str, text: str, path: str) -> str:
        try:
            return links.rewrite(text, path, address)
        except BrokenLink as error:
            raise PluginError(str(error)) from None

    def add(address: str, text: str, path: str) -> None:
        made[address] = rewritten(address, text, path)

    for file in [*files.documentation_pages()]:
        path = f"docs/{file.src_uri}"
        files.remove(file)
        if path != "docs/README.md":
            add(file.src_uri, (ROOT / path).read_text(), path)
    for path in PAGES:
        head = WITHOUT_NAVIGATION if path == "README.md" else ""
        add(address_of(path), head + (ROOT / path).read_text(), path)
    for path in NOTEBOOKS:
        address = address_of(path)
        rewrite = partial(rewritten, address, path=path)
        made[address], pictures = notebook_page(executed(ROOT / path), Path(path).stem, rewrite)
        made |= pictures
    for own in task_pages.tasks():
        add(pages[own.name], task_pages.task_page(own), f"docs/{pages[own.name]}")
    for own in learner_pages.learners():
        add(pages[own.name], learner_pages.learner_page(own), f"docs/{pages[own.name]}")
    for page, names in reference_pages.shelves().items():
        made[reference_pages.address(page)] = reference_pages.reference_page(page, names)
    for path in sorted(links.targets):
        address = address_of(path)
        if address in made or address in files.src_uris:
            continue
        if path.endswith(PICTURES):
            made[address] = (ROOT / path).read_bytes()
        else:
            made[address] = source_page(ROOT, path)
    for address, content in made.items():
        files.append(File.generated(config, address, content=content))
    return files
