"""Tour of dragging points: two points on the picture are pulled, and what it made is undone."""

from collections.abc import Callable, Iterator

from imgui_bundle import imgui

from viz.shell.app import App
from viz.tour.left_panel import Shot
from viz.tour.pointer import Hand

STEPS = 12
"""Steps of the drag before its picture."""


class Dragging:
    """Steps with the point tool."""

    def __init__(
        self, app: App, hand: Hand, shot: Shot, until: Callable[[Callable[[], bool], str], Iterator[None]]
    ) -> None:
        self._app, self._hand, self._shot, self._until = app, hand, shot, until

    def pull(self) -> Iterator[None]:
        """Set two points, let the network follow for some steps, and stop."""
        app, hand = self._app, self._hand
        yield from hand.keys(imgui.Key._4)
        yield from hand.wait(0.4)
        for start, by in (((0.42, 0.5), (-0.06, -0.03)), ((0.58, 0.5), (0.06, -0.03))):
            place = app.scene.interaction.pointer.place
            assert place is not None
            width, height = place.right - place.x, place.bottom - place.y
            x, y = place.x + start[0] * width, place.y + start[1] * height
            yield from hand.drag((x, y), (by[0] * width, by[1] * height), 0.6)
            yield from hand.wait(0.2)
        yield from self._shot("drag-points")
        yield from hand.keys(imgui.Key.space)

        def far() -> bool:
            dragger = app.scene.interaction.dragger
            return dragger.alive and (dragger.running is None or dragger.step >= STEPS)

        yield from self._until(far, "the drag")
        yield from self._shot("dragging")
        yield from hand.keys(imgui.Key.escape)
        yield from self._until(lambda: app.up_to_date, "a picture")
        yield from hand.keys(imgui.Key.mod_ctrl, imgui.Key.z)
        yield from hand.keys(imgui.Key.escape)
        yield from hand.keys(imgui.Key._1)
        yield from self._until(lambda: app.up_to_date, "a picture")
