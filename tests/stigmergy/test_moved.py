"""Module paths of the release before: they import, warn, and lead to the same objects."""

import importlib
import subprocess
import sys

import pytest

from stigmergy._moved import MOVED
from stigmergy.plotting import learning_curves

EVERY_PATH = """
import importlib, warnings
from stigmergy._moved import MOVED
for old, new in MOVED.items():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        alias = importlib.import_module(f"stigmergy.{old}")
    sentence = f"stigmergy.{old} is now stigmergy.{new};"
    assert any(str(warning.message).startswith(sentence) for warning in said), old
    module = importlib.import_module(f"stigmergy.{new}")
    for name in vars(module):
        assert name.startswith("__") or getattr(alias, name) is getattr(module, name), (old, name)
print(len(MOVED))
"""


def test_every_old_path_warns_and_leads_to_the_new_module():
    done = subprocess.run([sys.executable, "-c", EVERY_PATH], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(MOVED) > 100


def test_a_path_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("stigmergy.envs.boards")


@pytest.mark.parametrize("module", ["stigmergy.plotting.learning_curves", "stigmergy.courses"])
@pytest.mark.parametrize(
    ("old", "new"),
    [("courses", "learning_curves"), ("course_chart", "learning_curve_pixels"), ("Course", "LearningCurve")],
)
def test_old_names_of_learning_curves_warn(module, old, new):
    with pytest.warns(FutureWarning, match=f"{old} is now {new};"):
        found = getattr(importlib.import_module(module), old)
    assert found is getattr(learning_curves, new)
    with pytest.raises(AttributeError, match="has no attribute 'curses'"):
        learning_curves.curses
