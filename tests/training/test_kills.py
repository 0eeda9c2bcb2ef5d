"""A run that is killed at any of its file operations resumes and ends bit-identical."""

import json
import signal
import subprocess
import sys

import pytest

from tests.test_wheel import ROOT

BELOW, EQUAL, ABOVE = (1, 2), (2, 2), (2, 1)


@pytest.mark.parametrize(
    ("intervals", "number"),
    [
        pytest.param(BELOW, signal.SIGKILL, marks=pytest.mark.thorough),
        (EQUAL, signal.SIGKILL),
        pytest.param(ABOVE, signal.SIGKILL, marks=pytest.mark.thorough),
        pytest.param(BELOW, signal.SIGTERM, marks=pytest.mark.thorough),
    ],
    ids=["evaluations are nearer", "as near as checkpoints", "checkpoints are nearer", "stopped politely"],
)
def test_at_every_file_operation(intervals, number, tmp_path):
    birth = intervals == BELOW  # it is the same for all
    arguments = [str(tmp_path), *(str(int(value)) for value in (*intervals, number, birth))]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.training.support.kills", *arguments], capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["operations"] > 30, (
        "the birth, three checkpoints or more, two evaluations, and the rows of five updates"
    )
    assert not found["failures"]
