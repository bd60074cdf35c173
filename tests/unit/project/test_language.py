"""The language check: its findings, and its exceptions."""

import pytest

from tools import check_language
from tools.check_language import Finding, check_file, enforced, findings


def rules(text: str) -> list[str]:
    return [one.rule for one in check_file("viz/a.py", text)]


@pytest.mark.parametrize("word", check_language.OPENERS)
def test_docstrings_do_not_open_with_an_announcement(word):
    assert rules(f'"""{word} it is."""\n') == ["opener"]
    assert rules(f'def f():\n    """{word} it is."""\n') == ["opener"]
    assert rules(f'class A:\n    x: int = 0\n    """{word} it is."""\n') == ["opener"]
    assert rules(f'x = 1\n"""{word} it is."""\n') == ["opener"]
    assert rules(f'"""Says {word} it is."""\nx = "{word} it is."\n') == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"""The own way of a layer."""\n', ["docstring"]),
        ("x = 1  # the deed is done\n", ["comment"]),
        ("class RunDeeds: ...\n", ["name"]),
        ("def ask(errand): ...\n", ["name"]),
        ("self.the_keeper = 1\n", ["name"]),
        ("own_way = 1\n", ["name"]),
        ("told = []\n", []),
        ('x = "a deed"\n', []),
        ('"""An indeed long text."""\n', []),
    ],
)
def test_house_words_are_found_in_docstrings_comments_and_names(text, found):
    assert rules(text) == found


def test_long_files_and_full_folders_are_found(tmp_path):
    room = tmp_path / "viz" / "room"
    room.mkdir(parents=True)
    for number in range(21):
        (room / f"a{number}.py").write_text("\n")
    assert list(findings(tmp_path, ("viz",))) == [Finding("viz/room", 0, "folder", "21 Python files, at most 20")]
    (room / "a0.py").unlink()
    (room / "a1.py").write_text("\n" * 401)
    assert list(findings(tmp_path, ("viz",))) == [Finding("viz/room/a1.py", 401, "length", "401 lines, at most 400")]


def test_a_room_is_enforced_with_the_rooms_in_it(monkeypatch):
    monkeypatch.setattr(check_language, "CLEAN", ("viz/runs",))
    assert enforced("viz/runs/list.py")
    assert enforced("viz/runs/new_run/form.py")
    assert not enforced("viz/runs_old/list.py")


def test_every_source_is_clean_or_listed_as_not_yet():
    listed = (*check_language.CLEAN, *check_language.NOT_YET)
    for source in check_language.SOURCES:
        assert any(one == source or one.startswith(f"{source}/") for one in listed), source
