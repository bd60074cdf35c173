"""Files of a fit's run folder: whole, half written, damaged, absent; and the words for what they say."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.arrays import save_latents
from foundation.photos.crop import Crop
from foundation.specs.editing.distances import DISTANCES
from foundation.specs.editing.fits import ABOUT, CURVE, LATEST, PROJECTED, TUNED
from foundation.specs.editing.projection import ProjectSpec
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.fitting.photos import FitSettings, PhotoRow, Photos
from renderer.document.parts import Direction, Latent, Network, Truncation
from training_launcher.run import Run
from viz.photos.fit_files import Fit, read_curve, read_fit, read_latest, read_result
from viz.photos.fits import FitNow, look
from viz.photos.fitting import document_of, goes_on, note_of, state_of, swatch_of
from viz.photos.pictures import PhotoPicture
from viz.state.fitting.table import added, brought_back, chosen, moved, removed, with_same, with_settings
from viz.state.scene import Scene
from viz.state.swatches import kind_of, opened


def about(folder, **more):
    found = {"name": "jon.jpg", "distance": "LPIPS (VGG16)", "step": 3, "steps": 9, "phase": "fit", **more}
    (folder / ABOUT).write_text(json.dumps(found))


def test_a_fit_is_read_as_it_goes(tmp_path):
    folder = str(tmp_path)
    assert read_fit(folder) is None
    assert read_curve(folder) == ()
    assert read_latest(folder) is None
    about(tmp_path, seconds_per_step=0.25)
    assert read_fit(folder) == Fit("jon.jpg", "", "LPIPS (VGG16)", 3, 9, "fit", 0.25)
    about(tmp_path, face=[30.5, 20, 10, -3.5])
    assert read_fit(folder).face == (30.5, 20.0, 10.0, -3.5)
    for damaged in ("face", [1, 2, 3], [1, 2, 3, "4"], [1, 2, 3, True], {"x": 1}, None, 7):
        about(tmp_path, face=damaged)
        assert read_fit(folder).face == ()
    about(tmp_path, seconds_per_step=0.25)
    lines = [json.dumps({"step": step, "distance": 1 / step}) for step in (1, 2, 3, 2)]
    (tmp_path / CURVE).write_text("\n".join([*lines, '{"step": 4, "dis']))
    assert read_curve(folder) == ((1, 1.0), (2, 0.5), (3, 1 / 3))
    ws = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    np.savez(tmp_path / LATEST, w=ws, step=np.array(3))
    step, found = read_latest(folder)
    assert step == 3
    assert (found == ws[0]).all()
    about(tmp_path, result={"distance": 0.17, "tuned": TUNED})
    assert not read_fit(folder).has_result, "its latents are not there yet"
    save_latents(tmp_path / PROJECTED, ws)
    (tmp_path / TUNED).touch()
    fit = read_fit(folder)
    assert fit.has_result
    assert fit.result_distance == 0.17
    assert fit.tuned == str(tmp_path / TUNED)
    assert (read_result(folder) == ws[0]).all()


def test_a_long_curve_is_thinned(tmp_path):
    (tmp_path / CURVE).write_text("".join(json.dumps({"step": k, "distance": 1.0}) + "\n" for k in range(10_000)))
    found = read_curve(str(tmp_path), 100)
    assert len(found) <= 102
    assert found[-1][0] == 9999


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["name", "distance", "step", "steps", "phase", "seconds_per_step", "result", "network", "anew"])


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(names, values), st.binary(max_size=80))
def test_nothing_in_the_files_raises(tmp_path_factory, found, damage):
    folder = tmp_path_factory.mktemp("fit")
    (folder / ABOUT).write_text(json.dumps(found))
    (folder / CURVE).write_bytes(json.dumps({"step": 1, "distance": found.get("step")}).encode() + b"\n" + damage)
    for name in (LATEST, PROJECTED):
        (folder / name).write_bytes(damage)
    now = look(Run(str(folder), "fit", "running"))
    assert now.ws is None
    assert now.fit.step >= 0
    assert state_of(PhotoRow("/a/jon.jpg", run=str(folder)), None, now).text


def now_of(state="running", ws=None, **spec) -> FitNow:
    fit = Fit(step=3, steps=9, has_result=state in ("finished", "stopped"), result_distance=0.17)
    return FitNow(Run("/r", "fit", state, spec=spec, error="The disk is full."), fit, ws=ws)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("queued", "waits"),
        ("running", "3 of 9"),
        ("stopped", "stopped at 3"),
        ("lost", "stopped at 3"),
        ("failed", "The disk is full"),
        ("finished", "done"),
    ],
)
def test_states_in_words(state, text):
    assert state_of(PhotoRow("/a/jon.jpg", run="/r"), None, now_of(state)).text == text


def test_an_old_fit_says_that_it_begins_anew():
    row, old = PhotoRow("/a/jon.jpg", run="/r"), replace(now_of("stopped"), fit=Fit(step=3, steps=9, distance="blur"))
    assert "Fit begins anew" in state_of(row, None, old).hint
    mine = replace(old, fit=replace(old.fit, distance=DISTANCES[-1]))
    assert state_of(row, None, mine).hint == "Fit goes on from there"
    running = replace(now_of(), fit=Fit(step=3, steps=9, anew="it was fitted by blur"))
    assert state_of(row, None, running).hint == "It began anew: it was fitted by blur"


def test_states_without_a_fit():
    row = PhotoRow("/a/jon.jpg")
    assert state_of(row, None, None).text == "not cropped yet"
    assert state_of(PhotoRow("/a/jon.jpg", framed=True), None, None).text == "cropped"
    bad = PhotoPicture(error="jon.jpg cannot be read: it is damaged.")
    assert state_of(row, bad, None).text == "cannot be read: it is damaged."
    gone = PhotoPicture(error="jon.jpg cannot be read: No such file or directory.", missing=True)
    assert state_of(row, gone, None).text == "no longer there"
    assert state_of(row, None, None, "found with avatars").text == "found with avatars"
    assert state_of(row, None, None, face="looking").text == "looking for a face"
    assert state_of(replace(row, framed=True), None, None, face="none").text == "no face found: crop by hand"
    assert state_of(row.cropped(Crop(0.4)), None, None, face="none").text == "cropped"


def test_a_result_is_shown_by_itself_and_tuned_ones_with_their_network():
    arrays = ArrayStore()
    ref = arrays.add(np.zeros((3, 4), np.float32))
    before = Document(directions=(Direction("a", ref, 1.0),), truncation=Truncation(0.5))
    shown = document_of(before, ref, now_of("finished", space="w+"))
    assert shown.latent == Latent(array=ref)
    assert (shown.directions, shown.truncation) == ((), Truncation())
    swatch = swatch_of(PhotoRow("/a/jon.jpg"), ref, now_of("finished", space="w+"))
    assert (swatch.name, swatch.photo, swatch.network) == ("jon.jpg", "jon.jpg, W+, distance 0.17", None)
    assert kind_of(swatch) == "photo"
    tuned = FitNow(
        Run("/r", "fit", "finished", spec={"tune": True}), Fit(has_result=True, tuned="/r/tuned.safetensors")
    )
    other = swatch_of(PhotoRow("/a/jon.jpg"), ref, tuned)
    assert note_of(PhotoRow("/a/jon.jpg"), tuned) == "jon.jpg, Tuned"
    assert opened(before, other, 3).network == Network("/r/tuned.safetensors")
    assert document_of(before, ref, tuned).network == Network("/r/tuned.safetensors")


def test_an_interrupted_fit_goes_on_with_the_same_options_only():
    spec = ProjectSpec(network="n", targets=("/a.png",), outdir="", space="w+", crop=(1.0, 2.0, 3.0, 0.0))
    plain = {name: getattr(spec, name) for name in ("space", "tune", "time", "editable", "noise_weight", "ignore")}
    plain |= {"network": "n", "crop": [1.0, 2.0, 3.0, 0.0]}
    assert goes_on(now_of("stopped", **plain), spec)
    assert goes_on(now_of("lost", **plain), spec)
    assert not goes_on(now_of("running", **plain), spec)
    assert not goes_on(now_of("finished", **plain), spec)
    for changed in (
        *({"space": "w"}, {"crop": [1.0, 2.0, 4.0, 0.0]}, {"crop": []}, {"editable": 0.1}),
        *({"crop": ["face"]}, {"crop": "face"}, {"crop": 3}, {"border": "blurred"}),
    ):
        assert not goes_on(now_of("stopped", **{**plain, **changed}), spec)
    assert goes_on(now_of("stopped", **{**plain, "border": None}), spec)
    largest = replace(spec, crop=())
    assert goes_on(now_of("stopped", **{**plain, "crop": []}), largest)
    for crop in ([1.0, 2.0, 3.0], ["face"], "face"):
        assert not goes_on(now_of("stopped", **{**plain, "crop": crop}), largest)


def paths(scene):
    return [row.path for row in scene.view.photos.rows]


def test_the_queue():
    scene = added(Scene(), ["/a", "/b", "/a", "/c"])
    assert paths(scene) == ["/a", "/b", "/c"]
    assert scene.view.photos.chosen == 0
    assert scene.interaction.front.window == "Photos"
    scene = added(scene, ["/d"])
    assert scene.view.photos.row.path == "/d"
    scene = moved(scene, 3, 0)
    assert paths(scene) == ["/d", "/a", "/b", "/c"]
    assert scene.view.photos.row.path == "/d"
    after = removed(scene, 0)
    assert paths(after) == ["/a", "/b", "/c"]
    assert after.view.photos.row.path == "/a"
    assert paths(brought_back(after)) == paths(scene)
    assert brought_back(brought_back(after)) == brought_back(after)
    assert removed(scene, 9) is scene
    assert chosen(scene, 99).view.photos.row.path == "/c"
    assert Photos().row is None


def test_settings_for_all_and_for_one():
    scene = added(Scene(), ["/a", "/b"])
    other = FitSettings("w", "best", 0.1)
    scene = with_settings(scene, scene.view.photos.rows[0], other)
    assert [row.settings for row in scene.view.photos.rows] == [other, other]
    scene = with_same(scene, False)
    scene = with_settings(scene, scene.view.photos.rows[0], FitSettings())
    assert [row.settings for row in scene.view.photos.rows] == [FitSettings(), other]
    assert [row.settings for row in with_same(scene, True).view.photos.rows] == [FitSettings()] * 2
    assert added(scene, ["/c"]).view.photos.rows[-1].settings == FitSettings()


def test_the_time_left_is_that_of_the_steps_left():
    assert Fit(step=10, steps=150, seconds_per_step=0.5).left_s == 70
    assert Fit(step=150, steps=150, seconds_per_step=0.5).left_s == 0
    assert Fit(step=1, steps=150).left_s is None
