"""Messages are one short printable line, whatever the file is called and holds."""

import pytest

from gan.io.errors import MESSAGE_LENGTH, CorruptFileError, UnsafePickleError, listed, one_line, quoted

UGLY = "red\x1b[31m\nline\u202e\udcff\x00end"


@pytest.mark.parametrize("detail", ["Short.", "x" * 5000 + "; get it again.", UGLY * 50 + "."])
@pytest.mark.parametrize("source", [None, "/data/net.pkl", "/data/" + "x" * 400 + "/net.pkl", UGLY + ".pkl"])
def test_every_message_is_one_short_line(detail, source):
    message = str(CorruptFileError(detail, source))
    assert message.isprintable()
    assert len(message) <= MESSAGE_LENGTH
    assert message.endswith(".")
    if source is not None:
        assert "net.pkl: " in message or "end.pkl: " in message


def test_what_is_cut_is_the_middle():
    shown = one_line("The file holds " + "x" * 500 + "; get it again from its source.", 100)
    assert shown.startswith("The file holds x")
    assert shown.endswith("x; get it again from its source.")
    assert len(shown) == 100


def test_ordinary_messages_are_left_alone():
    assert str(CorruptFileError("The file is empty.", "/data/my  net.pkl")) == "/data/my  net.pkl: The file is empty."


def test_names_from_files():
    assert quoted(UGLY) == "red[31m line\N{REPLACEMENT CHARACTER}end"
    assert quoted("x" * 1000) == "x" * 60
    assert quoted(10**400) == "a huge number"
    assert (quoted(7), quoted(0.5), quoted(None), quoted(True)) == ("7", "0.5", "None", "True")
    value: object = ()
    for _ in range(60):
        value = (value, value)
    assert quoted(value) == "a tuple"  # its text would never end
    assert listed("abcdef") == "a, b, c and 3 more"
    assert listed([]) == ""


def test_the_refused_global_is_short():
    error = UnsafePickleError("os." + "x" * 1000)
    assert len(str(error)) <= MESSAGE_LENGTH
    assert len(error.name) <= 200
