"""Run folders: their files and their lock, training in one, and learners restored from it."""

from . import run_policy  # noqa: F401 (makes folders of runs the names of policies)
