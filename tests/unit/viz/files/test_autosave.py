"""Autosave of an open window: what it writes, what it says where it cannot, and its retries."""

import io
import threading
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from renderer.document.arrays import ArrayStore
from renderer.document.directions.finds import Finds
from renderer.document.document import Document, Swatch, View
from renderer.document.parts import ArrayRef, Latent, Truncation
from renderer.document.session import Session, load
from tests.waiting import wait_for
from viz.files.kept import autosave
from viz.files.kept.autosave import Autosave

FIRST, SECOND = Document(), Document(truncation=Truncation(0.5))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(autosave, "SETTLE_S", 0.01)
    monkeypatch.setattr(autosave, "RETRY_S", 0.01)


def new(folder, document: Document = FIRST) -> Autosave:
    return Autosave(folder, ArrayStore(), document)


def written(one: Autosave) -> Session:
    """Wait until nothing is left to be written."""
    wait_for(lambda: one.settled)
    return load(one.path, ArrayStore(), [])


def test_a_session_opens_without_being_written_again(tmp_path):
    held = View(finds=Finds(region=ArrayRef("sha256:0")))
    one = new(tmp_path)
    one.begin()
    one.opened(SECOND, held)
    one.look(SECOND, held)
    assert one.close()
    assert list(tmp_path.iterdir()) == []


class Disk:
    """Stands in for `save`: fails with `error` while there is one."""

    def __init__(self, monkeypatch, error: Exception) -> None:
        self.error: Exception | None = error
        self._save = autosave.save
        monkeypatch.setattr(autosave, "save", self)

    def __call__(self, *args) -> None:
        if self.error is not None:
            raise self.error
        self._save(*args)


def test_nothing_is_written_before_anything_has_changed(tmp_path):
    one = new(tmp_path)
    assert one.begin() == ()
    one.look(FIRST, View())
    one.look(FIRST, View(workspace="mix"))
    assert one.close()
    assert list(tmp_path.iterdir()) == []


def test_a_session_that_a_window_begins_with_is_kept_already(tmp_path):
    one = new(tmp_path)
    one.begin()
    one.opened(SECOND)
    one.look(SECOND, View())
    assert one.settled
    one.look(FIRST, View())
    assert written(one).document == FIRST
    one.close()


def test_a_change_is_written_and_closing_keeps_the_newest(tmp_path):
    before = threading.active_count()
    one = new(tmp_path)
    one.begin()
    one.look(SECOND, View())
    assert written(one) == Session(SECOND, View())
    assert one.keeping.at > 0
    third = replace(SECOND, force_fp32=True)
    one.look(third, View(workspace="mix"))
    assert one.close()
    assert list(tmp_path.iterdir()) == [one.path], "the lock is gone"
    assert load(one.path, ArrayStore(), []) == Session(third, View(workspace="mix"))
    assert threading.active_count() == before


def test_the_picture_of_the_document_becomes_its_thumbnail(tmp_path):
    one, asked = new(tmp_path), []
    one.begin()

    def pixels() -> np.ndarray:
        asked.append(1)
        return np.full((900, 600, 4), 77, np.uint8)

    one.look(FIRST, View(), pixels)
    assert not asked, "nothing is written yet"
    one.look(SECOND, View())
    one.look(SECOND, View(), pixels)
    one.look(SECOND, View(), pixels)
    assert one.close()
    with zipfile.ZipFile(one.path) as file:
        picture = Image.open(io.BytesIO(file.read("thumbnail.png")))
    assert picture.height == autosave.THUMBNAIL
    assert picture.getpixel((5, 5)) == (77, 77, 77)
    assert len(asked) == 1, "once for each document"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates"), "no valid text"),
        (MemoryError(), "MemoryError"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (RuntimeError("odd\nlines"), "RuntimeError: odd lines"),
    ],
)
def test_a_failure_is_told_once_and_tried_again_until_there_is_room(tmp_path, monkeypatch, error, reason):
    disk, one = Disk(monkeypatch, error), new(tmp_path)
    one.begin()
    one.look(SECOND, View())
    text, bad = wait_for(one.news)
    assert bad
    assert reason in text
    assert reason in one.keeping.problem
    wait_for(lambda: one.attempts > 3)
    assert one.news() is None
    third = replace(SECOND, force_fp32=True)
    one.look(third, View())
    disk.error = None
    assert written(one).document == third, "the newest work is kept as soon as there is room"
    assert wait_for(one.news) == ("Your work is kept again", False)
    assert one.keeping.problem == ""
    one.close()


def test_text_that_cannot_be_encoded_does_not_end_autosave(tmp_path):
    one = new(tmp_path)
    one.begin()
    one.look(replace(FIRST, shelf=(Swatch("bad\udcff", Latent()),)), View())
    wait_for(lambda: one.settled or one.attempts)
    one.look(SECOND, View())
    wait_for(lambda: one.settled)
    assert load(one.path, ArrayStore(), []).document == SECOND
    one.close()


def test_a_folder_that_vanishes_is_made_again_with_its_lock(tmp_path):
    one = new(tmp_path / "sessions")
    one.begin()
    one.look(SECOND, View())
    written(one)
    (tmp_path / "sessions").rename(tmp_path / "away")  # at once: it may be written to meanwhile
    third = replace(SECOND, force_fp32=True)
    one.look(third, View())
    assert written(one).document == third
    assert one.path.with_suffix(".lock").exists()
    assert one.close()


def test_work_that_does_not_change_any_more_is_kept_in_a_folder_that_vanishes(tmp_path):
    one = new(tmp_path / "sessions")
    one.begin()
    one.look(SECOND, View())
    written(one)
    for number in range(3):
        (tmp_path / "sessions").rename(tmp_path / f"away{number}")  # at once, while it may be written to
        wait_for(one.path.exists)
        assert written(one).document == SECOND
        assert one.path.with_suffix(".lock").exists()
    assert one.news() is None
    (tmp_path / "sessions").rename(tmp_path / "away")
    assert one.close()
    assert load(one.path, ArrayStore(), []).document == SECOND


def test_a_folder_that_cannot_be_made_is_told_and_closing_says_that_work_is_not_kept(tmp_path):
    (tmp_path / "file").touch()
    one = new(tmp_path / "file" / "sessions")
    assert one.begin() == ()
    text, bad = one.news()
    assert bad
    assert "cannot be kept" in text
    one.look(SECOND, View())
    wait_for(lambda: one.attempts > 2)
    assert not one.settled
    assert not one.close()
