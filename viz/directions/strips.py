"""Requests of the strips: the picture of the document at seven places along each direction that is shown."""

from dataclasses import dataclass, field, replace

from imgui_bundle import hello_imgui, imgui

from renderer.document.directions.finds import Found
from renderer.document.document import Document, request_for
from renderer.document.parts import ArrayRef
from renderer.ipc.protocol import Display, RenderRequest
from viz.directions.using import along
from viz.state.facts import Facts
from viz.state.recording import untracked
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.widgets.strip import Shown

REST_S = 0.15
"""Seconds without a change after which the strips follow the document."""
ORDER = (0, -3, 3, -1, 1, -2, 2)
"""Order in which the pictures of a strip are drawn."""
MOST = 1024
"""Maximum number of strips whose requests are kept."""

_NOTHING = Document()

Requests = tuple[RenderRequest, ...]
"""In the order of `ui.STEPS`."""


@dataclass
class Strips:
    """The document that the strips show, and their requests."""

    document: Document | None = None
    device: str = ""
    _seen: Document | None = None
    _whole: Document | None = None
    """The document that `_seen` is of."""
    _since: float = 0.0
    behind: bool = False
    """True while the document has changed and the strips show an older one."""
    turn: int = 0
    """Number that differs whenever all strips have to be looked at again."""
    _requests: dict[tuple[ArrayRef, int, int], Requests] = field(default_factory=dict)
    _complete: dict[tuple[ArrayRef, int], tuple[Requests, int, list[Shown]]] = field(default_factory=dict)
    """Pictures of whole strips by their size, with the number of thumbnails that had lost their place then."""
    _before: dict[ArrayRef, Requests] = field(default_factory=dict)
    """Requests of the last strip that was complete, shown until the new one is."""

    def look(self, scene: Scene, facts: Facts) -> None:
        """Follow the document once it rests. Call once a frame."""
        if scene.document is not self._whole or self._seen is None:
            self._whole = scene.document
            document = replace(scene.document, shelf=(), timeline=_NOTHING.timeline)
            if document != self._seen:
                self._seen, self._since = document, facts.now
        document = self._seen
        held = imgui.is_any_item_active() and not imgui.get_io().want_text_input
        known, device = self.document, scene.settings.device
        other = known is None or document.network != known.network or device != self.device
        rests = not held and not scene.view.moving and facts.now - self._since >= REST_S
        was, self.behind = self.behind, document is not known and document != known
        if self.behind and (other or rests):
            self.document, self.device, self.behind = document, scene.settings.device, False
            self.turn += 1
            self._requests.clear()
            if other:
                self._before.clear()
        elif self.behind:
            hello_imgui.request_refresh()
        self.turn += was != self.behind

    def requests(self, row: Found) -> Requests:
        """Return the requests of a strip, the same objects while nothing of it changes."""
        key = (row.array, row.first, row.last)
        kept = self._requests.get(key)
        if kept is None:
            if len(self._requests) >= MOST:
                self._requests.clear()
            assert self.document is not None
            kept = self._requests[key] = made(self.document, row, self.device)
        return kept

    @untracked
    def pictures(self, facts: Facts, row: Found, size: int, ask: bool = True) -> tuple[list[Shown], bool]:
        """Return the pictures of a strip in the order of `ui.STEPS`, and True if they are of an older document.

        Without `ask` those of a whole strip are not asked for again while each has its place. A part that is recorded
        has to ask for them, so that it is drawn again when one loses it.
        """
        requests, lost = self.requests(row), facts.thumbnails.tally.lost
        known = self._complete.get((row.array, size))
        if not ask and known is not None and known[0] is requests and known[1] == lost:
            return known[2], self.behind
        found: dict[int, Shown] = {
            step: facts.thumbnails.get(requests[ui.STEPS.index(step)], size, "directions") for step in ORDER
        }
        shown = [found[step] for step in ui.STEPS]
        if all(shown):
            if len(self._complete) >= MOST:
                self._complete.clear()
            self._before[row.array], self._complete[row.array, size] = requests, (requests, lost, shown)
            return shown, self.behind
        older = self._before.get(row.array)
        if older is None or older is requests:
            return shown, self.behind
        old: list[Shown] = [facts.thumbnails.known(request, size) for request in older]
        return [found[step] or old[i] for i, step in enumerate(ui.STEPS)], True


def made(document: Document, row: Found, device: str) -> Requests:
    """Return the requests of a strip: the document as it is in the middle, and moved along the direction beside it."""
    plain = Display()
    return tuple(
        request_for(document if step == 0 else along(document, row, step), plain, device, 0) for step in ui.STEPS
    )


def of(facts: Facts) -> Strips:
    """Return the strips of the window."""
    return facts.scratch.get(Strips)
