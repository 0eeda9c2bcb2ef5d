"""Whatever goes wrong ends in one sentence and a status that is not 0, and never in a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from stigmergy.cli import entry
from stigmergy.cli.entry import main
from stigmergy.commands import list as list_command
from stigmergy.envs.errors import BadParameter
from tests.support.source_rules import ROOT

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def fail_with(monkeypatch, error: BaseException) -> None:
    def fail(args):
        raise error

    monkeypatch.setattr(list_command, "main", fail)


def sentence(capsys, *args: str) -> tuple[int, str]:
    """Exit status, and the one sentence on standard error."""
    capsys.readouterr()
    status = main(args)
    shown = capsys.readouterr().err
    assert shown.startswith("error: "), shown
    assert shown.count("\n") == 1, shown
    assert "Traceback" not in shown
    return status, shown


def os_error(number: int, *names: str) -> OSError:
    return OSError(number, os.strerror(number), *names)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (BadParameter("height is 3;\nallowed is 4"), 2, ["height is 3; allowed is 4"]),
        (os_error(errno.ENOENT, "a.map"), 2, ["'a.map'", "no such file"]),
        (os_error(errno.EISDIR, "maps"), 2, ["'maps'", "is a directory"]),
        (os_error(errno.EACCES, "secret"), 2, ["'secret'", "permission denied"]),
        (os_error(errno.EROFS, "/cdrom/run"), 2, ["'/cdrom/run'", "read-only"]),
        (os_error(errno.ENAMETOOLONG, "x" * 5000), 2, ["name is too long"]),
        (os_error(errno.ENOSPC, "run/metrics.csv"), 1, ["'run/metrics.csv'", "no space"]),
        (os_error(errno.ENOSPC), 1, ["no space"]),
        (os_error(errno.EDQUOT, "run"), 1, ["'run'", "quota"]),
        (os_error(errno.EMFILE, "a.gif"), 1, ["'a.gif'", "too many files"]),
        (MemoryError(), 1, ["memory"]),
        (UnicodeDecodeError("ascii", b"\xc3", 0, 1, "ordinal not in range(128)"), 2, ["text"]),
        (SystemExit(0), 1, ["sys.exit(0)"]),
        (SystemExit("bye"), 1, ["sys.exit('bye')"]),
        (ZeroDivisionError("division by zero"), 1, ["ZeroDivisionError", "division by zero"]),
        (KeyError("nobody"), 1, ["KeyError", "nobody"]),
        (RuntimeError("first line\nsecond line"), 1, ["first line"]),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, BaseException) else None,
)
def test_each_failure_is_one_sentence(monkeypatch, capsys, error, status, words):
    fail_with(monkeypatch, error)
    ended, shown = sentence(capsys, "list")
    assert ended == status
    assert all(word in shown for word in words), shown


@pytest.mark.parametrize(
    "allocate",
    [
        lambda: np.zeros((2**40, 2**20)),
        lambda: torch.zeros(2**55),
        lambda: torch.zeros(2**62, 2**10),
        lambda: np.zeros((2**62, 2**62)),
    ],
    ids=["numpy", "torch", "torch beyond addresses", "numpy beyond addresses"],
)
def test_memory_that_is_not_there(monkeypatch, capsys, allocate):
    monkeypatch.setattr(list_command, "main", lambda args: allocate())
    status, shown = sentence(capsys, "list")
    assert status == 1
    assert "memory is used up" in shown


PLUGIN = """
import stigmergy
def boom():
    raise LookupError("the rope broke")
"""


def test_a_fault_names_the_code_to_blame_and_keeps_its_traceback(monkeypatch, capsys, tmp_path):
    (tmp_path / "rope.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    import rope  # pyright: ignore[reportMissingImports]

    monkeypatch.setattr(list_command, "main", lambda args: rope.boom())
    status, shown = sentence(capsys, "list")
    assert status == 1
    assert "rope.py" in shown
    assert "line 4" in shown
    assert "LookupError: the rope broke" in shown
    (kept,) = tmp_path.glob("*.traceback")
    assert str(kept) in shown
    assert "raise LookupError" in kept.read_text()


def test_a_fault_of_ours_is_not_blamed_on_the_user(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(list_command, "shipped_configs", lambda: 1)
    assert "stigmergy itself (" in sentence(capsys, "list")[1]


@pytest.mark.parametrize("how", ["option", "variable"])
def test_the_traceback_is_shown_when_asked_for(monkeypatch, capsys, how):
    fail_with(monkeypatch, ZeroDivisionError("division by zero"))
    if how == "variable":
        monkeypatch.setenv("STIGMERGY_TRACEBACK", "1")
    assert main(["list", *(["--traceback"] if how == "option" else [])]) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert shown.splitlines()[-1].startswith("error: ")


def piped(*command: str, **variables: str) -> tuple[int, str, str]:
    """Exit status, output and errors of the command line, of which `head -1` reads the output."""
    line = f"{sys.executable} -m stigmergy {' '.join(command)} | head -1; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", line], capture_output=True, env=ENVIRONMENT | variables, cwd=ROOT, encoding="utf-8"
    )
    return result.returncode, result.stdout, result.stderr


def test_a_list_may_be_read_in_part():
    status, shown, errors = piped("list")
    assert (status, errors) == (0, "")
    assert "environments" in shown


def test_work_that_a_closed_pipe_cut_off_is_no_success(monkeypatch, capsys):
    monkeypatch.setattr(os, "dup2", lambda *descriptors: None)
    monkeypatch.setattr(entry, "_run", lambda args: (_ for _ in ()).throw(BrokenPipeError()))
    status, shown = sentence(capsys, "evaluate", "runs/first")
    assert status == 141
    assert "evaluate" in shown


def test_a_full_disk_behind_the_output():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the system has no /dev/full")
    with full.open("w") as out:
        result = subprocess.run(
            [sys.executable, "-m", "stigmergy", "--help"],
            stdout=out,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
        )
    assert result.returncode == 1
    assert result.stderr == "error: no space is left on the device\n"


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


def test_a_locale_without_utf8(tmp_path):
    """Letters that the terminal lacks are printed as ?, and files are read as UTF-8."""
    (tmp_path / "naïve.yaml").write_text(
        "environment: pathfinding/lifelong-v0\nlerner: {}\n# ünïcödé\n", encoding="utf-8"
    )
    program = (
        "import sys; from stigmergy.cli import main;"
        "print(main(['train', '--help']));"
        "print(main(['list', '--plugin', 'na\\u00efve']));"
        "print(main(['train', [name for name in __import__('os').listdir('.')][0]]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=ENVIRONMENT | ASCII, cwd=tmp_path, encoding="ascii"
    )
    assert "Traceback" not in result.stderr
    assert [line for line in result.stdout.splitlines() if line.isdigit()] == ["0", "2", "2"]
    assert "error: the plugin 'na?ve'" in result.stderr
    assert "lerner" in result.stderr
