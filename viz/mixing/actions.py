"""Edits of the selected layers and of the shelf, shared by buttons, keys and commands."""

from dataclasses import dataclass, replace
from pathlib import Path

from foundation.inputs import clean_text
from renderer.document.mixing import clear, lock, mixed, solo, swap
from viz.files.sessions import FILES
from viz.mixing.selection import lay, selecting, swatch_of, within
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Action, Scene, Window
from viz.state.swatches import known, opened, present, removed, shelved

MIXING, SHELF = "document.mixing", "document.shelf"


def picked(scene: Scene, facts: Facts) -> tuple[int, ...]:
    """Return the selected layers that exist in the current network."""
    return within(scene.interaction.selection.layers, facts.model.num_ws) if facts.model is not None else ()


def lay_swatch(scene: Scene, facts: Facts) -> Scene:
    """Apply the active swatch to the selected layers."""
    return put(scene, MIXING, lay(scene.document.mixing, picked(scene, facts), swatch_of(scene)))


def clear_picked(scene: Scene, facts: Facts) -> Scene:
    """Reset the selected layers to the document's own style."""
    return put(scene, MIXING, clear(scene.document.mixing, picked(scene, facts)))


def solo_picked(scene: Scene, facts: Facts) -> Scene:
    """Solo the selected layers, or end solo."""
    return put(scene, MIXING, solo(scene.document.mixing, picked(scene, facts)))


def can_solo(scene: Scene, facts: Facts) -> bool:
    """Return True if solo would have an effect."""
    mixing = scene.document.mixing
    return bool(mixing.solo or set(picked(scene, facts)) & set(mixed(mixing)))


def all_locked(scene: Scene, facts: Facts) -> bool:
    """Return True if all selected layers are locked; without a selection: if any layer is."""
    locked, chosen = {one.ws for one in scene.document.mixing.layers if one.locked}, picked(scene, facts)
    return locked.issuperset(chosen) if chosen else bool(locked)


def lock_picked(scene: Scene, facts: Facts) -> Scene:
    """Toggle the lock of the selected layers; without a selection: unlock all."""
    mixing, chosen = scene.document.mixing, picked(scene, facts)
    if not chosen:
        return put(scene, MIXING, lock(mixing, [one.ws for one in mixing.layers if one.locked], False))
    return put(scene, MIXING, lock(mixing, chosen, not all_locked(scene, facts)))


def swapped(scene: Scene, facts: Facts) -> Scene | None:
    """Return the scene with the base and a source swapped: that of the first selected or else first layer with one.

    Returns None if no layer has a source that can be a base style.
    """
    document = scene.document
    for ws in picked(scene, facts) or mixed(document.mixing):
        if after := swap(document.latent, document.mixing, ws):
            return replace(scene, document=replace(document, latent=after[0], mixing=after[1]))
    return None


def shelve_present(scene: Scene, facts: Facts) -> Scene:
    """Add the current style to the shelf, as the active swatch."""
    document = scene.document
    swatch = present(document)
    shelf = shelved(document.shelf, swatch)
    return put(selecting(scene, swatch=known(shelf, swatch)), SHELF, shelf)


def unshelve(scene: Scene, facts: Facts) -> Scene:
    """Remove the active swatch from the shelf."""
    swatch, shelf = swatch_of(scene), scene.document.shelf
    return scene if swatch is None else remove_swatch(scene, shelf.index(swatch))


def remove_swatch(scene: Scene, index: int) -> Scene:
    """Remove a swatch from the shelf, with a message that offers to take it back."""
    shelf = scene.document.shelf
    return put(scene, SHELF, removed(shelf, index)).request(SwatchRemoved(shelf[index].name))


@dataclass(frozen=True)
class SwatchRemoved(Action):
    """Say that a swatch was removed."""

    name: str

    def run(self, scene: Scene, window: Window) -> None:
        """Show the message."""
        window.say(f"Removed {clean_text(self.name, 40)} from the shelf", shelf=True)


@dataclass(frozen=True)
class ShelveFile(Action):
    """Put the style of an image, or those of a session, on the shelf."""

    path: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Start reading; a later frame's scene has the result."""
        window.facts.services[FILES].shelve(Path(self.path))
        return scene


@dataclass(frozen=True)
class NamePhoto(Action):
    """Name the step that shows a fitted photo after it, whatever else of the document changes with it."""

    name: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Name it."""
        window.steps.step = f"Photo {clean_text(self.name, 60)}"
        return scene


def open_swatch(scene: Scene, facts: Facts) -> Scene:
    """Open the active swatch as the document's own style."""
    swatch = swatch_of(scene)
    if swatch is None or facts.model is None:
        return scene
    document = opened(scene.document, swatch, facts.model.num_ws)
    if swatch.photo and document != scene.document:
        scene = scene.request(NamePhoto(swatch.name))
    return replace(scene, document=document)


def has_swatch(scene: Scene, facts: Facts) -> bool:
    """Return True if a swatch of the shelf is active."""
    return facts.model is not None and swatch_of(scene) is not None


def has_picked(scene: Scene, facts: Facts) -> bool:
    """Return True if any layers are selected."""
    return bool(picked(scene, facts))
