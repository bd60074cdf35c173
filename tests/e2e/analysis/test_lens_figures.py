"""Figures of the lens besides equivariance: power, diversity, path lengths, and what is saved of them."""

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from renderer.document.parts import Truncation
from renderer.document.timeline import Key as Keyed
from renderer.document.timeline import Timeline, Track
from renderer.ipc.protocol import PathMap, RadialPower
from tests.e2e.analysis.test_lens import SIZE, opened
from tests.e2e.driver import Driver, Key, drive
from tests.pictures import noise, write_zip
from viz.analysis import lens_path, lens_power
from viz.analysis.following import Following
from viz.generate.pad_map import PAD_MAP
from viz.state.params import put
from viz.state.settings import Settings

pytestmark = pytest.mark.window
KEYED = Timeline(seconds=4.0, tracks=(Track("latent.x", (Keyed(0.0, 0.0), Keyed(4.0, 2.0))),))
MENU = "//Layers & spectrum/**/{}/##menu"


def over(d: Driver, job: Following, what: str) -> None:
    d.wait_for(lambda: job.over and not job.behind, what=what)
    d.frames(3)


def choose(d: Driver, figure: str, row: str) -> None:
    d.click(MENU.format(figure))
    d.frames(2)
    d.click(f"//**/##{row}" if d.exists(f"//**/##{row}") else f"//**/{row}")
    d.frames(3)


def test_power_is_compared_with_the_chosen_dataset(tmp_path):
    def steps(d: Driver):
        opened(d)
        power = d.facts.scratch.get(lens_power.Power)
        assert power.job.work is None, "without a dataset nothing is measured"
        before = d.window()
        d.change(lambda scene: scene.request(lens_power.UseDataset("faces.zip")))
        assert d.scene.view.lens.dataset == "faces.zip"
        over(d, power.job, "power")
        assert isinstance(power.job.work, RadialPower)
        assert power.found.counts == (512, 512, 512, 512)
        assert not np.array_equal(d.window(), before)
        work = power.job.work
        d.change(lambda scene: put(scene, "document.truncation", Truncation(0.5)))
        d.frames(20)
        assert power.job.work is work, "neither psi nor the seed matter to it"

    drive(steps, size=SIZE)


def test_diversity_follows_psi():
    def steps(d: Driver):
        opened(d)
        pairs = d.facts.scratch.get(lens_power.Pairs)
        over(d, pairs, "diversity")
        first = pairs.result[0]
        d.change(lambda scene: put(scene, "document.truncation", Truncation(0.5)))
        d.wait_for(lambda: pairs.result[0] != first and pairs.over, what="diversity at another psi")
        assert pairs.result[0] == pytest.approx(first / 2, rel=1e-3)
        work = pairs.work
        d.change(lambda scene: put(scene, "document.latent.x", 9.0))
        d.frames(20)
        assert pairs.work is work, "the seed does not matter to it"

    drive(steps, size=SIZE)


def test_the_map_lies_over_the_pad_while_it_is_seen():
    def steps(d: Driver):
        opened(d)
        assert d.app.services[PAD_MAP].shown is None
        d.click("//Layers & spectrum/**/path/##1")
        assert d.scene.view.lens.path == "pad"
        job = d.facts.scratch.get(lens_path.Around)
        over(d, job, "the map")
        assert isinstance(job.work, PathMap)
        shown = d.app.services[PAD_MAP].shown
        assert shown.values.shape == (15, 28)
        x0, y0, x1, y1 = map(round, d.rect("//Generator/pad/##pad"))
        with_map = d.window()[y0:y1, x0:x1]
        d.press(Key.l)
        d.frames(6)
        assert d.app.services[PAD_MAP].shown is None
        assert not np.array_equal(with_map, d.window()[y0:y1, x0:x1])

    drive(steps, size=SIZE)


def test_what_the_timeline_decides_does_not_begin_its_measurement_anew():
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: put(scene, "document.timeline", KEYED))
        job = d.facts.scratch.get(lens_path.Speed)
        over(d, job, "the steps of the timeline")
        work = job.work
        d.change(lambda scene: put(scene, "document.latent.x", 9.0))
        d.frames(20)
        assert job.work is work, "its keys say which seed it is"
        assert not job.behind
        d.change(lambda scene: put(scene, "document.truncation", Truncation(0.5)))
        d.wait_for(lambda: job.work is not work, what="a measurement at another psi")

    drive(steps, size=SIZE)


def test_a_walk_is_a_path_too():
    def steps(d: Driver):
        opened(d)
        job = d.facts.scratch.get(lens_path.Speed)
        assert job.work is None, "nothing moves"
        slow = 0.02  # one seed lasts longer than this test
        d.change(lambda scene: put(put(scene, "view.motion.latent_speed", slow), "view.motion.latent", True))
        over(d, job, "the steps of the walk")
        assert d.scene.view.motion.playing, "it is measured while it walks"
        assert d.scene.document.latent.x > 0
        path = job.of.timeline
        assert path == lens_path.path_of(d.scene)
        assert path.seconds == pytest.approx(lens_path.WALK_SEEDS / slow)
        assert [key.value for key in path.tracks[0].keys] == [0.0, lens_path.WALK_SEEDS]
        assert np.isfinite(job.result[: job.of.samples]).all()

    drive(steps, size=SIZE)


def test_values_are_copied_and_saved_as_a_table_and_as_a_picture(tmp_path):
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: scene.request(lens_power.UseDataset("faces.zip")))
        power = d.facts.scratch.get(lens_power.Power)
        over(d, power.job, "power")
        choose(d, "radial power", "Copy values")
        text = imgui.get_clipboard_text()
        assert text.startswith("cycles_per_pixel,network_db,dataset_db,difference_db,standard_error_db\n")
        assert len(text.strip().splitlines()) == 1 + len(power.found.frequency)
        choose(d, "radial power", "Save as CSV")
        d.wait_for(lambda: [*tmp_path.rglob("*.csv")], what="the table")
        (table,) = tmp_path.rglob("*.csv")
        assert table.read_text() == text
        choose(d, "radial power", "Save as PNG")
        d.wait_for(lambda: [*tmp_path.glob("*.png")], what="the picture")
        d.wait_for(lambda: d.facts.saved.endswith(".png"))
        picture = np.asarray(Image.open(d.facts.saved))
        assert 300 < picture.shape[1] < 700
        assert picture.std() > 5, "there is something on it"

    drive(steps, size=SIZE, settings=Settings(capture_dir=str(tmp_path)))


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 720, 1.0), (1280, 800, 1.5), (1280, 720, 2.0)])
def test_every_figure_is_reached_where_there_is_little_room(width, height, scale):
    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: scene.request(lens_power.UseDataset("faces.zip")))
        d.click("//Layers & spectrum/**/figures/##2")
        over(d, d.facts.scratch.get(lens_power.Power).job, "power")

    drive(steps, size=(width, height), settings=Settings(scale=scale))


def test_a_dataset_of_the_users_is_measured_by_the_renderer(lent, avatars, tmp_path):
    path = write_zip(tmp_path / "faces.zip", noise(6, 32))

    def steps(d: Driver):
        opened(d)
        d.change(lambda scene: scene.request(lens_power.UseDataset(str(path))))
        power = d.facts.scratch.get(lens_power.Power)
        d.wait_for(lambda: power.found is not None and power.found.counts[2] == 6, what="its pictures")
        assert power.found.counts[3] == 6
        d.change(lambda scene: scene.request(lens_power.UseDataset(str(tmp_path / "gone.zip"))))
        d.wait_for(lambda: power.job.problem, what="the reason")
        assert "gone.zip" in power.job.problem

    drive(steps, network=avatars, renderer=lent, size=SIZE)
