"""Loops over envs that several threads would break are refused where they are declared.

The others give the same on one thread and on two.
"""

from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.kernels import most_threads, njit, over_copies, prange, threads
from stigmergy.envs.kernels.loop_check import check_loop
from stigmergy.envs.registration.registry import load_plugin


class State(NamedTuple):
    over: NDArray[np.bool_]
    cell: NDArray[np.int64]
    count: NDArray[np.int64]


def writes_a_cell(state, where):
    for c in prange(where.shape[0]):
        for i in range(state.cell.shape[1]):
            state.cell[c, i] = 1


def adds_in_a_condition(state, where):
    for c in prange(where.shape[0]):
        if where[c]:
            state.count[c] += 1


def writes_a_row(state, where):
    for c in prange(where.shape[0]):
        state.cell[c] = 0


def writes_by_a_method(state, where):
    for c in prange(where.shape[0]):
        state.cell[c].fill(0)


def writes_in_a_tuple(state, where, reward):
    for c in prange(where.shape[0]):
        reward[c, 0], state.count[c] = 1, 2


def counts_in_one_place(state, where, total):
    for _c in prange(where.shape[0]):
        total[0] += 1


def writes_to_another_env(state, where, reward):
    for c in prange(where.shape[0]):
        for i in range(2):
            reward[i, c] = 1


LOST, SHARED = "which Numba loses on several threads", "which is not the row of this env"


@pytest.mark.parametrize(
    ("loop", "written", "reason"),
    [
        (writes_a_cell, "state.cell[c, i]", LOST),
        (adds_in_a_condition, "state.count[c]", LOST),
        (writes_a_row, "state.cell[c]", LOST),
        (writes_by_a_method, "state.cell[c]", LOST),
        (writes_in_a_tuple, "state.count[c]", LOST),
        (counts_in_one_place, "total[0]", SHARED),
        (writes_to_another_env, "reward[i, c]", SHARED),
    ],
)
def test_a_loop_that_threads_would_break_is_refused(loop, written, reason):
    with pytest.raises(BadParameter) as refusal:
        over_copies(loop)
    assert f"the loop '{loop.__name__}' over envs writes {written} inside prange" in str(refusal.value)
    assert reason in str(refusal.value)


def test_the_sentence_names_the_line_and_the_plugin(tmp_path):
    plugin = tmp_path / "mistaken.py"
    plugin.write_text(
        "from stigmergy.envs.kernels import over_copies, prange\n\n\n@over_copies\ndef advance(state, where):\n"
        "    for c in prange(where.shape[0]):\n        state.place[c] = 1\n"
    )
    with pytest.raises(
        ImportError, match=r"mistaken.py.* writes state.place\[c\] .*line 7 of .*mistaken.py.*under @njit"
    ):
        load_plugin(str(plugin))


@njit(cache=True)
def count_up(state, c):
    state.count[c] += 1


def calls_a_kernel(state, where, reward):
    for c in prange(where.shape[0]):
        count_up(state, np.int64(c))


def writes_a_row_of_an_argument(state, where, reward):
    for c in prange(where.shape[0]):
        if where[c]:
            for i in range(reward.shape[1]):
                reward[c, i] += 2


def writes_a_row_by_another_name(state, where, reward):
    for c in prange(where.shape[0]):
        index = np.int64(c)
        for i in range(reward.shape[1]):
            reward[index, i] = index + 1


def uses_names_of_its_own(state, where, reward):
    for c in prange(where.shape[0]):
        row, total = reward[c], 0
        for i in range(row.shape[0]):
            total += i
            row[i] = total


def writes_before_the_loop(state, where, reward):
    state.count[0] = 7
    for c in prange(where.shape[0]):
        reward[c] = c


SOUND = [
    calls_a_kernel,
    writes_a_row_of_an_argument,
    writes_a_row_by_another_name,
    uses_names_of_its_own,
    writes_before_the_loop,
]


@pytest.mark.parametrize("loop", SOUND)
def test_a_sound_loop_is_taken(loop):
    check_loop(loop)


@pytest.mark.threads
@pytest.mark.skipif(most_threads() < 2, reason="kernels have one thread here")
@pytest.mark.parametrize("loop", SOUND)
def test_what_is_taken_gives_the_same_on_one_thread_and_on_two(loop):
    results = []
    for number in (1, 2):
        state: Any = State(np.zeros(8, np.bool_), np.zeros((8, 3), np.int64), np.zeros(8, np.int64))
        reward = np.zeros((8, 3))
        with threads(number):
            over_copies(loop)(state, np.ones(8, np.bool_), reward)
        results.append(np.concatenate([state.count, reward.ravel()]).tolist())
    assert results[0] == results[1]
    assert any(results[0])


def test_a_loop_without_source_is_taken():
    space: dict[str, Any] = {"prange": prange}
    exec("def loop(state, where):\n    for c in prange(3):\n        state.cell[c] = 1\n", space)
    check_loop(space["loop"])
