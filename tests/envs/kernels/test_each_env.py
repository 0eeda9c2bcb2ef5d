"""A kernel under `each_env` runs in every env or in those of a mask, alike on any threads."""

import importlib.util
import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from stigmergy.envs.kernels import each_env, njit, threads


class State(NamedTuple):
    over: NDArray[np.bool_]
    cell: NDArray[np.int64]
    count: NDArray[np.int64]


class Constants(NamedTuple):
    gain: float
    inner: State  # a NamedTuple within a NamedTuple, which Numba's own parallel loops cannot take


@each_env
def count_up(state, step, env):
    """Add to the count of env."""
    state.count[env] += step


@each_env
def move(state, k, reward, env):
    """Write into a field of the state, a row of it, an array of its own, and a new array."""
    row = state.cell[env]
    row[0] += env
    state.cell[env].sort()
    fresh = np.zeros(3)
    for i in range(3):
        fresh[i] = row[i] * k.gain + k.inner.count[env]
    reward[env] = fresh.sum()
    count_up(state, 2, env)


@each_env
def fail(state, limit, env):
    """Raise in the envs from `limit` on."""
    state.count[env] += 1
    if env >= limit:
        raise ValueError("no room")


@each_env
@njit(cache=True, inline="always")
def inlined(state, env):
    """Write through a field of the state where Numba's own parallel loops lose it."""
    state.count[env] = env + 1


def fresh_state(num_envs=8):
    return State(
        np.zeros(num_envs, np.bool_), np.arange(3 * num_envs).reshape(num_envs, 3) % 5, np.zeros(num_envs, np.int64)
    )


def play(number, where=None):
    state, reward = fresh_state(), np.zeros(8)
    constants = Constants(0.5, State(state.over, state.cell, np.arange(8)))
    with threads(number):
        for _ in range(3):
            move(state, constants, reward, where=where)
    return state, reward


def expected(where):
    state, reward = fresh_state(), np.zeros(8)
    for _ in range(3):
        for env in np.flatnonzero(where):
            state.cell[env, 0] += env
            state.cell[env].sort()
            reward[env] = (state.cell[env] * 0.5 + env).sum()
            state.count[env] += 2
    return state, reward


@pytest.mark.threads
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("envs", [range(8), [0, 3, 7], []])
def test_it_runs_in_the_envs_of_the_mask_and_in_no_other(number, envs):
    where = np.isin(np.arange(8), list(envs))
    runs = [where] if len(envs) < 8 else [where, None]
    for mask in runs:
        state, reward = play(number, mask)
        hoped, hoped_reward = expected(where)
        np.testing.assert_array_equal(state.cell, hoped.cell)
        np.testing.assert_array_equal(state.count, hoped.count)
        np.testing.assert_array_equal(reward, hoped_reward)


@pytest.mark.threads
def test_a_kernel_that_is_inlined_loses_nothing_on_two_threads():
    state = fresh_state(64)
    with threads(2):
        inlined(state)
    assert state.count.tolist() == list(range(1, 65))


@pytest.mark.threads
@pytest.mark.parametrize(("number", "before"), [(1, 3), (2, 3)])
def test_an_exception_of_a_kernel_is_raised_in_python(number, before):
    state = fresh_state()
    with threads(number), pytest.raises(ValueError, match="no room"):
        fail(state, before)
    assert state.count[: before + 1].all()
    fail(fresh_state(), 8)  # and where none is raised, the next call is none the worse


def test_a_mask_may_have_any_stride():
    wide = np.zeros((8, 2), np.bool_)
    wide[[1, 4], 0] = True
    wide[:, 1] = True
    state = fresh_state()
    count_up(state, 1, where=wide[:, 0])
    assert state.count.tolist() == [0, 1, 0, 0, 1, 0, 0, 0]


def test_the_index_of_an_env_is_left_out():
    for arguments in ((), (1, 2)):
        with pytest.raises(
            TypeError, match=r"count_up was called with \d arguments; without the index of the env it takes 2"
        ):
            count_up(fresh_state(), *arguments)


def test_it_keeps_the_kernels_name_and_words():
    assert (count_up.__name__, count_up.__doc__) == ("count_up", "Add to the count of env.")


UNCOMPILED = """
import numpy as np
from tests.envs.kernels.test_each_env import count_up, expected, play
state, reward = play(1, np.array([1, 0, 0, 1, 1, 0, 0, 1], bool))
hoped, hoped_reward = expected(np.array([1, 0, 0, 1, 1, 0, 0, 1], bool))
assert (state.cell == hoped.cell).all() and (reward == hoped_reward).all() and (state.count == hoped.count).all()
count_up(state, 5)
print(state.count.tolist(), type(count_up._kernel).__name__)
"""


def test_it_runs_uncompiled_where_numba_is_told_to_compile_nothing():
    done = subprocess.run(
        [sys.executable, "-c", UNCOMPILED], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[11, 5, 5, 11, 11, 5, 5, 11] function"


STARTED = """
import numba
from tests.envs.kernels.test_each_env import count_up
count_up.loop
print(numba.threading_layer())
"""


def test_threads_start_before_a_loop_is_loaded():
    """A loop from the cache refers to their functions: in a process with one env it crashed."""
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_loop_is_filed_under_the_sources_of_the_moment_it_was_declared(tmp_path):
    """An edit between the import and the first call does not put old code under new sources."""
    path = tmp_path / "edited_kernels.py"
    text = "from stigmergy.envs.kernels import each_env\n\n\n@each_env\ndef advance(state, env):\n    state.count[env] += 1\n"
    path.write_text(text)
    module = importing(path)
    path.write_text(text.replace("+= 1", "+= 2"))
    state = fresh_state()
    module.advance(state)
    assert state.count.tolist() == [1] * 8
    path.unlink()
    path.write_text(text.replace("+= 1", "+= 2"))
    state = fresh_state()
    importing(path).advance(state)
    assert state.count.tolist() == [2] * 8


def importing(path):
    """The module of a file, imported anew."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
