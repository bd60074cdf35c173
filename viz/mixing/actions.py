"""What can be done to the layers that are picked, and to the shelf: for buttons, keys and commands alike."""

from dataclasses import replace

from renderer.document.mixing import clear, lock, mixed, solo, swap
from viz.mixing.selection import Brush, Picked, lay
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.swatches import known, opened, present, removed, shelved

MIXING, SHELF = "document.mixing", "document.shelf"


def picked(facts: Facts) -> tuple[int, ...]:
    """The layers picked that the present network has."""
    return facts.scratch.get(Picked).within(facts.model.num_ws) if facts.model is not None else ()


def lay_brush(scene: Scene, facts: Facts) -> Scene:
    """Lay the chosen swatch into the picked layers."""
    hand = facts.scratch.get(Brush).among(scene.document.shelf)
    return put(scene, MIXING, lay(scene.document.mixing, picked(facts), hand))


def clear_picked(scene: Scene, facts: Facts) -> Scene:
    """Give the picked layers the document's own style again."""
    return put(scene, MIXING, clear(scene.document.mixing, picked(facts)))


def solo_picked(scene: Scene, facts: Facts) -> Scene:
    """Let only the picked layers take other styles, or all again."""
    return put(scene, MIXING, solo(scene.document.mixing, picked(facts)))


def can_solo(scene: Scene, facts: Facts) -> bool:
    """Whether solo would change anything."""
    mixing = scene.document.mixing
    return bool(mixing.solo or set(picked(facts)) & set(mixed(mixing)))


def all_locked(scene: Scene, facts: Facts) -> bool:
    """Whether every picked layer is locked; with none picked: whether any layer is."""
    locked, chosen = {one.ws for one in scene.document.mixing.layers if one.locked}, picked(facts)
    return locked.issuperset(chosen) if chosen else bool(locked)


def lock_picked(scene: Scene, facts: Facts) -> Scene:
    """Lock the picked layers, or unlock them where all of them are; with none picked: unlock all."""
    mixing, chosen = scene.document.mixing, picked(facts)
    if not chosen:
        return put(scene, MIXING, lock(mixing, [one.ws for one in mixing.layers if one.locked], False))
    return put(scene, MIXING, lock(mixing, chosen, not all_locked(scene, facts)))


def swapped(scene: Scene, facts: Facts) -> Scene | None:
    """The scene with the base and a source exchanged: that of the first picked layer that has one, or of the first.

    None where no layer has a style that can stand alone.
    """
    document = scene.document
    for ws in picked(facts) or mixed(document.mixing):
        if after := swap(document.latent, document.mixing, ws):
            return replace(scene, document=replace(document, latent=after[0], mixing=after[1]))
    return None


def shelve_present(scene: Scene, facts: Facts) -> Scene:
    """Put the present style on the shelf, as the chosen swatch."""
    document = scene.document
    swatch = present(document)
    shelf = shelved(document.shelf, swatch)
    facts.scratch.get(Brush).swatch = known(shelf, swatch)
    return put(scene, SHELF, shelf)


def unshelve(scene: Scene, facts: Facts) -> Scene:
    """Take the chosen swatch off the shelf."""
    hand, shelf = facts.scratch.get(Brush).among(scene.document.shelf), scene.document.shelf
    return scene if hand is None else put(scene, SHELF, removed(shelf, shelf.index(hand)))


def open_swatch(scene: Scene, facts: Facts) -> Scene:
    """Make the chosen swatch the document's own style."""
    hand = facts.scratch.get(Brush).among(scene.document.shelf)
    if hand is None or facts.model is None:
        return scene
    return replace(scene, document=opened(scene.document, hand, facts.model.num_ws))


def has_swatch(scene: Scene, facts: Facts) -> bool:
    """Whether a swatch of the shelf is chosen."""
    return facts.model is not None and facts.scratch.get(Brush).among(scene.document.shelf) is not None


def has_picked(scene: Scene, facts: Facts) -> bool:
    """Whether any layers are picked."""
    return bool(picked(facts))
