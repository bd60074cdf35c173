"""The tab Directions under the hand."""

from imgui_bundle import imgui

from renderer.document.directions.finds import Found
from tests.e2e.driver import Driver
from viz.directions import effects

Key = imgui.Key


def groups(d: Driver):
    return d.scene.view.finds.groups


def rows(d: Driver, group: int = 0) -> tuple[Found, ...]:
    return groups(d)[group].rows


def item(row: Found, name: str) -> str:
    """The id of a control of a row."""
    return f"//Directions/**/{row.array.sha256[:16]}/##{name}"


def opened(d: Driver) -> None:
    """Open the tab, and wait until it stands."""
    d.wait_frame()
    d.press(Key.d)
    d.wait_for(lambda: d.exists("//Directions/**/##way PCA"), what="the tab Directions")
    d.frames(14)


def search(d: Driver) -> None:
    """Press Find, and wait for what it finds."""
    before = len(groups(d))
    d.click("//Directions/**/##find")
    d.wait_for(lambda: len(groups(d)) > before, what="directions")
    d.frames(4)


def settled(d: Driver) -> None:
    """Wait until every row in sight is measured."""
    d.frames(4)
    d.wait_for(lambda: effects.settled(d.facts), what="the measured layers")
    d.frames(2)


def point_at(d: Driver, row: Found, step: int) -> tuple[float, float]:
    """Move the pointer onto a picture of a strip."""
    x0, y0, x1, y1 = d.rect(item(row, "strip"))
    place = (x0 + (x1 - x0) * (step + 3.5) / 7, (y0 + y1) / 2)
    d.ctx.mouse_move_to_pos(imgui.ImVec2(*place))
    d.frames(2)
    return place
