"""Captures: numbered, atomic, and written in the background."""

import threading

import numpy as np
from PIL import Image

from tests.waiting import PATIENCE
from viz.files.capture import Writer, next_path, write

PICTURE = np.random.default_rng(0).integers(0, 256, (13, 17, 4), np.uint8)


def test_files_are_numbered_from_the_highest_on(tmp_path):
    assert next_path(tmp_path).name == "00000.png"
    for name in ("00007.png", "00002.PNG", "note.txt", "1x.png", "99999x.png"):
        (tmp_path / name).touch()
    assert next_path(tmp_path).name == "00008.png"
    (tmp_path / "123456.png").touch()
    assert next_path(tmp_path).name == "123457.png"


def test_the_pixels_come_back_and_nothing_else_is_left(tmp_path):
    folder = tmp_path / "a" / "b"
    first, second = write(folder, PICTURE), write(folder, PICTURE[..., :3])
    assert sorted(path.name for path in folder.iterdir()) == [first.name, second.name] == ["00000.png", "00001.png"]
    with Image.open(first) as picture:
        assert np.array_equal(np.asarray(picture), PICTURE)


def test_two_windows_writing_into_one_folder_take_different_numbers(tmp_path):
    threads = [threading.Thread(target=write, args=(tmp_path, PICTURE)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"{i:05d}.png" for i in range(8)]
    for name in names:
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (17, 13)


def test_the_writer_tells_what_became_of_each_and_finishes_before_it_closes(tmp_path):
    rung = []
    writer = Writer(lambda: rung.append(1))
    (tmp_path / "file").touch()
    writer.write(tmp_path / "good", PICTURE)
    writer.write(tmp_path / "file", PICTURE)
    writer.write(tmp_path / "good", PICTURE)
    writer.close()
    found = [writer.poll(), writer.poll(), writer.poll()]
    assert [one.path.rpartition("/")[2] for one in found if one] == ["00000.png", "", "00001.png"]
    assert found[1].problem.startswith("The picture cannot be saved in")
    assert writer.poll() is None
    assert len(rung) == 3


def test_writing_does_not_hold_up_the_caller(tmp_path):
    writer, go = Writer(lambda: None), threading.Event()

    def slow() -> np.ndarray:
        assert go.wait(PATIENCE)
        return PICTURE

    writer.write(tmp_path, slow)
    assert writer.poll() is None, "it has returned, and nothing is written yet"
    go.set()
    writer.close()
    assert writer.poll().path.endswith("00000.png")
