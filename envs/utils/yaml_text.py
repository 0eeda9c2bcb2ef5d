"""YAML as plain values, from text that other people may have written.

Aliases are refused, because a few lines of them stand for more values than any memory holds.
"""

from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from ..errors import BadParameter

MOST_DEPTH = 50
MOST_BYTES = 1 << 20
"""Of a file with YAML: a config has a few thousand."""


class _PlainLoader(yaml.SafeLoader):
    """PyYAML's safe loader, without aliases and duplicate keys, and of a bounded depth."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        if self.check_event(yaml.AliasEvent):
            raise ComposerError(
                None, None, f"it has the alias *{event.anchor}; write the values out instead", event.start_mark
            )
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise ComposerError(None, None, f"its values are nested more than {MOST_DEPTH} deep", event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if (key.tag, key.value) in seen:
                    raise ConstructorError(None, None, f"the key '{key.value}' stands there twice", key.start_mark)
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def parse_yaml(text: str, name: str) -> Any:
    """The plain values of a YAML text: dicts, lists, strings, numbers, booleans, dates and None.

    Args:
        name: the words for the text in an error, such as "the config 'my.yaml'".

    Raises:
        BadParameter: it is no YAML, or it has an alias, a key twice in one mapping, or values
            nested too deep.
    """
    try:
        return yaml.load(text, _PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}, " if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise BadParameter(f"{name} is no YAML that is read here: {line}{' '.join(problem.split())}") from error
    except (ValueError, RecursionError, OverflowError, TypeError) as error:  # such as the date 2024-13-45
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadParameter(f"{name} has a value that cannot be read: {reason}") from error


def write_yaml(plain: Any) -> str:
    """Plain values as a YAML text without aliases, keys in their order.

    `parse_yaml` reads it back.
    """
    return yaml.dump(plain, Dumper=_PlainDumper, sort_keys=False)


class _PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
