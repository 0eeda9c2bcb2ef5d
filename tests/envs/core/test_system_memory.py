"""Arrays that do not fit in memory are refused in advance, with the sizes needed and free."""

import subprocess
import sys

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.core import system_memory
from stigmergy.envs.core.system_memory import bytes_of_arrays, bytes_of_step, check_memory, free_memory
from stigmergy.envs.errors import BadParameter

GIGABYTE = 2**30


@pytest.fixture
def one_gigabyte(monkeypatch):
    monkeypatch.setattr(system_memory, "free_memory", lambda: GIGABYTE)


def test_the_sentence_says_what_is_needed_and_what_is_free(monkeypatch, one_gigabyte):
    check_memory("the replay", GIGABYTE, "a smaller buffer_size needs less")
    with pytest.raises(
        BadParameter, match="the replay would need 2,048 MB, and 1,024 MB of memory are free; a smaller"
    ):
        check_memory("the replay", 2 * GIGABYTE, "a smaller buffer_size needs less")
    monkeypatch.setattr(system_memory, "free_memory", lambda: None)
    check_memory("the replay", 10**30, "")  # where nobody knows, nothing can be said


def test_small_amounts_are_not_looked_up(monkeypatch):
    monkeypatch.setattr(system_memory, "free_memory", lambda: pytest.fail("it was looked up"))
    check_memory("a layer", 2**20, "")


def test_free_memory_is_something():
    free = free_memory()
    assert free is None or 2**20 < free < 2**50


def test_limits_of_the_process_count():
    program = (
        "import resource; from stigmergy.envs.core.system_memory import free_memory;"
        "resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30)); print(free_memory())"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if "No module named 'resource'" in result.stderr:
        pytest.skip("the system has no such limits")
    assert 0 <= int(result.stdout) < 2 * GIGABYTE


@pytest.mark.parametrize("id", ["pathfinding/lifelong-v0", "swarm/vicsek-v0", "dilemmas/cleanup-v0", "games/switch-v0"])
def test_the_step_takes_what_is_said(id):
    env = stigmergy.make(id, 3)
    arrays = [env.global_state, *env.signals.values()]
    arrays += [array for group in env.groups.values() for array in group if isinstance(array, np.ndarray)]
    shared = [array for group in env.groups.values() for array in (group.truncated, group.first)]
    taken = sum(array.nbytes for array in arrays if array is not None) - sum(array.nbytes for array in shared)
    assert 0.9 * taken <= 3 * bytes_of_step(env.spec) <= 1.1 * taken


def test_arrays_are_counted_once_wherever_they_are():
    class Holder:
        pass

    holder = Holder()
    holder.whole = np.zeros(100, np.uint8)
    holder.part = holder.whole[10:20].reshape(2, 5)
    holder.deep = {"a": [(np.zeros(7, np.uint8),)], "b": "text"}
    assert bytes_of_arrays(holder) == 107


@pytest.mark.parametrize("num_envs", [10**9, 2**31, 2**62])
@pytest.mark.parametrize(
    "id",
    [
        "pathfinding/lifelong-v0",
        "swarm/vicsek-v0",
        "dilemmas/coins_with_cooperator-v0",
        "games/two_step-v0",
        "pettingzoo:mpe2.simple_spread_v3",
    ],
)
def test_envs_that_do_not_fit(one_gigabyte, id, num_envs):
    with pytest.raises(BadParameter, match=r"1,024 MB of memory are free; fewer envs \(num_envs"):
        stigmergy.make(id, num_envs)


def test_hidden_state_counts_beside_what_is_seen(one_gigabyte):
    """A large map that nobody sees whole makes the env large."""
    size = bytes_of_step(stigmergy.make("pathfinding/lifelong-v0", 1, num_agents=1, obs_radius=1).spec)
    assert 10_000 * size < GIGABYTE / 10
    with pytest.raises(BadParameter, match="memory are free"):
        stigmergy.make("pathfinding/lifelong-v0", 10_000, num_agents=1, obs_radius=1, height=512, width=512)


@pytest.mark.parametrize("num_envs", [0, -3, 10**30, 2.5, "many"])
def test_numbers_of_envs_that_are_none(num_envs):
    with pytest.raises(BadParameter, match=r"num_envs is .*allowed is"):
        stigmergy.make("games/two_step-v0", num_envs)
