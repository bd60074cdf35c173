"""Many files dropped on the window at once are opened one after the other, while the window goes on drawing."""

import pytest

from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import Display, Latent
from renderer.document.recipe import Recipe
from tests.e2e.driver import Driver, drive
from viz.files.sessions import FILES

pytestmark = pytest.mark.window
COUNT = 100


def test_a_hundred_dropped_files_are_read_one_at_a_time(tmp_path):
    paths = []
    for seed in range(COUNT):
        paths.append(tmp_path / f"{seed:03d}.yaml")
        paths[-1].write_text(recipe.write(Recipe(Document(latent=Latent(float(seed))), Display()), ArrayStore()))

    def steps(d: Driver) -> None:
        d.wait_frame()
        files, waiting, seen = d.app.services[FILES], [], []

        def last_is_shown() -> bool:
            waiting.append(files._worker.waiting)
            seen.append(d.scene.document.latent.x)
            return seen[-1] == COUNT - 1

        d.app.drop([*map(str, paths)])
        d.wait_for(last_is_shown, what="the last file")
        assert max(waiting) <= 1
        assert len(set(seen)) > COUNT / 2, "frames were drawn in between"

    drive(steps)


def test_many_networks_are_compared_with_the_open_one(tmp_path):
    paths = [tmp_path / f"{i}.pkl" for i in range(20)]
    for path in paths:
        path.touch()

    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.facts.undo
        d.app.drop([*map(str, paths), str(tmp_path / "notes.txt")])
        d.wait_for(lambda: d.scene.document.networks, what="the networks")
        d.wait_frame()
        assert d.scene.document.network.source == ""
        assert [one.source for one in d.scene.document.networks] == [*map(str, paths)]
        assert d.scene.view.networks.on
        assert d.facts.undo == "Add 20 networks" != before
        assert {request.image.network.source for request in d.renderer.submitted} == {""}

    drive(steps)
