"""Exporting films from the real window, in a real process."""

import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.specs.formats import CHECKERBOARD
from foundation.transparency import over
from gan.animation.film import read_metadata
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.timeline.test_timeline_panel import PSI, WALK, keyed
from tests.unit.renderer import tiny
from tests.waiting import wait_for
from training_launcher.registry import read, scan
from viz.state.settings import Settings
from viz.timeline.export import EXPORTER, Exporter, ExportState
from viz.timeline.export_dialog import Form, no_background, problem_of
from viz.timeline.panel import _export_text

pytestmark = pytest.mark.window
EXPORT = "//**/##doexport"


def exporter(d: Driver) -> Exporter:
    return d.app.services[EXPORTER]


def begin(d: Driver) -> None:
    d.wait_frame()
    d.press(Key.mod_ctrl, Key.e)
    d.frames(3)
    d.click(EXPORT)
    d.frames(3)


def said(d: Driver) -> list[str]:
    return [message.text for message in d.app.messages]


def test_a_film_is_exported_while_the_window_goes_on_and_its_place_is_told(tmp_path: Path):
    def steps(d: Driver):
        begin(d)
        assert exporter(d).running
        d.wait_for(lambda: not exporter(d).running, what="the film")
        d.frames(3)
        assert exporter(d).state.problem == ""
        assert "Saved film.mp4" in said(d)
        assert "stylescope" in read_metadata(tmp_path / "film.mp4")
        assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]

    drive(steps, scene=keyed(WALK, PSI, seconds=1.0), settings=Settings(capture_dir=str(tmp_path)))


def test_a_film_is_finished_after_the_window_is_closed(tmp_path: Path):
    films, runs = tmp_path / "films", tmp_path / "runs"

    def steps(d: Driver):
        begin(d)
        d.wait_for(lambda: exporter(d).state.done > 0, what="the first frame")

    start = keyed(WALK, PSI, seconds=15.0)  # far more frames than a window needs to close
    drive(steps, scene=start, settings=Settings(capture_dir=str(films), run_dirs=str(runs)))
    (run,) = scan([runs])
    assert run.live
    assert (run.kind, run.unit) == ("video", "frames")
    run = wait_for(lambda: not (now := read(run.folder)).live and now, "the end of the film", 0.1)
    assert (run.state, run.done) == ("finished", run.total)
    assert "stylescope" in read_metadata(films / "film.mp4")


def test_a_cancelled_film_leaves_nothing(tmp_path: Path):
    def steps(d: Driver):
        begin(d)
        d.wait_for(lambda: exporter(d).state.done > 0, what="the first frame")
        d.click("//Timeline/##cancelexport")
        d.wait_for(lambda: not exporter(d).running, what="the end of the export")
        assert exporter(d).state.cancelled
        assert list(tmp_path.iterdir()) == []

    drive(steps, scene=keyed(WALK, PSI, seconds=60.0, fps=60.0), settings=Settings(capture_dir=str(tmp_path)))


def test_why_a_film_cannot_be_made_is_told_in_a_sentence(tmp_path: Path):
    def steps(d: Driver):
        begin(d)
        d.wait_for(lambda: not exporter(d).running, what="the end of the export")
        d.frames(3)
        assert "The film could not be exported." in said(d)
        assert "could not be opened" in exporter(d).state.problem

    start = keyed(WALK, PSI, seconds=1.0)
    drive(steps, network=str(tmp_path / "gone.pkl"), scene=lambda scene: replace(start(scene)),
          settings=Settings(capture_dir=str(tmp_path)))  # fmt: skip


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)])
@pytest.mark.parametrize("left_s", [None, 5.0, 7265.0])
def test_the_progress_covers_nothing_whatever_the_room(size, left_s):
    def steps(d: Driver):
        d.wait_frame()
        for state in (ExportState("film.mp4"), ExportState("film.mp4", 123, 4567, left_s=left_s)):
            exporter(d).state = state
            d.frames(3)
            before, cross = d.rect("//Timeline/##add"), d.rect("//Timeline/##cancelexport")
            lanes = d.rect("//Timeline/##lanes")
            assert before[2] < cross[0]
            assert cross[2] <= lanes[2] + 1
            window = imgui.internal.find_window_by_name("Timeline")
            assert window.content_size.x <= window.size.x, "nothing is wider than the panel"
        exporter(d).state = None

    drive(steps, scene=keyed(WALK, PSI), size=size)


def test_the_progress_tells_how_much_is_done_and_the_time_left():
    assert _export_text(ExportState("film.mp4")) == "starting"
    assert _export_text(ExportState("film.mp4", 3, 8)) == "3 of 8"
    assert _export_text(ExportState("film.mp4", 3, 8, left_s=1.0)) == "3 of 8"
    assert _export_text(ExportState("film.mp4", 3, 8, left_s=83.0)) == "3 of 8 · 1\u00a0min 23\u00a0s left"


def transparent(folder: Path) -> str:
    """Write an RGBA network whose alpha varies over the picture."""
    return tiny.save(folder, "rgba")


def frames_of(path: Path) -> np.ndarray:
    """Return the frames of a film [N, H, W, 4], with its alpha channel."""
    if path.is_dir():
        return np.stack([np.asarray(Image.open(file).convert("RGBA")) for file in sorted(path.glob("*.png"))])
    decoder = ("-c:v", "libvpx-vp9") if path.suffix == ".webm" else ()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", *decoder, "-i", str(path), "-f", "rawvideo"]
    done = subprocess.run([*command, "-pix_fmt", "rgba", "-"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 32, 32, 4)


def option(d: Driver, name: str) -> None:
    d.click(f"//$FOCUSED/{name}")
    d.frames(2)


KINDS = {
    "PNGs": ("kind/##3", (), "PNGs keep the transparency"),
    "WebM": ("kind/##1", (), "WebM films keep the transparency"),
    "squares": ("kind/##0", ("background/##0",), ""),
    "white": ("kind/##0", ("background/##2",), ""),
    "orange": ("kind/##0", ("background/##3",), ""),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_transparent_film_is_clear_or_lies_over_what_was_chosen(name, lent, tmp_path):
    kind, choices, reason = KINDS[name]
    seen: list[np.ndarray] = []
    films = tmp_path / "films"

    def steps(d: Driver):
        d.wait_whole()
        seen.append(d.picture().copy())
        d.press(Key.mod_ctrl, Key.e)
        d.frames(3)
        for choice in (kind, "size/##0", *choices):
            option(d, choice)
        if name == "orange":
            d.type_into("//**/##color", "#ff80zz")
            form = d.facts.scratch.get(Form)
            assert problem_of(form.options) == "A colour has six hexadecimal digits, as in #ff8000."
            d.click(EXPORT)
            assert not exporter(d).running, "not before the colour is right"
            d.type_into("//**/##color", "#ff8000")
        assert no_background(d.facts.scratch.get(Form).options, d.facts) == reason
        d.click(EXPORT)
        d.frames(3)
        d.wait_for(lambda: not exporter(d).running, what="the film")
        assert exporter(d).state.problem == ""

    drive(
        steps,
        network=transparent(tmp_path),
        renderer=lent,
        scene=keyed(PSI, seconds=0.1),
        settings=Settings(capture_dir=str(films)),
    )
    [film] = films.iterdir()
    frames, picture = frames_of(film).astype(int), seen[0]
    assert picture[..., 3].min() < 128 < picture[..., 3].max()
    if name == "PNGs":
        assert np.array_equal(frames[0], picture)
        return
    if name == "WebM":
        assert np.abs(frames[0, ..., 3] - picture[..., 3]).mean() < 3
        return
    backgrounds = {"squares": CHECKERBOARD, "black": "#000000", "white": "#ffffff", "orange": "#ff8000"}
    assert frames[..., 3].min() == 255
    # H.264 blurs the colours of noise, but each other background is much farther off.
    far = {one: np.abs(frames[0, ..., :3] - over(picture, color)).mean() for one, color in backgrounds.items()}
    nearest, next_one = sorted(far, key=far.__getitem__)[:2]
    assert nearest == name
    assert far[nearest] < 0.7 * far[next_one]


@pytest.mark.parametrize("kind", ["sg2", "grey", "six"])
def test_nothing_lies_behind_opaque_pictures(kind, lent, tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.e)
        d.frames(3)
        assert no_background(d.facts.scratch.get(Form).options, d.facts) == "This network's pictures are opaque"
        before = d.facts.scratch.get(Form).options.background
        d.click("//$FOCUSED/background/##1")
        assert d.facts.scratch.get(Form).options.background == before

    drive(steps, network=tiny.save(tmp_path, kind), renderer=lent, scene=keyed(PSI, seconds=1.0))
