"""The table of docs/environments.md: `python -m tests.support.environments_page` renews it.

The column `source` is written by hand in the page and kept; the others come from specs and
registry.
"""

import re
from typing import Any

from gymnasium import spaces

from stigmergy.envs.core.spec import EnvSpec
from stigmergy.envs.registration.make import make
from stigmergy.envs.registration.registry import environments
from tests.support.process_state import TASKS
from tests.support.source_rules import ROOT

PAGE = ROOT / "docs/environments.md"
HEAD = "| id | description | agents | observation | actions | source |\n|---|---|---|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\|\n)*")
ID = re.compile(r"^\| \[`(.+?)`\]")


def row_of(id: str, spec: EnvSpec, source: str) -> str:
    """The row of a task: its id with a link to the class, and the spaces of its default config."""
    registration = environments.find(id)
    module = str(registration.target).partition(":")[0].removeprefix("stigmergy.")
    several = len(spec.groups) > 1
    agents = ", ".join(f"{group.size} {group.name}" if several else str(group.size) for group in spec.groups)
    seen = "; ".join(dict.fromkeys(_words(group.observation_space) for group in spec.groups))
    acts = "; ".join(dict.fromkeys(_words(group.action_space) for group in spec.groups))
    link = f"[`{id}`](../{module.replace('.', '/')}.py)"
    return f"| {link} | {registration.description} | {agents} | {seen} | {acts} | {source} |"


def rows(text: str) -> dict[str, str]:
    """Rows of the table of a page by id."""
    table = TABLE.search(text)
    lines = table[0].splitlines()[2:] if table else []
    return {match[1]: line for line in lines if (match := ID.match(line))}


def source_in(row: str) -> str:
    """The last cell of a row."""
    return row.removesuffix(" |").rpartition("| ")[2]


def expected_rows(text: str) -> dict[str, str]:
    """Rows that the page should have, by id, with the sources that it has."""
    found = {}
    for id in TASKS:
        env = make(id, 1)
        found[id] = row_of(id, env.spec, source_in(rows(text).get(id, "|  |")))
        env.close()
    return found


def _words(space: spaces.Space[Any]) -> str:
    if isinstance(space, spaces.Discrete):
        return f"Discrete({space.n})"
    if isinstance(space, spaces.MultiDiscrete):
        return f"MultiDiscrete({', '.join(map(str, space.nvec))})"
    assert isinstance(space, spaces.Box)
    return f"Box{space.shape} {space.dtype}"


if __name__ == "__main__":
    page = PAGE.read_text()
    lines = expected_rows(page).values()
    PAGE.write_text(TABLE.sub(lambda _: HEAD + "".join(f"{line}\n" for line in lines), page))
