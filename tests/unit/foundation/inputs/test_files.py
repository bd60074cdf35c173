"""Untrusted files: regular ones only, without waiting, within a size limit."""

import os
import socket

import pytest

from foundation.inputs import NotRegularError, TooLargeError, open_regular, read_regular


def test_a_regular_file_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    (tmp_path / "link").symlink_to(path)
    assert read_regular(tmp_path / "link", 5) == b"12345"
    with pytest.raises(TooLargeError):
        read_regular(path, 4)
    with open_regular(path) as file:
        assert file.read() == b"12345"


def test_a_file_that_grows_while_it_is_read_is_not_read_beyond_the_limit(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    fstat = os.fstat

    def before_it_grew(handle: int) -> os.stat_result:
        found = list(fstat(handle))
        found[6] = 2
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", before_it_grew)
    with pytest.raises(TooLargeError):
        read_regular(path, 4)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(NotRegularError):
            read_regular(path, 100)


@pytest.mark.parametrize("name", ["absent", "with\0null"])
def test_a_file_that_is_missing_says_so(tmp_path, name):
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / name, 100)


def test_no_handle_is_left_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with pytest.raises(OSError, match="regular"):
            read_regular(tmp_path, 100)
    assert len(os.listdir("/proc/self/fd")) == before


def test_terminals_and_interfaces_of_the_kernel_are_refused(tmp_path):
    controller, terminal = os.openpty()
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(tmp_path / "socket"))
        for path in (os.ttyname(terminal), tmp_path / "socket"):
            with pytest.raises(OSError):  # noqa: PT011  # sockets cannot even be opened
                read_regular(path, 100)
        (tmp_path / "pagemap").symlink_to("/proc/self/pagemap")
        with pytest.raises(NotRegularError):
            open_regular(tmp_path / "pagemap")
    finally:
        listening.close()
        os.close(controller)
        os.close(terminal)


def test_a_sparse_file_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TooLargeError, match="more than 100 bytes"):
        read_regular(tmp_path / "a", 100)


def test_names_that_are_no_text_are_opened_and_half_pairs_are_missing(tmp_path):
    path = tmp_path / "bad\udcff"
    path.write_bytes(b"1")
    assert read_regular(path, 1) == b"1"
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "bad\ud800", 1)
