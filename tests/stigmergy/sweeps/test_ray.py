"""Ray Tune calls `stigmergy.train`: the block of the documentation, on a local Ray."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_rules import ROOT

BLOCK = re.compile(r"^## Ray Tune$.*?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_block_of_the_documentation_runs(tmp_path):
    pytest.importorskip("ray.tune")
    match = BLOCK.search((ROOT / "docs/sweep.md").read_text())
    assert match
    variables = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    script = tmp_path / "tuned.py"
    script.write_text(match[1])
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, env=variables)
    assert result.returncode == 0, result.stderr[-3000:]
    assert len(list(tmp_path.glob("tuned/*/metrics.csv"))) == 2
    best = Path(result.stdout.split()[-1])
    assert (best / "metrics.csv").is_file()
