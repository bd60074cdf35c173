"""Watching a run learn: each snapshot that appears is shown in the explorer, and neighbours are read ahead.

Following changes only which network the Document names, and leaves no step in the history: Undo takes back what
the user did, and the newest snapshot stays. To begin on another network is a step like any other.
"""

import os
import time
from dataclasses import dataclass, replace

from renderer.document.document import Document
from renderer.ipc.protocol import ImageState, Network, ReadAhead, RenderRequest
from viz.state.facts import Facts, Scratch, Snapshot
from viz.state.scene import Scene
from viz.state.snapshots import current, snapshots_of
from viz.state.store import Store
from viz.ui.numbers import kimg_text

_SETTLED_SECONDS = 2.0
"""A pickle may still be written, unlike our own files, which come whole."""


@dataclass
class Following:
    """The run that is followed; kept in `Facts.scratch`."""

    folder: str = ""
    """Empty: none is."""
    kimg: float | None = None
    """Of the snapshot shown; None before the first."""
    source: str = ""
    """The network that was shown when we looked last: another one means that somebody chose it."""
    waiting: str = ""
    """The run that the window before this one followed, as long as it is not known what this one opens with."""

    def begin(self, folder: str, document: Document) -> None:
        """Follow a run from now on."""
        self.folder, self.kimg, self.source, self.waiting = folder, None, document.network.source, ""

    def stop(self) -> None:
        """Follow no more; the network stays."""
        self.folder, self.kimg, self.source, self.waiting = "", None, "", ""

    @property
    def text(self) -> str:
        """`Following 00007 at 1 240 kimg`; empty where nothing is followed."""
        if not self.folder:
            return ""
        at = "waiting for its first snapshot" if self.kimg is None else f"at {kimg_text(self.kimg)} kimg"
        return f"Following {number_of(self.folder)} {at}"


def number_of(folder: str) -> str:
    """A run's number, as `00007`, or its name where it has none."""
    name = os.path.basename(folder.rstrip("/\\"))
    number = name.partition("-")[0]
    return number if number.isdigit() else name


def run_folder(source: str) -> str:
    """The run folder that a network comes from; empty where it is in none."""
    found = snapshots_of(source)
    return os.path.dirname(found[-1].path) if found else ""


def follow(scene: Scene, facts: Facts, folder: str) -> Scene:
    """The scene with the newest snapshot of a run, which is followed from now on."""
    facts.scratch.get(Following).begin(folder, scene.document)
    newest = _newest(snapshots_of(folder))
    return scene if newest is None else _shown(scene, facts.scratch.get(Following), newest)


def taken_up(document: Document, state: Following) -> str:
    """Go on following what the window before this one followed, unless this one has opened something else.

    Call when what the window opens with is there. Returns the run's folder where it is gone, else nothing.
    """
    folder, state.waiting = state.waiting, ""
    if not folder or state.folder or (document.network.source and run_folder(document.network.source) != folder):
        return ""
    if not os.path.isdir(folder):
        return folder
    state.begin(folder, document)
    return ""


def followed(document: Document, state: Following, returned: bool) -> Document:
    """The document with the newest snapshot of the run that is followed; the very same one where nothing is new.

    Ends following where somebody has opened something else. Call once a frame.

    Args:
        document: The present one.
        state: What is followed.
        returned: Whether the history gave this document back: an older snapshot of the run in it was not chosen.
    """
    if not state.folder:
        return document
    found, source = snapshots_of(state.folder), document.network.source
    if source != state.source and not (returned and any(source == one.path for one in found)):
        state.stop()
        return document
    newest = _newest(found)
    state.source = source
    if newest is None:
        return document
    state.kimg = newest.kimg
    if source == newest.path:
        return document
    state.source = newest.path
    return replace(document, network=Network(newest.path))


def look(store: Store, scratch: Scratch) -> None:
    """At the start of a frame: show the newest snapshot of the run that is followed."""
    store.adopt(followed(store.document, scratch.get(Following), store.returned()))


def end_frame(scene: Scene, facts: Facts) -> Scene:
    """At the end of a frame: read neighbours ahead, let what stands beside the present picture go along with it, and
    keep which run is followed.
    """
    read_ahead(scene, facts)
    return _kept(kept_beside(scene, facts.scratch.get(Beside)), facts.scratch.get(Following))


def _kept(scene: Scene, state: Following) -> Scene:
    """The scene whose settings say which run is followed."""
    folder = state.folder or state.waiting
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


def _shown(scene: Scene, state: Following, snapshot: Snapshot) -> Scene:
    state.kimg, state.source = snapshot.kimg, snapshot.path
    if scene.document.network.source == snapshot.path:
        return scene
    return replace(scene, document=replace(scene.document, network=Network(snapshot.path)))


@dataclass
class Scrub:
    """Where the slider over a run's snapshots stands and where it came from; kept in `Facts.scratch`."""

    run: str = ""
    index: int = -1
    step: int = 1
    turn: int = 0
    """Counts the places where it stood: what was read ahead at one may have had to leave at the next."""
    active: bool = False
    """Whether a hand is, or was, on the slider since this run was opened."""


def read_ahead(scene: Scene, facts: Facts) -> None:
    """Read the neighbours of the snapshot shown while its run is scrubbed over, the one ahead first.

    Call in every frame.
    """
    scrub, found = facts.scratch.get(Scrub), facts.snapshots
    if len(found) < 2:
        scrub.run, scrub.active = "", False
        return
    run, index = os.path.dirname(found[0].path), current(found, scene.document.network.source)
    if run != scrub.run:
        scrub.run, scrub.index, scrub.active = run, index, False
    if index != scrub.index:
        scrub.step, scrub.index = (1 if index > scrub.index else -1), index
        scrub.turn += 1
        scrub.active = scrub.active or not facts.scratch.get(Following).folder
    if not scrub.active:
        return
    for near in (index + scrub.step, index - scrub.step, index + 2 * scrub.step):
        if 0 <= near < len(found):
            network = Network(found[near].path)
            facts.works.ask(ReadAhead(RenderRequest(0, ImageState(network), device=scene.settings.device), scrub.turn))


@dataclass
class Beside:
    """The other snapshot of a run that the present one is compared with; kept in `Facts.scratch`."""

    source: str = ""
    """Its file: while B is this network, B is the present document but for it. Empty: B is a state of its own."""
    seen: Document | None = None
    """The document that B was made of last."""


def put_beside(scene: Scene, facts: Facts, source: str) -> Scene:
    """The scene with the present picture as another snapshot draws it as B; B goes along with every change."""
    facts.scratch.get(Beside).source, facts.scratch.get(Beside).seen = source, scene.document
    compare = scene.view.compare
    mode = "split" if compare.mode == "off" else compare.mode
    b = replace(scene.document, network=Network(source))
    return replace(scene, view=replace(scene.view, compare=replace(compare, b=b, mode=mode, flipped=False)))


def kept_beside(scene: Scene, beside: Beside) -> Scene:
    """The scene with B made of the present document, where B is another snapshot's picture of it."""
    b = scene.view.compare.b
    if not beside.source or b is None or beside.seen is scene.document:
        return scene
    if b.network.source != beside.source:
        beside.source = ""  # another state has been kept as B
        return scene
    beside.seen = scene.document
    fresh = replace(scene.document, network=b.network)
    return replace(scene, view=replace(scene.view, compare=replace(scene.view.compare, b=fresh)))
