"""Freed memory stays with the process."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource, torch
from stigmergy.training.system import keep_freed_memory
if {keep}:
    keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for megabytes in range(4, 24):  # left alone, glibc asks the system for each block that is larger than all before it
    torch.zeros(megabytes * 2**18)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_tensors_reuse_pages():
    faults = [
        int(subprocess.run([sys.executable, "-c", SCRIPT.format(keep=keep)], capture_output=True, check=True).stdout)
        for keep in (False, True)
    ]
    assert faults[1] < faults[0] / 2
