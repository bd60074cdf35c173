"""Untrusted files: regular ones only, within a size limit, and with texts made safe to show."""

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.inputs import NotRegularError, TooLargeError, clean_text, open_regular, read_regular


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


def test_texts_are_one_line_without_what_cannot_be_seen():
    assert clean_text("a\tb\r\nc \x1b[31m\u202ered\x00") == "a b c [31mred"
    assert clean_text("x" * 500) == "x" * 200
    assert clean_text("été 你好 ψ") == "été 你好 ψ"


@given(st.text(max_size=3000))
def test_any_text_comes_out_clean_and_stays_so(text):
    clean = clean_text(text)
    assert len(clean) <= 200
    assert clean.isprintable()
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in clean)
    assert clean_text(clean) == clean
