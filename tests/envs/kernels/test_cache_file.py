"""Versions of a kernel that processes compile at the same time are not taken for each other."""

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import int64, typeof
from numba.core.caching import Cache, IndexDataCacheFile
from numba.core.types import StarArgTuple

from stigmergy.envs.kernels import njit
from stigmergy.envs.kernels.cache_file import KernelFiles

KEYS = [("int64", "processor"), ("float64", "processor"), ("int64", "processor", "inner")]


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir()}


def written_for(kind: type[IndexDataCacheFile], folder: Path) -> list[set[Path]]:
    """Files that saving each of the keys writes or changes."""
    written = []
    for key in KEYS:
        before = files_of(folder)
        kind(str(folder), "kernel-1", "stamp").save(key, f"code of {key}")
        written.append({path for path, content in files_of(folder).items() if before.get(path) != content})
    return written


def test_versions_share_no_file(tmp_path):
    """Two processes can then write at the same time."""
    first, second, third = written_for(KernelFiles, tmp_path)
    assert first
    assert second
    assert third
    assert not first & second | first & third | second & third
    files = KernelFiles(str(tmp_path), "kernel-1", "stamp")
    assert [files.load(key) for key in KEYS] == [f"code of {key}" for key in KEYS]


def test_the_files_of_numba_share_an_index(tmp_path):
    """Negative control: the test above can fail."""
    first, second, _ = written_for(IndexDataCacheFile, tmp_path)
    assert first & second


def test_a_file_of_another_version_is_not_loaded(tmp_path):
    files = KernelFiles(str(tmp_path), "kernel-1", "stamp")
    files.save(KEYS[0], "code")
    shutil.copy(files._path(KEYS[0]), files._path(KEYS[1]))
    assert files.load(KEYS[1]) is None
    assert files.load(KEYS[0]) == "code"


@pytest.mark.parametrize("stamp", ["other sources", None])
def test_a_file_of_other_sources_is_not_loaded(tmp_path, stamp):
    KernelFiles(str(tmp_path), "kernel-1", "stamp").save(KEYS[0], "code")
    assert KernelFiles(str(tmp_path), "kernel-1", stamp).load(KEYS[0]) is None


def test_flush_removes_the_versions_of_this_kernel_alone(tmp_path):
    one, other = (KernelFiles(str(tmp_path), name, "stamp") for name in ("kernel-1", "kernel-10"))
    for files in (one, other):
        files.save(KEYS[0], "code")
        files.save(KEYS[1], "code")
    one.flush()
    assert [one.load(key) for key in KEYS] == [None] * 3
    assert other.load(KEYS[0]) == other.load(KEYS[1]) == "code"


def test_a_kernel_keeps_each_version_in_a_file(tmp_path):
    """Numba's name for the argument types is the same in another process, which finds the file."""

    def add(a, b):
        return a + b

    kernel = njit(cache=True)(add)
    kernel._cache._cache_file._cache_path = str(tmp_path)
    assert kernel(1, 2) == 3
    assert kernel(1.5, 2) == 3.5
    assert kernel(np.ones(3), 1).sum() == 6
    assert len(list(tmp_path.glob("*.nbc"))) == 3
    assert all("0x" not in repr(key) for key in kernel.overloads)


@pytest.mark.parametrize("wrapped", [False, True], ids=["an argument", "one of *arguments, as in a loop over envs"])
def test_fields_that_change_places_make_another_version(wrapped):
    """A kernel reads fields by their places, and its file need not import the class."""

    def first(pair):
        return pair.left

    kernel = njit(cache=True)(first)
    codegen = kernel.targetctx.codegen()
    pairs = [NamedTuple("Pair", [(name, int) for name in names]) for names in (("left", "right"), ("right", "left"))]
    plain = [typeof(pair(1, 2)) for pair in pairs]
    types = [(StarArgTuple((kind, int64)) if wrapped else kind,) for kind in plain]
    ours = {repr(kernel._cache._index_key(signature, codegen)) for signature in types}
    numbas = {repr(Cache._index_key(kernel._cache, signature, codegen)) for signature in types}
    assert len(ours) == 2
    assert len(numbas) == 1  # negative control
