"""Pictures of the comparison of networks: each cell follows the document at its own pace, by jobs of its own."""

from dataclasses import dataclass, field, replace
from operator import is_
from typing import NamedTuple

import numpy as np
from imgui_bundle import hello_imgui
from numpy.typing import NDArray

from renderer.document.arrays import AnyArray
from renderer.document.document import Document
from renderer.ipc.protocol import (
    Difference,
    Display,
    Failure,
    Latent,
    Network,
    PerceptualDistance,
    RenderRequest,
    Still,
    Work,
)
from viz.gl.textures import Picture
from viz.gl.viewport import Viewport
from viz.history.differences import colored, described
from viz.networks.cells import Cell, Kind
from viz.state.facts import Facts, ServiceKey
from viz.state.interaction import Place
from viz.state.playback import moment, of_moment
from viz.state.scene import Scene

REST_S = 0.08
"""Seconds without a change after which the cells follow the document."""
PACE_S = 0.3
"""Seconds from picture to picture of a cell without the focus, while the document does not come to rest."""


class Measured(NamedTuple):
    """A distance of two pictures."""

    value: float
    name: int
    """Index in `DISTANCES`."""


@dataclass(eq=False)
class CellPicture:
    """The picture of one cell. Needs the window's OpenGL context."""

    picture: Picture = field(default_factory=Picture)
    viewport: Viewport = field(default_factory=Viewport)
    pixels: AnyArray | None = None
    """The picture [H, W, 4], or the differences [H, W]."""
    colors: NDArray[np.uint8] | None = None
    """As it is shown, [H, W, 4]."""
    text: str = ""
    """Figures of the differences."""
    version: int = 0
    failure: Failure | None = None
    shown: Work | None = None
    """Work whose result is shown."""
    began: float = 0.0
    measured: Measured | None = None
    _work: Work | None = None
    """Work that runs."""
    _wanted: Work | None = None
    _inputs: tuple[object, ...] = ()
    _gain: float = 0.0
    _measured_of: RenderRequest | None = None
    _measuring: PerceptualDistance | None = None

    @property
    def late(self) -> bool:
        """True while the cell shows an older state than the document's."""
        return self._wanted is not self.shown

    @property
    def working(self) -> bool:
        """True while its picture is asked for."""
        return self._work is not None

    def want(self, cell: Cell, base: RenderRequest, request: RenderRequest, differs: bool) -> None:
        """Set what the cell should show; both requests are the same objects while nothing of them changes."""
        inputs = (cell.kind, base if differs else None, request)
        if self._wanted is None or any(new is not old for new, old in zip(inputs, self._inputs, strict=True)):
            self._inputs = inputs
            self._wanted = Difference(request, base) if differs else Still(request)

    def look(self, facts: Facts, rests: bool, pace_s: float, gain: float) -> None:
        """Go on with the work of the cell; start the next one if the document rests, or else after `pace_s` seconds."""
        work, wanted = self._work, self._wanted
        if work is None and wanted is not self.shown and (rests or facts.now - self.began > pace_s):
            work = self._work = wanted
            self.began = facts.now
        elif work is not None and rests and work is not wanted:
            work = self._work = wanted  # the older one is cancelled
        if work is None:
            self._color(gain)
            return
        status = facts.jobs.ask(work)
        if status.failure is not None:
            self.failure, self.shown, self._work, self.pixels = status.failure, work, None, None
        elif status.over and status.result is not None:
            self.failure, self.shown, self._work, self.pixels = None, work, None, status.result
            self._gain = 0.0
        self._color(gain)

    def retry(self) -> None:
        """Draw the cell again after a failure."""
        self.failure = self.shown = None
        self._inputs = ()
        self._wanted = None

    def measure(self, facts: Facts, request: RenderRequest, base: RenderRequest) -> None:
        """Measure the distance to the first cell, once the document rests."""
        if self.failure is not None:
            return
        if self._measured_of is not request:
            self._measured_of, self._measuring = request, PerceptualDistance(request, base)
        if self._measuring is None:
            return
        status = facts.jobs.ask(self._measuring)
        if status.failure is not None:
            self.measured = self._measuring = None
        elif status.over and status.result is not None:
            self.measured, self._measuring = Measured(float(status.result[0]), int(status.result[1])), None

    def _color(self, gain: float) -> None:
        if self.pixels is None:
            return
        is_difference = self.pixels.ndim == 2
        if self._gain == (gain if is_difference else 1.0):
            return
        self._gain = gain if is_difference else 1.0
        self.colors = colored(self.pixels, gain) if is_difference else np.asarray(self.pixels)
        self.text = described(self.pixels).partition(": ")[2] if is_difference else ""
        self.picture.upload(self.colors)
        self.version += 1

    def free(self) -> None:
        """Release the textures."""
        self.picture.free()
        self.viewport.free()


Key = tuple[Kind, Network]


class ComparedPictures:
    """Pictures of all cells. Needs the window's OpenGL context."""

    def __init__(self) -> None:
        self._cells: dict[Key, CellPicture] = {}
        self._requests: dict[Key, tuple[tuple[object, ...], RenderRequest]] = {}
        self._plain: dict[Network, RenderRequest] = {}
        self._document: Document | None = None
        self._since = 0.0
        self.main: Place | None = None
        """Place of the cell that shows what the canvas would, in pixels of that picture."""
        self.cells_of: tuple[tuple[object, ...], tuple[Cell, ...]] = ((), ())
        """The cells, and what they were made from."""

    def of(self, cell: Cell) -> CellPicture:
        """Return the picture of a cell."""
        return self._cells.setdefault((cell.kind, cell.network), CellPicture())

    def drawn(self, cells: tuple[Cell, ...]) -> Cell | None:
        """Return the cell whose picture was asked for first, as the renderer draws it; None if there is none."""
        asked = [cell for cell in cells if self.of(cell).working]
        return min(asked, key=lambda cell: self.of(cell).began, default=None)

    def rests(self, document: Document, now: float) -> bool:
        """Return True if the document has not changed for a moment. Call once a frame."""
        if document is not self._document:
            self._document, self._since = document, now
        if now - self._since >= REST_S:
            return True
        hello_imgui.request_refresh()
        return False

    def request(self, scene: Scene, cell: Cell) -> RenderRequest:
        """Return the request of a cell, the same object while nothing of it changes."""
        at = moment(scene)
        inputs = (cell.document, scene.view.display, scene.settings.device, at)
        known = self._requests.get((cell.kind, cell.network))
        if known is not None and at == known[0][3] and all(map(is_, inputs[:3], known[0])):
            return known[1]
        display = replace(scene.view.display, spectrum=Display().spectrum, layer_table=False)
        made = replace(of_moment(scene, cell.document), display=display)
        if known is not None and made == known[1]:
            made = known[1]  # something else of the document has changed
        self._requests[cell.kind, cell.network] = inputs, made
        return made

    def plain(self, request: RenderRequest) -> RenderRequest:
        """Return a request of the same network, the same object while nothing of it but the w changes."""
        image = replace(request.image, latent=Latent())
        key = image.network
        known = self._plain.get(key)
        made = replace(request, image=image)
        if known is None or known != made:
            known = self._plain[key] = made
        return known

    def keep(self, cells: tuple[Cell, ...]) -> None:
        """Free the pictures of networks that have no cell any more."""
        own = {(cell.kind, cell.network) for cell in cells}
        for key in [key for key in self._cells if key not in own]:
            self._cells.pop(key).free()
            self._requests.pop(key, None)

    def free(self) -> None:
        """Release all textures."""
        for cell in self._cells.values():
            cell.free()
        self._cells.clear()


COMPARED: ServiceKey[ComparedPictures] = ServiceKey("compared networks")
