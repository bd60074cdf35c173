"""Behaviour of Start by itself: the walk of the first start, four things to try, and the tab until a change."""

from dataclasses import replace

from imgui_bundle import imgui

from renderer.document.document import Document
from renderer.document.parts import Latent
from viz.state import motion
from viz.state.facts import Facts
from viz.state.interaction import FirstSteps
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.swatches import of_seed

SEEDS = (88, 2071, 5117, 51)
"""Seeds on the shelf of the first start."""
COUNT = 4
"""Things to try."""
START, SETTING = "view.start", "settings.first_steps"
GONE_S, THANKS_S = 2.0, 4.0
"""Seconds until a note goes that was done, and for which the last sentence is shown."""


def begun(scene: Scene, fresh: bool) -> Scene:
    """Return the scene that a window opens with: on Start, and without an earlier session walking by itself.

    Args:
        scene: The scene without it.
        fresh: True if there is neither a session nor a network to begin with.
    """
    scene = put(scene.interacting(first=FirstSteps(auto=True)), START, True)
    if not fresh:
        return scene
    document = scene.document
    shelf = tuple(of_seed(seed, Latent()) for seed in SEEDS) if not document.shelf else document.shelf
    scene = replace(scene, document=replace(document, shelf=shelf))
    scene = put(put(scene, "view.motion.latent", True), "view.motion.latent_speed", 0.25)
    shown = scene.settings.first_steps
    first = FirstSteps(auto=True, walking=True, on=shown, since=scene.document if shown else None)
    return scene.interacting(first=first)


def again(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the four things to try shown, none of them done."""
    first = FirstSteps(on=True, since=scene.document, saved=facts.saved)
    view = scene.view if scene.view.workspace == "explore" else replace(scene.view, workspace="explore")
    gallery = replace(view.gallery, on=False)
    return replace(scene, view=replace(view, gallery=gallery, grid=False, panels_hidden=False)).interacting(first=first)


def hidden(scene: Scene, *, forever: bool = False) -> Scene:
    """Return the scene without the things to try; `forever`: also in later windows."""
    scene = scene.interacting(first=replace(scene.interaction.first, on=False))
    return put(scene, SETTING, False) if forever else scene


def look(scene: Scene, facts: Facts) -> Scene:
    """Follow what the user does. Call once a frame, outside of cached parts."""
    first = scene.interaction.first
    if first.walking:
        scene = _walk(scene)
    if first.on:
        scene = _tried(scene, facts)
    first = scene.interaction.first
    if first.auto:
        if not scene.view.start:
            scene = scene.interacting(first=replace(first, auto=False))  # closed by its user
        elif not first.on and not first.walking and _edited(scene, facts):
            scene = put(scene.interacting(first=replace(first, auto=False)), START, False)
    return scene


def _walk(scene: Scene) -> Scene:
    """Return the scene at rest once anything was touched."""
    io, context = imgui.get_io(), imgui.get_current_context()
    pressed = any(imgui.is_mouse_clicked(button) for button in range(3)) or bool(io.mouse_wheel)
    typed = context.last_keyboard_key_press_time == context.time and context.time > 0
    if scene.view.motion.playing and not pressed and not typed:
        return scene
    still = replace(scene, view=replace(scene.view, motion=motion.stopped(scene.view.motion)))
    return still.interacting(first=replace(scene.interaction.first, walking=False))


def _edited(scene: Scene, facts: Facts) -> bool:
    """Return True if the document was changed, but for the walk that the window began with."""
    names = [name for name, _ in facts.states.states[1 : facts.states.now + 1]]
    return any(name for name in names if not name.startswith(("Walk", "Latent")))


def _tried(scene: Scene, facts: Facts) -> Scene:
    """Tick off what was done since the last frame."""
    first = scene.interaction.first
    since = first.since or scene.document
    ticked = dict(first.done)
    for number, was_done in enumerate(_doing(scene, facts, since), 1):
        if was_done and number not in ticked:
            ticked[number] = facts.now
    done = tuple(sorted(ticked.items()))
    if done == first.done:
        last = max((at for _, at in done), default=0.0)
        if len(done) == COUNT and facts.now - last > THANKS_S:
            return hidden(scene, forever=True)
        return scene
    return scene.interacting(first=replace(first, done=done))


def _doing(scene: Scene, facts: Facts, since: Document) -> tuple[bool, bool, bool, bool]:
    """Return which of the things was done: faces dragged, psi changed, a style laid, a picture saved."""
    document, before = scene.document, facts.states.states[-1][1] if facts.states.states else since
    moved = (document.latent.x, document.latent.y) != (before.latent.x, before.latent.y)
    dragged = imgui.is_any_item_active() and imgui.is_mouse_dragging(imgui.MouseButton_.left) and moved
    return (
        dragged and not scene.view.motion.playing,
        document.truncation != since.truncation,
        document.mixing.layers != since.mixing.layers and bool(document.mixing.layers),
        facts.saved != scene.interaction.first.saved,
    )
