"""Functions that only compiled code calls have no machine code, and behave as any other."""

import os
import subprocess
import sys

import numpy as np

from stigmergy.envs.kernels import njit
from stigmergy.envs.kernels.code_library import InnerLibrary

FILE = """
import sys
from stigmergy.envs.kernels import njit


@njit(cache=True)
def deepest(value):
    if value < 0:
        raise ValueError("negative", value)  # its arguments come from the function's environment
    return value * 2


@njit(cache=True)
def inner(value):
    return deepest(value) + 1


@njit(cache=True)
def outer(value):
    return inner(value)


@njit(cache=True)
def another(value):
    return inner(value) + 1


def main():
    kernel = globals()[sys.argv[1]]
    try:
        kernel(-3)
    except ValueError as error:
        print(error, kernel(3), sum(kernel.stats.cache_hits.values()), sum(inner.inner.stats.cache_hits.values()))
"""


def ran(folder, kernel: str) -> str:
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import kernels_of_test; kernels_of_test.main()"
    here = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-c", program, kernel], env=here, capture_output=True, text=True, check=True, timeout=600
    ).stdout.strip()


def test_exceptions_of_inner_functions_arrive_from_the_cache_too(tmp_path):
    (tmp_path / "kernels_of_test.py").write_text(FILE)
    assert ran(tmp_path, "outer") == "('negative', -3) 7 0 0"
    assert ran(tmp_path, "outer") == "('negative', -3) 7 1 0", "loaded without the inner ones"
    assert ran(tmp_path, "another") == "('negative', -3) 8 0 1", "compiled with the inner one that was loaded"


def test_inner_functions_have_intermediate_code_alone():
    @njit
    def inner(values):
        return values.sum()

    @njit
    def outer(values):
        return inner(values) + 1

    assert outer(np.arange(3)) == 4
    (of_inner,) = inner.inner.overloads.values()
    (of_outer,) = outer.overloads.values()
    assert isinstance(of_inner.library, InnerLibrary)
    assert of_inner.library.get_pointer_to_function(of_inner.fndesc.llvm_func_name) == 0
    assert of_outer.library.get_pointer_to_function(of_outer.fndesc.llvm_func_name) != 0
    assert inner(np.arange(4)) == 6, "from Python it has an entry of its own"
