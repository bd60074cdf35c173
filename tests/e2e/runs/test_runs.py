"""The Train workspace: the list of runs, figures and curves, the log, and the image grids."""

import json

import numpy as np
import pytest

from tests.e2e.driver import Driver, Key, drive
from tests.e2e.runs.recorded import BLUE, GREEN, RED, metric_line, run_folder, stats_line
from training_launcher import launcher
from viz.files import browse_dialog
from viz.runs.curves_section import PlotAxes
from viz.runs.data import RUN_FILES
from viz.runs.log_view import shown_lines
from viz.runs.selection import chosen, plot_range
from viz.state.interaction import PlotRange
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.settings import Settings

pytestmark = pytest.mark.window
FIRST, SECOND = "00000-stylegan2-avatars", "00001-stylegan3-t-avatars"


@pytest.fixture
def outdir(tmp_path):
    run_folder(tmp_path / "runs", FIRST)
    run_folder(tmp_path / "runs", SECOND, metric=None)
    return tmp_path / "runs"


def train(scene: Scene) -> Scene:
    """The workspace of runs."""
    return put(scene, "view.workspace", "train")


def watch(steps, outdir, name=SECOND):
    """Open the window on the runs in `outdir`, and wait until what `name`, the one in focus, has written is known."""

    def ready(d: Driver) -> None:
        d.wait_frame()
        files = d.app.services[RUN_FILES]
        d.wait_for(lambda: d.facts.runs, what="the runs")
        d.wait_for(lambda: files.record(str(outdir / name)).stats, what="what the run has written")
        d.frames(12)  # while a workspace is put up, it chooses its tab itself
        steps(d)

    drive(ready, scene=train, settings=Settings(run_dirs=str(outdir)))


def focus(d: Driver) -> str:
    return chosen(d.scene, d.facts)[0].folder


def card(name: str) -> str:
    return f"//Runs/**/##{name}"


def share_of(d: Driver, window: str, colour) -> float:
    """Return the share of a window that has this colour."""
    info = d.ctx.window_info(f"//{window}").window
    x, y = int(info.pos.x), int(info.pos.y)
    part = d.window()[y : y + int(info.size.y), x : x + int(info.size.x)].astype(int)
    return float((np.abs(part - colour).max(axis=-1) < 8).mean())


def test_runs_are_listed_newest_first_and_one_is_chosen_by_a_click(outdir):
    def steps(d: Driver):
        assert [run.name for run in d.facts.runs] == [SECOND, FIRST]
        assert focus(d).endswith(SECOND)
        d.click(card(FIRST))
        d.frames(2)
        assert focus(d).endswith(FIRST)
        d.press(Key.mod_ctrl, Key.up_arrow)
        assert focus(d).endswith(SECOND)

    watch(steps, outdir)


def test_several_runs_lie_over_one_another(outdir):
    (outdir / FIRST / "stats.jsonl").write_text("".join(stats_line(k, 5.0) for k in range(31)))

    def steps(d: Driver):
        files, plots = d.app.services[RUN_FILES], d.facts.scratch.get(PlotAxes)
        alone = plots.of("loss").limits
        d.ctx.key_down(Key.mod_ctrl)
        d.click(card(FIRST))
        d.ctx.key_up(Key.mod_ctrl)
        d.wait_for(lambda: files.record(str(outdir / FIRST)).stats, what="the second run")
        d.frames(12)
        assert [run.name for run in chosen(d.scene, d.facts)] == [SECOND, FIRST]
        assert plots.of("loss").limits[3] > 5 > alone[3], "the plot has room for both"
        d.ctx.key_down(Key.mod_ctrl)
        d.click(card(FIRST))
        d.ctx.key_up(Key.mod_ctrl)
        d.frames(12)
        assert plots.of("loss").limits == alone

    watch(steps, outdir)


def test_smoothing_makes_curves_smoother(outdir):
    def steps(d: Driver):
        files, folder = d.app.services[RUN_FILES], str(outdir / SECOND)

        def roughness() -> float:
            newest = files._newest[folder, "Loss/G/loss", False]
            return float(np.abs(np.diff(newest.y)).mean())

        d.wait_for(lambda: (folder, "Loss/G/loss", False) in files._newest, what="the curve")
        before = roughness()
        d.drag_slider("//Run/**/Smoothing/##track", 0.0)
        d.wait_for(lambda: roughness() > 3 * before, what="a rougher curve")
        assert d.scene.interaction.runs.smoothing < 0.05
        d.drag_slider("//Run/**/Smoothing/##track", 1.0)
        d.wait_for(lambda: roughness() < 0.8 * before, what="a smoother curve")
        assert d.facts.undo == "", "looking is no step"

    watch(steps, outdir)


def test_what_is_appended_moves_the_plot(outdir):
    def steps(d: Driver):
        plots = d.facts.scratch.get(PlotAxes)
        assert plots.of("loss").limits[1] == 40
        with open(outdir / SECOND / "stats.jsonl", "a") as file:
            file.write("".join(stats_line(k) for k in range(41, 61)))
        d.wait_for(lambda: plots.of("loss").limits[1] == 60, what="the new ticks")
        (outdir / SECOND / "metric-fid50k_full.jsonl").write_text(metric_line(0, 90.0) + metric_line(40, 30.0))
        d.wait_for(lambda: plots.of("metric").limits[3] > 90, what="the metric")
        d.click("//Run/**/metric/##log")
        d.frames(8)
        assert plots.of("metric").limits[2] > 20, "on a logarithmic axis it begins near the lowest value"

    watch(steps, outdir)


def zoom(d: Driver) -> PlotRange:
    run = chosen(d.scene, d.facts)[0]
    return plot_range(d.scene.interaction.runs, "loss", run.folder)


def test_zooming_asks_for_the_part_in_sight_and_a_double_click_shows_all(outdir):
    def steps(d: Driver):
        _, _, x, y = d.rect("//Run/**/loss/##log")
        d.ctx.mouse_move_to_pos((x - 120, y + 50))  # into the plot below its heading
        for _ in range(5):
            d.ctx.mouse_wheel_y(1)
        d.frames(4)
        assert zoom(d).zoomed
        assert zoom(d).low > 0
        d.double_click()
        d.frames(8)
        assert not zoom(d).zoomed
        assert zoom(d).low == -np.inf

    watch(steps, outdir)


def test_any_statistic_can_be_looked_at(outdir):
    def steps(d: Driver):
        d.click("//Run/**/any/##what")
        d.frames(3)
        d.click("//**/##pick Progress\\/augment")
        d.frames(3)
        assert d.scene.interaction.runs.stat == "Progress/augment"

    watch(steps, outdir)


def test_scrubbing_through_the_pictures_and_exploring_a_snapshot(outdir):
    def steps(d: Driver):
        d.wait_for(lambda: share_of(d, "Fakes", BLUE) > 0.4, what="the newest pictures")
        d.drag_slider("//Fakes/time/##track", 0.02)
        d.wait_for(lambda: share_of(d, "Fakes", RED) > 0.4, what="the first pictures")
        d.click("//Fakes/##caret-right")
        d.wait_for(lambda: share_of(d, "Fakes", GREEN) > 0.4, what="the pictures between")
        assert d.scene.document.network.source == "", "looking opens nothing"
        d.click("//Fakes/##explore")
        d.frames(3)
        assert d.scene.document.network.source == str(outdir / SECOND / "network-snapshot-000000.safetensors")
        assert d.scene.view.workspace == "explore"

    watch(steps, outdir)


def test_a_new_grid_comes_by_itself_while_the_newest_is_looked_at(outdir):
    def steps(d: Driver):
        d.wait_for(lambda: share_of(d, "Fakes", BLUE) > 0.4, what="the newest pictures")
        (outdir / SECOND / "fakes000020.png").rename(outdir / SECOND / "fakes000050.png")
        d.wait_for(lambda: share_of(d, "Fakes", GREEN) > 0.4, what="the pictures of 50 kimg")

    watch(steps, outdir)


def test_the_reals_are_shown_beside(outdir):
    def steps(d: Driver):
        d.click("//Fakes/which/##1")
        d.wait_for(lambda: share_of(d, "Fakes", (200, 200, 200)) > 0.4, what="the data set's pictures")

    watch(steps, outdir)


def test_the_log_follows_and_is_searched(outdir):
    def steps(d: Driver):
        with open(outdir / SECOND / "log.txt", "a") as file:
            file.write("RuntimeError: disk full\n")
        files = d.app.services[RUN_FILES]
        d.wait_for(lambda: len(files.record(focus(d)).log.lines) == 42, what="the new line")
        d.frames(3)
        assert shown_lines(d.facts)[-1] == "RuntimeError: disk full"
        d.click("//Runs/##log search")
        d.ctx.key_chars("KIMG 3")
        d.frames(3)
        assert len(shown_lines(d.facts)) == 11
        assert d.facts.undo == ""

    watch(steps, outdir)


def test_a_live_run_is_stopped_and_one_that_stopped_is_resumed(outdir, monkeypatch):
    run_folder(outdir, "00002-live", "running")
    done: list[tuple[str, str]] = []
    monkeypatch.setattr(launcher, "stop", lambda run, **_: done.append(("stop", run.name)))
    monkeypatch.setattr(launcher, "resume", lambda run: done.append(("resume", run.name)))

    def steps(d: Driver):
        assert focus(d).endswith("00002-live")
        d.click("//Run/##Stop")
        d.wait_for(lambda: done == [("stop", "00002-live")], what="the stop")
        d.wait_for(lambda: d.app.messages, what="a word about it")
        assert not d.exists("//Run/##Resume")
        d.click(card(FIRST))
        d.frames(3)
        d.click("//Run/##Resume")
        d.wait_for(lambda: done[1:] == [("resume", FIRST)], what="the resuming")

    watch(steps, outdir, "00002-live")


def test_what_a_launcher_refuses_is_said(outdir, monkeypatch):
    def refuse(run):
        raise ValueError("training-state.pt is missing, so it cannot go on.")

    monkeypatch.setattr(launcher, "resume", refuse)

    def steps(d: Driver):
        d.click("//Run/##Resume")
        d.wait_for(lambda: d.app.messages, what="the message")
        assert d.app.messages[0].bad
        assert "training-state.pt" in d.app.messages[0].detail
        d.frames(3)
        d.click("//Run/**/##error")

    watch(steps, outdir)


def test_a_run_goes_to_the_trash_only_after_a_question(outdir, monkeypatch):
    done: list[str] = []
    monkeypatch.setattr(launcher, "trash", lambda run: done.append(run.name))

    def ask(d: Driver) -> None:
        d.click(card(FIRST), 1)
        d.frames(3)
        d.click("//**/##trash")
        d.frames(4)

    def steps(d: Driver):
        ask(d)
        d.click("//**/##keep")
        d.frames(4)
        assert done == []
        ask(d)
        d.press(Key.escape)
        d.frames(4)
        assert d.scene.interaction.runs.trashing is None
        ask(d)
        d.click("//Move to trash###trash-run/##trash")
        d.wait_for(lambda: done == [FIRST], what="the trash")

    watch(steps, outdir)


def test_a_run_that_failed_says_why(outdir):
    folder = run_folder(outdir, "00002-failed", "failed", error="CUDA out of memory. Tried to allocate 2.3 GB")
    with open(folder / "log.txt", "a") as file:
        file.write("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.3 GB\n")

    def steps(d: Driver):
        run = chosen(d.scene, d.facts)[0]
        assert run.state == "failed"
        assert run.error
        assert share_of(d, "Run", (0xF0, 0x71, 0x6B)) > 0

    watch(steps, outdir, "00002-failed")


@pytest.mark.parametrize("junk", [b"", b"\x00\xff\xfe" * 4000, b'{"state": "running", "kimg"', b"[]", None])
def test_a_damaged_run_leaves_all_working(outdir, junk):
    folder = run_folder(outdir, "00002-damaged")
    for path in folder.iterdir():
        if junk is None:
            path.unlink()
        else:
            path.write_bytes(junk)

    def steps(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: len(d.facts.runs) >= 2, what="the runs")
        d.frames(30)
        if any(run.name == "00002-damaged" for run in d.facts.runs):
            d.click(card("00002-damaged"))
        d.frames(30)
        d.click(card(FIRST))
        d.wait_for(lambda: share_of(d, "Fakes", BLUE) > 0.4, what="the pictures of a good run")
        assert [run.name for run in d.facts.runs][-2:] == [SECOND, FIRST]

    drive(steps, scene=train, settings=Settings(run_dirs=str(outdir)))


def test_kinds_are_told_apart(outdir):
    folder = outdir / "00002-metrics"
    folder.mkdir()
    (folder / "run.yaml").write_text(json.dumps({"kind": "metrics", "spec": {"metrics": ["fid50k"]}}))
    (folder / "status.json").write_text(json.dumps({"state": "finished"}))

    def steps(d: Driver):
        d.wait_for(lambda: len(d.facts.runs) == 3, what="the third run")
        d.click("//Runs/kinds/##2")
        d.frames(3)
        assert d.exists(card("00002-metrics"))
        assert not d.exists(card(FIRST))
        d.click("//Runs/kinds/##1")
        d.frames(3)
        assert not d.exists(card("00002-metrics"))
        d.click("//Runs/kinds/##3")
        d.frames(3)
        assert not d.exists(card(FIRST))

    watch(steps, outdir)


def test_an_opened_run_is_listed_with_its_neighbours_and_in_focus(outdir, tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.wait_for(lambda: len(d.facts.runs) == 2, what="the runs beside the opened one")
        assert focus(d).endswith(FIRST)

    drive(steps, network=str(outdir / FIRST), scene=train, settings=Settings(run_dirs=str(tmp_path / "none")))


def test_the_picture_is_a_tab_away(outdir):
    def steps(d: Driver):
        d.ctx.window_focus("//Canvas")
        d.frames(8)
        assert d.exists("//Canvas/##picture")

    watch(steps, outdir)


def test_without_runs_the_list_offers_to_open_one(tmp_path):
    def steps(d: Driver):
        d.wait_frame()
        d.frames(12)
        assert not d.facts.runs
        assert not d.exists("//Runs/##new") or d.exists("//Runs/**/##New run")
        if d.exists("//Runs/**/##Open run folder…"):
            d.click("//Runs/**/##Open run folder…")
            d.frames(3)
            assert browse_dialog.is_open(d.facts)

    drive(steps, scene=train, settings=Settings(run_dirs=str(tmp_path / "none")))
