"""Data of the seeds of the gallery: their w vectors and measures, asked of the renderer in blocks."""

from dataclasses import dataclass, field, replace

import numpy as np

from renderer.document.document import MOST_SEEDS, request_for
from renderer.ipc.protocol import (
    Display,
    ImageState,
    RenderRequest,
    SampleW,
    SeedLooks,
    Styles,
    Truncation,
)
from viz.gallery.order import Floats
from viz.state.facts import Facts, JobStatus, ServiceKey
from viz.state.playback import animated
from viz.state.scene import Scene

BLOCK, LOOKS_BLOCK = 1000, 100
"""Seeds of a job."""
MOST_BLOCKS = MOST_SEEDS // BLOCK + 3


@dataclass(eq=False)
class Known:
    """Results of jobs, by blocks of seeds; those of other networks and settings are dropped.

    At most `MOST_BLOCKS` blocks are kept: 70 MB of w vectors with 512 numbers.
    """

    w: dict[int, Floats] = field(default_factory=dict)
    """[BLOCK, w_dim] by the number of the block."""
    looks: dict[int, Floats] = field(default_factory=dict)
    """[LOOKS_BLOCK, 3] by the number of the block."""
    mean: Floats | None = None
    """Mean of w, [w_dim]."""
    picture: Floats | None = None
    """Mean over the layers of the w vectors of the present image, [w_dim]."""
    problem: str = ""
    """Why the renderer could not say it, as a sentence."""
    _base: RenderRequest | None = None
    _look_base: RenderRequest | None = None
    _asked: bool = False
    """A job is under way."""
    _styles: RenderRequest | None = None

    def look(self, scene: Scene, facts: Facts, base: RenderRequest, measured: bool, held: bool) -> None:
        """Ask for what is missing. Call once a frame while the gallery is shown, outside of cached parts.

        Args:
            scene: The present scene.
            facts: Its facts.
            base: Request of the images of the gallery, whatever its seed is.
            measured: True to measure the images too.
            held: Something is dragged or moves, whose end is waited for.
        """
        own = _plain(base)
        if own != self._base:
            self._base, self.mean, self.picture, self.problem, self._asked = own, None, None, "", False
            self.w.clear()
        if self._look_base != base and not held:
            self._look_base, self._asked, self.problem = base, False, ""
            self.looks.clear()
        self._picture(scene, facts, held)
        if self.mean is None:
            if not self._asked:
                still = replace(own, image=replace(own.image, truncation=Truncation(0.0)))
                self._ask(facts, Styles(still), self._take_mean, own)
            return
        first, last = scene.view.gallery.first, scene.view.gallery.first + scene.view.gallery.count - 1
        like = scene.view.gallery.like
        blocks = [*range(first // BLOCK, last // BLOCK + 1), *(() if like is None else (like // BLOCK,))]
        missing = next((one for one in blocks if one not in self.w), None)
        if missing is not None:
            self._ask(facts, SampleW(own, missing * BLOCK, BLOCK), lambda got: _put(self.w, missing, got), own)
        elif measured and not held:
            pieces = range(first // LOOKS_BLOCK, last // LOOKS_BLOCK + 1)
            piece = next((one for one in pieces if one not in self.looks), None)
            if piece is not None:
                work = SeedLooks(base, piece * LOOKS_BLOCK, LOOKS_BLOCK)
                self._ask(facts, work, lambda got: _put(self.looks, piece, got), base)

    def of(self, first: int, count: int) -> Floats | None:
        """Return the w vectors of seeds [count, w_dim]; None until all are known."""
        return _joined(self.w, BLOCK, first, count)

    def looks_of(self, first: int, count: int) -> Floats | None:
        """Return the measures of seeds [count, 3]; None until all are known."""
        return _joined(self.looks, LOOKS_BLOCK, first, count)

    def share(self, first: int, count: int, measured: bool) -> tuple[int, int]:
        """Return the number of blocks of seeds that are known, and of all."""
        size, held = (LOOKS_BLOCK, self.looks) if measured else (BLOCK, self.w)
        blocks = range(first // size, (first + count - 1) // size + 1)
        return sum(one in held for one in blocks), len(blocks)

    def _picture(self, scene: Scene, facts: Facts, held: bool) -> None:
        """Follow the w vectors of the present image while nothing moves."""
        if not held:
            request = animated(request_for(scene.document, Display(), scene.settings.device, 0), scene)
            if request != self._styles:
                self._styles = request
        if self._styles is not None:
            status = facts.jobs.ask(Styles(self._styles))
            if status.over and status.result is not None:
                self.picture = np.asarray(status.result, np.float32).mean(axis=0)

    def _ask(self, facts: Facts, work: Styles | SampleW | SeedLooks, take: object, key: RenderRequest) -> None:
        if self._asked or self.problem:
            return
        self._asked = True

        def ended(status: JobStatus) -> None:
            if key not in (self._base, self._look_base):
                return  # of another network or other settings
            self._asked = False
            if status.result is None:
                self.problem = status.failure.message if status.failure else "The renderer did not answer."
            else:
                take(np.asarray(status.result, np.float32))  # type: ignore[operator]

        facts.jobs.once(work, ended)

    def _take_mean(self, ws: Floats) -> None:
        self.mean = ws.mean(axis=0)


def _plain(base: RenderRequest) -> RenderRequest:
    """Return the request of w vectors: of its settings, the network and the class alone."""
    return RenderRequest(0, ImageState(base.image.network, base.image.plain_latent.at_seed(0)), base.device)


def _put(held: dict[int, Floats], number: int, got: Floats) -> None:
    held[number] = got
    while len(held) > MOST_BLOCKS * (BLOCK // LOOKS_BLOCK if got.shape[1] == 3 else 1):
        held.pop(next(iter(held)))  # the oldest


def _joined(held: dict[int, Floats], size: int, first: int, count: int) -> Floats | None:
    blocks = [held.get(one) for one in range(first // size, (first + count - 1) // size + 1)]
    if any(one is None for one in blocks):
        return None
    known = [one for one in blocks if one is not None]
    whole = known[0] if len(known) == 1 else np.concatenate(known)
    return np.asarray(whole[first % size : first % size + count])


KNOWN: ServiceKey[Known] = ServiceKey("known seeds")
