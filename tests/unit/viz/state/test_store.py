"""Creation and naming of history steps."""

from dataclasses import replace

from renderer.document.document import Document, Motion, Playback, Swatch, View
from renderer.ipc.protocol import Latent, LayerStyle, Truncation
from viz.history.actions import Undo
from viz.state.scene import Scene
from viz.state.store import Store


def store() -> Store:
    return Store(Scene(), lambda: 0.0)


def at(scene: Scene, psi: float, **view: object) -> Scene:
    return replace(scene, document=Document(truncation=Truncation(psi)), view=replace(scene.view, **view))  # type: ignore[arg-type]


def test_a_click_is_one_step():
    s = store()
    s.take(at(s.scene, 0.5), held=False)
    assert s.history.undo_name == "ψ 0.50"
    s.undo()
    assert s.document == Document()
    s.redo()
    assert s.document.truncation.psi == 0.5


def test_a_drag_is_one_step_from_its_beginning_to_its_end():
    s = store()
    s.take(s.scene, held=True)  # pressed, not moved yet
    for psi in (0.9, 0.8, 0.7):
        s.take(at(s.scene, psi), held=True)
    s.take(s.scene, held=False)
    assert [step.name for step in s.history.done] == ["ψ 0.70"]
    s.undo()
    assert s.document == Document()


def test_a_step_that_shows_the_timeline_goes_back_to_what_was_shown():
    s = store()
    s.take(at(s.scene, 0.5, playback=Playback(1.5)), held=False)
    s.take(at(s.scene, 0.6, playback=Playback(on=True)), held=False)
    s.take(at(s.scene, 0.7, playback=Playback(2.0, on=True)), held=False)
    s.take(replace(s.scene, view=replace(s.scene.view, playback=Playback(3.0, playing=True, on=True))), held=False)
    s.undo()
    assert s.scene.view.playback == Playback(3.0, playing=True, on=True), "that step had left it as it was"
    s.undo()
    assert s.scene.view.playback == Playback(1.5), "and plays no older timeline"
    s.redo()
    assert s.scene.view.playback == Playback(on=True)
    s.jump(0)
    assert not s.scene.view.playback.on
    s.jump(3)
    assert s.scene.view.playback.on
    s.undo()
    s.undo()
    s.take(at(s.scene, 0.1), held=False)
    s.choose(0)
    assert s.document.truncation.psi == 0.7
    assert s.scene.view.playback == Playback(2.0, on=True), "what was shown at the end of that line"


def test_a_drag_that_shows_the_timeline_goes_back_to_what_was_shown():
    s = store()
    s.take(at(s.scene, 0.5, playback=Playback(1.0)), held=True)
    s.take(at(s.scene, 0.6, playback=Playback(1.0, on=True)), held=True)
    s.take(s.scene, held=False)
    s.undo()
    assert s.scene.view.playback == Playback()


def test_an_action_names_its_step_though_the_button_is_still_down_or_something_moves():
    s = store()
    s.step = "Photo jon.jpg"  # a double click
    s.take(at(s.scene, 0.5), held=True)
    s.take(s.scene, held=True)
    s.take(s.scene, held=False)
    s.take(at(s.scene, 0.4), held=True)
    s.take(s.scene, held=False)
    assert [step.name for step in s.history.done] == ["Photo jon.jpg", "ψ 0.40"]
    s.take(replace(s.scene, view=View(motion=Motion(latent=True)), document=Document(latent=Latent(x=3.0))), held=False)
    s.step = "Photo ada.jpg"  # stops the walk
    s.take(replace(s.scene, view=View(), document=Document(latent=Latent(x=9.0))), held=False)
    assert s.history.undo_name == "Photo ada.jpg"


def test_a_press_that_changes_nothing_is_no_step():
    s = store()
    for held in (True, True, False):
        s.take(s.scene, held=held)
    assert s.history.done == ()


def test_playing_is_one_step_named_by_what_moved():
    s = store()
    playing = replace(s.scene, view=View(motion=Motion(latent=True)))
    s.take(playing, held=False)
    for x in (0.1, 0.2, 0.3):
        s.take(replace(s.scene, document=Document(latent=Latent(x=x))), held=False)
    assert s.history.done == ()
    s.take(replace(s.scene, view=View()), held=False)
    assert [step.name for step in s.history.done] == ["Walk"]
    s.undo()
    assert s.document.latent.x == 0


def test_undo_while_playing_stops_and_takes_the_whole_walk_back():
    s = store()
    s.take(at(s.scene, 0.5), held=False)
    s.take(replace(s.scene, view=View(motion=Motion(latent=True))), held=False)
    s.take(replace(s.scene, document=replace(s.document, latent=Latent(x=3.0))), held=False)
    s.undo()
    assert s.document == Document(truncation=Truncation(0.5))
    assert not s.scene.view.motion.playing
    s.undo()
    assert s.document == Document()


def test_cancel_puts_the_drag_back_and_leaves_no_step():
    s = store()
    assert not s.cancel()
    s.take(at(s.scene, 0.3), held=True)
    assert s.cancel()
    assert s.document == Document()
    assert s.history.done == ()


def test_a_view_is_not_undone():
    s = store()
    s.take(at(s.scene, 0.5, workspace="mix"), held=False)
    s.undo()
    assert s.scene.view.workspace == "mix"


def test_asks_last_one_frame():
    s = store()
    s.take(s.scene.request(Undo()), held=False)
    assert s.scene.actions == ()


def test_layers_are_called_by_the_names_of_the_network():
    s = store()
    s.ws_names = ("b4.conv1",)
    mixing = replace(s.document.mixing, layers=(LayerStyle(0),))
    s.take(replace(s.scene, document=replace(s.document, mixing=mixing)), held=False)
    assert s.history.undo_name == "Mix b4.conv1"


def shelve(s: Store, name: str) -> Swatch:
    swatch = Swatch(name, Latent(float(name)))
    s.take(replace(s.scene, document=replace(s.document, shelf=(*s.document.shelf, swatch))), held=False)
    return swatch


def test_no_way_through_the_history_takes_a_style_off_the_shelf():
    s = store()
    s.take(at(s.scene, 0.9), held=False)
    one = shelve(s, "1")
    s.take(replace(s.scene, document=replace(s.document, force_fp32=True)), held=False)
    two = shelve(s, "2")
    assert [step.name for step in s.history.done] == ["ψ 0.90", "Use fp32"], "the shelf makes no steps"
    s.undo()
    assert s.document == Document(truncation=Truncation(0.9), shelf=(one, two))
    s.jump(0)
    assert s.document == Document(shelf=(one, two))
    s.jump(2)
    assert s.document.shelf == (one, two)
    s.undo()
    s.take(replace(s.scene, document=replace(s.document, truncation=Truncation(0.2))), held=False)
    s.choose(0)
    assert s.document == Document(truncation=Truncation(0.9), force_fp32=True, shelf=(one, two))


def test_the_shelf_goes_back_and_forth_without_the_rest():
    s = store()
    one, two = shelve(s, "1"), shelve(s, "2")
    s.take(replace(s.scene, document=replace(s.document, truncation=Truncation(0.2))), held=False)
    s.take(replace(s.scene, document=replace(s.document, shelf=(two,))), held=False)
    assert s.shelf.undo_name == "Unshelve 1"
    s.undo_shelf()
    assert s.document == Document(truncation=Truncation(0.2), shelf=(one, two))
    s.undo_shelf()
    s.undo_shelf()
    s.undo_shelf()
    assert s.document.shelf == ()
    s.redo_shelf()
    assert s.document.shelf == (one,)
    assert [step.name for step in s.history.done] == ["ψ 0.20"]


def test_a_step_that_changes_the_shelf_too_is_recorded_in_both():
    s = store()
    one = Swatch("1", Latent(1.0))
    s.step = "Open a.png"
    s.take(replace(s.scene, document=Document(truncation=Truncation(0.5), shelf=(one,))), held=False)
    assert s.history.undo_name == "Open a.png"
    s.undo()
    assert s.document == Document(shelf=(one,))
    s.undo_shelf()
    assert s.document == Document()
