"""The compiled functions against NumPy's in double precision."""

import numpy as np
import pytest
from numba import njit

from stigmergy.algorithms.nn import gru_kernels


def reference_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def over(function):
    """`function` on each number of a float32 array."""

    @njit
    def loop(x, y):
        for i in range(len(x)):
            y[i] = function(x[i])

    def call(x):
        y = np.empty_like(x)
        loop(x, y)
        return y

    return call


FUNCTIONS = [(gru_kernels.expm1, np.expm1), (gru_kernels.tanh, np.tanh), (gru_kernels.sigmoid, reference_sigmoid)]


@pytest.mark.parametrize(("mine", "exact"), FUNCTIONS, ids=["expm1", "tanh", "sigmoid"])
def test_they_are_exact_to_single_precision(mine, exact):
    small = np.logspace(-30, 0, 10_000)  # where exp(x) - 1, taken literally, is all rounding error
    x = np.concatenate([np.linspace(-80, 80, 1_000_001), small, -small]).astype(np.float32)
    x = x[x != 0]
    expected = exact(x.astype(np.float64))
    np.testing.assert_allclose(over(mine)(x), expected, rtol=1e-6)
    literal = np.exp(x) - np.float32(1)
    assert not np.allclose(literal, np.expm1(x.astype(np.float64)), rtol=1e-6, atol=0)


@pytest.mark.parametrize(("mine", "exact"), FUNCTIONS, ids=["expm1", "tanh", "sigmoid"])
def test_they_end_in_their_limits_and_let_nan_through(mine, exact):
    low, high, nothing, zero = over(mine)(np.array([-np.inf, np.inf, np.nan, 0], np.float32))
    assert low == pytest.approx({"expm1": -1, "tanh": -1, "sigmoid": 0}[mine.__name__], abs=1e-37)
    assert high > 1e38 if mine is gru_kernels.expm1 else high == 1
    assert np.isnan(nothing)
    assert zero == exact(0.0)


def test_the_compiler_runs_them_on_vectors():
    x = np.zeros((1, 1, 1, 3 * 64), np.float32)
    h = np.zeros((1, 1, 1, 64), np.float32)
    flags = np.zeros((1, 1, 1), np.bool_)
    opening = np.zeros((1, 1, 1, 128), np.float32)
    step = njit(
        gru_kernels.step_forward.py_func, error_model="numpy", fastmath={"contract"}
    )  # of cached code it shows nothing
    step(0, 0, x, x[0], x[0], flags, ~flags, h, h.copy(), opening, h.copy(), h.copy())
    code = next(iter(step.inspect_asm().values()))
    vectors = ("divps", "fdiv\tv")  # packed divisions of x86 and ARM
    assert any(name in code for name in vectors)
