"""Compiled elementwise operations of a gated recurrent unit, one step at a time.

One call replaces a dozen small operations of torch. Single precision on the CPU. There is one
thread and one order, so that results do not depend on the number of threads.
"""

import numpy as np

from ...envs.kernels import njit

F32 = np.float32
LOG2_E = F32(1.4426950408889634)
LN2_HIGH, LN2_LOW = (
    F32(0.693359375),
    F32(-2.12194440e-4),
)  # ln 2 in two parts, the first of few bits: n times it is exact
LOWEST, HIGHEST = F32(-87.0), F32(88.0)  # beyond, 2^n is no normal number
# Added to a small number, it leaves the nearest integer in the lowest bits.
ROUNDER = F32(1.5 * 2**23)
# (exp(r) - 1) / r by a polynomial, fitted at Chebyshev nodes within ln(2) / 2 of 0. Its relative
# error is 1.3e-8.
C0, C1, C2, C3, C4, C5 = (F32(c) for c in (1.0, 0.5, 0.16666505, 0.04166635, 0.00836919, 0.00139412))
ONE, TWO = F32(1.0), F32(2.0)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def expm1(x):
    """Compute exp(x) - 1 of a float32, to a relative error below 1e-6.

    The arithmetic compiles to vector instructions. NaN stays NaN.
    """
    x = LOWEST if x < LOWEST else x
    x = HIGHEST if x > HIGHEST else x
    shifted = x * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    small = r * (C0 + r * (C1 + r * (C2 + r * (C3 + r * (C4 + r * C5)))))
    power = np.int32((np.float32(shifted).view(np.int32) + 127) << 23).view(
        np.float32
    )  # 2^n, put together from its bits
    return power * small + (power - ONE)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def sigmoid(x):
    """Compute 1 / (1 + exp(-x)) of a float32."""
    return ONE / (expm1(-x) + TWO)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def tanh(x):
    """Compute the hyperbolic tangent of a float32."""
    e = expm1(TWO * x)
    return e / (e + TWO)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def copy_or_clear(to, source, clear):
    """Fill a row with another, or with zeros."""
    for j in range(len(to)):
        to[j] = F32(0) if clear else source[j]


@njit(cache=True, error_model="numpy")
def begin(hidden_state, fresh, before):
    """Write the hidden state `(m, R, H)` before the first step.

    It is cleared in the rows that `fresh` (m, T, R) marks.
    """
    for k in range(hidden_state.shape[0]):
        for row in range(hidden_state.shape[1]):
            copy_or_clear(before[k, 0, row], hidden_state[k, row], fresh[k, 0, row])


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def step_forward(t, kept, gates, sums, bias, fresh, here, before, after, openings, new, product):
    """Compute step t from `sums` (m, R, 3 H), the product of the hidden state and the weights.

    The kernel fills `after` at t, and `before` of the next step. Values for the backward pass go to
    index `kept`, which is t, or 0 where there will be none.
    """
    m, length, rows, width = gates.shape
    size = width // 3
    for k in range(m):
        shift = bias[k, 0]
        for row in range(rows):
            old, out = before[k, kept, row], after[k, t, row]
            if here[k, t, row]:
                gate, mine = gates[k, t, row], sums[k, row]
                opening, n, p = openings[k, kept, row], new[k, kept, row], product[k, kept, row]
                # Short loops over few arrays: each is checked for overlaps before it is vectorized.
                for j in range(2 * size):
                    opening[j] = sigmoid(gate[j] + mine[j] + shift[j])
                for j in range(size):
                    p[j] = mine[2 * size + j] + shift[2 * size + j]
                for j in range(size):
                    n[j] = tanh(gate[2 * size + j] + opening[j] * p[j])
                for j in range(size):
                    out[j] = n[j] + opening[size + j] * (old[j] - n[j])
            else:
                copy_or_clear(out, old, False)
            if t + 1 < length:
                following = before[k, kept + 1 if before.shape[1] > 1 else 0, row]
                copy_or_clear(following, out, fresh[k, t + 1, row])


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def step_backward(t, grad, through, past, fresh, here, before, openings, new, product, d_gates, d_sums):
    """Propagate the gradient back through step t.

    `grad` (m, T, R, H) is the gradient of `after`. From step t + 1 the hidden state receives
    `through`, by way of the weights, and `past`, beside them, both (m, R, H).
    """
    m, length, rows, size = before.shape
    for k in range(m):
        for row in range(rows):
            onward = past[k, row]
            if t + 1 < length and not fresh[k, t + 1, row]:
                for j in range(size):
                    onward[j] += through[k, row, j] + grad[k, t, row, j]
            else:
                copy_or_clear(onward, grad[k, t, row], False)
            d_gate, d_sum = d_gates[k, t, row], d_sums[k, t, row]
            if not here[k, t, row]:
                copy_or_clear(d_gate, d_gate, True)
                copy_or_clear(d_sum, d_sum, True)
                continue
            old, opening, n, p = before[k, t, row], openings[k, t, row], new[k, t, row], product[k, t, row]
            for j in range(size):
                u = opening[size + j]
                d_gate[2 * size + j] = onward[j] * (ONE - u) * (ONE - n[j] * n[j])
            for j in range(size):
                u = opening[size + j]
                d_gate[size + j] = onward[j] * (old[j] - n[j]) * u * (ONE - u)
            for j in range(size):
                r, d_new = opening[j], d_gate[2 * size + j]
                d_gate[j] = d_new * p[j] * r * (ONE - r)
                d_sum[2 * size + j] = d_new * r
            for j in range(size):
                onward[j] *= opening[size + j]
            copy_or_clear(d_sum[: 2 * size], d_gate[: 2 * size], False)


@njit(cache=True, error_model="numpy")
def end_backward(through, past, fresh):
    """Write the gradient of the hidden state before the first step into `past`."""
    for k in range(past.shape[0]):
        for row in range(past.shape[1]):
            for j in range(past.shape[2]):
                past[k, row, j] += through[k, row, j]
            copy_or_clear(past[k, row], past[k, row], fresh[k, 0, row])
