"""Simulated mouse and keyboard. Every action is a generator that is stepped once per frame."""

from collections.abc import Callable, Iterator

from imgui_bundle import ImVec2, glfw_utils, imgui

# isort: split
import glfw  # after imgui_bundle, which selects the library that both share

from viz.ui import theme
from viz.ui.widgets.spots import Rect

Steps = Iterator[None]
MIDDLE = imgui.MouseButton_.middle
LEFT = imgui.MouseButton_.left
MOST_NOTCHES = 30
"""Notches of the wheel after which a control is taken as it is."""
FOOT = 44
"""Height at the lower end where the status bar covers controls, in design lengths."""


class Hand:
    """Send real input events to Dear ImGui, so that everything it does is possible for a user."""

    def __init__(self, places: dict[str, Rect], clock: Callable[[], float]) -> None:
        self.places, self._clock = places, clock
        self.x, self.y = 0.0, 0.0
        self.down = False

    def at(self, name: str, fx: float = 0.5, fy: float = 0.5) -> tuple[float, float]:
        """Return a point of a control in pixels, given as fractions of its rectangle.

        Raises LookupError if no such control has been drawn.
        """
        if name not in self.places:
            near = ", ".join(sorted(k for k in self.places if k.split("/")[0] == name.split("/")[0]))
            raise LookupError(f"The tour looks for the control {name!r}, which is not in the window. There are: {near}")
        x0, y0, x1, y1 = self.places[name]
        return x0 + (x1 - x0) * fx, y0 + (y1 - y0) * fy

    def wait(self, seconds: float) -> Steps:
        """Wait for some seconds."""
        end = self._clock() + seconds
        while self._clock() < end:
            yield

    def move(self, to: tuple[float, float], seconds: float = 0.35) -> Steps:
        """Move the pointer to a point, decelerating."""
        start, x0, y0 = self._clock(), self.x, self.y
        while True:
            share = min(1.0, (self._clock() - start) / seconds) if seconds else 1.0
            eased = 1 - (1 - share) ** 3
            self._place(x0 + (to[0] - x0) * eased, y0 + (to[1] - y0) * eased)
            yield
            if share >= 1.0:
                return

    def press(self, button: imgui.MouseButton_ = LEFT) -> Steps:
        """Press a button and hold it."""
        imgui.get_io().add_mouse_button_event(button, True)
        self.down = True
        yield
        yield

    def release(self, button: imgui.MouseButton_ = LEFT) -> Steps:
        """Release a button."""
        imgui.get_io().add_mouse_button_event(button, False)
        self.down = False
        yield
        yield

    def click(self, name: str, fx: float = 0.5, fy: float = 0.5) -> Steps:
        """Move to a control and click it, scrolled into the window first if it lies below."""
        yield from self._reveal(name)
        yield from self.move(self.at(name, fx, fy))
        yield from self.press()
        yield from self.release()

    def _reveal(self, name: str) -> Steps:
        size = imgui.get_io().display_size
        for _ in range(MOST_NOTCHES):
            x, y = self.at(name)
            if y < size.y - theme.current.px(FOOT):
                return
            yield from self.move((x, size.y * 0.6))
            yield from self.wheel(-1)

    def drag(
        self,
        start: tuple[float, float],
        by: tuple[float, float],
        seconds: float = 1.0,
        button: imgui.MouseButton_ = LEFT,
    ) -> Steps:
        """Drag from `start` by an offset in pixels."""
        yield from self.move(start)
        yield from self.press(button)
        yield from self.move((start[0] + by[0], start[1] + by[1]), seconds)
        yield from self.release(button)

    def slide(self, name: str, start: float, end: float, seconds: float = 1.0) -> Steps:
        """Drag along a slider's track, from one fraction of its width to another."""
        x0, y = self.at(name, start)
        yield from self.drag((x0, y), (self.at(name, end)[0] - x0, 0.0), seconds)

    def wheel(self, notches: float) -> Steps:
        """Turn the mouse wheel, one notch every few frames."""
        for _ in range(round(abs(notches))):
            imgui.get_io().add_mouse_wheel_event(0.0, 1.0 if notches > 0 else -1.0)
            yield from self.wait(0.06)
            yield

    def keys(self, *chord: imgui.Key) -> Steps:
        """Press keys together and release them."""
        io = imgui.get_io()
        for key in chord:
            io.add_key_event(key, True)
            yield
        yield
        for key in reversed(chord):
            io.add_key_event(key, False)
        yield
        yield

    def write(self, text: str) -> Steps:
        """Type text."""
        for letter in text:
            imgui.get_io().add_input_character(ord(letter))
            yield

    def draw(self) -> None:
        """Draw the pointer, so that it is visible in the film."""
        lines = imgui.get_foreground_draw_list()
        shape = [(0, 0), (0, 15), (3.6, 11.6), (6, 17), (8.4, 16), (6.1, 10.7), (11, 10.6)]
        points: list[ImVec2 | tuple[int | float, int | float] | list[int | float]]
        points = [ImVec2(self.x + x, self.y + y) for x, y in shape]
        lines.add_concave_poly_filled(points, imgui.get_color_u32((1, 1, 1, 1)))
        lines.add_polyline(points, imgui.get_color_u32((0, 0, 0, 1)), 1.0, imgui.ImDrawFlags_.closed)

    def _place(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        # Move the real pointer too: Dear ImGui's backend reads its position every frame.
        glfw.set_cursor_pos(glfw_utils.glfw_window_hello_imgui(), x, y)
        imgui.get_io().add_mouse_pos_event(x, y)
