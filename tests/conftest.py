"""Settings of all tests."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _cache_of_these_kernels() -> str:
    """Numba notices changes of the file a kernel stands in, not of the files whose kernels it calls; so each state of `envs/` and
    `algorithms/` has a cache of its own here, or tests would run code that is no longer there."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("envs/**/*.py"), *ROOT.glob("algorithms/**/*.py")]):
        if "numba" in (text := path.read_text()):
            digest.update(text.encode())
    return str(ROOT / ".pytest_cache" / "numba" / digest.hexdigest()[:16])


os.environ.setdefault("NUMBA_CACHE_DIR", _cache_of_these_kernels())  # before numba is imported, and for subprocesses
# Idle threads sleep instead of spinning: beside other work on the same cores, small parallel loops are a hundred times faster so (measured).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before libgomp is loaded
