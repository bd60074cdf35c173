"""Tour of the tab Directions: a search, a preview, a slider."""

from collections.abc import Callable, Iterator

from imgui_bundle import imgui

from viz.shell.app import App
from viz.tour.left_panel import Shot
from viz.tour.pointer import Hand

TAB = "Directions"


class Directions:
    """Steps in the tab Directions."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def find(self) -> Iterator[None]:
        """Find the main variations of w, look at one of them, and make a slider of it."""
        app, hand = self._app, self._hand
        yield from hand.keys(imgui.Key.d)
        yield from hand.wait(0.6)
        yield from self._shot("directions-empty")
        yield from hand.click(f"{TAB}/Find with PCA")
        yield from self._until(lambda: bool(app.scene.view.finds.groups), "directions")
        yield from hand.wait(0.5)
        yield from self._until(lambda: not app.facts.thumbnails.waiting, "the strips")
        yield from hand.move(hand.at(f"{TAB}/strip", 0.93, 0.3))
        yield from hand.wait(0.5)
        yield from self._until(lambda: app.up_to_date, "a preview")
        yield from self._shot("directions-found")
        yield from hand.press()
        yield from hand.release()
        yield from hand.wait(0.4)
        yield from self._until(lambda: app.up_to_date, "a picture")
        yield from hand.keys(imgui.Key.mod_ctrl, imgui.Key.z)
        yield from self._sort()
        imgui.set_window_focus("Timeline")
        yield from hand.wait(0.3)

    def _sort(self) -> Iterator[None]:
        """Sort some pictures onto two piles."""
        app, hand = self._app, self._hand
        yield from hand.click(f"{TAB}/way Two piles")
        yield from hand.wait(0.3)
        yield from hand.click(f"{TAB}/sort pictures")
        yield from hand.wait(0.6)
        for i in range(10):
            yield from self._until(lambda: app.scene.interaction.sorter.now is not None, "a picture to sort")
            yield from hand.keys(imgui.Key.right_arrow if i % 3 else imgui.Key.left_arrow)
            yield from hand.wait(0.15)
        yield from self._until(lambda: app.scene.interaction.sorter.found is not None, "the slider")
        yield from self._until(lambda: not app.facts.thumbnails.waiting, "the strip")
        yield from self._shot("piles")
        yield from hand.keys(imgui.Key.escape)
        yield from hand.wait(0.3)
