"""Tour steps for the seed gallery, and for Start with its four things to try."""

from collections.abc import Callable, Iterator

from imgui_bundle import imgui

from viz.gallery.view import gallery_of
from viz.shell.app import App
from viz.tour.left_panel import Shot
from viz.tour.pointer import Hand
from viz.ui import theme

Key = imgui.Key


class Newcomer:
    """Steps of the tour. `shot(name)` saves a screenshot, `until(true, what)` waits for a condition."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def gallery(self) -> Iterator[None]:
        """Open the gallery, star and reject, choose several, and sort by similarity to the image."""
        hand = self._hand
        yield from hand.keys(Key.s)
        yield from hand.wait(4.0)  # its pictures arrive
        yield from self._click(1)
        yield from hand.keys(Key.p)
        yield from hand.keys(Key.x)
        yield from self._click(9)
        imgui.get_io().add_key_event(Key.mod_ctrl, True)
        for place in (11, 17):
            yield from self._click(place)
        imgui.get_io().add_key_event(Key.mod_ctrl, False)
        yield from hand.wait(1.0)
        yield from self._shot("gallery")
        yield from self._command("find similar")
        listing = gallery_of(self._app.facts).listing
        yield from self._until(lambda: listing.waiting is None, "the order of the seeds")
        yield from hand.wait(3.0)
        yield from self._shot("gallery-similar")
        yield from hand.keys(Key.escape)
        yield from hand.keys(Key.escape)
        yield from hand.wait(0.5)

    def start(self) -> Iterator[None]:
        """Show Start with the first steps, and the published networks."""
        yield from self._command("first steps")
        yield from self._command("start")
        yield from self._hand.wait(1.5)
        yield from self._shot("start")
        yield from self._command("get more")
        yield from self._hand.wait(2.0)
        yield from self._shot("get-more")
        yield from self._hand.keys(Key.escape)
        yield from self._hand.wait(0.3)
        yield from self._command("start")
        yield from self._hand.wait(0.3)

    def _click(self, place: int) -> Iterator[None]:
        """Click a picture of the sheet."""
        sheet = gallery_of(self._app.facts).sheet
        window = next(
            (one for one in imgui.get_current_context().windows if "/sheet_" in one.name and one.was_active), None
        )
        if window is None:
            raise LookupError("The tour looks for the sheet of seeds, which is not in the window.")
        side = theme.current.px(self._app.scene.view.gallery.side)
        pitch = side + theme.current.px(6)
        row, column = divmod(place, sheet.columns)
        at = window.pos.x + column * pitch + side / 2, window.pos.y + row * pitch + side / 2
        yield from self._hand.move(at)
        yield from self._hand.press()
        yield from self._hand.release()
        yield from self._hand.wait(0.2)

    def _command(self, words: str) -> Iterator[None]:
        """Run a command by its name."""
        hand = self._hand
        yield from hand.keys(Key.mod_ctrl, Key.k)
        yield from hand.wait(0.3)
        yield from hand.write(words)
        yield from hand.wait(0.3)
        yield from hand.keys(Key.enter)
        yield from hand.wait(0.4)
