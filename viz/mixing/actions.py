"""Edits of the selected layers and of the shelf, for buttons, keys and commands alike."""

from dataclasses import replace

from renderer.document.mixing import clear, lock, mixed, solo, swap
from viz.mixing.selection import lay, selecting, swatch_of, within
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.swatches import known, opened, present, removed, shelved

MIXING, SHELF = "document.mixing", "document.shelf"


def picked(scene: Scene, facts: Facts) -> tuple[int, ...]:
    """Return the selected layers that the present network has."""
    return within(scene.interaction.selection.layers, facts.model.num_ws) if facts.model is not None else ()


def lay_swatch(scene: Scene, facts: Facts) -> Scene:
    """Lay the chosen swatch into the picked layers."""
    return put(scene, MIXING, lay(scene.document.mixing, picked(scene, facts), swatch_of(scene)))


def clear_picked(scene: Scene, facts: Facts) -> Scene:
    """Give the picked layers the document's own style again."""
    return put(scene, MIXING, clear(scene.document.mixing, picked(scene, facts)))


def solo_picked(scene: Scene, facts: Facts) -> Scene:
    """Let only the picked layers take other styles, or all again."""
    return put(scene, MIXING, solo(scene.document.mixing, picked(scene, facts)))


def can_solo(scene: Scene, facts: Facts) -> bool:
    """Return whether solo would change anything."""
    mixing = scene.document.mixing
    return bool(mixing.solo or set(picked(scene, facts)) & set(mixed(mixing)))


def all_locked(scene: Scene, facts: Facts) -> bool:
    """Return whether every picked layer is locked; with none picked: whether any layer is."""
    locked, chosen = {one.ws for one in scene.document.mixing.layers if one.locked}, picked(scene, facts)
    return locked.issuperset(chosen) if chosen else bool(locked)


def lock_picked(scene: Scene, facts: Facts) -> Scene:
    """Lock the picked layers, or unlock them where all of them are; with none picked: unlock all."""
    mixing, chosen = scene.document.mixing, picked(scene, facts)
    if not chosen:
        return put(scene, MIXING, lock(mixing, [one.ws for one in mixing.layers if one.locked], False))
    return put(scene, MIXING, lock(mixing, chosen, not all_locked(scene, facts)))


def swapped(scene: Scene, facts: Facts) -> Scene | None:
    """The scene with the base and a source exchanged: that of the first picked layer that has one, or of the first.

    None where no layer has a style that can stand alone.
    """
    document = scene.document
    for ws in picked(scene, facts) or mixed(document.mixing):
        if after := swap(document.latent, document.mixing, ws):
            return replace(scene, document=replace(document, latent=after[0], mixing=after[1]))
    return None


def shelve_present(scene: Scene, facts: Facts) -> Scene:
    """Put the present style on the shelf, as the chosen swatch."""
    document = scene.document
    swatch = present(document)
    shelf = shelved(document.shelf, swatch)
    return put(selecting(scene, swatch=known(shelf, swatch)), SHELF, shelf)


def unshelve(scene: Scene, facts: Facts) -> Scene:
    """Take the chosen swatch off the shelf."""
    hand, shelf = swatch_of(scene), scene.document.shelf
    return scene if hand is None else put(scene, SHELF, removed(shelf, shelf.index(hand)))


def open_swatch(scene: Scene, facts: Facts) -> Scene:
    """Make the chosen swatch the document's own style."""
    hand = swatch_of(scene)
    if hand is None or facts.model is None:
        return scene
    return replace(scene, document=opened(scene.document, hand, facts.model.num_ws))


def has_swatch(scene: Scene, facts: Facts) -> bool:
    """Return whether a swatch of the shelf is chosen."""
    return facts.model is not None and swatch_of(scene) is not None


def has_picked(scene: Scene, facts: Facts) -> bool:
    """Return whether any layers are picked."""
    return bool(picked(scene, facts))
