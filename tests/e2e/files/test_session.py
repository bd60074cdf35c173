"""Saving and opening in the real window: images with recipes, sessions, latents, and crash recovery."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from renderer.__main__ import main as renderer_main
from renderer.document import metadata, recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import Playback
from renderer.document.parts import Latent, LayerStyle, Mixing, Network, Noise, Truncation
from renderer.document.session import Session, save
from renderer.document.timeline import Key as KeyFrame
from renderer.document.timeline import Timeline, Track
from tests.e2e.driver import Driver, Key, drive
from viz.files.actions import OpenLatent, SaveLatent, SavePicture, SaveSession
from viz.files.browse_dialog import browser_of
from viz.state.params import put
from viz.state.scene import Scene, ShowDialog
from viz.state.settings import Settings

pytestmark = pytest.mark.window


def worked(scene: Scene) -> Scene:
    """Some work: a seed, a style in two layers, half a truncation, noise."""
    document = replace(
        scene.document,
        latent=replace(scene.document.latent, x=5.0),
        mixing=Mixing(9.0, (LayerStyle(1), LayerStyle(3, amount=0.5))),
        truncation=Truncation(0.6),
        noise=Noise("random", 3),
    )
    return replace(scene, document=document)


def messages(d: Driver) -> list[str]:
    return [message.text for message in d.app.messages]


def saved_picture(d: Driver) -> Path:
    """Save the image shown; its file."""
    d.change(lambda scene: scene.request(SavePicture()))
    d.wait_for(lambda: d.facts.saved, what="the file")
    return Path(d.facts.saved)


def test_a_saved_picture_dropped_on_a_new_window_brings_everything_back(lent, avatars, tmp_path):
    kept: dict[str, object] = {}
    settings = Settings(capture_dir=str(tmp_path), device="cpu")

    def first(d: Driver) -> None:
        d.wait_frame()
        d.change(worked)
        d.wait_frame()
        kept["picture"], kept["document"] = d.picture(), d.scene.document
        kept["path"] = str(saved_picture(d))

    def second(d: Driver) -> None:
        d.wait_frame()
        before, picture = d.scene.document, d.picture()
        d.app.drop([str(kept["path"])])
        d.wait_for(lambda: d.scene.document == kept["document"], what="the document")
        d.wait_frame()
        assert (d.picture() == kept["picture"]).all()
        assert (np.array(Image.open(kept["path"])) == kept["picture"][..., :3]).all()
        assert d.facts.undo == "Open 00000.png"
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert d.scene.document == before
        assert (d.picture() == picture).all()

    drive(first, network=avatars, renderer=lent, settings=settings)
    drive(second, renderer=lent.next(), settings=settings)
    out = tmp_path / "again.png"
    done = CliRunner().invoke(
        renderer_main, ["picture", "--recipe", str(kept["path"]), "--out", str(out), "--device", "cpu"]
    )
    assert done.exit_code == 0, done.output
    assert (np.array(Image.open(out)) == kept["picture"][..., :3]).all()
    assert metadata.read(out, recipe.KEY) == metadata.read(Path(str(kept["path"])), recipe.KEY)


def test_a_picture_of_the_timeline_remembers_its_moment(lent, avatars, tmp_path):
    kept: dict[str, object] = {}
    settings = Settings(capture_dir=str(tmp_path), device="cpu")
    walk = Timeline((Track("latent", (KeyFrame(0.0, Latent(3.0)), KeyFrame(1.0, Latent(8.0)))),), 2.0)

    def first(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: put(scene, "document.timeline", walk))
        own = d.picture().copy()
        d.change(lambda scene: put(scene, "view.playback", Playback(0.4, on=True)))
        d.wait_frame()
        kept["picture"] = d.picture().copy()
        assert (kept["picture"] != own).any()
        kept["path"] = str(saved_picture(d))

    def second(d: Driver) -> None:
        d.wait_frame()
        d.app.drop([str(kept["path"])])
        d.wait_for(lambda: d.scene.document.timeline == walk, what="the timeline")
        d.wait_frame()
        assert d.scene.view.playback == Playback(0.4, on=True)
        assert (d.picture() == kept["picture"]).all()

    drive(first, network=avatars, renderer=lent, settings=settings)
    drive(second, renderer=lent.next(), settings=settings)
    out = tmp_path / "again.png"
    done = CliRunner().invoke(
        renderer_main, ["picture", "--recipe", str(kept["path"]), "--out", str(out), "--device", "cpu"]
    )
    assert done.exit_code == 0, done.output
    assert (np.array(Image.open(out)) == kept["picture"][..., :3]).all()


def test_a_session_brings_document_and_view_back(tmp_path):
    path = tmp_path / "work.stylescope"
    kept: dict[str, object] = {}

    def first(d: Driver) -> None:
        d.wait_frame()
        d.change(worked)
        d.change(lambda scene: replace(scene, view=replace(scene.view, workspace="mix", tool="inspect")))
        d.change(lambda scene: scene.request(SaveSession(str(path))))
        d.wait_for(path.exists, what="the session")
        d.wait_for(lambda: d.facts.session == str(path), what="its name")
        kept["document"], kept["view"] = d.scene.document, d.scene.view
        assert "Saved work.stylescope" in messages(d)

    def second(d: Driver) -> None:
        d.wait_for(lambda: d.scene.document == kept["document"], what="the document")
        assert d.scene.view == kept["view"]
        assert d.facts.session == str(path)

    drive(first)
    drive(second, options={"session": str(path)})
    with zipfile.ZipFile(path) as file:
        assert Image.open(io.BytesIO(file.read("thumbnail.png"))).size == (64, 64)


def test_saving_as_asks_before_it_replaces(tmp_path):
    path = tmp_path / "work.stylescope"

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.menu("File/###save-session")  # there is no file yet, so it asks for one
        d.frames(3)
        d.type_into("//**/##path", str(tmp_path / "work"))
        d.wait_for(path.exists, what="the session")
        d.frames(3)
        before = path.read_bytes()
        d.menu("File/###save-session-as")
        d.frames(3)
        d.type_into("//**/##path", str(path))  # Enter alone replaces nothing
        d.frames(5)
        assert path.read_bytes() == before
        d.change(worked)
        d.click("//**/##write")
        d.wait_for(lambda: path.read_bytes() != before, what="the newer session")

    drive(steps)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.stylescope", b"PK nonsense", "no session"),
        ("a.npz", b"PK", "holds no latents"),
        ("a.txt", b"", "is no network"),
    ],
)
def test_dropping_what_remembers_nothing_gives_a_sentence_and_changes_nothing(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)

    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.scene.document
        d.app.drop([str(tmp_path / name)])
        d.wait_for(lambda: any(sentence in text for text in messages(d)), what="the sentence")
        assert d.scene.document == before
        assert d.app.store.history.done == ()

    drive(steps)


def test_a_network_that_is_not_there_keeps_the_present_one_and_the_rest_comes_back(tmp_path):
    arrays = ArrayStore()
    document = replace(worked(Scene()).document, network=Network(str(tmp_path / "gone.pkl")))
    save(tmp_path / "a.stylescope", Session(document), arrays)

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.app.drop([str(tmp_path / "a.stylescope")])
        d.wait_for(lambda: d.scene.document.truncation.psi == 0.6, what="the document")
        assert d.scene.document == replace(document, network=Network())
        assert any("gone.pkl" in text for text in messages(d))
        d.wait_frame()
        assert d.facts.failure is None

    drive(steps)


def test_a_network_with_other_content_than_when_it_was_saved_is_reported(lent, avatars, tmp_path):
    arrays = ArrayStore()
    arrays.networks.opened(avatars, "b" * 64)
    document = replace(worked(Scene()).document, network=Network(avatars))
    (tmp_path / "a.json").write_text(recipe.write(recipe.Recipe(document), arrays))

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.app.drop([str(tmp_path / "a.json")])
        d.wait_for(lambda: d.scene.document == document, what="the document")
        d.wait_for(lambda: any("is not the network that this" in text for text in messages(d)), what="the notice")
        d.wait_frame()
        path = saved_picture(d)
        digest = hashlib.sha256(Path(avatars).read_bytes()).hexdigest()
        text = metadata.read(path, recipe.KEY)
        assert digest in text
        assert "b" * 64 not in text

    drive(steps, renderer=lent, settings=Settings(capture_dir=str(tmp_path)))


@pytest.mark.parametrize("ending", ["npz", "npy"])
def test_a_latent_shows_the_very_same_picture_again(lent, avatars, tmp_path, ending):
    path = tmp_path / f"face.{ending}"

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.change(lambda scene: replace(worked(scene), settings=replace(scene.settings, device="cpu")))
        d.wait_frame()
        picture = d.picture()
        d.change(lambda scene: scene.request(SaveLatent(str(path))))
        d.wait_for(path.exists, what="the latent")
        d.change(
            lambda scene: replace(
                scene, document=replace(Scene().document, network=scene.document.network, noise=scene.document.noise)
            )
        )
        d.wait_frame()
        assert (d.picture() != picture).any()
        d.change(lambda scene: scene.request(OpenLatent(str(path))))
        d.wait_for(lambda: d.scene.document.latent.array is not None, what="the latent")
        d.wait_frame()
        assert (d.picture() == picture).all()

    drive(steps, network=avatars, renderer=lent)
    held = np.load(path)
    held = held["w"] if ending == "npz" else held
    assert held.dtype == np.float32
    assert held.ndim == 3


def test_the_browser_shows_what_can_be_opened_and_opens_it(tmp_path):
    save(tmp_path / "work.stylescope", Session(worked(Scene()).document), ArrayStore())
    (tmp_path / "net.pkl").touch()
    np.save(tmp_path / "w.npy", np.zeros((1, 1, 8), np.float32))

    def steps(d: Driver) -> None:
        d.wait_frame()
        for mode, shown in (("browse-latent", ["w.npy"]), ("browse-session", ["work.stylescope"])):
            d.change(lambda scene, mode=mode: scene.request(ShowDialog(mode)))
            browser = browser_of(d.facts)
            d.wait_for(lambda browser=browser, shown=shown: [one.name for one in browser.shown] == shown, what=mode)
            if mode == "browse-latent":
                d.press(Key.escape)
                d.wait_for(lambda browser=browser: not browser.mode, what="the dialog to close")
                d.frames(3)
        d.double_click("//Browse/**/##work.stylescope")
        d.wait_for(lambda: d.scene.document == worked(Scene()).document, what="the session")

    drive(steps, settings=Settings(browse_dir=str(tmp_path)))
