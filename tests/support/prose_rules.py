"""Rules on words: first words of docstrings, and names that the project's dictionary replaced."""

import ast
import re
from collections.abc import Iterator

from tests.support.source_rules import Module

QUESTION_WORDS = {"what", "who", "whether", "how", "where", "which", "when"}

# The word, what it is called now, and the folder in which the rule holds.
DICTIONARY = {
    "Body": ("Torso", ""),
    "Clipped": ("ClippedObjective", ""),
    "Fold": ("AgentAxis", ""),
    "Penalized": ("KLPenaltyObjective", ""),
    "Stretch": ("Sequence", ""),
    "Surrogate": ("PolicyObjective", ""),
    "Preset": ("Config", ""),
    "by_row": ("merge", ""),
    "by_network": ("split", ""),
    "hear_others": ("communication", ""),
    "talks": ("communication", ""),
    "_see": ("_inputs", "algorithms/"),
    "_look": ("_forward", "algorithms/"),
    "_put": ("_to_device", "algorithms/"),
    "_silence": ("_zero_invalid", "algorithms/"),
    "acted": ("actions", "algorithms/"),
    "gain": ("advantage", "algorithms/core/"),  # elsewhere that of initial weights, as in torch
    "going": ("active networks", "algorithms/"),
    "late": ("target network's q", "algorithms/"),
    "worth": ("q_tot", "algorithms/"),
    "harmless": ("mask_inactive", ""),
    "nobodys": ("reward_without_owner", ""),
    "litter": ("fill_garbage", ""),
    "buried": ("fill_garbage", ""),
    "spoilt": ("corrupt", ""),
    "mixed_up": ("shuffle_agents", ""),
    "tally": ("agent counters", ""),
    "told": ("extra observation", "envs/"),
    "due": ("pending reward", "envs/"),
    "steps_to": ("grid distances", ""),
    "way_to": ("first step to", ""),
    "ways": ("grid distances", ""),
    "seated": ("scenario env", ""),
    "whom": ("sanction targets", ""),
    "yardstick": ("baseline", ""),
    "yardsticks": ("baselines", ""),
    "copies": ("envs", ""),
    "over_copies": ("each_env", ""),
}
KEPT = {("over_copies", "envs/kernels/compilation.py")}
"""Names that plugins of earlier releases import, with their files."""


def docstrings(module: Module) -> Iterator[tuple[int, str]]:
    """Every docstring with its line: of modules, classes, functions and attributes."""
    for outer in ast.walk(module.tree):
        body = getattr(outer, "body", None)
        for before, node in zip([None, *body], body) if isinstance(body, list) else ():
            first = before is None and isinstance(
                outer, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
            )
            if not (first or isinstance(before, (ast.Assign, ast.AnnAssign))):
                continue
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                yield node.lineno, node.value.value


def question_words(module: Module) -> list[str]:
    """Docstrings that begin as a question does, where a verb or a noun says what the thing is."""
    found: list[str] = []
    if module.path.startswith("tests/data/"):  # files of earlier versions stay as they were written
        return found
    for line, text in docstrings(module):
        word = re.match(r"\s*(\w+)", text)
        if word and word[1].lower() in QUESTION_WORDS:
            found.append(f"{module.path}:{line} {word[1]}")
    return found


def given_names(module: Module) -> Iterator[tuple[int, str]]:
    """Every name that the module gives to a class, function, argument, variable or attribute."""
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def replaced_words(module: Module) -> list[str]:
    """Names that the dictionary replaced, with the word of today."""
    return [
        f"{module.path}:{line} {name}: say {DICTIONARY[name][0]}"
        for line, name in given_names(module)
        if name in DICTIONARY and module.path.startswith(DICTIONARY[name][1]) and (name, module.path) not in KEPT
    ]
