"""What tests of the left panels share."""

from imgui_bundle import imgui

from tests.e2e.driver import Driver


class Clock:
    """Time that passes only when told to, so that motion can be checked exactly."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def run(self, d: Driver, seconds: float, step: float = 0.1) -> None:
        """Let time pass in steps, a frame of the window each."""
        for _ in range(round(seconds / step)):
            self.now += step
            d.frames(1)


def centre(d: Driver, item: str) -> tuple[float, float]:
    """Where to press an item."""
    x0, y0, x1, y1 = d.rect(item)
    return (x0 + x1) / 2, (y0 + y1) / 2


def double_click(d: Driver, item: str) -> None:
    """Double click an item, however slowly this machine draws the frames between the clicks."""
    io = imgui.get_io()
    usual = io.mouse_double_click_time, io.mouse_single_click_delay
    io.mouse_double_click_time, io.mouse_single_click_delay = 5.0, 6.0
    d.ctx.item_double_click(item)
    io.mouse_double_click_time, io.mouse_single_click_delay = usual
    d.frames(2)
