"""Files that strangers read first: citation, image, and addresses of the project."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.support.source_rules import ROOT
from tests.test_wheel import FOLDERS, PROJECT_FILES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OWN_ADDRESS = re.compile(r"(?:https?://|git@|git\+)[^\s)>\]\"'`]*stigmergy[^\s)>\]\"'`]*", re.IGNORECASE)
PUBLIC = [
    *(ROOT / name for name in ("pyproject.toml", "CITATION.cff", "Dockerfile", "mkdocs.yml", "setup.py", "Makefile")),
    *ROOT.glob("*.md"),
    *(path for path in ROOT.glob("docs/**/*") if path.suffix in (".md", ".py", ".ipynb", ".css", ".html")),
    *ROOT.glob(".github/**/*.*"),
]


def own_addresses(text: str) -> list[str]:
    """Addresses on the net that name this project."""
    return OWN_ADDRESS.findall(text)


@pytest.mark.parametrize("path", [path for path in PUBLIC if path.is_file()], ids=lambda path: path.name)
def test_no_address_of_the_project_is_invented(path: Path):
    """The project has no public address; the one that it gets belongs into `[project.urls]`."""
    assert own_addresses(path.read_text()) == [], f"{path.name} names an address that does not exist"


def test_an_invented_address_would_be_found():
    text = "[docs](https://github.com/x/stigmergy/tree) git+ssh://h/Stigmergy.git https://stigmergy.readthedocs.io."
    assert len(own_addresses(text)) == 3
    assert own_addresses("https://pettingzoo.farama.org `stigmergy list` runs/stigmergy") == []


def test_the_citation_names_this_version_and_license():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(citation), "required by the format"
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["authors"]
    assert all({"name"} <= set(author) or {"family-names"} <= set(author) for author in citation["authors"])
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]


def instructions(text: str) -> list[tuple[str, str]]:
    """Instructions of a Dockerfile with their arguments."""
    lines = text.replace("\\\n", " ").splitlines()
    return [(words[0], words[2]) for line in lines if line and line[0] != "#" for words in [line.partition(" ")]]


def test_the_image_is_built_from_all_that_the_wheel_is_built_from():
    dockerfile = instructions((ROOT / "Dockerfile").read_text())
    copied = [name for word, rest in dockerfile if word == "COPY" for name in shlex.split(rest)[:-1]]
    assert {*FOLDERS, *PROJECT_FILES, "constraints.txt"} == set(copied)
    assert all((ROOT / name).exists() for name in copied)
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert set(sent) == set(copied), ".dockerignore keeps other files than the Dockerfile copies"


def test_the_image_runs_the_command_on_a_python_that_is_allowed():
    dockerfile = dict(instructions((ROOT / "Dockerfile").read_text()))
    assert dockerfile["ENTRYPOINT"] == '["stigmergy"]'
    assert "stigmergy" in PROJECT["scripts"]
    minor = re.match(r"python:3\.(\d+)-slim$", dockerfile["FROM"])
    assert minor
    assert f"Programming Language :: Python :: 3.{minor[1]}" in PROJECT["classifiers"]
    assert dockerfile["USER"] not in ("root", "0")


def test_the_torch_of_the_image_is_that_of_the_constraints():
    runs = [rest for word, rest in instructions((ROOT / "Dockerfile").read_text()) if word == "RUN"]
    (name,) = [match[1] for run in runs if (match := re.search(r'"(torch==[^"]+)"', run))]
    shown = subprocess.run(["sh", "-c", f'echo "{name}"'], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.strip() in (ROOT / "constraints.txt").read_text().splitlines()
