"""Digest of a bridged environment as another process computes it.

A digest that depends on the process says nothing about changed rules.
"""

import dataclasses
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Collection
from typing import Any

from ...envs.errors import UserError
from ...envs.interop.from_pettingzoo import BRIDGE_PREFIX, Bridge
from ...envs.registration.make import build_dataclass, config_class, make_from
from ...envs.registration.registry import environments, load_given
from ...envs.tools.fingerprint import trace_digest

HASH_SEEDS = (1, 2, 3, 4)
"""Seeds of hashing. The order of Python's sets depends on the seed, and few agents have few
orders."""
SECONDS = 120.0
"""Seconds for one process; after them, nothing is concluded."""
PROGRAM = "import sys; from stigmergy.training.runs.process_digest import answer; answer(*sys.argv[1:])"


def differs_elsewhere(id: str, config: Any, known: Collection[str]) -> bool:
    """True if the digest of the environment `id` depends on the process.

    It does if other processes compute a digest that is not `known`, or disagree. They run the code
    that this process has imported. If no other process can be started, or none can build the
    environment, the answer is False.
    """
    code = "" if id.startswith(BRIDGE_PREFIX) else _source_of(environments.find(id).target)
    task = json.dumps(dataclasses.asdict(config), default=str)
    seen: set[str] = set()
    for seed in HASH_SEEDS:
        variables = os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", PROGRAM, id, task, code]
        try:
            told = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, env=variables, check=True
            ).stdout.split()
        except (OSError, subprocess.SubprocessError):
            return False
        seen.update(told[-1:])
        if len(seen) > 1 or not seen <= set(known):
            return True
    return False


def _source_of(target: Any) -> str:
    """Source file of a factory, empty if there is none."""
    try:
        file = inspect.getsourcefile(target) or ""
    # Not written in Python, or named by a string that is imported later.
    except TypeError:
        return ""
    return file if file.endswith(".py") and os.path.isfile(file) else ""


def answer(id: str, task: str, code: str) -> None:
    """Print the digest, in the process that `differs_elsewhere` has started."""
    if code:
        load_given([code])
    cls = config_class(id)
    env = make_from(id, 1, build_dataclass(cls, json.loads(task), id) if cls else None)
    if not isinstance(env, Bridge):
        raise UserError(f"'{id}' is not bridged")
    print(trace_digest(env))
