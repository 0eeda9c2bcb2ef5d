"""References of normalized scores: 0 is random play, 1 the task's best scripted policy.

They lie in `references.json`, which `python -m benchmarks references` measures and writes: means
and standard errors of every outcome over whole episodes, for the default parameters of every id
and for those of every config that comes with the package. A run has the reference of its
fingerprint and its parameters.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

PATH = Path(__file__).with_name("references.json")
DEFAULT = "default"
"""Name of the parameters that an id has by default, where others have that of a config."""
CLEAR = 4.0
"""Standard errors by which two means differ for certain."""
PREFIXES = ("evaluation/", "episode/")
"""Beginnings of the metrics of a run that are outcomes of episodes."""


class NoReference(Exception):
    """Reason, in a sentence, for which there are no normalized scores."""


@dataclass(frozen=True)
class Reference:
    """Outcomes of random and of scripted play."""

    environment: str
    config: str
    """DEFAULT, or the config whose parameters these are."""
    scripted_policy: str
    episodes: int
    random: dict[str, tuple[float, float]]
    """Outcome to mean and standard error."""
    scripted: dict[str, tuple[float, float]]

    def ends(self, metric: str) -> tuple[float, float]:
        """Means of random and of scripted play of a metric such as `evaluation/return`.

        Raises:
            NoReference: the metric is no outcome of episodes, or the two do not differ in it.
        """
        prefix = next((prefix for prefix in PREFIXES if metric.startswith(prefix)), None)
        outcome = metric.removeprefix(prefix or "")
        if prefix is None or outcome not in self.random or outcome not in self.scripted:
            raise NoReference(f"the references of '{self.environment}' have no outcome '{outcome}'")
        (low, low_error), (high, high_error) = self.random[outcome], self.scripted[outcome]
        if abs(high - low) <= CLEAR * np.hypot(low_error, high_error):
            raise NoReference(
                f"random and scripted play of '{self.environment}' do not differ in '{outcome}' ({low:.4g} and {high:.4g})"
            )
        return low, high

    def normalize(self, metric: str, values: ArrayLike) -> NDArray[np.float64]:
        """Scores of values of a metric: 0 is random play, 1 the scripted policy.

        Raises:
            NoReference: as `ends` does.
        """
        low, high = self.ends(metric)
        return (np.asarray(values, np.float64) - low) / (high - low)


def find_reference(environment: str, fingerprint: str | None, task: Mapping[str, Any]) -> Reference:
    """Find the reference of an environment with the rules of a fingerprint and the parameters task.

    Parameters that only one side has do not count: they are of another version.

    Raises:
        NoReference: there is none.
    """
    entries = _read().get(environment)
    if entries is None:
        raise NoReference(f"no reference was measured for '{environment}'")
    fitting = [entry for entry in entries if entry["fingerprint"] == fingerprint and _agree(entry["task"], task)]
    if not fitting:
        names = ", ".join(f"'{own['config']}'" if own["config"] != DEFAULT else "the default ones" for own in entries)
        raise NoReference(f"the parameters of '{environment}' are none of those with a reference, which are {names}")
    entry = fitting[0]
    if "reason" in entry:
        raise NoReference(f"'{environment}' has none: {entry['reason']}")
    sides = ({name: (mean, error) for name, (mean, error) in entry[side].items()} for side in ("random", "scripted"))
    return Reference(environment, entry["config"], entry["scripted_policy"], entry["episodes"], *sides)


def _agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in one if name in other)


@functools.cache
def _read() -> dict[str, list[dict[str, Any]]]:
    return json.loads(PATH.read_text(encoding="utf-8"))
