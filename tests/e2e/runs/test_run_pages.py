"""Pages of runs other than trainings: results, films, datasets; and comparing from the Train workspace."""

import json
import os
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from foundation.runs import write_run
from tests.e2e.driver import Driver, drive
from tests.e2e.runs.recorded import run_folder
from viz.runs.pages.player import FILM_PLAYER, frames
from viz.runs.pages.results import _Page
from viz.runs.selection import chosen_alone
from viz.shell import layout
from viz.state.params import put
from viz.state.settings import Settings
from viz.ui import actions as ui_actions
from viz.ui import record

pytestmark = pytest.mark.window
RATE = 5.0


def ended(folder: Path, kind: str, command: str, spec: dict, state: str = "finished", **status: object) -> Path:
    """A run of another kind as it was left."""
    folder.mkdir(parents=True)
    write_run(folder, kind, spec, command)
    told = {"state": state, "done": 4, "total": 4, "updated": time.time(), **status}
    (folder / "status.json").write_text(json.dumps(told))
    return folder


def film(path: Path, count: int = 10) -> Path:
    writer = imageio_ffmpeg.write_frames(str(path), (64, 48), fps=RATE, macro_block_size=1)
    writer.send(None)
    for index in range(count):
        writer.send(np.full((48, 64, 3), 20 * index, np.uint8))
    writer.close()
    return path


def watch(steps, runs: Path, folder: Path) -> None:
    def ready(d: Driver) -> None:
        d.wait_frame()
        d.wait_for(lambda: any(run.folder == str(folder) for run in d.facts.runs), what="the run")
        d.change(lambda scene: chosen_alone(scene, str(folder)))
        d.frames(12)
        steps(d)

    drive(ready, scene=lambda scene: put(scene, "view.workspace", "train"), settings=Settings(run_dirs=str(runs)))


def texts(d: Driver) -> str:
    """Return all that the panel of the run says in the next frame."""
    drawn = record.start()
    d.frames(1)
    record.stop()
    return " ".join(one.text for one in drawn.texts if one.window.startswith("Run"))


def test_a_run_that_failed_shows_its_whole_error(tmp_path):
    error = (
        "The network at /a/very/long/folder/of/runs/00012-stylegan2-avatars/network-snapshot-000400.safetensors holds "
        "no discriminator, which --freezed needs; leave --freezed out, or resume from a network that holds one."
    )
    spec = {"networks": ["a.pkl"]}
    folder = ended(tmp_path / "runs" / "00000-metrics", "metrics", "metrics", spec, "failed", error=error)

    def steps(d: Driver) -> None:
        said = texts(d)
        for sentence in ("leave --freezed out", "or resume from a network that holds one."):
            assert sentence in said
        assert "".join(error.split()) in "".join(said.split()), "a path may be broken"

    watch(steps, tmp_path / "runs", folder)


def test_a_metric_run_shows_its_table_and_no_empty_plots(tmp_path):
    runs = tmp_path / "runs"
    networks = [f"network-snapshot-{kimg:06d}.safetensors" for kimg in (0, 10)]
    folder = ended(runs / "00000-metrics", "metrics", "metrics", {"networks": networks, "metrics": ["fid50k_full"]})
    lines = [
        json.dumps({"metric": "fid50k_full", "results": {"fid50k_full": value}, "network": network})
        for network, value in zip(networks, (90.0, float("nan")), strict=True)
    ]
    (folder / "metric-fid50k_full.jsonl").write_text("\n".join(lines) + "\n")

    def steps(d: Driver) -> None:
        d.wait_for(lambda: d.facts.scratch.get(_Page).table.networks, what="the results")
        assert d.facts.scratch.get(_Page).table.figures == ("fid50k_full",)
        assert d.exists("//**/##figure fid50k_full")
        assert not d.exists("//**/loss/curves")

    watch(steps, runs, folder)


def test_runs_without_pictures_have_the_whole_height_and_a_training_its_pictures_below(tmp_path):
    runs = tmp_path / "runs"
    folder = ended(runs / "00000-metrics", "metrics", "metrics", {"networks": ["a.pkl"], "metrics": ["fid50k_full"]})
    lines = [
        {
            "metric": "fid50k_full",
            "results": {"fid50k_full": 90.5 - kimg},
            "network": f"network-snapshot-{kimg:06d}.pkl",
        }
        for kimg in (0, 10)
    ]
    (folder / "metric-fid50k_full.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    spec = {"session": "s", "out": str(tmp_path / "a.mp4"), "fps": RATE}
    recorded_film = ended(runs / "00001-film", "video", "film", spec)
    training = run_folder(runs, "00002-stylegan2-avatars")

    def bottom(window: str) -> float:
        """Return the lower end of a shown window as a share of the height between the bars; 0 where it is hidden."""
        found = layout.window_of(window)
        if found is None or not found.was_active:
            return 0.0
        top, end = layout.APP_BAR, imgui.get_io().display_size.y - layout.STATUS_BAR
        return (found.pos.y + found.size.y - top) / (end - top)

    def steps(d: Driver) -> None:
        for path, alone in ((folder, True), (training, False), (recorded_film, True)):
            d.change(lambda scene, path=path: chosen_alone(scene, str(path)))
            d.frames(layout.SETTLED + 12)
            assert (bottom(layout.FAKES) == 0) == alone, path.name
            assert (bottom(layout.RUN) > 0.9) == alone, path.name
        d.change(lambda scene: chosen_alone(scene, str(folder)))
        d.frames(layout.SETTLED + 12)

    watch(steps, runs, folder)


def test_a_metric_run_without_results_says_so(tmp_path):
    folder = ended(tmp_path / "runs" / "00000-metrics", "metrics", "metrics", {"networks": ["a.pkl"]}, "failed")

    def steps(d: Driver) -> None:
        assert d.facts.scratch.get(_Page).table.networks == ()
        said = texts(d)
        assert "1 networks to measure" not in said
        assert "1 network to measure" in said
        assert "It ended before the first result" in said
        assert not d.exists("//**/loss/curves")

    watch(steps, tmp_path / "runs", folder)


def test_a_film_run_shows_its_first_frame_plays_and_opens_elsewhere(tmp_path, monkeypatch):
    runs, path = tmp_path / "runs", film(tmp_path / "walk.mp4")
    folder = ended(runs / "00000-film-walk", "video", "film", {"session": "s", "out": str(path), "fps": RATE})
    opened: list[str] = []
    monkeypatch.setattr(ui_actions, "open_outside", lambda one: opened.append(one) or "")

    def steps(d: Driver) -> None:
        player = d.app.services[FILM_PLAYER]
        d.wait_for(lambda: player.frame == 0 and player._picture.texture is not None, what="the first frame")
        assert not player.playing
        d.click("//Run/**/##play")
        d.wait_for(lambda: player.frame >= 3, what="the film to go on")
        d.click("//Run/**/##play")
        assert not player.playing
        d.click("//Run/**/##openfilm")
        d.frames(2)
        assert opened == [str(path)]

    watch(steps, runs, folder)


def test_a_film_that_is_gone_damaged_or_unfinished_is_said(tmp_path):
    runs = tmp_path / "runs"
    gone = ended(runs / "00000-gone", "video", "film", {"out": str(tmp_path / "gone.mp4"), "session": "s"})
    (tmp_path / "bad.mp4").write_bytes(b"no film")
    ended(runs / "00001-bad", "video", "film", {"out": str(tmp_path / "bad.mp4"), "session": "s"})
    ended(runs / "00002-stopped", "video", "film", {"out": str(tmp_path / "x.mp4"), "session": "s"}, "stopped")

    def steps(d: Driver) -> None:
        assert not d.exists("//Run/**/##play")
        assert "The film is no longer there" in texts(d)
        d.change(lambda scene: chosen_alone(scene, str(runs / "00001-bad")))
        player = d.app.services[FILM_PLAYER]
        d.wait_for(lambda: player.problem, what="the problem")
        assert "bad.mp4" in player.problem
        d.frames(4)
        assert player.problem in texts(d), "whole"
        d.change(lambda scene: chosen_alone(scene, str(runs / "00002-stopped")))
        d.frames(4)
        assert not d.exists("//Run/**/##play")
        assert "It was not finished, so there is none" in texts(d)

    watch(steps, runs, gone)


def test_frames_of_gifs_and_folders(tmp_path):
    images = [Image.new("RGB", (30, 20), (40 * index, 0, 0)) for index in range(4)]
    images[0].save(tmp_path / "walk.gif", save_all=True, append_images=images[1:])
    (tmp_path / "walk").mkdir()
    for index, image in enumerate(images):
        image.save(tmp_path / "walk" / f"frame{index:05d}.png")
    for name in ("walk.gif", "walk"):
        found = list(frames(tmp_path / name, 10))
        assert [one.shape for one in found] == [(20, 30, 4)] * 4
        assert [int(one[0, 0, 0]) // 40 for one in found] == [0, 1, 2, 3]


def test_a_dataset_run_offers_to_train_on_it(tmp_path):
    (tmp_path / "faces.zip").write_bytes(b"")
    folder = ended(
        tmp_path / "runs" / "00000-dataset-faces",
        "dataset",
        "dataset",
        {"source": str(tmp_path), "dest": str(tmp_path / "faces.zip")},
    )

    def steps(d: Driver) -> None:
        d.click("//Run/**/##Train on it…")
        d.frames(4)
        assert d.scene.interaction.dialog.name == "new-run"

    watch(steps, tmp_path / "runs", folder)


def test_comparing_snapshots_from_the_train_workspace_comes_to_the_front(tmp_path, avatars):
    folder = run_folder(tmp_path / "runs", "00000-stylegan2-avatars")
    for one in folder.glob("*.safetensors"):
        os.remove(one)
    for kimg in (0, 40):
        (folder / f"network-snapshot-{kimg:06d}.pkl").write_bytes(Path(avatars).read_bytes())
    source = str(folder / "network-snapshot-000040.pkl")

    def steps(d: Driver) -> None:
        d.wait_frame()
        d.wait_for(lambda: len(d.facts.snapshots) == 2, what="the snapshots")
        d.menu("Run/###beside")
        d.frames(4)
        assert d.scene.view.compare.mode == "split"
        assert d.scene.view.workspace == "explore"

    drive(
        steps,
        network=source,
        scene=lambda scene: put(scene, "view.workspace", "train"),
        settings=Settings(run_dirs=str(tmp_path / "runs")),
    )
