"""Random streams: one xoshiro256++ generator per env, seeded by SplitMix64 from (seed, env index).

An env draws from its own stream alone, so its trajectory depends on neither the number of envs nor
the number of threads. Kernels call `next_u64`, `uniform`, `below`, `normal` and `shuffle` on one
row of the `(num_envs, 4)` uint64 state; environments written in NumPy call `draw_uniform` and
`draw_below`, which draw for all envs at once.

Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021); Steele, Lea
and Flood, "Fast splittable pseudorandom number generators" (2014); Lemire, "Fast random integer
generation in an interval" (2019).
"""

import secrets

import numpy as np
from numpy.typing import NDArray

from ..kernels import njit

_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LOW_32 = np.uint64(0xFFFFFFFF)
_TO_UNIT = 1.0 / (1 << 53)


@njit(cache=True, inline="always")
def _mix(z):
    """SplitMix64's output function."""
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def splitmix64(seed, out):
    """Fill the row `out` with the first outputs of SplitMix64 started from the uint64 `seed`."""
    z = seed
    for k in range(out.shape[0]):
        z += _GOLDEN_GAMMA
        out[k] = _mix(z)


@njit(cache=True)
def _seed_streams(seed, stream):
    for env in range(stream.shape[0]):
        # Mixing the seed before adding the index keeps (seed, index + 1) and (seed + 1, index)
        # apart.
        splitmix64(_mix(seed + _GOLDEN_GAMMA) + np.uint64(env), stream[env])


def seed_streams(stream: NDArray[np.uint64], seed: int) -> None:
    """Seed `stream` (num_envs, 4) in place; a row depends on `seed` and its index alone."""
    _seed_streams(np.uint64(seed % (1 << 64)), stream)


def fresh_seed() -> int:
    """A seed from the operating system, in [0, 2**63)."""
    return secrets.randbits(63)


@njit(cache=True, inline="always")
def _rotate(x, k):
    return (x << np.uint64(k)) | (x >> np.uint64(64 - k))


@njit(cache=True)
def next_u64(s):
    """Advance one stream `s` (4,) uint64 and return 64 random bits."""
    result = _rotate(s[0] + s[3], 23) + s[0]
    t = s[1] << np.uint64(17)
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = _rotate(s[3], 45)
    return result


@njit(cache=True)
def uniform(s):
    """A float64 in [0, 1), a multiple of 2**-53."""
    return np.float64(next_u64(s) >> np.uint64(11)) * _TO_UNIT


@njit(cache=True)
def below(s, n):
    """An int64 in [0, n), each equally likely, for 1 <= n < 2**32."""
    bound = np.uint64(n)
    product = (next_u64(s) >> np.uint64(32)) * bound
    if (product & _LOW_32) < bound:  # rarely: reject the draws that would make small values likelier
        threshold = ((_LOW_32 - bound) + np.uint64(1)) % bound
        while (product & _LOW_32) < threshold:
            product = (next_u64(s) >> np.uint64(32)) * bound
    return np.int64(product >> np.uint64(32))


@njit(cache=True)
def normal_pair(s):
    """Two independent float64 from the standard normal distribution (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(s)))
    angle = 2.0 * np.pi * uniform(s)
    return radius * np.cos(angle), radius * np.sin(angle)


@njit(cache=True)
def normal(s):
    """A float64 from the standard normal distribution; two of them cost less with `normal_pair`."""
    return normal_pair(s)[0]


@njit(cache=True)
def shuffle(s, items):
    """Shuffle a one-dimensional array in place (Fisher and Yates)."""
    for k in range(items.shape[0] - 1, 0, -1):
        j = below(s, k + 1)
        items[k], items[j] = items[j], items[k]


@njit(cache=True)
def hash_below(s, i, salt, n):
    """An int64 in [0, n) that looks random, by a hash of a stream, an agent's index and a salt.

    The stream is left as it is; the salt is below 1024. It is for scripted policies that must be
    functions of the state: the stream advances with the environment, so each step has its own
    numbers.
    """
    mixed = _mix(s[0] + _mix(s[1] + _GOLDEN_GAMMA * np.uint64(i * 1024 + salt + 1)))
    return np.int64((mixed >> np.uint64(33)) % np.uint64(n))


@njit(cache=True)
def _fill_uniform(stream, where, out):
    for env in range(stream.shape[0]):
        if where[env]:
            for k in range(out.shape[1]):
                out[env, k] = uniform(stream[env])


@njit(cache=True)
def _fill_below(stream, where, n, out):
    for env in range(stream.shape[0]):
        if where[env]:
            for k in range(out.shape[1]):
                out[env, k] = below(stream[env], n)


def _rows(stream: NDArray[np.uint64], shape: tuple[int, ...], where: NDArray[np.bool_] | None, dtype: type):
    where = np.ones(len(stream), np.bool_) if where is None else where
    return where, np.zeros((len(stream), int(np.prod(shape))), dtype)


def draw_uniform(
    stream: NDArray[np.uint64], shape: tuple[int, ...] = (), where: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Draw floats in [0, 1) of shape `(num_envs, *shape)`.

    Envs outside `where` get 0 and keep their streams untouched.
    """
    where, out = _rows(stream, shape, where, np.float64)
    _fill_uniform(stream, where, out)
    return out.reshape(len(stream), *shape)


def draw_below(
    stream: NDArray[np.uint64], n: int, shape: tuple[int, ...] = (), where: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Draw integers in [0, n) of shape `(num_envs, *shape)`.

    Envs outside `where` get 0 and keep their streams untouched.

    Raises:
        ValueError: `n` is outside 1..2**32-1.
    """
    if not 1 <= n < 1 << 32:
        raise ValueError(f"n is {n}; a random integer needs a bound in 1..2**32-1")
    where, out = _rows(stream, shape, where, np.int64)
    _fill_below(stream, where, n, out)
    return out.reshape(len(stream), *shape)
