"""Files are written whole or not at all, and none is replaced unasked."""

import pytest

from renderer.document.files import free_name, replacing


def test_an_error_leaves_the_older_file_and_no_other(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with replacing(path) as part:
        part.write_text("old")

    def fail() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_name_that_is_taken_gets_a_number(tmp_path):
    path = tmp_path / "a.png"
    assert free_name(path) == path
    path.touch()
    (tmp_path / "a-2.png").touch()
    assert free_name(path) == tmp_path / "a-3.png"
