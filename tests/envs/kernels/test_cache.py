"""A compiled kernel is used again exactly as long as nothing that it is made from has changed."""

import os
import shutil
import subprocess
import sys

import pytest

import stigmergy.envs
from stigmergy.envs.kernels import cache
from stigmergy.envs.pathfinding import rules

ENVS = os.path.dirname(stigmergy.envs.__file__)

RULES = """
import collections
from stigmergy.envs.kernels import each_env
from pieces.numbers import GAIN
from pieces.steps import reward_of

State = collections.namedtuple("State", ["stream", "elapsed", "over"])


@each_env
def advance(state, action, reward, env):
    for i in range(reward.shape[1]):
        reward[env, i] = GAIN * reward_of(action[env, i])
"""
STEPS = """
from stigmergy.envs.kernels import njit


@njit(cache=True)
def reward_of(action):
    return 1.0 + action
"""
ENVIRONMENT = """
import numpy as np
from gymnasium.spaces import Box, Discrete
import stigmergy
from stigmergy.envs.tools.fingerprint import fingerprint
from pieces import rules


@stigmergy.register_environment("pay-v0")
class Pay(stigmergy.BatchEnv):
    def __init__(self, id, num_envs, config):
        group = stigmergy.GroupSpec("agents", 2, Box(0, 1, (1,), np.float32), Discrete(2))
        super().__init__(stigmergy.EnvSpec(id, (group,), 20), num_envs, config)

    def _allocate(self):
        return rules.State(*self.required_state())

    def _begin(self, where):
        pass

    def _advance(self, actions, where):
        rules.advance(self.state, actions["agents"], self.groups["agents"].reward, where=where)

    def _observe(self):
        pass


print(fingerprint("pay-v0", None), sum(rules.advance.loop.stats.cache_hits.values()))
"""


@pytest.fixture
def play(tmp_path):
    """A function that plays in a process of its own: fingerprint, and kernels from the cache."""
    for folder in ("here", "there"):
        pieces = tmp_path / folder / "pieces"
        pieces.mkdir(parents=True)
        texts = {"__init__": "", "rules": RULES, "steps": STEPS, "numbers": "GAIN = 2.0\n"}
        for name, text in texts.items():
            (pieces / f"{name}.py").write_text(text)
        (tmp_path / folder / "main.py").write_text(ENVIRONMENT)

    def run(folder="here", threads=1):
        settings = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_NUM_THREADS": str(threads)}
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=tmp_path / folder,
            env=os.environ | settings,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        digest, hits = done.stdout.split()
        return digest, int(hits)

    return run


@pytest.mark.thorough  # six processes, four of which compile
def test_an_edit_of_what_a_kernel_calls_or_reads_is_noticed_and_equal_sources_share_the_cache(play, tmp_path):
    first, hits = play()
    assert hits == 0
    assert play() == (first, 1)
    assert play("there", threads=2) == (
        first,
        1,
    )  # the same sources in another folder; several threads take the same build
    steps = tmp_path / "here" / "pieces" / "steps.py"
    steps.write_text(STEPS.replace("1.0 + action", "1.0 - action"))
    second, hits = play()
    assert (second != first, hits) == (True, 0)
    (tmp_path / "here" / "pieces" / "numbers.py").write_text("GAIN = 3.0\n")
    third, hits = play()
    assert (third not in (first, second), hits) == (True, 0)
    steps.write_text(STEPS)
    (tmp_path / "here" / "pieces" / "numbers.py").write_text("GAIN = 2.0\n")
    assert play() == (first, 1)  # the old kernels are still there


PLUGIN = """
from numba import njit
from numbers_beside import GAIN


@njit(cache=True)
def gain():
    return GAIN


print(gain(), sum(gain.stats.cache_hits.values()))
import stigmergy
"""


def test_a_plugin_that_takes_its_decorator_from_numba_notices_an_edit_beside_it(tmp_path):
    (tmp_path / "plugin.py").write_text(PLUGIN)
    said = []
    for gain in (1, 1, 2):
        (tmp_path / "numbers_beside.py").write_text(f"GAIN = {gain}\n")
        done = subprocess.run(
            [sys.executable, "-m", "stigmergy", "list", "--plugin", "plugin.py"],
            cwd=tmp_path,
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.splitlines()[0])
    assert said == ["1 0", "1 1", "2 0"]


def test_sources_are_the_file_and_what_it_imports_from_us_or_from_the_user():
    names = {os.path.relpath(path, ENVS) for path in cache.sources_of(rules, rules.__file__)}
    assert {
        "pathfinding/rules.py",
        "core/random_streams.py",
        "kernels/compilation.py",
        "kernels/env_loop.py",
        "grid/moves.py",
    } <= names
    assert not any(name.startswith("..") for name in names)  # numpy, numba and the standard library are left out
    assert "kernels/cache.py" not in names  # which kernels/compilation.py imports, and no kernel is made of
    assert "core/env.py" not in names  # which rules do not import: an edit there recompiles nothing


def test_a_cache_that_cannot_be_written_is_replaced_by_one_for_this_process(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path / "file" / "below"))
    cache.cache_folder.cache_clear()
    try:
        folder = cache.cache_folder()
        assert folder.is_dir()
        assert tmp_path not in folder.parents
        shutil.rmtree(folder)
    finally:
        cache.cache_folder.cache_clear()


def test_kernels_that_nobody_has_used_for_long_are_removed(tmp_path):
    long_ago = 1_000_000_000
    for name in ("rules-old", "rules-new", "other-old"):
        (tmp_path / name).mkdir()
    for name in ("rules-old", "other-old"):
        os.utime(tmp_path / name, (long_ago, long_ago))
    cache._remove_unused(tmp_path / "rules-newest")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other-old", "rules-new"]
