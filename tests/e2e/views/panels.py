"""Visits of the panels: each tab, each section unfolded, each page of a run."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from foundation.specs.editing.fits import PROJECTION, TARGET
from renderer.document.directions.finds import Finds
from renderer.document.parts import Direction, Transform
from tests.e2e.analysis.test_lens import opened as lens_opened
from tests.e2e.directions.found import opened as directions_opened
from tests.e2e.directions.found import search
from tests.e2e.driver import Driver, Key
from tests.e2e.photos.faked import dropped, faked, photo, rows
from tests.e2e.runs.recorded import run_folder
from tests.e2e.runs.test_run_pages import RATE, ended, film
from tests.e2e.timeline.test_timeline_panel import PSI, WALK, keyed
from tests.e2e.views.look import HD, Visit, show
from viz.analysis import lens_power
from viz.directions import ways
from viz.runs.selection import KINDS, chosen_alone
from viz.shell import layout
from viz.state.params import put
from viz.state.settings import Settings


def front(d: Driver, window: str) -> None:
    """Bring a tab to the front."""
    d.change(lambda scene: scene.interacting(front=replace(scene.interaction.front, window=window)))
    d.frames(6)


def tabs(d: Driver, folder: Path) -> Iterator[str]:
    """Every tab beside the timeline, in a window where something was done."""
    d.wait_frame()
    for _ in range(3):
        d.press(Key.r)
    d.press(Key.b)
    d.wait_frame()
    for name in (*layout.TABS, layout.HISTORY):
        front(d, name)
        yield f"tab {name}"
    d.change(lambda scene: put(scene, "view.start", True))
    d.frames(12)
    yield "tab Start"


def timeline(d: Driver, folder: Path) -> Iterator[str]:
    """Keys of several tracks."""
    d.wait_frame()
    front(d, "Timeline")
    yield "timeline with keys"


def analysis(d: Driver, folder: Path) -> Iterator[str]:
    """Layers, channels, spectra and the lens, measured."""
    d.wait_frame()
    d.change(lambda scene: put(put(scene, "view.workspace", "analyse"), "view.display.spectrum.on", True))
    d.frames(20)
    layer = d.facts.model.ws_names[0]
    yield "layers and spectra"
    d.change(lambda scene: put(scene, "view.display.layer", layer))
    d.frames(8)
    yield "a captured layer"
    d.change(lambda scene: put(put(scene, "view.display.layer", None), "view.workspace", "explore"))
    lens_opened(d)
    yield "lens, nothing moved"
    d.change(lambda scene: put(scene, "document.transform", Transform(0.1, -0.05, 20.0)))
    d.change(lambda scene: scene.request(lens_power.UseDataset("faces.zip")))
    d.frames(30)
    yield "lens, moved"
    d.change(lambda scene: put(put(scene, "view.lens.path", "pad"), "view.workspace", "analyse"))
    d.frames(30)
    yield "lens, pad"
    for index in range(3):
        if d.exists(f"//Layers & spectrum/**/figures/##{index}"):
            d.click(f"//Layers & spectrum/**/figures/##{index}")
            yield f"lens, figure {index}"


def directions(d: Driver, folder: Path) -> Iterator[str]:
    """Each way to find directions, and what PCA finds."""
    directions_opened(d)
    search(d)
    d.frames(8)
    yield "directions found"
    front(d, layout.DIRECTIONS)
    for entry in ways.ENTRIES:
        d.change(lambda scene, way=entry.way: scene.interacting(finder=replace(scene.interaction.finder, way=way)))
        yield f"directions by {entry.name}"
    d.change(lambda scene: put(scene, "view.finds", Finds()))
    front(d, layout.DIRECTIONS)
    yield "directions, none"


def photos(d: Driver, folder: Path) -> Iterator[str]:
    """Photos to crop, fitted, being painted, done, and one that cannot be read."""
    runs = faked(d)
    front(d, layout.PHOTOS)
    yield "photos, none"
    bad = folder / "scan.tif"
    bad.write_bytes(b"no picture")
    dropped(d, photo(folder / "jon.jpg"), photo(folder / "ada lovelace at the age of nineteen.jpg"))
    d.app.drop([str(bad)])
    d.frames(20)
    yield "photos, cropping"
    front(d, layout.PHOTOS)
    d.change(lambda scene: put(scene, "view.photos.chosen", 0))
    d.frames(20)
    d.click("//Photos/**/##fit")
    d.wait_for(lambda: runs.specs and rows(d)[0].run, what="the run")
    runs.advance(rows(d)[0].run, 21)
    d.frames(30)
    yield "photos, fitting"
    place = Path(rows(d)[0].run)
    photo(place / TARGET, (64, 64))
    photo(place / PROJECTION, (64, 64), (40, 60, 220))
    runs.end(str(place))
    d.wait_for(lambda: d.scene.document.shelf, what="the swatch")
    d.frames(8)
    yield "photos, done"
    d.change(lambda scene: put(scene, "view.workspace", "train"))
    d.wait_for(lambda: any(run.folder == str(place) for run in d.facts.runs), what="the run")
    d.change(lambda scene: chosen_alone(scene, str(place)))
    d.frames(20)
    yield "page of a fit"


def earlier(d: Driver, folder: Path) -> Iterator[str]:
    """The offer of fits of earlier sessions, and painting what a fit ignores."""
    runs = faked(d)
    runs.submit(_project(folder), str(folder / "runs"))
    runs.end(str(folder / "runs" / "00000-project-old"), "stopped")
    d.change(lambda scene: put(scene, "settings.run_dirs", str(folder / "runs")))
    d.wait_for(lambda: d.facts.runs, what="the fit")
    front(d, layout.PHOTOS)
    d.frames(20)
    yield "earlier fits"
    dropped(d, photo(folder / "jon.jpg"))
    d.frames(8)
    d.change(lambda scene: scene.interacting(photos=replace(scene.interaction.photos, painting=True)))
    d.frames(8)
    yield "what a fit ignores"
    d.change(lambda scene: scene.interacting(photos=replace(scene.interaction.photos, painting=False)))
    show(d, HD, 1.25, "dark")
    front(d, layout.PHOTOS)
    d.frames(20)
    d.click("//Photos/photo pages/##1")
    yield "settings of a fit on a page of their own"


def _project(folder: Path):
    from foundation.specs.editing.projection import ProjectSpec

    return ProjectSpec(network="demo.safetensors", targets=(photo(folder / "old.jpg"),), outdir="")


def generator(d: Driver, folder: Path) -> Iterator[str]:
    """Every section of the generator's panel with something in it."""
    d.wait_frame()
    d.click("//Generator/**/##psi strip")
    d.click("//Generator/**/##noise layers")
    d.click("//Generator/**/##deviation")
    array = d.facts.arrays.add(np.ones(d.facts.model.w_dim, np.float32))
    d.change(lambda scene: put(scene, "document.directions", (Direction("A smile", array, 1.5, 0, 3),)))
    for section, button in (("Style channels", "add style"), ("Layer bending", "add bend")):
        d.click(f"//Generator/##section{section}")
        d.frames(3)
        d.click(f"//Generator/**/##{button}")
        d.frames(3)
    yield "generator, all open"


def train(d: Driver, folder: Path) -> Iterator[str]:
    """Pages of every kind of run, and the list of runs by kinds."""
    made = _runs(folder)
    d.wait_frame()
    d.change(lambda scene: put(put(scene, "settings.run_dirs", str(made)), "view.workspace", "train"))
    d.wait_for(lambda: len(d.facts.runs) >= 6, what="the runs")
    for run in d.facts.runs:
        d.change(lambda scene, path=run.folder: chosen_alone(scene, path))
        d.frames(20)
        yield f"page of {run.kind} {run.state}"
    for kind in range(len(KINDS)):
        d.click(f"//Runs/**/kinds/##{kind}")
        yield f"runs of kind {kind}"


LONG = (
    "CUDA is out of memory: 23.4 GB of 24 GB are taken, and the networks with a batch of 32 pictures need 2.1 GB more. "
    "Give a smaller --batch-gpu, which keeps the result the same, or another --device, as cuda:1 or cpu."
)
"""An error whose remedy is at its end."""


def _runs(folder: Path) -> Path:
    """Make a run of each kind. Returns their folder."""
    runs = folder / "runs"
    networks = [f"network-snapshot-{kimg:06d}.safetensors" for kimg in (0, 10)]
    place = ended(runs / "00000-metrics", "metrics", "metrics", {"networks": networks, "metrics": ["fid50k_full"]})
    lines = [{"metric": "fid50k_full", "results": {"fid50k_full": 90.5}, "network": one} for one in networks]
    (place / "metric-fid50k_full.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    path = film(folder / "walk.mp4")
    ended(runs / "00001-film-walk", "video", "film", {"session": "s", "out": str(path), "fps": RATE})
    ended(runs / "00002-film-gone", "video", "film", {"session": "s", "out": str(folder / "gone.mp4"), "fps": RATE})
    (folder / "faces-32.zip").write_bytes(b"PK\5\6" + bytes(18))
    ended(runs / "00003-dataset", "dataset", "dataset", {"source": "faces", "dest": str(folder / "faces-32.zip")})
    ended(runs / "00004-metrics-failed", "metrics", "metrics", {"networks": ["a.pkl"]}, "failed", error=LONG)
    (folder / "bad.mp4").write_bytes(b"no film")
    ended(runs / "00007-film-damaged", "video", "film", {"session": "s", "out": str(folder / "bad.mp4"), "fps": RATE})
    ended(runs / "00005-metrics-going", "metrics", "metrics", {"networks": ["a.pkl"]}, "stopped")
    run_folder(runs, "00006-stylegan2-avatars")
    return runs


def _of(package: str, *names: str) -> frozenset[str]:
    return frozenset(f"viz.{package}.{name}" for name in names)


ANALYSIS = (
    "channels", "layers", "lens", "lens_equivariance", "lens_parts", "lens_path", "lens_power", "panel", "spectrum",
)  # fmt: skip
GENERATOR = (
    "directions", "latent", "layer_bending", "layer_choice", "network", "noise", "noise_map", "psi_curve", "psi_strip",
    "style_channels", "transform", "truncation",
)  # fmt: skip
PHOTOS = (
    "canvas_view", "columns", "crop_frame", "curve_column", "panel", "queue_list", "settings_form",
)  # fmt: skip
RUNS = (
    "curves_section", "detail_panel", "fakes_panel", "list_panel", "log_view", "pages.dataset", "pages.film",
    "pages.results",
)  # fmt: skip
VISITS = {
    "tabs": Visit(tabs, _of("analysis", "performance") | _of("history", "panel") | _of("start", "panel")),
    "timeline": Visit(timeline, _of("timeline", "lanes", "panel"), scene=keyed(WALK, PSI)),
    "analysis": Visit(analysis, _of("analysis", *ANALYSIS) | _of("canvas", "lens_plate")),
    "directions": Visit(directions, _of("directions", "find_by", "results", "row")),
    "photos": Visit(
        photos,
        _of("photos", *PHOTOS) | _of("runs", "pages.fit"),
        frozenset({"ada lovelace at the age of nineteen.jpg", "jon.jpg  120 × 90", "jon.jpg, W+, w 16 × 512"}),
        options={"settings": Settings()},
    ),
    "earlier": Visit(
        earlier,
        _of("photos", "earlier", "ignoring"),
        frozenset({"jon.jpg  120 × 90"}),
        options={"settings": Settings()},
    ),
    "generator": Visit(
        generator,
        _of("generate", *GENERATOR) | _of("files", "capture_section"),
        frozenset({"A smile", "smile"}),
        options={"family": "StyleGAN2"},
    ),
    "train": Visit(train, _of("runs", *RUNS)),
}
