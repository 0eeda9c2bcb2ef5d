"""Pages of the documentation: links, Python blocks, the table of tasks."""

import importlib.util
import json
import re
import shlex
import subprocess
import sys

import pytest

from stigmergy.cli import main
from tests.support import environments_page
from tests.support.source_rules import ROOT

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/**/*.md")]
}
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


PASSED_ON = {"sweep": ("train",)}
"""Command to others whose options it takes, too."""


def ci_readme():
    """The module that runs the commands of the README in CI."""
    spec = importlib.util.spec_from_file_location("ci_readme", ROOT / ".ci/readme.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchors(text):
    """Names that GitHub gives to the headings of a page."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def broken_links(page, text):
    found = []
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", link):
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        inside = target.exists() and target.resolve().is_relative_to(ROOT)
        if not inside or (anchor and anchor not in anchors(target.read_text())):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings(page):
    assert broken_links(page, PAGES[page]) == []


NOTEBOOKS = {path.name: json.loads(path.read_text()) for path in ROOT.glob("docs/*.ipynb")}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_have_links_that_lead_somewhere_and_no_outputs(name):
    """Their cells run while the site is built."""
    cells = NOTEBOOKS[name]["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert broken_links(f"docs/{name}", text) == []
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_a_broken_link_would_be_found():
    text = "[a](docs/nowhere.md) [b](README.md#nothing) [c](#here) [d](https://x.org/y) [e](../above.md)\n# Here"
    assert broken_links("README.md", text) == ["docs/nowhere.md", "README.md#nothing", "#here", "../above.md"]


def test_the_page_map_names_every_page():
    linked = set(LINK.findall(PAGES["docs/README.md"]))
    pages = {path.name for kind in ("*.md", "*.ipynb") for path in (ROOT / "docs").glob(kind)} - {"README.md"}
    examples = {f"examples/{path.name}" for path in (ROOT / "docs/examples").glob("*.py")}
    assert pages | examples <= linked


def test_the_navigation_of_the_site_names_every_page():
    text = (ROOT / "mkdocs.yml").read_text()
    named = {f"docs/{page}" for page in re.findall(r"([\w/]+\.md)$", text, re.MULTILINE)} | {"docs/README.md"}
    pages = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")}
    assert pages - named == set(), "each needs its place in `nav` of mkdocs.yml"


def test_the_table_of_tasks_agrees_with_the_specs():
    text = PAGES["docs/environments.md"]
    rows = environments_page.rows(text)
    expected = environments_page.expected_rows(text)
    assert rows == expected, "python -m tests.support.environments_page renews the table"
    assert all(environments_page.source_in(row) for row in rows.values())


def python_blocks(text):
    found = ci_readme().FENCE.finditer(text)
    return [match["body"] for match in found if match["language"] == "python" and not match["mark"]]


# The blocks of the README need its trained run; those of dilemmas.md run in test_sanction_signals.
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if python_blocks(PAGES[page]) and page not in ("README.md", "docs/dilemmas.md")],
)
def test_python_blocks_run(page, tmp_path):
    code = "\n".join(python_blocks(PAGES[page]))
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def commands(text):
    """Commands of `stigmergy` in the bash blocks of a page, each a list of words."""
    blocks = [match["body"] for match in ci_readme().FENCE.finditer(text) if match["language"] == "bash"]
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines if line.startswith("stigmergy ")]


@pytest.mark.parametrize("command", sorted({words[1] for text in PAGES.values() for words in commands(text)}))
def test_options_of_commands_exist(command, capsys):
    """Options of tasks and learners (`--task.`, `--learner.`) belong to ids and are left out."""
    used = {
        word
        for text in PAGES.values()
        for words in commands(text)
        for word in words
        if words[1] == command and word.startswith("--") and not word.startswith(("--task.", "--learner."))
    }
    for name in (command, *PASSED_ON.get(command, ())):
        assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    missing = sorted(option for option in used if not re.search(rf"{re.escape(option)}(?![\w-])", shown))
    assert missing == []


def test_blocks_of_bash_and_python_run_in_order():
    module = ci_readme()
    text = "```bash\na\n```\n```python\nb\n```\n<!-- not in CI -->\n```bash\nc\n```\n<!-- file: d.py -->\n```python\ne\n```\n"
    commands, files = module.read_blocks(text)
    assert [command.split("\n")[0].split()[0] for command in commands] == ["a", "python"]
    assert "\nb\n" in commands[1]
    assert files == {"d.py": "e\n"}
    with pytest.raises(ValueError, match="the comment before a block is 'not in ci'"):
        module.read_blocks("<!-- not in ci -->\n```bash\na\n```\n")
