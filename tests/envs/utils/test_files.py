"""Regular files of bounded size are read, and nothing else."""

import os
import socket

import pytest

from stigmergy.envs.utils.files import UnreadableFile, read_bytes, read_text


def test_a_regular_file_and_a_link_to_it(tmp_path):
    (tmp_path / "a").write_bytes(b"one\r\ntwo\rthree\n")
    (tmp_path / "b").symlink_to("a")
    assert read_bytes(tmp_path / "b") == b"one\r\ntwo\rthree\n"
    assert read_text(str(tmp_path / "b")) == "one\ntwo\nthree\n"
    assert read_bytes(tmp_path / "a", 15) == read_bytes(tmp_path / "a")
    with pytest.raises(UnreadableFile, match=r"/a' is too large: it has 15 bytes or more; allowed are 14"):
        read_bytes(tmp_path / "a", 14)


def test_what_is_no_regular_file_is_named_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(tmp_path / "s"))
        for path, words in (
            (tmp_path / "fifo", "a FIFO"),
            (tmp_path / "link", "a FIFO"),
            (tmp_path / "s", "cannot be read"),
            (tmp_path, "is a directory"),
            ("/dev/zero", "a device"),
            (tmp_path / "nothing", "no such file"),
            ("a\0b", "cannot be read"),
        ):
            with pytest.raises(UnreadableFile, match=words):
                read_bytes(path)


def test_a_file_larger_than_it_says_is_not_read_to_its_end(tmp_path):
    with pytest.raises(UnreadableFile, match="too large"):
        read_bytes("/proc/self/maps", 64)  # its size is 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_with_and_without_a_byte_order_mark(tmp_path, encoding):
    (tmp_path / "a").write_bytes("é\r\nb".encode(encoding))
    assert read_text(tmp_path / "a") == "é\nb"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\né".encode("latin-1"), "0xe9 in line 2"),
        ("ab".encode("utf-16-le"), "NUL"),
        (b"\x1f\x8b\x08\0\0", "compressed by gzip"),
        (b"PK\x03\x04abc", "compressed by zip"),
    ],
)
def test_what_is_no_text_is_told(tmp_path, content, words):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        read_text(tmp_path / "a")
