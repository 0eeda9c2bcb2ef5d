"""Tests leave their process as they found it, and may run in any order."""

import os
import random
import signal
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pettingzoo
import pytest
import torch

from stigmergy.envs.registration.registry import algorithms, environments, load_plugin
from stigmergy.envs.registration.scenario import Seats, register_scenario
from tests.support.process_state import SHIPPED, in_random_order, left_as_it_was

PLUGIN = """
from stigmergy import ScriptedPolicy, register_algorithm


class Nothing(ScriptedPolicy):
    pass


register_algorithm("test_nothing", Nothing)
"""


def look():
    """All that has to be as before."""
    names = [sorted(registration.name for registration in registry) for registry in (environments, algorithms)]
    theirs = [sorted(getattr(pettingzoo, name, ())) for name in ("aec_registry", "parallel_registry")]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    threads = torch.get_num_threads(), numba.get_num_threads(), torch.get_default_dtype()
    draws = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    return names, theirs, variables, os.getcwd(), list(sys.path), signal.getsignal(signal.SIGINT), threads, draws


def disturb(folder):
    """Change a process as tests do, and the code that they test."""
    (folder / "test_plugin_of_nothing.py").write_text(PLUGIN)
    load_plugin(str(folder / "test_plugin_of_nothing.py"))
    register_scenario("test/two-v0", world="dilemmas/iterated-v0", seats={"me": 1, "bot": Seats(1, "defect")})
    environments._entries.pop("games/switch-v0")
    os.environ["STIGMERGY_TEST"] = "1"
    os.environ.pop("COLUMNS", None)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    signal.signal(signal.SIGINT, lambda *_: None)  # a shell has its background jobs ignore it already
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.set_default_dtype(torch.float64)
    numba.set_num_threads(1 if numba.get_num_threads() > 1 else numba.config.NUMBA_NUM_THREADS)
    random.random()
    np.random.random()  # noqa: NPY002
    torch.rand(1)


def test_everything_is_put_back_even_after_a_failure(tmp_path):
    before, during = look(), []

    def fail():
        with left_as_it_was():
            disturb(tmp_path)
            during.extend(look())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [one != other for one, other in zip(before, during, strict=True)] == [True] * len(before)
    assert look() == before


def test_a_plugin_registers_again_in_the_next_test(tmp_path):
    for _ in range(2):
        with left_as_it_was():
            assert "test_nothing" not in algorithms
            disturb(tmp_path)
            assert "test_nothing" in algorithms
        assert "test_plugin_of_nothing" not in sys.modules
    assert "stigmergy.envs.registration.registry" in sys.modules


def test_no_test_file_registers_anything_when_it_is_imported():
    assert {registration.name for registration in environments} == set(SHIPPED)
    assert not [name for name in pettingzoo.parallel_registry if name.startswith(("test/", "my/"))]


def items(files=3, tests=5):
    return [
        SimpleNamespace(path=Path(f"test_{file}.py"), nodeid=f"test_{file}.py::test_{test}")
        for file in range(files)
        for test in range(tests)
    ]


def test_a_random_order_is_the_seeds_and_keeps_files_together():
    order = [item.nodeid for item in in_random_order(items(), "1")]
    assert sorted(order) == sorted(item.nodeid for item in items())
    assert order == [item.nodeid for item in in_random_order(reversed(items()), "1")]
    assert order != sorted(order)
    files = [id.partition(":")[0] for id in order]
    assert sum(one != other for one, other in pairwise(files)) == 2
    firsts = {in_random_order(items(), str(seed))[0].nodeid for seed in range(50)}
    assert {id.partition(":")[0] for id in firsts} == {"test_0.py", "test_1.py", "test_2.py"}
    assert len(firsts) > 10


def test_workers_were_told_the_groups_of_tests(request):
    """Workers of xdist read the groups from the ids of tests, where they stand after an @."""
    if hasattr(request.config, "workerinput"):
        assert all("@" in item.nodeid for item in request.session.items)
