"""Runs of other packages, each by its own script and its own Python environment."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OWN_PYTHON = ("pettingzoo",)
"""Peers in this environment (the `reference` extra)."""
FROM_SOURCES = ("meltingpot", "socialjax", "jaxmarl_baselines", "epymarl")
"""Peers that are read from the folder in STIGMERGY_<PEER> instead of installed.
tests/oracles/README.md describes their installation."""


def peer_python(peer: str) -> str | None:
    """Path of the Python that has a peer; None if there is none, or no sources.

    It is STIGMERGY_<PEER>_PYTHON, or the result of `make .venv-<peer>`, or of `make interop`.
    """
    if peer in OWN_PYTHON:
        return sys.executable
    if peer in FROM_SOURCES and not os.environ.get(f"STIGMERGY_{peer.upper()}"):
        return None
    given = os.environ.get(f"STIGMERGY_{peer.upper()}_PYTHON")
    built = [HERE.parents[1] / folder / "bin" / "python" for folder in (f".venv-{peer}", f".venv-interop/{peer}")]
    return given or next((str(path) for path in built if path.exists()), None)


def ask_peer(peer: str, **task: Any) -> dict[str, Any]:
    """Run `<peer>_driver.py` on a task, which it reads as JSON, and return its answer.

    Raises:
        RuntimeError: the peer failed; the text is its last line.
    """
    python = peer_python(peer)
    assert python is not None, f"ask peer_python('{peer}') first"
    result = subprocess.run(
        [python, str(HERE / f"{peer}_driver.py")], input=json.dumps(task), capture_output=True, text=True
    )
    if result.returncode:
        raise RuntimeError(f"{peer} failed: {result.stderr.strip().splitlines()[-1]}")
    return json.loads(result.stdout.splitlines()[-1])


def time_peer(peer: str, **task: Any) -> float:
    """Agent-steps per second of a peer. Raises RuntimeError as `ask_peer` does."""
    return ask_peer(peer, **task)["agent_steps_per_second"]
