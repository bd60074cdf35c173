"""Restoring the scene from files. Pure functions."""

import os
from dataclasses import replace
from pathlib import Path

from foundation.network_files import newest_network
from renderer.document.arrays import ArrayStore, UnknownArrayError, refs_in
from renderer.document.document import Document, Playback
from renderer.document.parts import Latent, Mixing, Network, Truncation
from renderer.document.recall import Recalled
from renderer.ipc.protocol import ArrayRef, ModelInfo
from viz.state import motion
from viz.state.scene import Scene
from viz.state.swatches import Shelf, joined


def missing(source: str) -> bool:
    """Return True if the network's path does not exist."""
    return bool(source) and "://" not in source and not os.path.exists(Path(source))


def restored(scene: Scene, recalled: Recalled) -> Scene:
    """Return the scene with the complete state of a file, without motion.

    If its network is missing, the current one stays (see `missing`). A session brings its shelf; the shelf of a recipe
    joins the current one.
    """
    document = _concrete(recalled.document)
    if missing(document.network.source):
        document = replace(document, network=scene.document.network)
    if recalled.view is None:
        document = replace(document, shelf=joined(scene.document.shelf, document.shelf))
        playback = Playback(recalled.at or 0.0, on=recalled.at is not None)
        view = replace(scene.view, display=recalled.display, playback=playback)
    else:
        # The tab Start is a matter of the window.
        view, other = replace(recalled.view, start=scene.view.start), recalled.view.compare.b
        if other is not None:
            view = replace(view, compare=replace(view.compare, b=_concrete(other)))
    return replace(
        scene,
        document=document,
        view=replace(view, motion=motion.stopped(view.motion), playback=replace(view.playback, playing=False)),
    )


def _concrete(document: Document) -> Document:
    """Return the document with the newest network of its run folder, which files of earlier versions may name."""
    newest = newest_network(document.network.source)
    return replace(document, network=Network(newest)) if newest else document


def fitting(document: Document, arrays: ArrayStore, model: ModelInfo) -> tuple[Document, tuple[str, ...]]:
    """Return the document without arrays that do not fit the network, and the names of the removed parts."""

    def good(value: object) -> bool:
        return all(_fits(ref, arrays, model) for ref in refs_in(value))

    left_out: list[str] = []
    latent = document.latent
    if not good(latent):
        latent = replace(latent, array=None, array_at=())
        left_out.append("the stored latent")
    layers = tuple(layer for layer in document.mixing.layers if good(layer))
    left_out += [f"the style of layer {layer.ws}" for layer in document.mixing.layers if layer not in layers]
    directions = tuple(one for one in document.directions if good(one))
    left_out += [f"the direction {one.name}" for one in document.directions if one not in directions]
    mixing = replace(document.mixing, layers=layers)
    return replace(document, latent=latent, mixing=mixing, directions=directions), tuple(left_out)


def with_latent(document: Document, ref: ArrayRef) -> Document:
    """Return the document that shows stored w vectors unchanged: no mixing, truncation or directions."""
    latent = replace(Latent(), array=ref)
    return replace(document, latent=latent, mixing=Mixing(), truncation=Truncation(), directions=())


def fitting_swatches(shelf: Shelf, arrays: ArrayStore, model: ModelInfo | None) -> Shelf:
    """Return the swatches whose arrays fit the network; all of them without one."""
    return shelf if model is None else tuple(o for o in shelf if all(_fits(ref, arrays, model) for ref in refs_in(o)))


def _fits(ref: ArrayRef, arrays: ArrayStore, model: ModelInfo) -> bool:
    try:
        shape = arrays.get(ref).shape
    except UnknownArrayError:
        return False
    return shape in ((model.w_dim,), (1, model.w_dim), (model.num_ws, model.w_dim))
