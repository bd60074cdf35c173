"""Texts of any length and content, wherever they come from: the window lays out bounded ones, and no panel fails."""

import json
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

import renderer.fake.engine
from renderer.document.document import Swatch, Workspace
from renderer.document.parts import Direction, Latent
from tests.e2e.driver import Driver, Key, drive
from tests.e2e.runs.recorded import run_folder, stats_line
from viz.runs.data import RUN_FILES
from viz.state.interaction import Message
from viz.state.params import put
from viz.state.settings import Settings
from viz.ui import theme
from viz.ui.drawable import LINE
from viz.ui.notifications import with_message

pytestmark = pytest.mark.window

HUGE = "\udcff" + "a megabyte of text, " * 50_000
ODD = "odd \ud83d\udcff\x00\x1b[31m name\u202e"
WORKSPACES = get_args(Workspace)


def check(d: Driver) -> None:
    """Assert that what was laid out so far is bounded and can be encoded."""
    texts = [size.text for size in theme.current._texts.values()]
    assert texts
    assert max(map(len, texts)) <= LINE
    for text in texts:
        text.encode()
    assert not d.app.guard.errors


def tour(d: Driver) -> None:
    """Look at each workspace, with what its first panels show."""
    for workspace in WORKSPACES:
        d.change(lambda scene, workspace=workspace: put(scene, "view.workspace", workspace))
        d.frames(12)
        check(d)


def test_a_network_may_call_itself_anything(monkeypatch):
    known = renderer.fake.engine.model_info

    def hostile(*args, **kwargs):
        info = known(*args, **kwargs)
        layers = tuple(replace(layer, name=layer.name + ODD) for layer in info.layers)
        for name, value in {"title": HUGE, "notice": HUGE, "family": ODD, "device": ODD, "layers": layers}.items():
            object.__setattr__(info, name, value)  # as if a message came from a renderer that cleans nothing
        return info

    monkeypatch.setattr(renderer.fake.engine, "model_info", hostile)

    def steps(d: Driver):
        d.wait_frame()
        tour(d)
        d.renderer.fail("load", HUGE, ODD, "\n".join([HUGE, ODD]))
        d.wait_for(lambda: d.facts.failure is not None, what="the failure")
        d.change(lambda scene: with_message(scene, Message(HUGE, HUGE, bad=True, trace=HUGE, at=d.facts.now)))
        d.change(lambda scene: scene.interacting(notifications=replace(scene.interaction.notifications, details=True)))
        tour(d)

    drive(steps, network="/no/such/bad\udcff.pkl", settings=Settings(recent=("/a/" + ODD, HUGE)))


def test_names_in_a_document_may_be_anything():
    def named(scene, array):
        shelf = tuple(Swatch(name, Latent(seed)) for seed, name in enumerate((HUGE, ODD, "\udcff")))
        scene = put(scene, "document.shelf", shelf)
        return put(scene, "document.directions", (Direction(ODD, array), Direction(HUGE, array)))

    def steps(d: Driver):
        array = d.renderer.arrays.add(np.zeros(512, np.float32))
        d.change(lambda scene: named(scene, array))
        d.wait_frame()
        tour(d)
        d.press(Key.mod_ctrl, Key.z)
        tour(d)

    drive(steps)


def test_a_run_may_write_anything(tmp_path):
    folder = run_folder(tmp_path / "runs", "00000-bad\udcff", error=HUGE, cause=ODD)
    line = json.loads(stats_line(41))
    with (folder / "stats.jsonl").open("a") as file:
        file.write(
            json.dumps({**line, "Loss/" + "x" * 500_000: line["Loss/G/loss"], "Loss/" + ODD: {"mean": 1.0}}) + "\n"
        )
    (folder / "log.txt").write_bytes(b"x" * 900_000 + b"\n\xff\xfe\x1b[31m\n" + b"error " * 9999)
    metric = {"results": {"fid50k_full": 3.0, "y" * 100_000: 1.0}, "metric": ODD, "detector": HUGE}
    (folder / "metric-fid50k_full.jsonl").write_text(
        json.dumps({**metric, "snapshot_pkl": "network-snapshot-000040.safetensors"}) + "\n"
    )

    def steps(d: Driver):
        d.wait_frame()
        files = d.app.services[RUN_FILES]
        d.wait_for(lambda: d.facts.runs, what="the runs")
        d.wait_for(lambda: files.record(str(folder)).stats, what="what the run has written")
        tour(d)
        d.frames(30)
        check(d)

    drive(
        steps, scene=lambda scene: put(scene, "view.workspace", "train"), settings=Settings(run_dirs=str(folder.parent))
    )
