"""Settings of all tests."""

import os
import tempfile

import pytest

import stigmergy  # noqa: F401 (before any test loads torch, for it lets idle threads sleep)

# The agreements of the user of this machine stay untouched.
os.environ["STIGMERGY_HOME"] = tempfile.mkdtemp(prefix="stigmergy-tests-")


def pytest_collection_modifyitems(items):
    """Keep together what compiles the same kernels, so that two workers do not both: the tests of a task, and those of a file."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        folder, name = item.path.parent.name, item.path.stem.removeprefix("test_")
        group = str(parameters.get("id", f"{folder}/{name}")).removesuffix("-v0")
        item.add_marker(pytest.mark.xdist_group(group))
