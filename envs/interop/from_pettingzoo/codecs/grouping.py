"""Agents of an environment by their spaces, and the names of the groups."""

import re
from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

from gymnasium import spaces

from ....core.spec import DEFAULT_GROUP
from .faults import BrokenEnvironment, Reporter, failure

HISSING = ("s", "x", "z", "ch", "sh")


class Member(NamedTuple):
    """One agent that may appear."""

    key: Hashable
    """The agent as the environment calls it, which need not be a string."""
    name: str
    observation_space: spaces.Space
    action_space: spaces.Space


def members(env: Any, agents: Iterable[Hashable], reporter: Reporter) -> list[Member]:
    """All agents with their spaces. Raises BrokenEnvironment."""
    keys = list(agents)
    if not keys:
        raise BrokenEnvironment(f"'{reporter.id}' has no agents, neither in `possible_agents` nor after reset()")
    names = [str(key) for key in keys]
    if len(set(names)) < len(names):
        names = [repr(key) for key in keys]
    if len(set(names)) < len(names):
        raise BrokenEnvironment(f"'{reporter.id}' names an agent twice in `possible_agents`: {', '.join(names)}")
    found = []
    for key, name in zip(keys, names):
        both = []
        for method in ("observation_space", "action_space"):
            try:
                space = getattr(env, method)(key)
            except Exception as error:
                raise BrokenEnvironment(f"'{reporter.id}': {method}({key!r}) fails: {failure(error)}") from error
            if not isinstance(space, spaces.Space):
                raise BrokenEnvironment(
                    f"'{reporter.id}': {method}({key!r}) is {space!r}; PettingZoo asks for a gymnasium.spaces.Space"
                )
            both.append(space)
        found.append(Member(key, name, *both))
    return found


def grouped(everyone: list[Member]) -> dict[str, list[Member]]:
    """Group members by equal spaces.

    One group is called `agents`. Several are called after the common name of their members, with a
    number where that name is taken.
    """
    groups: list[list[Member]] = []
    for member in everyone:
        for group in groups:
            if group[0][2:] == member[2:]:
                group.append(member)
                break
        else:
            groups.append([member])
    if len(groups) == 1:
        return {DEFAULT_GROUP: groups[0]}
    named: dict[str, list[Member]] = {}
    for group in groups:
        name = plural("_".join(sorted({stem(member.name) for member in group})))
        unused = (
            name
            if name not in named
            else next(f"{name}_{i}" for i in range(2, len(groups) + 2) if f"{name}_{i}" not in named)
        )
        named[unused] = group
    return named


def stem(name: str) -> str:
    """A name without its number at the end; of a bare number, `agent`."""
    return re.sub(r"[\s_.:#-]*\d+$", "", name) or "agent"


def plural(word: str) -> str:
    """The plural by the rules of English spelling."""
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "i", "o", "u", ""):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(HISSING) else f"{word}s"
