"""The reference of public names: one page for each floor, in the order of `__init__.pyi`."""

import ast
from collections.abc import Callable

from .addresses import ROOT

STUB = ROOT / "stigmergy/__init__.pyi"
SHELVES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "environments": (
        "Environments: their batched form, their specs, their registration, and the errors of users.",
        lambda module: module.startswith("stigmergy.envs."),
    ),
    "learners": (
        "Learners: the contract, rollouts and returns.",
        lambda module: module.startswith("stigmergy.algorithms."),
    ),
    "training": (
        "Runs: training, evaluation, comparison, and policies that were trained.",
        lambda module: module.startswith(("stigmergy.training.", "stigmergy.api.", "stigmergy.export.")),
    ),
    "analysis": ("Analysis of environments and runs.", lambda module: True),
}


def public_names() -> dict[str, str]:
    """Public name to the module that defines it."""
    nodes = [node for node in ast.parse(STUB.read_text()).body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in nodes for alias in node.names}


def shelves() -> dict[str, list[str]]:
    """Page to the public names on it; each name stands on the first page that takes its module."""
    found: dict[str, list[str]] = {page: [] for page in SHELVES}
    for name, module in public_names().items():
        page = next(page for page, (_, takes) in SHELVES.items() if takes(module))
        found[page].append(name)
    return {page: names for page, names in found.items() if names}


def address(page: str) -> str:
    """Address of a page of the reference in the site."""
    return f"reference/{page}.md"


def reference_page(page: str, names: list[str]) -> str:
    """Markdown that mkdocstrings fills."""
    head = f"# {page.capitalize()}\n\n{SHELVES[page][0]} All are attributes of `stigmergy`.\n"
    return head + "".join(f"\n::: stigmergy.{name}\n" for name in names)
