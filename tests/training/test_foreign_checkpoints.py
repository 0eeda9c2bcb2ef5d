"""Checkpoints that somebody else made.

They lead to a sentence, execute no code and do not fill the memory.
"""

import hashlib
import io
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch

from stigmergy.envs.errors import UserError
from stigmergy.training.runs.checkpoint import DamagedCheckpoint, list_checkpoints, load_checkpoint, save_checkpoint
from stigmergy.training.runs.run import Run

WHOLE = {
    "environment": {"id": "a", "fingerprint": "0" * 64},
    "progress": {"update": 3, "best": 0.5},
    "learners": {},
    "logs": {"metrics": 20, "timing": 30},
}


class Runs:
    """Something whose loading would run code."""

    def __reduce__(self):
        return os.system, ("touch ran",)


def sign(path, data):
    path.write_bytes(hashlib.sha256(data).digest() + data)


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def packed(data):
    """The same archive with its parts compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part))
    return buffer.getvalue()


def overlapping(data):
    """The same archive, whose last part is listed a thousand times."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
        for _ in range(1000):
            archive.filelist.append(largest)
        archive._didModify = True
    return buffer.getvalue()


def nested(levels):
    value = [1]
    for _ in range(levels):
        value = [value] * 10
    return value


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


FOREIGN = {
    "empty": b"",
    "text": b"hello",
    "a pickle": pickle.dumps({"a": 1}),
    "a pickle that runs": pickle.dumps(Runs()),
    "torch's old format": saved({"a": torch.zeros(3)}, _use_new_zipfile_serialization=False),
    "code in torch's format": saved({"a": Runs()}),
    "a list": saved([1, 2]),
    "a tensor": saved(torch.zeros(3)),
    "an archive of something else": packed(saved({"a": 1})).replace(b"data.pkl", b"data.txt"),
    "compressed": packed(saved({"a": torch.zeros(100_000)})),
    "parts that overlap": overlapping(saved({"a": torch.zeros(1000)})),
    "one tensor shown many times": saved({"a": torch.zeros(1).expand(10**9)}),
    "one array shown many times": saved(
        {"__array__": torch.zeros(1, dtype=torch.uint8).expand(10**9), "dtype": "|u1", "shape": [10**9]}
    ),
    "lists of one list": saved({"a": nested(12)}),
    "lists in lists": saved({"a": deep(300)}),
    "an array of objects": saved({"__array__": torch.zeros(8, dtype=torch.uint8), "dtype": "|O", "shape": [1]}),
    "an array of no type": saved({"__array__": torch.zeros(8, dtype=torch.uint8), "dtype": "?!", "shape": [1]}),
    "an array of another shape": saved({"__array__": torch.zeros(8, dtype=torch.uint8), "dtype": "<f4", "shape": [7]}),
    "an array that is none": saved({"__array__": 3, "dtype": "<f4", "shape": [7]}),
    "a sparse tensor": saved({"a": torch.eye(3).to_sparse()}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_a_damaged_checkpoint(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sign(tmp_path / "a.checkpoint", FOREIGN[name])
    with pytest.raises(DamagedCheckpoint, match=r"a\.checkpoint' is none that stigmergy wrote") as caught:
        load_checkpoint(tmp_path / "a.checkpoint")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "ran").exists()


def test_what_is_saved_stays_within_the_bounds(tmp_path):
    states = [
        {"a": [None] * 10_000, "b": [True, []] * 1000, "c": {"": {}}},
        {"a": torch.zeros(7, 0), "b": np.zeros(0), "c": torch.zeros(1).expand(5000), "d": np.zeros((), np.complex64)},
        {str(k): torch.tensor(float(k), dtype=torch.float64) for k in range(300)},
    ]
    for state in states:
        save_checkpoint(tmp_path / "a.checkpoint", state)
        assert load_checkpoint(tmp_path / "a.checkpoint").keys() == state.keys()


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_no_regular_file(tmp_path, kind):
    path = tmp_path / "a.checkpoint"
    {"fifo": os.mkfifo, "folder": os.mkdir, "device": lambda path: path.symlink_to("/dev/zero")}[kind](path)
    with pytest.raises(DamagedCheckpoint, match=r"a\.checkpoint' cannot be read: "):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in WHOLE),
        {"environment": {"id": 3, "fingerprint": "0"}},
        {"environment": {"id": "a", "fingerprint": 0}},
        {"progress": {"update": -1, "best": 0}},
        {"progress": {"update": True, "best": 0}},
        {"logs": {"metrics": 5}},
        {"logs": {"metrics": 5.5, "timing": 3}},
        {"learners": [1]},
        {"unfinished": 3},
    ],
    ids=str,
)
def test_a_checkpoint_of_other_parts_is_passed_over(tmp_path, changes):
    run = Run(tmp_path)
    run.checkpoints.mkdir()
    wrong = {key: value for key, value in (WHOLE | changes).items() if value is not None}
    save_checkpoint(run.checkpoints / "000000009.checkpoint", wrong)
    with pytest.raises(UserError, match=r"no checkpoint .* can be read: .*000000009\.checkpoint' is none of a run"):
        run.load()
    save_checkpoint(run.checkpoints / "000000003.checkpoint", WHOLE)
    state, warnings = run.load()
    assert state == WHOLE
    assert len(warnings) == 1


@pytest.mark.parametrize(
    "name", ["backup", "zzz", "00000009", "000000009 (copy)", "000000009.old", "-00000009", "٠٠٠٠٠٠٠٠٩"]
)
def test_only_numbered_names_are_checkpoints(tmp_path, name):
    run = Run(tmp_path)
    run.checkpoints.mkdir()
    for update in (5, 10**9, 999_999_999):
        run.save(update, WHOLE | {"progress": {"update": update, "best": 0.0}})
    (run.checkpoints / f"{name}.checkpoint").write_bytes(b"mine")
    (run.checkpoints / "000000011.checkpoint").mkdir()
    assert [int(path.stem) for path in list_checkpoints(run.checkpoints)] == [10**9, 999_999_999]
    run.save(10**9 + 1, WHOLE)
    assert (run.checkpoints / f"{name}.checkpoint").read_bytes() == b"mine"
    assert run.load()[0] == WHOLE
