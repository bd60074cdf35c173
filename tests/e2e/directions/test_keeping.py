"""Found directions stay: in the session, in the library of the network, in files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from foundation.directions import read_directions
from tests.e2e.directions.found import groups, item, opened, rows, search, settled
from tests.e2e.driver import Driver, drive
from viz.directions.library import FOLDER
from viz.files.actions import OpenFile, SaveSession

pytestmark = pytest.mark.window
Key = imgui.Key
SIZE = (1920, 1080)


def library(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.npz"))


def test_stars_and_sliders_are_there_again_when_the_network_opens(tmp_path):
    names: list[str] = []

    def find(d: Driver):
        opened(d)
        search(d)
        first, second = rows(d)[:2]
        d.click(item(second, "star"))
        d.click(item(first, "add"))
        d.click(item(second, "name"))
        d.frames(2)
        d.ctx.key_chars_replace_enter("Smile")
        d.frames(2)
        names.extend(row.name for row in rows(d)[:2])

    drive(find, size=SIZE, config_dir=tmp_path)
    (file,) = library(tmp_path)
    assert [one.name for one in read_directions(file)] == names == ["PC 1", "Smile"]
    for path in (tmp_path / "sessions").glob("*"):
        path.unlink()

    def again(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: groups(d), what="the library")
        assert groups(d)[0].way == "kept"
        assert [(row.name, row.starred) for row in rows(d)] == [("PC 1", False), ("Smile", True)]
        assert not d.scene.document.directions
        opened(d)
        d.click(item(rows(d)[1], "add"))
        assert [one.name for one in d.scene.document.directions] == ["Smile"]

    drive(again, size=SIZE, config_dir=tmp_path)
    assert [one.name for one in read_directions(file)] == ["PC 1", "Smile"], "to use one takes none away"


def test_a_session_brings_back_what_was_found(tmp_path):
    path = tmp_path / "work.stylescope"

    def steps(d: Driver):
        opened(d)
        search(d)
        settled(d)
        d.click(item(rows(d)[2], "star"))
        found = groups(d)
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        d.wait_for(path.exists, what="the session")
        d.change(lambda scene: replace(scene, view=replace(scene.view, finds=type(scene.view.finds)())))
        assert not groups(d)
        d.change(lambda scene: scene.request(OpenFile(str(path))))
        d.wait_for(lambda: groups(d), what="the session")
        assert groups(d) == found
        d.frames(20)
        assert d.exists(item(rows(d)[0], "strip")), "their numbers are there too"
        assert rows(d)[0].effects in d.facts.arrays, "and what was measured"

    drive(steps, size=SIZE)


def test_all_are_saved_to_a_file_that_opens_again(tmp_path):
    path = tmp_path / "found.npz"

    def steps(d: Driver):
        opened(d)
        search(d)
        settled(d)
        found = rows(d)
        d.click("//Directions/**/##save all")
        d.frames(3)
        d.ctx.key_chars_replace_enter(str(path))
        d.wait_for(path.exists, what="the file")
        written = read_directions(path)
        assert [one.name for one in written] == [row.name for row in found]
        np.testing.assert_array_equal(written[3].vector, d.facts.arrays.get(found[3].array))
        d.app.drop([str(path)])
        d.wait_for(lambda: len(groups(d)) == 2, what="the file's directions")
        assert groups(d)[0].way == "file"
        assert [row.array for row in rows(d)] == [row.array for row in found]

    drive(steps, size=SIZE)
