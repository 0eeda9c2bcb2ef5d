"""Cost of starting: the package and the helps load no library that they do not need."""

import json
import os
import subprocess
import sys

import pytest

from stigmergy.cli.entry import COMMANDS

HELPS = """
import contextlib, io, json, sys, traceback
from stigmergy.cli.entry import COMMANDS, main
answers = {}
for name, args in [("", ["--help"]), *((name, [name, "--help"]) for name in COMMANDS)]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            status = main(args)
        except Exception:
            status = traceback.format_exc()
    answers[name] = [status, text.getvalue(), "pygame" in sys.modules]
print(json.dumps(answers))
"""


def fresh(program: str) -> str:
    """Output of the program in an interpreter that has loaded nothing yet."""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def helps():
    """Command ("" for none) -> exit status or traceback, text, whether pygame was loaded by then;
    in one interpreter, for torch is slow to load.
    """
    return json.loads(fresh(HELPS))


@pytest.mark.parametrize("program", ["import stigmergy", "import stigmergy; dir(stigmergy)", "import stigmergy.cli"])
def test_importing_is_light(program):
    heavy = {"torch", "numba", "pygame", "tensorboard", "matplotlib"}
    loaded = set(json.loads(fresh(f"import json, sys; {program}; print(json.dumps(list(sys.modules)))")))
    assert "stigmergy" in loaded
    assert loaded & heavy == set()


def test_training_loads_no_scipy_of_its_own():
    """The quantiles of intervals come when one is asked for."""
    program = "import sys, stigmergy.commands.train; print('scipy.special' in sys.modules)"
    assert fresh(program).strip() == "False"


THREADS = """
import os, sys
import stigmergy, stigmergy.training.trainer, torch, numba
numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
torch.ones(4).sum()
print(os.environ["OMP_WAIT_POLICY"])
"""


@pytest.mark.parametrize(("given", "expected"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_idle_threads_sleep_unless_the_user_says_otherwise(given, expected):
    """GNU's OpenMP says with which settings it was loaded; where another one is in use, what the
    environment says has to do.
    """
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_DISPLAY_ENV": "TRUE"} | ({"OMP_WAIT_POLICY": given} if given else {})
    result = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, env=environment)
    assert result.stdout.strip() == expected, result.stderr
    told = [line for line in result.stderr.splitlines() if "OMP_WAIT_POLICY" in line]
    assert all(expected in line for line in told), told


def test_help_names_every_command(helps):
    status, text, _ = helps[""]
    assert status == 0
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_help(helps, command):
    status, text, display_loaded = helps[command]
    assert status == 0
    assert f"stigmergy {command}" in text
    assert "--" in text
    assert not display_loaded or command == "check"  # which brings PettingZoo's own tests, and they bring pygame


def test_python_dash_m_is_the_command_line():
    assert (
        "usage: stigmergy COMMAND"
        in subprocess.run([sys.executable, "-m", "stigmergy", "--help"], capture_output=True, text=True).stdout
    )
