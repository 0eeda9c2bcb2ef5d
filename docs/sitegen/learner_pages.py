"""A page for each registered learner: docstrings, information level, config, source."""

import inspect
import re
import sys
from collections.abc import Iterator

from stigmergy.algorithms.core.learner import Information, Learner
from stigmergy.algorithms.core.make import learner_class
from stigmergy.envs.registration.registry import Registration, algorithms

from .config_tables import option_table, preset_tables
from .task_pages import shipped, source_of

SOURCE = re.compile(r"(?:^|(?<=\s))Source: (.+?)(?=\n\n|\Z)", re.DOTALL)
"""From the word to the end of the paragraph."""
SEES = {
    Information.LOCAL: "Each agent learns from its own observations, actions and rewards. A test changes the data"
    " of all other agents, and no bit of its parameters changes.",
    Information.PUBLIC: "Training also sees the environment's public signals: who could sanction, who did, and"
    " what it observed then.",
    Information.JOINT: "Training sees the observations, actions and rewards of all agents, and the global state."
    " Acting needs each agent's own observation only.",
}


def learners() -> list[Registration]:
    """Registrations of all learners that come with the package, in their order."""
    found = (own for own in algorithms.in_order() if str(own.target).startswith("stigmergy.algorithms."))
    return [own for own in found if learner_class(own.name).learns]


def address(name: str) -> str:
    """Address of the page of a learner in the site."""
    return f"learners/{name}.md"


def learner_page(registration: Registration) -> str:
    """Markdown of the page, with links from `docs/learners/`, where it would lie."""
    name, cls = registration.name, learner_class(registration.name)
    config = cls.Config()
    source = source_of(registration.target)
    parts = [
        f"---\ntitle: {name}\n---\n\n# `{name}`",
        f"{registration.description[:1].upper()}{registration.description[1:]}.",
        f"```bash\nstigmergy train --environment ID --algorithm {name}\n```",
        "## Method",
        *(_prose(text) for text in _without_source(cls)),
        "## Information",
        f"**{cls.information.name}**. {SEES[cls.information]}",
        "## Config",
        "`learner:` in a config file, `--learner.NAME VALUE` on the command line.",
        option_table(config, ""),
        preset_tables(type(config)).strip(),
        _configs(name),
        f"## Source\n\n{source_of_method(cls)}",
        f"Code: [`{source}`](../../{source}). [How the learners work, and their metrics](../algorithms.md).",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def source_of_method(cls: type[Learner]) -> str:
    """The papers that a learner follows: from its docstring, its module's, or those of its bases.

    Raises:
        LookupError: none of them says it.
    """
    for base in cls.__mro__:
        for text in _docstrings(base):
            if match := SOURCE.search(text):
                return match[1].strip()
    raise LookupError(f"no docstring of {cls.__name__}, its module or its base classes has a paragraph 'Source:'")


def _docstrings(cls: type) -> tuple[str, str]:
    module = sys.modules.get(cls.__module__)
    return inspect.cleandoc(cls.__doc__ or ""), inspect.cleandoc((module and module.__doc__) or "")


def _without_source(cls: type[Learner]) -> Iterator[str]:
    """Docstrings of the module and of the class, without their sources."""
    for text in reversed(_docstrings(cls)):
        yield SOURCE.sub("", text)


def _prose(docstring: str) -> str:
    """A docstring as Markdown: sections become bold words, their entries lists."""
    text, lines, inside = [], docstring.splitlines(), False
    for line in lines:
        heading = re.fullmatch(r"([A-Z][^.:]*[^.\s]):", line)
        if heading and not line.startswith(" "):
            inside = True
            text += ["", f"**{heading[1]}**", ""]
        elif inside and (entry := re.match(r" {4}(\S[^:]*): (.*)", line)):
            text.append(f"- {_code(entry[1])}: {entry[2]}")
        elif inside and line.startswith("    "):
            text.append(line.strip() if not line.startswith("        ") else "  " + line.strip())
        else:
            inside = inside and not line.strip()
            text.append(line)
    return "\n".join(text).strip()


def _code(names: str) -> str:
    return ", ".join(f"`{name.strip()}`" for name in names.split(","))


def _configs(name: str) -> str:
    rows = [f"- [`{own}`](../../configs/{own}.yaml)" for own in shipped() if own.endswith(f"-{name}")]
    return "Configs that come with the package:\n\n" + "\n".join(rows) if rows else ""
