"""Names of run folders, from the keys that a sweep varies and their values.

Different values give different names. Letters, digits, `.`, `-` and `_` stand for themselves, `/`
is written `+`, and any other character as its bytes, such as `%3A`. Words of a list are joined by
`_`. A name that is too long for a folder is cut and gets a digest of the whole.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from stigmergy.sweeps.values import SEED

LONGEST = 150
"""Characters of a name; file systems allow 255 bytes, of which endings of log files take some."""
DIGITS = 12
"""Hexadecimal digits of the digest of a cut name."""
FIRST = ("environment", "algorithm")


def run_name(values: Mapping[str, Any]) -> str:
    """Name of a run, such as `learning_rate=0.001,seed=3`.

    Environment and algorithm come first and the seed last. A key is called by its last word, or by
    the whole key where two have the same last word.

    Args:
        values: dotted keys that vary, such as `learner.learning_rate`, with their values.
    """
    leaves = Counter(key.rpartition(".")[2] for key in values)
    keys = sorted(values, key=lambda key: (key == SEED, FIRST.index(key) if key in FIRST else len(FIRST), key))
    parts = []
    for key in keys:
        leaf = key.rpartition(".")[2]
        parts.append(f"{leaf if leaves[leaf] == 1 else key}={_text(values[key])}")
    name = ",".join(parts)
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:DIGITS]
    return f"{name[: LONGEST - DIGITS - 1]}-{digest}"


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "_".join(_text(item).replace("_", "%5F") for item in value)
    text = str(value).lower() if value is None or isinstance(value, bool) else str(value)
    # `quote` leaves letters, digits and `_.-~` alone.
    return quote(text, safe="/").replace("/", "+").replace("~", "%7E")
