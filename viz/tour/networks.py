"""Tour of several networks: another one on the shelf, what is known of it, and the comparison of both."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from imgui_bundle import imgui

from foundation.bundled import NIGHT
from renderer.ipc.protocol import Network
from viz.networks.actions import AddNetwork
from viz.networks.beside import known_of
from viz.networks.compare import COMPARED
from viz.networks.compare_state import cells
from viz.shell.app import App
from viz.tour.left_panel import Shot
from viz.tour.pointer import Hand


class Networks:
    """Steps with several networks."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def blend(self) -> Iterator[None]:
        """Add a network beside the open one, point at it, compare both, and remove it."""
        app, hand = self._app, self._hand
        other = Network(str(NIGHT))
        yield from hand.click("Mix/kinds Networks")
        app.store.adopt(app.scene.request(AddNetwork(other.source)))
        yield from self._until(lambda: other in app.scene.document.networks, "the other network")
        yield from self._until(lambda: known_of(app.facts, other).facts is not None, "what is known of it")
        yield from hand.move(hand.at("Mix/network1"))
        yield from hand.wait(0.8)
        yield from self._shot("networks")
        yield from hand.keys(imgui.Key.c)
        yield from self._until(lambda: "Canvas/cell0" in hand.places, "the cells")
        yield from hand.move(hand.at("Canvas/cell0"))
        yield from self._until(self._compared, "both pictures")
        yield from hand.wait(0.8)
        yield from self._shot("compare-networks")
        yield from hand.keys(imgui.Key.escape)
        yield from hand.click("Mix/kinds All")
        app.store.adopt(replace(app.scene, document=replace(app.scene.document, networks=())))
        yield from self._until(lambda: not app.scene.document.networks, "one network")

    def _compared(self) -> bool:
        found = cells(self._app.scene, self._app.facts) if self._app.scene.view.networks.on else ()
        pictures = self._app.services[COMPARED]
        return len(found) > 1 and pictures.of(found[1]).measured is not None
