"""Pure parts of the window's remembered state."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from foundation.arrays import npy_of, save_latents
from renderer.document.arrays import ArrayStore
from renderer.document.document import Compare, Document, Motion, Swatch, View
from renderer.document.parts import Direction, Display, Latent, LayerStyle, Mixing, Network, Noise, Truncation, WBlend
from renderer.document.recall import Recalled
from renderer.fake.engine import model_info
from viz.files import latents, memory, save_dialog
from viz.files.restoring import fitting, missing, restored, with_latent
from viz.history.compare_section import differing, merged
from viz.shell import layout
from viz.state.bands import bands_of
from viz.state.scene import Scene
from viz.state.settings import Options
from viz.state.store import Store

MODEL = model_info(Network(), "StyleGAN2", 64)


def store_with(*values: float) -> Store:
    store = Store(Scene(), lambda: 0.0)
    for value in values:
        store.take(replace(store.scene, document=replace(store.document, truncation=Truncation(value))), False)
    return store


def test_jumping_is_undoing_or_redoing_as_often_as_needed():
    store = store_with(0.9, 0.8, 0.7)
    documents = [document for _, document in store.history.states]
    for done in (0, 3, 1, 2, 2, 99, 0):
        store.jump(done)
        assert store.document == documents[min(done, 3)]
        assert [document for _, document in store.history.states] == documents


def test_a_named_step_keeps_its_name_and_the_next_one_has_its_own():
    store = Store(Scene(), lambda: 0.0)
    store.step = "Open a.png"
    store.take(replace(store.scene, document=Document(truncation=Truncation(0.5))), False)
    store.take(replace(store.scene, document=Document(truncation=Truncation(0.4))), False)
    assert [step.name for step in store.history.done] == ["Open a.png", "ψ 0.40"]


def test_a_name_for_nothing_is_forgotten():
    store = store_with()
    store.step = "Open a.png"
    store.take(store.scene, False)
    store.take(replace(store.scene, document=Document(truncation=Truncation(0.4))), False)
    assert store.history.done[0].name == "ψ 0.40"


def test_a_recipe_changes_document_and_display_and_nothing_moves_after():
    scene = Scene(view=View(workspace="mix", motion=Motion(latent=True)))
    document = Document(truncation=Truncation(0.5))
    after = restored(scene, Recalled(document, Display(scale_db=3.0)))
    assert after.document == document
    assert after.view == View(workspace="mix", display=Display(scale_db=3.0), motion=Motion())


def test_a_recipe_adds_to_the_shelf_and_a_session_brings_its_own():
    mine, theirs = Swatch("mine", Latent(1.0)), Swatch("theirs", Latent(2.0))
    scene, document = Scene(Document(shelf=(mine,))), Document(shelf=(theirs, replace(mine, name="other")))
    assert restored(scene, Recalled(document, Display())).document.shelf == (mine, theirs)
    assert restored(scene, Recalled(document, Display(), View())).document.shelf == document.shelf


def test_a_session_brings_its_view():
    view = View(workspace="analyse", motion=Motion(noise=True))
    assert restored(Scene(), Recalled(Document(), view.display, view)).view == replace(view, motion=Motion())


def test_a_network_that_is_missing_leaves_the_present_one(tmp_path):
    assert missing(str(tmp_path / "gone.pkl"))
    assert not missing("")
    assert not missing("https://example.org/net.pkl")
    assert not missing(str(tmp_path))
    scene = Scene(document=Document(network=Network("here.pkl", 2)))
    document = Document(network=Network(str(tmp_path / "gone.pkl")), truncation=Truncation(0.5))
    after = restored(scene, Recalled(document, Display())).document
    assert after == replace(document, network=Network("here.pkl", 2))


def test_what_does_not_fit_the_present_network_is_left_out_and_named():
    arrays = ArrayStore()
    good = arrays.add(np.zeros((MODEL.num_ws, MODEL.w_dim), np.float32))
    bad = arrays.add(np.zeros(MODEL.w_dim + 1, np.float32))
    document = Document(
        latent=Latent(4.0, array=bad),
        mixing=Mixing(layers=(LayerStyle(0, WBlend(((Latent(array=bad), 1.0),))), LayerStyle(1, Latent(array=good)))),
        directions=(Direction("smile", bad), Direction("age", good)),
    )
    after, left_out = fitting(document, arrays, MODEL)
    assert after == replace(
        document,
        latent=Latent(4.0),
        mixing=Mixing(layers=(LayerStyle(1, Latent(array=good)),)),
        directions=(Direction("age", good),),
    )
    assert left_out == ("the stored latent", "the style of layer 0", "the direction smile")


def test_a_stored_latent_is_shown_as_it_is():
    ref = ArrayStore().add(np.zeros(4, np.float32))
    document = Document(
        latent=Latent(3.0), mixing=Mixing(layers=(LayerStyle(0),)), truncation=Truncation(0.5), noise=Noise("none")
    )
    assert with_latent(document, ref) == Document(latent=Latent(array=ref), noise=Noise("none"))


@pytest.mark.parametrize("ending", ["npz", "npy"])
def test_latents_come_back_from_their_file(tmp_path, ending):
    ws = np.random.RandomState(0).randn(MODEL.num_ws, MODEL.w_dim).astype(np.float32)
    path = tmp_path / f"a.{ending}"
    save_latents(path, ws)
    back = latents.load(path)
    assert back.shape == (1, *ws.shape)
    assert (latents.fit(back, MODEL, "a") == ws).all()
    held = np.load(path)
    assert ((held["w"] if ending == "npz" else held)[0] == ws).all()


@pytest.mark.parametrize("shape", [(8,), (1, 8), (3, 1, 8)])
def test_one_w_for_all_layers_is_a_latent_too(tmp_path, shape):
    (tmp_path / "a.npy").write_bytes(npy_of(np.ones(shape, np.float64)))
    assert latents.load(tmp_path / "a.npy").shape[1:] == (1, 8)


def test_files_that_hold_no_latents_give_a_sentence(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    np.save(tmp_path / "whole.npy", np.zeros((2, 3), bool))
    np.save(tmp_path / "nan.npy", np.full(3, np.nan))
    np.save(tmp_path / "deep.npy", np.zeros((1, 1, 1, 1)))
    np.save(tmp_path / "object.npy", np.array([print], dtype=object), allow_pickle=True)
    for name in ("other.npz", "whole.npy", "nan.npy", "deep.npy", "object.npy", "absent.npy"):
        with pytest.raises(ValueError, match=name) as caught:
            latents.load(tmp_path / name)
        assert str(caught.value).endswith(".")


def test_latents_of_another_network_do_not_fit():
    with pytest.raises(ValueError, match=f"this network takes {MODEL.num_ws} × {MODEL.w_dim}"):
        latents.fit(np.zeros((1, MODEL.num_ws + 1, MODEL.w_dim), np.float32), MODEL, "a.npz")


def test_latents_are_saved_under_no_other_ending(tmp_path):
    with pytest.raises(ValueError, match="one of these endings"):
        save_latents(tmp_path / "a.txt", np.zeros((2, 2), np.float32))


def test_what_is_typed_gets_its_ending(tmp_path):
    assert save_dialog.target("save-session", f"{tmp_path}/a") == (tmp_path / "a.stylescope", "")
    assert save_dialog.target("save-session", f" {tmp_path}/a.b.stylescope ") == (tmp_path / "a.b.stylescope", "")
    assert save_dialog.target("save-latent", f"{tmp_path}/a.npy") == (tmp_path / "a.npy", "")
    assert save_dialog.target("save-latent", "~/a") == (Path.home() / "a.npz", "")


def test_what_is_typed_and_cannot_be_says_why(tmp_path):
    (tmp_path / "file").touch()
    for typed, why in (("", "name of the file"), (f"{tmp_path}/", "name of the file"), ("a", "no folder")):
        assert why in save_dialog.target("save-session", typed)[1]
    assert "no folder" in save_dialog.target("save-session", f"{tmp_path}/file/a")[1]


def test_layers_taken_from_b_have_the_styles_of_b():
    b = Document(latent=Latent(1.0), mixing=Mixing(7.0, (LayerStyle(2), LayerStyle(3, amount=0.25))))
    a = Document(latent=Latent(2.0), mixing=Mixing(layers=(LayerStyle(4, Latent(9.0), locked=True),)))
    after = merged(a, b, (0, 2, 3, 4))
    assert after == replace(
        a,
        mixing=Mixing(
            layers=(
                LayerStyle(0, Latent(1.0)),
                LayerStyle(2, Latent(7.0)),
                LayerStyle(3, WBlend(((Latent(1.0), 0.75), (Latent(7.0), 0.25)))),
                LayerStyle(4, Latent(9.0), locked=True),
            )
        ),
    )
    assert differing(after, b, 5) == {1, 4}


def test_taking_back_ones_own_style_leaves_no_trace():
    b = Document(latent=Latent(2.0))
    a = Document(latent=Latent(2.0), mixing=Mixing(layers=(LayerStyle(1, Latent(5.0)),)))
    assert merged(a, b, (0, 1)) == b


def test_the_bands_cover_every_cell():
    assert sum(len(band.ws) for band in bands_of(MODEL)) == MODEL.num_ws


def test_nothing_is_compared_at_first():
    assert Compare() == View().compare
    assert Compare().b is None


@pytest.mark.parametrize(("width", "node"), [(1400.0, "Bottom"), (1600.0, "Rail")])
def test_layouts_follow_the_window_over_the_width_from_which_there_is_a_rail(width, node):
    from imgui_bundle import hello_imgui

    names = ("Canvas", "Generator", "Mix", "Layers & spectrum", "Performance", "Runs", "Run", "Fakes", "History")
    other = 3000.0 - width
    params = hello_imgui.RunnerParams()
    layouts = [layout.docking(one, [(name, lambda: None) for name in names], other, 900) for one in layout.WORKSPACES]
    params.docking_params, params.alternative_docking_layouts = layouts[0], layouts[1:]
    layout.resize(params, width, 900.0)
    places = {window.label: window.dock_space_name for window in params.docking_params.dockable_windows}
    assert places["History"] == node
    assert places["Canvas"] == "MainDockSpace"
    layout.resize(params, width + 10, 900.0)
    expected = [split.ratio for split in layout.splits("explore", width + 10, 900.0)]
    assert [split.ratio for split in params.docking_params.docking_splits] == pytest.approx(expected)


def test_large_arrays_push_the_oldest_steps_out(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "MOST_BYTES", 4000)
    arrays, said = ArrayStore(), []
    store = Store(Scene(), lambda: 0.0)
    kept = memory.Memory(
        Options(config_dir=tmp_path, keep=False), arrays, lambda text, **more: said.append(text), store
    )
    refs = []
    for i in range(8):
        ref = arrays.add(np.full(200, i, np.float32))
        refs.append(ref)
        store.take(replace(store.scene, document=Document(latent=Latent(array=ref))), False)
        kept.look(store.scene)
    named = [document.latent.array for _, document in store.history.states if document.latent.array]
    assert arrays.nbytes <= 4000
    assert refs[-1] in arrays
    assert set(named) <= arrays.names(), "a step cannot be gone back to"
    assert 0 < len(store.history.done) < 8
    kept.close()
