"""Logs go on at their checkpoint, and say what they have lost."""

import csv
import os

import pytest

from stigmergy.envs.errors import UserError
from stigmergy.training.runs.logs import CsvLog

HEADER = b"step,name,value\n"


@pytest.fixture
def path(tmp_path):
    log = CsvLog(tmp_path / "metrics.csv", HEADER)
    log.write([(step, "return", 0.5) for step in range(100, 200)])
    log.close()
    return tmp_path / "metrics.csv"


def go_on(path, keep):
    log = CsvLog(path, HEADER, keep)
    log.write([(999, "x", 1)])
    assert log.sync() == path.stat().st_size
    log.close()
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", "name", "value"]
    assert all(len(row) == 3 and "\0" not in "".join(row) for row in rows)
    assert rows[-1] == ["999", "x", "1"]
    return [int(row[0]) for row in rows[1:-1]], log.loss


def test_rows_after_the_checkpoint_go(path):
    keep = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"200,return,0.5\n201,retu")
    assert go_on(path, keep) == (list(range(100, 200)), None)


@pytest.mark.parametrize(
    ("left", "last"), [(-3, 198), (300, None), (len(HEADER) + 4, 0), (len(HEADER), 0), (5, 0), (0, 0)]
)
def test_a_shortened_file_goes_on_after_its_last_whole_row(path, left, last):
    keep = path.stat().st_size
    os.truncate(path, left % keep)
    steps, loss = go_on(path, keep)
    assert steps == list(range(100, 100 + len(steps)))
    assert loss is not None
    assert f"had {keep}" in loss
    assert "lost" in loss
    if last:
        assert steps[-1] == last
        assert f"from step {last}" in loss


def test_a_missing_file_is_begun_anew(path):
    keep = path.stat().st_size
    path.unlink()
    steps, loss = go_on(path, keep)
    assert not steps
    assert "0 bytes" in (loss or "")


def test_a_file_that_was_edited_keeps_whole_rows(path):
    text = path.read_bytes()
    path.write_bytes(text.replace(b"0.5", b"0.25"))
    steps, loss = go_on(path, len(text))
    assert steps == list(range(100, 100 + len(steps)))
    assert "was changed" in (loss or "")


def test_a_log_that_another_file_lies_in_the_place_of(tmp_path):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "victim")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "fifo.csv")
    for name in ("link.csv", "folder.csv", "fifo.csv"):
        with pytest.raises(UserError, match=f"{name}' is no regular file"):
            CsvLog(tmp_path / name, HEADER, 100)
    assert (tmp_path / "victim").read_text() == "mine"


def test_rows_that_cannot_be_written_leave_no_part_of_them(path, monkeypatch):
    log = CsvLog(path, HEADER, path.stat().st_size)
    before = log.position()

    class Full:
        def __init__(self, file):
            self.file, self.left = file, 10

        def write(self, data):
            if not self.left:
                raise OSError(28, "No space left on device")
            written, self.left = self.file.write(data[: self.left]), 0
            return written

        def __getattr__(self, name):
            return getattr(self.file, name)

    monkeypatch.setattr(log, "_file", Full(log._file))
    with pytest.raises(OSError, match=r"metrics\.csv"):
        log.write([(200, "return", 0.5)] * 3)
    assert log.position() == before == path.stat().st_size
