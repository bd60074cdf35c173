"""Section "Network": typing a path, errors, recent networks, the snapshots of a run."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import gan
from gan.images import render, styles
from renderer.document import metadata
from renderer.document.parts import Latent
from renderer.document.recipe import KEY
from tests.e2e.driver import Driver, Key, drive, written
from tests.fixtures_path import fixtures
from viz.files.actions import SavePicture
from viz.files.sources import bundled
from viz.state.params import put
from viz.state.settings import Settings
from viz.state.snapshots import current
from viz.ui import record

pytestmark = pytest.mark.window
FIELD = "//Generator/##Network file"


def source(d: Driver) -> str:
    return d.scene.document.network.source


def enter(d: Driver, text: str) -> None:
    """Open the list and type into its field, which has the keyboard at once."""
    d.click(FIELD)
    d.frames(3)
    d.ctx.key_chars(text)
    d.press(Key.enter)


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A run of three snapshots with different networks, so that their images differ."""
    folder = tmp_path / "00003-stylegan2-made-up"
    folder.mkdir()
    for kimg, name in ((0, "sg2_64"), (40, "sg2_resnet_32"), (200, "sg2ada_cond_32")):
        shutil.copy(fixtures() / name / "net.pkl", folder / f"network-snapshot-{kimg:06d}.pkl")
    return folder


def test_a_typed_path_opens_and_a_bad_one_keeps_the_picture(lent, avatars, stylegan3):
    def steps(d: Driver):
        d.wait_frame()
        assert d.facts.model.family == "StyleGAN2"
        enter(d, f' "{stylegan3}" ')
        assert source(d) == stylegan3
        d.wait_frame()
        assert d.facts.model.family == "StyleGAN3-T"
        assert d.scene.document.latent.x == 7, "the rest of the document stays"
        assert d.scene.settings.recent[0] == stylegan3
        picture = d.picture()
        enter(d, "/no/such/network.pkl")
        d.wait_for(lambda: d.facts.failure is not None, what="the failure")
        assert "/no/such/network.pkl" in d.facts.failure.message + d.facts.failure.advice + d.facts.failure.detail
        assert np.array_equal(d.picture(), picture)
        assert d.facts.model.family == "StyleGAN3-T"
        assert d.scene.settings.recent[0] == stylegan3
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert d.facts.failure is None
        assert np.array_equal(d.picture(), picture)

    drive(steps, network=avatars, renderer=lent, scene=lambda scene: put(scene, "document.latent.x", 7.0))


def test_the_pattern_network_opens_from_its_path_and_from_the_list(lent):
    sources = [source for source, _ in bundled()]
    pattern_at = next(i for i, source in enumerate(sources) if "pattern-" in source)
    path, demo_at = sources[pattern_at], sources.index("")

    def steps(d: Driver):
        d.wait_frame()
        demo = d.picture()
        enter(d, path)
        d.wait_frame()
        pattern = d.picture()
        assert d.facts.model.has_transform
        d.click(FIELD)
        d.click(f"**/##bundled {demo_at}")
        d.wait_frame()
        assert np.array_equal(d.picture(), demo)
        d.click(FIELD)
        d.click(f"**/##bundled {pattern_at}")
        assert source(d) == path
        d.wait_frame()
        assert np.array_equal(d.picture(), pattern)
        assert not np.array_equal(pattern, demo)

    drive(steps, renderer=lent)


def test_the_open_button_and_the_recent_networks():
    def steps(d: Driver):
        d.wait_frame()
        d.click(FIELD)
        d.frames(3)
        d.ctx.key_chars("/nets/other.pkl")
        d.frames(2)
        d.click("**/##open")
        assert source(d) == "/nets/other.pkl"
        d.wait_frame()
        d.click(FIELD)
        assert d.scene.settings.recent == ("/nets/other.pkl", "/nets/recent.pkl")
        d.click("**/##recent 1")
        assert source(d) == "/nets/recent.pkl"
        d.wait_frame()
        d.click(FIELD)
        d.click("**/##bundled 0")
        assert source(d) == bundled()[0][0]
        d.click(FIELD)
        d.press(Key.escape)
        assert not d.exists("**/##bundled 0")
        assert source(d) == bundled()[0][0]

    drive(steps, settings=Settings(recent=("/nets/recent.pkl",)))


def test_the_list_is_worked_by_keyboard_alone():
    def steps(d: Driver):
        d.wait_frame()
        d.ctx.nav_move_to(FIELD)
        d.ctx.nav_activate()
        d.frames(3)
        d.press(Key.tab)  # the Open button is skipped while nothing is typed
        d.press(Key.down_arrow)
        d.press(Key.enter)
        d.frames(2)
        assert source(d) in ("/nets/first.pkl", "/nets/second.pkl")

    drive(steps, settings=Settings(recent=("/nets/first.pkl", "/nets/second.pkl")))


def test_the_snapshots_of_a_run_are_slid_through_keeping_the_document(lent, run_folder):
    first, second, third = (str(run_folder / f"network-snapshot-{kimg:06d}.pkl") for kimg in (0, 40, 200))
    slider = "//Generator/kimg/##number"

    def steps(d: Driver):
        d.wait_frame()
        assert [snapshot.kimg for snapshot in d.facts.snapshots] == [0, 40, 200]
        newest = d.picture()
        sizes = {newest.shape[0]}
        d.type_into(slider, "50")
        assert source(d) == second
        d.wait_frame()
        assert not np.array_equal(newest, d.picture())
        d.drag_slider("//Generator/kimg/##track", 0.02)
        assert source(d) == first
        d.wait_frame()
        sizes.add(d.picture().shape[0])
        assert sizes == {32, 64}
        assert d.scene.document.latent.x == 3
        assert d.scene.document.truncation.psi == 0.7
        d.click(slider, 1)
        assert source(d) == third
        d.wait_frame()
        assert np.array_equal(newest, d.picture())

    drive(
        steps,
        network=str(run_folder),
        renderer=lent,
        scene=lambda scene: put(put(scene, "document.latent.x", 3.0), "document.truncation.psi", 0.7),
    )


def test_a_run_folder_opens_its_newest_network_and_stays_with_it(lent, run_folder, tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        newest = str(run_folder / "network-snapshot-000200.pkl")
        assert source(d) == newest
        picture = d.picture()
        shutil.copy(run_folder / "network-snapshot-000040.pkl", run_folder / "network-snapshot-000240.pkl")
        d.wait_for(lambda: len(d.facts.snapshots) == 4, what="the new snapshot")
        assert d.facts.snapshots[current(d.facts.snapshots, source(d))].kimg == 200
        d.change(lambda scene: scene.request(SavePicture()))
        folder = Path(d.scene.settings.capture_dir)
        d.wait_for(lambda: written(folder.glob("*.png")), what="the saved picture")
        text = json.loads(metadata.read(next(folder.glob("*.png")), KEY))
        assert text["document"]["network"]["source"] == newest
        digest = hashlib.sha256(Path(newest).read_bytes()).hexdigest()
        (named,) = text["networks"]
        assert (named["source"], named["sha256"], len(named["fingerprint"])) == (newest, digest, 64)
        assert np.array_equal(d.picture(), picture)

    drive(steps, network=str(run_folder), renderer=lent, settings=Settings(capture_dir=str(tmp_path / "saved")))


def test_a_new_snapshot_lengthens_the_slider(run_folder):
    def steps(d: Driver):
        d.wait_frame()
        assert len(d.facts.snapshots) == 3
        (run_folder / "network-snapshot-000240.pkl").write_bytes(b"")
        d.wait_for(lambda: len(d.facts.snapshots) == 4, what="the new snapshot")
        d.type_into("//Generator/kimg/##number", "240")
        assert source(d).endswith("network-snapshot-000240.pkl")

    drive(steps, network=str(run_folder / "network-snapshot-000040.pkl"))


def test_the_generator_as_trained_is_chosen_beside_its_average(lent, tmp_path):
    file = str(fixtures() / "sg2_64" / "net.pkl")
    nets = gan.load(file, only=("G", "G_ema"))
    seen: list[np.ndarray] = []

    def steps(d: Driver):
        d.wait_frame()
        assert d.facts.model.generators == ("G_ema", "G")
        average = d.picture().copy()
        d.click(FIELD)
        d.frames(3)
        d.click("//**/##generator G")
        assert d.scene.document.network.raw
        assert d.facts.undo == "Generator as trained"
        d.wait_frame()
        seen.extend((average, d.picture().copy()))
        assert not np.array_equal(average, seen[1])
        d.press(Key.mod_ctrl, Key.s)
        d.wait_for(lambda: written(tmp_path.glob("*.png")), what="the saved picture")
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert np.array_equal(d.picture(), average)
        d.app.drop([str(tmp_path / "00000.png")])
        d.wait_for(lambda: d.scene.document.network.raw, what="the recipe")
        d.wait_frame()
        assert np.array_equal(d.picture(), seen[1])

    settings = Settings(capture_dir=str(tmp_path))
    drive(steps, network=file, renderer=lent, settings=settings, scene=lambda s: put(s, "document.latent", Latent(3.0)))
    for G, picture in zip((nets.G_ema, nets.G), seen, strict=True):
        np.testing.assert_array_equal(render(G, styles(G, [3])[0]), picture[..., :3])


def test_a_file_of_one_generator_offers_no_choice(lent, avatars):
    def steps(d: Driver):
        d.wait_frame()
        d.click(FIELD)
        d.frames(3)
        assert not d.exists("//**/##generator G")

    drive(steps, network=str(fixtures() / "formats" / "torch_save_sg2" / "ema_only.pkl"), renderer=lent)


def test_recent_networks_of_one_name_are_told_apart_by_their_folders():
    runs = [f"/home/somebody/experiments/of the last year/training-runs/avatars-0000{k}" for k in (3, 4)]

    def steps(d: Driver):
        d.wait_frame()
        drawn = record.start()
        d.click(FIELD)
        d.frames(3)
        drawn.clear()
        d.frames(1)
        notes = [one.text for one in drawn.texts if one.text.startswith("…")]
        assert [note[-13:] for note in notes] == [run[-13:] for run in runs]
        record.stop()

    drive(steps, settings=Settings(recent=tuple(f"{run}/net.pkl" for run in runs)))
