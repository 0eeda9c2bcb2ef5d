"""Generated pages of the documentation site; `make docs` builds the whole of it strictly."""

import re

import pytest

import stigmergy
from docs.sitegen import learner_pages, reference_pages, task_pages
from docs.sitegen.addresses import BrokenLink, Links, address_of
from docs.sitegen.source_pages import source_page
from stigmergy.algorithms.core.make import learner_class
from stigmergy.envs.registration.registry import environments
from tests.support.process_state import TASKS
from tests.support.source_rules import ROOT


@pytest.fixture
def links():
    return Links({"games/matrix-v0": "tasks/games/matrix-v0.md"})


@pytest.mark.parametrize(
    ("path", "address", "link", "expected"),
    [
        ("docs/games.md", "games.md", "[a](training.md#errors)", "[a](training.md#errors)"),
        ("docs/games.md", "games.md", "[a](../README.md)", "[a](index.md)"),
        ("docs/games.md", "games.md", "[a](../SECURITY.md#x)", "[a](project/SECURITY.md#x)"),
        ("README.md", "index.md", "[a](docs/first_hour.ipynb)", "[a](first_hour.md)"),
        ("docs/games.md", "games.md", "[a](../envs/errors.py)", "[a](source/envs/errors.py.md)"),
        ("docs/games.md", "games.md", "[`games/matrix-v0`](../envs/errors.py)", "[`games/matrix-v0`](tasks/games/matrix-v0.md)"),
        ("SECURITY.md", "project/SECURITY.md", "[a](docs/games.md)", "[a](../games.md)"),
        ("README.md", "index.md", "![a](docs/gallery.png)", "![a](gallery.png)"),
        ("README.md", "index.md", "[![a](docs/gallery.png)](LICENSE)", "[![a](gallery.png)](source/LICENSE.md)"),
        ("docs/games.md", "games.md", "[a](https://x.org) [b](#c)", "[a](https://x.org) [b](#c)"),
        ("docs/games.md", "games.md", "<!-- not in CI -->\n```bash\n[a](b)\n```", "```bash\n[a](b)\n```"),
    ],
)  # fmt: skip
def test_links_lead_to_addresses_of_the_site(links, monkeypatch, path, address, link, expected):
    monkeypatch.setattr("pathlib.Path.exists", lambda self: True)
    assert links.rewrite(link, path, address) == expected


@pytest.mark.parametrize("link", ["nowhere.md", "../nothing.py", "../../outside.md"])
def test_a_broken_link_ends_the_build(links, link):
    with pytest.raises(BrokenLink, match=re.escape(link)):
        links.rewrite(f"[a]({link})", "docs/games.md", "games.md")


def test_linked_files_get_pages(links):
    links.rewrite("[a](../envs/errors.py) [b](../benchmarks) [c](games.md)", "docs/x.md", "x.md")
    assert links.targets == {"envs/errors.py", "benchmarks", "docs/games.md"}
    assert "class UserError" in source_page(ROOT, "envs/errors.py")
    assert "- `benchmarks/__main__.py`" in source_page(ROOT, "benchmarks")
    assert address_of("benchmarks") == "source/benchmarks.md"


def test_every_task_has_a_picture():
    assert {own.name for own in task_pages.tasks()} == set(TASKS)
    missing = [id for id in TASKS if not (ROOT / task_pages.picture(id)).is_file()]
    assert missing == [], "`python docs/gallery.py ID` draws them"


def test_the_page_of_a_task_is_made_of_its_class_and_config():
    page = task_pages.task_page(environments.find("games/matrix-v0"))
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    sections = ["Rules", "Observation", "Actions", "Reward", "End", "Metrics"]
    assert headings[: len(sections)] == sections
    assert {"Config", "Baselines", "Files", "Source"} <= set(headings)
    assert re.search(r"^\| `rounds` \|", page, re.MULTILINE)
    assert re.search(r"^\| `penalty` \| `-?[\d.]+` \| .*\d.* \|", page, re.MULTILINE)
    assert "| [`optimum`](" in page
    assert "stigmergy train games/matrix-ippo" in page


def test_the_page_of_a_task_of_a_family_has_the_common_rules_and_presets():
    page = task_pages.task_page(environments.find("dilemmas/cleanup-v0"))
    assert "### Rules of `GridDilemma`" in page
    assert "| `ssd` | `" in page
    assert re.search(r"^\| `sanctions\.cost` \|", page, re.MULTILINE)


@pytest.mark.parametrize("registration", learner_pages.learners(), ids=lambda own: own.name)
def test_the_page_of_a_learner(registration):
    page = learner_pages.learner_page(registration)
    assert re.search(r"^\*\*(LOCAL|PUBLIC|JOINT)\*\*", page, re.MULTILINE)
    assert re.search(r"\(\d{4}", learner_pages.source_of_method(learner_class(registration.name)))
    assert re.search(r"^\| `gamma` \| `0\.\d+` \| 0 to 1 \|", page, re.MULTILINE)


def test_the_reference_has_every_public_name_once():
    names = [name for shelf in reference_pages.shelves().values() for name in shelf]
    assert sorted(names) == stigmergy.__all__
