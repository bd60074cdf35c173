"""Sizes of the panels around the canvas, through changes of the scale and of the window, and the folded timeline."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from imgui_bundle import hello_imgui, imgui

from renderer.document.document import Workspace
from viz.commands.table import WORKSPACES
from viz.shell import layout


@dataclass(frozen=True)
class Extent:
    """Size of the window in design lengths, and its scale (pixels per design length)."""

    width: float
    height: float
    scale: float


class Sizes:
    """Sizes of the sides of each workspace through changes of the scale and of the window.

    Dear ImGui keeps pixels, for each workspace from when it was last shown. A side that has its usual size gets the
    usual size of the new window; one whose splitter was moved keeps its design length.
    """

    def __init__(self) -> None:
        self._of: dict[Workspace, Extent] = {}
        self._now: Workspace | None = None
        self._frames = 0
        self._folded: float | None = None
        """Size that the folded timeline had, in design lengths; None while it is open."""
        self._by_hand = False
        """True once the user has opened the folded timeline by its splitter."""
        self._low: dict[Workspace, float] = {}
        """Size that the bottom node had before a tab of `TALL` came to the front, in design lengths."""
        self._tall: dict[str, float] = {}
        """Size that it has with each of those tabs, where the user has moved its splitter."""
        self._tab = ""
        """The tab of those that is in front; empty if none is."""

    def load(self, text: str) -> None:
        """Take what `text` wrote when the layouts were last saved."""
        for line in text.splitlines():
            name, *numbers = line.split()
            if name == "low" and len(numbers) == 2 and numbers[0] in WORKSPACES:
                with suppress(ValueError):
                    self._low[layout.named(numbers[0])] = float(numbers[1])
            if name == "folded" and len(numbers) == 1:
                with suppress(ValueError):
                    self._folded = float(numbers[0])
            if name in WORKSPACES and len(numbers) == 3:
                with suppress(ValueError):
                    self._of[layout.named(name)] = Extent(*map(float, numbers))

    def text(self) -> str:
        """Return the extents of all workspaces, to be saved with the layouts."""
        lines = [f"{name} {one.width:.1f} {one.height:.1f} {one.scale:.4f}" for name, one in self._of.items()]
        lines += [f"low {name} {size:.1f}" for name, size in self._low.items()]
        return "\n".join(lines if self._folded is None else [*lines, f"folded {self._folded:.1f}"])

    def look(self, workspace: Workspace, extent: Extent) -> bool:
        """Resize the sides of the current workspace if the window is not as it was. Call once a frame.

        Returns True if it is laid out anew, as a window of this size has other nodes.
        """
        if workspace != self._now or hello_imgui.current_layout_name() != workspace:
            self._now, self._frames = workspace, 0
        self._frames += 1
        before = self._of.setdefault(workspace, extent)
        if before == extent:
            return False
        hello_imgui.request_refresh()
        if self._frames <= _BUILT:
            return False
        self._of[workspace] = extent
        old = layout.sides(workspace, before.width, before.height)
        if [side.node for side in old] != [side.node for side in layout.sides(workspace, extent.width, extent.height)]:
            hello_imgui.get_runner_params().docking_params.layout_reset = True
            self._low.pop(workspace, None)  # the bottom node gets its usual size, and grows again for its tab
            self._tab = ""
            return True
        usual = {side.node: side.size for side in old}
        new = [
            _Placed(side, node, extent)
            for side in layout.sides(workspace, extent.width, extent.height)
            if (node := _node(side)) is not None and node.parent_node is not None
        ]
        if all(abs(one.pixels - one.side.size * extent.scale) <= _USUAL * extent.scale for one in new):
            return False
        for one in new:
            present = one.pixels / before.scale
            moved = abs(present - usual.get(one.side.node, present)) > _USUAL
            one.resize(min(present if moved else one.side.size, one.room * _MOST) * extent.scale)
        return False

    def grow(self, workspace: Workspace, extent: Extent, sorting: bool, lens: bool) -> None:
        """Give the bottom node more room while a tab of `TALL` is in front. Call once a frame, before `fold`.

        Args:
            workspace: The workspace.
            extent: Of the window.
            sorting: The canvas shows the two piles or a comparison, which need the room themselves.
            lens: The tab of layers shows the lens, whose curves need more room than its other pages.
        """
        sides = layout.sides(workspace, extent.width, extent.height)
        bottom = next((side for side in sides if layout.DIRECTIONS in side.windows), None)
        windows = {name: layout.window_of(name) for name in TALL if lens or name != layout.ANALYSIS}
        node = next((one.dock_node for one in windows.values() if one is not None and one.dock_node is not None), None)
        if bottom is None or self._frames <= _BUILT or node is None:
            return
        placed = _Placed(bottom, node, extent)
        fronts = (name for name, one in windows.items() if one is not None and one.active and not one.hidden)
        front, low = "" if sorting else next(fronts, ""), self._low.get(workspace)
        present, before = placed.pixels / extent.scale, self._tab
        self._tab = front
        if before and before != front and low is not None:  # the size that it is left with
            usual = abs(present - _height(before, placed)) <= _USUAL
            self._tall = {name: size for name, size in self._tall.items() if name != before}
            self._tall |= {} if usual else {before: present}
        if front and (low is None or (before and before != front)):
            if low is None:
                self._low[workspace], self._folded = present if self._folded is None else self._folded, None
            placed.resize(self._tall.get(front, _height(front, placed)) * extent.scale)
            hello_imgui.request_refresh()
        elif not front and low is not None:
            del self._low[workspace]
            placed.resize(low * extent.scale)
            hello_imgui.request_refresh()

    def fold(self, workspace: Workspace, extent: Extent, empty: bool) -> None:
        """Fold the node of the timeline to one row while that is its front tab and it is empty. Call once a frame."""
        window = imgui.internal.find_window_by_name(layout.TABS[0])
        if workspace != "explore" or self._frames <= _BUILT or window is None or window.dock_node is None:
            return
        bottom = next(
            side for side in layout.sides(workspace, extent.width, extent.height) if layout.TABS[0] in side.windows
        )
        placed = _Placed(bottom, window.dock_node, extent)
        present, wanted = placed.pixels / extent.scale, empty and window.active and not window.hidden
        usual = abs(present - bottom.size) <= _USUAL
        if self._folded is not None and wanted and abs(present - FOLDED) > _USUAL and not usual:
            self._folded, self._by_hand = None, True
        if wanted and not self._by_hand and (self._folded is None or usual):
            self._folded = present if present > FOLDED + _USUAL else bottom.size
            placed.resize(FOLDED * extent.scale)
            hello_imgui.request_refresh()
        elif not wanted and self._folded is not None:
            placed.resize(self._folded * extent.scale)
            self._folded = None
            hello_imgui.request_refresh()


def _node(side: layout.Side) -> "imgui.internal.DockNode | None":
    """Return the dock node of a side: of the first of its windows that is there."""
    return next((node for name in side.windows if (node := layout.node_of(name)) is not None), None)


TALL: dict[str, Callable[[float], float]] = {
    layout.DIRECTIONS: lambda room: 0.56 * room,
    layout.PHOTOS: lambda room: min(0.52 * room, 344.0),
    layout.ANALYSIS: lambda room: min(0.44 * room, 380.0),
}
"""Height of the bottom node while one of these tabs is in front, in design lengths, by the room of the window."""
FOLDED = 66.0
"""Height of the folded timeline: its tabs and one row, in design lengths."""


def _height(tab: str, placed: "_Placed") -> float:
    """Return the height of the bottom node while a tab is in front, not less than the usual one."""
    return max(TALL[tab](placed.room), placed.side.size)


@dataclass(frozen=True)
class _Placed:
    """A side of the current workspace, with its dock node."""

    side: layout.Side
    node: imgui.internal.DockNode
    extent: Extent

    @property
    def _beside(self) -> bool:
        return self.side.where != imgui.Dir.down

    @property
    def pixels(self) -> float:
        """Return the size of the node in pixels, across its splitter."""
        size = self.node.size_ref  # its size in a window that has room for it
        return size.x if self._beside else size.y

    @property
    def room(self) -> float:
        """Return the size of the window in that direction, in design lengths."""
        return self.extent.width if self._beside else self.extent.height - layout.APP_BAR - layout.STATUS_BAR

    def resize(self, pixels: float) -> None:
        """Give the node another size."""
        size = self.node.size
        x, y = (pixels, size.y) if self._beside else (size.x, pixels)
        size = imgui.ImVec2(max(x, 1.0), max(y, 1.0))  # a node that was dragged shut has none
        imgui.internal.dock_builder_set_node_size(self.node.id_, size)


_BUILT = 2
"""Frames after a change of workspace until its nodes stand."""
_USUAL = 3.0
"""Largest difference from the usual size of a side that nobody has moved, in design lengths."""
_MOST = 0.7
"""Largest share of the window that a side takes."""
