"""Following a run: new snapshots are shown as they appear, and neighbouring ones are preloaded.

Following changes only the network of the Document and adds no undo step: Undo reverts the user's own changes, and
the newest snapshot stays. Switching to another network is an ordinary step.
"""

import os
import time
from dataclasses import dataclass, replace

from renderer.document.document import Document
from renderer.ipc.protocol import ImageState, Network, ReadAhead, RenderRequest
from viz.state.facts import Facts, Snapshot
from viz.state.interaction import Beside, Following
from viz.state.scene import Action, Scene, Window
from viz.state.snapshots import current, snapshots_of
from viz.state.store import Store

_SETTLED_SECONDS = 2.0
"""Age at which a pickle counts as complete. Our own files are written atomically."""


def run_folder(source: str) -> str:
    """Return the run folder that a network belongs to; empty if it is in none."""
    found = snapshots_of(source)
    return os.path.dirname(found[-1].path) if found else ""


def follow(scene: Scene, folder: str) -> Scene:
    """Return the scene with the newest snapshot of a run, and start following it."""
    newest = _newest(snapshots_of(folder))
    following = Following(folder, source=scene.document.network.source)
    if newest is None:
        return scene.interacting(following=following)
    shown = scene.interacting(following=replace(following, kimg=newest.kimg, source=newest.path))
    if scene.document.network.source == newest.path:
        return shown
    return replace(shown, document=replace(scene.document, network=Network(newest.path)))


def resumed(scene: Scene) -> tuple[Scene, str]:
    """Resume following the run of the previous window, unless another network was opened.

    Call once the initial content of the window is loaded. The second value is the run's folder if it no longer
    exists, else empty.
    """
    folder, source = scene.interaction.following.waiting, scene.document.network.source
    following = replace(scene.interaction.following, waiting="")
    missing = ""
    if folder and not following.folder and not (source and run_folder(source) != folder):
        if os.path.isdir(folder):
            following = Following(folder, source=source)
        else:
            missing = folder
    return scene.interacting(following=following), missing


def followed(scene: Scene, returned: bool) -> Scene:
    """Return the scene with the newest snapshot of the followed run; the same object if nothing is new.

    Following ends once the user opens another network. Call once a frame.

    Args:
        scene: The current scene.
        returned: True if the document comes from the history, so an older snapshot in it was not chosen by the user.
    """
    following = scene.interaction.following
    if not following.folder:
        return scene
    found, source = snapshots_of(following.folder), scene.document.network.source
    if source != following.source and not (returned and any(source == one.path for one in found)):
        return scene.interacting(following=Following())
    newest = _newest(found)
    if newest is None:
        return scene.interacting(following=replace(following, source=source))
    scene = scene.interacting(following=replace(following, source=newest.path, kimg=newest.kimg))
    if source == newest.path:
        return scene
    return replace(scene, document=replace(scene.document, network=Network(newest.path)))


def look(store: Store) -> None:
    """Show the newest snapshots of the followed runs. Call at the start of a frame."""
    store.adopt(newest_beside(followed(store.scene, store.returned())))


def newest_beside(scene: Scene) -> Scene:
    """Return the scene with the newest snapshots of followed runs beside the document's own network."""
    compared = scene.interaction.compared
    if not compared.followed:
        return scene
    there = {one.source for one in scene.document.networks}
    kept = []
    for source in compared.followed:
        if source not in there:
            continue  # it was removed, or an older state of the document is back
        newest = _newest(snapshots_of(source))
        kept.append(source)
        if newest is not None and newest.path != source and newest.path not in there | {scene.document.network.source}:
            kept[-1] = newest.path
            scene = replace(scene, document=_renamed(scene.document, source, newest.path))
    if tuple(kept) == compared.followed:
        return scene
    return scene.interacting(compared=replace(compared, followed=tuple(kept)))


def _renamed(document: Document, source: str, newer: str) -> Document:
    """Return the document with another file in the place of a network beside its own, in its layers too."""

    def now(network: Network) -> Network:
        return Network(newer) if network.source == source else network

    weights = document.weights
    layers = tuple(replace(one, network=now(one.network)) for one in weights.layers)
    mapping = None if weights.mapping is None else now(weights.mapping)
    networks = tuple(map(now, document.networks))
    return replace(document, networks=networks, weights=replace(weights, layers=layers, mapping=mapping))


def end_frame(scene: Scene, facts: Facts) -> Scene:
    """Preload neighbours, update B if it shows another snapshot, and store the followed run in the settings.

    Call at the end of a frame.
    """
    return _in_settings(with_beside(read_ahead(scene, facts)))


def _in_settings(scene: Scene) -> Scene:
    """Return the scene with the followed run in its settings."""
    following = scene.interaction.following
    folder = following.folder or following.waiting
    if scene.settings.followed == folder:
        return scene
    return replace(scene, settings=replace(scene.settings, followed=folder))


def _newest(found: tuple[Snapshot, ...]) -> Snapshot | None:
    for one in reversed(found):
        try:
            if one.path.endswith(".safetensors") or time.time() - os.stat(one.path).st_mtime > _SETTLED_SECONDS:
                return one
        except OSError:
            continue
    return None


def read_ahead(scene: Scene, facts: Facts) -> Scene:
    """Preload the neighbours of the shown snapshot during scrubbing, the next one in scrub direction first.

    Call in every frame.
    """
    scrub, found = scene.interaction.scrub, facts.snapshots
    if len(found) < 2:
        return scene.interacting(scrub=replace(scrub, run="", active=False))
    run, index = os.path.dirname(found[0].path), current(found, scene.document.network.source)
    if run != scrub.run:
        scrub = replace(scrub, run=run, index=index, active=False)
    if index != scrub.index:
        active = scrub.active or not scene.interaction.following.folder
        scrub = replace(scrub, step=1 if index > scrub.index else -1, index=index, turn=scrub.turn + 1, active=active)
    if scrub.active:
        for near in (index + scrub.step, index - scrub.step, index + 2 * scrub.step):
            if 0 <= near < len(found):
                request = RenderRequest(0, ImageState(Network(found[near].path)), device=scene.settings.device)
                facts.jobs.ask(ReadAhead(request, scrub.turn))
    return scene.interacting(scrub=scrub)


def put_beside(scene: Scene, source: str) -> Scene:
    """Return the scene with another snapshot's image of the document as B, which is updated on every change."""
    compare = scene.view.compare
    mode = "split" if compare.mode == "off" else compare.mode
    b = replace(scene.document, network=Network(source))
    scene = scene.interacting(beside=Beside(source, scene.document))
    return replace(scene, view=replace(scene.view, compare=replace(compare, b=b, mode=mode, flipped=False)))


def with_beside(scene: Scene) -> Scene:
    """Return the scene with B updated from the current document, if B shows another snapshot."""
    b, beside = scene.view.compare.b, scene.interaction.beside
    if not beside.source or b is None or beside.seen is scene.document:
        return scene
    if b.network.source != beside.source:
        return scene.interacting(beside=replace(beside, source=""))  # B was replaced by another state
    scene = replace(scene, interaction=replace(scene.interaction, beside=replace(beside, seen=scene.document)))
    fresh = replace(scene.document, network=b.network)
    return replace(scene, view=replace(scene.view, compare=replace(scene.view.compare, b=fresh)))


@dataclass(frozen=True)
class Follow(Action):
    """Follow a run: show each new snapshot as it appears. An empty folder stops following."""

    folder: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the newest snapshot, or the current one without following."""
        return follow(scene, self.folder) if self.folder else scene.interacting(following=Following())


@dataclass(frozen=True)
class FollowBeside(Action):
    """Let a network beside the document's own follow its run, or no longer."""

    source: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with it, the newest snapshot in its place."""
        compared = scene.interaction.compared
        kept = tuple(one for one in compared.followed if one != self.source)
        followed = kept if len(kept) < len(compared.followed) else (*kept, self.source)
        return newest_beside(scene.interacting(compared=replace(compared, followed=followed)))


@dataclass(frozen=True)
class PutBeside(Action):
    """Compare the current image with that of another snapshot, a file."""

    source: str

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the snapshot as B."""
        return put_beside(scene, self.source)
