"""Settings of all tests."""

import hashlib
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _cache_of_these_kernels() -> str:
    """Numba notices changes of the file a kernel stands in, not of the files whose kernels and constants it uses; so each state of
    `envs/` has a cache of its own here, or tests would run code that is no longer there."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("envs/**/*.py")):
        digest.update(path.read_bytes())
    return str(ROOT / ".pytest_cache" / "numba" / digest.hexdigest()[:16])


os.environ.setdefault("NUMBA_CACHE_DIR", _cache_of_these_kernels())  # before numba is imported, and for subprocesses
# Idle threads sleep instead of spinning: beside other work on the same cores, small parallel loops are a hundred times faster so (measured).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before libgomp is loaded


def pytest_collection_modifyitems(items):
    """Keep together what compiles the same kernels, so that two workers do not both: the tests of a task, and those of a file."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        folder, name = item.path.parent.name, item.path.stem.removeprefix("test_")
        group = str(parameters.get("id", f"{folder}/{name}")).removesuffix("-v0")
        item.add_marker(pytest.mark.xdist_group(group))
