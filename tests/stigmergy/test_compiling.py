"""The first minute is not silent: it is said that kernels are compiled, and where they are kept."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from numba import njit
from numba.core.event import Event, EventStatus

from stigmergy.cli import compilation
from stigmergy.cli.compilation import CompilationNotice, compilation_announced
from stigmergy.envs.kernels.cache import cache_folder


def started(function: Any) -> Event:
    """Numba's event for a kernel."""
    return Event(compilation.COMPILATION, EventStatus.START, {"dispatcher": SimpleNamespace(py_func=function)})


def test_a_compilation_is_announced_once_with_the_folder(capsys):
    @njit
    def add(a, b):
        return a + b

    with compilation_announced():
        add(1, 2)
        add(np.float32(1), 2)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert str(cache_folder()) in said[0]
    add(1, 2.5)  # outside
    assert capsys.readouterr().err == ""


def test_nothing_is_said_where_nothing_is_compiled(capsys):
    with compilation_announced():
        pass
    assert capsys.readouterr().err == ""


def test_a_long_one_says_how_far_it_is(capsys, monkeypatch):
    now = iter([0.0, 5.0, 11.0, 12.0, 30.0])
    monkeypatch.setattr(compilation.time, "monotonic", lambda: next(now))
    notice = CompilationNotice()
    for _ in range(5):
        notice.on_start(started(started))
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == [
        "compiling kernels: 2 so far in 11 s, now test_compiling.py: started",
        "compiling kernels: 4 so far in 30 s, now test_compiling.py: started",
    ]


def test_a_cache_for_one_process_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path / "stigmergy-kernels-x")
    assert "every process does it anew" in compilation.first_line()
