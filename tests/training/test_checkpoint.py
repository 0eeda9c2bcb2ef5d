"""Checkpoints hold what they were given, and notice damage."""

import hashlib
import io
import os

import numpy as np
import pytest
import torch

from stigmergy.training.runs.checkpoint import (
    DamagedCheckpoint,
    checkpoint_path,
    list_checkpoints,
    load_checkpoint,
    remove_old,
    save_checkpoint,
)

from .support.small import digest

STATE = {
    "tensor": torch.arange(6.0).reshape(2, 3)[:, 1:],
    "stream": np.array([2**64 - 1, 5], np.uint64),
    "flags": np.array([[True, False]]),
    "empty": np.zeros((3, 0), np.int32),
    "nested": {"list": [1, 2.5, None, "text", True], "generator": torch.Generator().manual_seed(3).get_state()},
    0: "an integer key",
}


def test_round_trip_keeps_values_shapes_and_dtypes(tmp_path):
    save_checkpoint(tmp_path / "a.checkpoint", STATE)
    loaded = load_checkpoint(tmp_path / "a.checkpoint")
    assert digest(loaded) == digest(STATE)
    assert loaded["stream"].dtype == np.uint64
    assert loaded["empty"].shape == (3, 0)
    loaded["stream"][0] = 1  # arrays are writable, environments step on in them


def test_arbitrary_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match="not object"):
        save_checkpoint(tmp_path / "a.checkpoint", {"a": object()})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "missing"])
def test_damage_is_noticed(tmp_path, damage):
    path = tmp_path / "a.checkpoint"
    save_checkpoint(path, STATE)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-7])
    elif damage == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    with pytest.raises(DamagedCheckpoint, match=r"a\.checkpoint"):
        load_checkpoint(path)


def test_a_file_with_pickled_code_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/ran",)

    buffer = io.BytesIO()
    torch.save({"a": Evil()}, buffer)
    data = buffer.getvalue()
    path = tmp_path / "a.checkpoint"
    path.write_bytes(hashlib.sha256(data).digest() + data)
    with pytest.raises(Exception, match=r"[Ww]eights"):
        load_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_the_last_two_stay_and_the_best_beside_them(tmp_path):
    for update in (1, 5, 20, 100):
        save_checkpoint(checkpoint_path(tmp_path, update), {"update": update})
    save_checkpoint(tmp_path / "best.checkpoint", {"update": 5})
    (tmp_path / "x.tmp").write_bytes(b"left by a killed run")
    remove_old(tmp_path)
    assert [load_checkpoint(path)["update"] for path in list_checkpoints(tmp_path)] == [100, 20]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000000020.checkpoint",
        "000000100.checkpoint",
        "best.checkpoint",
    ]
