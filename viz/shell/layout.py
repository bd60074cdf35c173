"""Panel layout of each workspace. Sides have fixed widths; the centre takes the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from imgui_bundle import hello_imgui, imgui

from renderer.document.document import View, Workspace
from viz.analysis import lens
from viz.commands.table import WORKSPACES
from viz.ui.drawable import drawable
from viz.ui.theme import current as t

APP_BAR, STATUS_BAR = 38, 26
"""Heights in design lengths."""
WIDE = 1500
"""Minimum window width, in design lengths, for wider panels."""
CENTRE = "Canvas"
HISTORY = "History"
START = "Start"
"""Tab that is there only while it is asked for."""
RUNS, RUN, FAKES = "Runs", "Run", "Fakes"
BESIDE_GALLERY = ("Generator", "Mix")
"""Windows that stay while the gallery takes the canvas's place."""
ANALYSIS = lens.TAB
DIRECTIONS = "Directions"
PHOTOS = "Photos"
TABS = ("Timeline", ANALYSIS, DIRECTIONS, PHOTOS, "Performance")
"""Windows sharing a dock node, whose tab bar is kept."""
_MAIN = "MainDockSpace"
_SPLITTER = 3
SETTLED = 8
"""Frames until the tabs of a new layout settle."""


@dataclass(frozen=True)
class Side:
    """Dock node beside the canvas, with its size in design lengths and its windows."""

    node: str
    where: imgui.Dir
    size: float
    windows: tuple[str, ...]


def sides(workspace: Workspace, width: float, height: float) -> tuple[Side, ...]:
    """Return the nodes of a workspace in split order, for a window of this size (design lengths)."""
    wide = width > WIDE
    if workspace == "train":
        left = Side("Left", imgui.Dir.left, 560 if wide else 420, (RUNS,))
        below = 330 if wide else min(216, height * 0.375)  # the curves above it need the rest in the smallest windows
        return left, Side("Bottom", imgui.Dir.down, below, (FAKES,))
    left = Side("Left", imgui.Dir.left, 320 if wide else 276, ("Generator",))
    if workspace == "mix":
        right = Side("Right", imgui.Dir.right, 560 if wide else 380, ("Mix",))
        return left, right, Side("Bottom", imgui.Dir.down, 128, (HISTORY,))
    right = Side("Right", imgui.Dir.right, 372 if wide else 316, ("Mix",))
    middle = height - APP_BAR - STATUS_BAR
    below = middle * 0.46 if workspace == "analyse" else 250 if wide else 198
    if workspace == "analyse":
        return left, right, Side("Bottom", imgui.Dir.down, below, (START, *TABS))
    if wide:
        rail = Side("Rail", imgui.Dir.left, 92, (HISTORY,))
        return left, right, Side("Bottom", imgui.Dir.down, below, (START, *TABS)), rail
    return left, right, Side("Bottom", imgui.Dir.down, below, (START, *TABS, HISTORY))


def splits(workspace: Workspace, width: float, height: float) -> list[hello_imgui.DockingSplit]:
    """Return the dock splits of a workspace for a window of this size (design lengths)."""
    room = {True: width, False: height - APP_BAR - STATUS_BAR}
    found = []
    for side in sides(workspace, width, height):
        beside = side.where != imgui.Dir.down
        share = min(max((side.size + _SPLITTER / 2) / max(room[beside], 1), 0.02), 0.9)
        room[beside] -= side.size + _SPLITTER
        found.append(hello_imgui.DockingSplit(_MAIN, side.node, side.where, share))
    return found


def docking(
    workspace: Workspace, panels: Iterable[tuple[str, Callable[[], None]]], width: float, height: float
) -> hello_imgui.DockingParams:
    """Return one workspace for hello_imgui. `panels`: name and drawing function of every panel."""
    drawn = dict(panels)
    params = hello_imgui.DockingParams()
    params.layout_name = workspace
    params.main_dock_space_node_flags = imgui.DockNodeFlags_.none
    params.docking_splits = splits(workspace, width, height)
    windows = []
    for side in sides(workspace, width, height):
        windows += [_window(name, side.node, drawn[name]) for name in side.windows if name in drawn]
    centre = (CENTRE, RUN) if workspace == "train" else (CENTRE,)
    windows += [_window(name, _MAIN, drawn[name]) for name in centre if name in drawn]
    params.dockable_windows = windows
    return params


def _window(name: str, node: str, draw: Callable[[], None]) -> hello_imgui.DockableWindow:
    window = hello_imgui.DockableWindow(name, node, draw, True, False)
    window.remember_is_visible = False
    window.call_begin_end = name != CENTRE  # see `begin_centre`
    return window


_FLAGS = imgui.WindowFlags_.no_scrollbar | imgui.WindowFlags_.no_scroll_with_mouse | imgui.WindowFlags_.no_collapse


def begin_centre() -> bool:
    """Begin the canvas window, without padding, which could make it scroll. Ended by `imgui.end()`."""
    imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(0, 0))
    shown: bool = imgui.begin(CENTRE, None, _FLAGS)[0]
    imgui.pop_style_var()
    return shown


def resize(params: hello_imgui.RunnerParams, width: float, height: float) -> None:
    """Fit layouts that are applied later to a window of this size (design lengths)."""
    for layout in (params.docking_params, *params.alternative_docking_layouts):
        workspace = named(layout.layout_name)
        fresh = splits(workspace, width, height)
        if [one.new_dock for one in layout.docking_splits] != [one.new_dock for one in fresh]:
            _rearrange(layout, workspace, fresh, width, height)
        for split, new in zip(layout.docking_splits, fresh, strict=True):
            split.ratio = new.ratio


def _rearrange(
    layout: hello_imgui.DockingParams,
    workspace: Workspace,
    fresh: list[hello_imgui.DockingSplit],
    width: float,
    height: float,
) -> None:
    """Change the nodes of a layout, such as the history rail, which needs a wide window."""
    nodes = {name: side.node for side in sides(workspace, width, height) for name in side.windows}
    layout.docking_splits = fresh
    for window in layout.dockable_windows:
        window.dock_space_name = nodes.get(window.label, _MAIN)


class Arranging:
    """Shows, hides and pins windows over several frames after a change, as docking is asynchronous.

    While the layout is unlocked, the user may move windows at any time; otherwise a node is pinned when it is new.
    """

    def __init__(self) -> None:
        self._due = True
        self._of: tuple[Workspace, bool, bool, bool, bool, bool] | None = None
        self._since = 0
        self._unlocked = False
        self._pinned: dict[int, int] = {}
        """Flags of the nodes that were pinned, by their ids."""

    def look(self, params: hello_imgui.RunnerParams, view: View, fakes: bool) -> None:
        """Show or hide everything but the canvas; `FAKES` only with `fakes`. Call at the start of each frame."""
        gallery, frame = view.in_gallery, imgui.get_frame_count()
        now = view.workspace, view.panels_hidden, view.unlocked, gallery, view.start, fakes
        if now != self._of:
            self._of, self._since, self._unlocked = now, frame, view.unlocked
        self._due = view.unlocked or frame - self._since <= 2 * SETTLED or frame % SETTLED == 0
        if self._due:
            self._pinned.clear()
            for window in params.docking_params.dockable_windows:
                window.is_visible = window.label == CENTRE or not (
                    view.panels_hidden
                    or (gallery and window.label not in BESIDE_GALLERY)
                    or (window.label == START and not view.start)
                    or (window.label == FAKES and not fakes)
                )

    def pin(self, tabs: bool) -> None:
        """Show the tab bar of the current window's dock node only if it has tabs or the layout is unlocked."""
        node: imgui.internal.DockNode | None = imgui.internal.get_window_dock_node()
        if node is None or (not self._due and self._pinned.get(node.id_) == node.local_flags):
            return
        tabs = tabs or len(node.windows) > 1
        flags = node.local_flags & ~(_LOCKED | _BARE)
        if not self._unlocked:
            flags |= _LOCKED if tabs else _LOCKED | _BARE
        if flags != node.local_flags:
            node.set_local_flags(flags)
            hello_imgui.request_refresh()  # the tab bar goes or comes in the next frame
        self._pinned[node.id_] = flags


_LOCKED = int(imgui.DockNodeFlags_.no_undocking) | int(imgui.internal.DockNodeFlagsPrivate_.no_docking_over_me)
_BARE = int(imgui.internal.DockNodeFlagsPrivate_.no_tab_bar)


class Tabs:
    """Active tab of each workspace, which hello_imgui and hidden panels reset."""

    def __init__(self) -> None:
        self._chosen: dict[Workspace, str] = {"analyse": ANALYSIS}
        self._now: Workspace | None = None
        self._hidden = False
        self._start = False
        self._frames = 0

    def look(self, workspace: Workspace, hidden: bool, start: bool = False) -> None:
        """Restore the tab. Call once a frame, before panels are drawn.

        Args:
            workspace: The present workspace.
            hidden: There are no panels.
            start: The tab Start is there, which comes to the front when it appears.
        """
        if start != self._start and not hidden:
            self._start, self._frames = start, 0
            if start:
                self._chosen[workspace] = START
            else:
                self._chosen = {name: tab for name, tab in self._chosen.items() if tab != START}
        if hidden and not self._hidden:
            self.leave()
        if workspace != self._now or hidden != self._hidden:
            self._now, self._hidden, self._frames = workspace, hidden, 0
        if hidden:
            return
        if self._frames > SETTLED or hello_imgui.current_layout_name() != workspace:
            return
        group = _group(workspace)
        bar, names = _tabs(group)
        if bar is None:
            return
        self._frames += 1
        if self._frames > SETTLED:
            return
        chosen = self._chosen.get(workspace, group[0])
        if chosen not in names:  # Start is there a frame later than it is asked for
            chosen, self._frames = group[0], max(self._frames - 1, 0) if start else self._frames
        bar.next_selected_tab_id = wanted = _tab(chosen)
        front = imgui.get_current_context().nav_window
        if front is not None and front.name in names and front.tab_id != wanted and not imgui.is_any_item_active():
            # The last tab to appear has taken the focus, and with it the front.
            imgui.set_window_focus(RUNS if workspace == "train" else CENTRE)

    def choose(self, workspace: Workspace, name: str) -> None:
        """Bring a tab to the front, now or when its workspace is shown next."""
        self._chosen[workspace] = name
        self._frames = 0

    def again(self) -> None:
        """Keep the active tab while the workspace is laid out anew."""
        self.leave()
        self._frames = 0

    def leave(self) -> None:
        """Remember the active tab of the current workspace. Call before another layout is applied."""
        if self._now is None or self._hidden or self._frames <= SETTLED:
            return
        bar, names = _tabs(_group(self._now))
        if bar is not None:
            for name in names:
                if _tab(name) == bar.visible_tab_id:
                    self._chosen[self._now] = name


def _group(workspace: Workspace) -> tuple[str, ...]:
    """Return the windows that are tabs of one node."""
    return (RUN, CENTRE) if workspace == "train" else (*TABS, HISTORY, START)


def _tabs(group: tuple[str, ...]) -> "tuple[imgui.internal.TabBar | None, list[str]]":
    """Return the tab bar of a group and the names of its tabs; None until all have been drawn."""
    node = node_of(group[0])
    if node is None or node.tab_bar is None:
        return None, []
    names = [name for name in group if (other := node_of(name)) and other.id_ == node.id_]
    drawn = [imgui.internal.find_window_by_name(name) for name in names]
    if not all(window is not None and window.was_active for window in drawn):
        return None, []
    return node.tab_bar, names


def _tab(window: str) -> int:
    """Return the id of a window's tab."""
    tab: int = imgui.internal.find_window_by_name(window).tab_id
    return tab


def node_of(window: str) -> "imgui.internal.DockNode | None":
    """Return the dock node of a window, if it has one."""
    found = imgui.internal.find_window_by_name(window)
    return found.dock_node if found is not None else None


def window_of(name: str) -> "imgui.internal.Window | None":
    """Return the window of a name of this module; None before it was drawn."""
    found: imgui.internal.Window | None = imgui.internal.find_window_by_name(drawable(name))
    return found


def named(name: str) -> Workspace:
    """Return the workspace of a layout's name."""
    return next(workspace for workspace in WORKSPACES if workspace == name)


_FADE = 14
"""Height of the fade at the end of a panel that goes on below, in design lengths."""


def fade_end() -> None:
    """Fade the lower edge of the current window if it can be scrolled further down."""
    if imgui.get_scroll_y() >= imgui.get_scroll_max_y() - 1:
        return
    a, size, lines = imgui.get_window_pos(), imgui.get_window_size(), imgui.get_window_draw_list()
    low, high = t.u32("panel", 0.0), t.u32("panel")
    corner, top = imgui.ImVec2(a.x + size.x, a.y + size.y), imgui.ImVec2(a.x, a.y + size.y - t.px(_FADE))
    lines.push_clip_rect(a, corner)
    lines.add_rect_filled_multi_color(top, corner, low, low, high, high)
    lines.pop_clip_rect()


def design_size() -> tuple[float, float]:
    """Return the window size in design lengths."""
    size = imgui.get_io().display_size
    return size.x / t.scale, size.y / t.scale


def room() -> tuple[float, float]:
    """Return the window size in design lengths at 100 %, on this screen."""
    size, dpi = imgui.get_io().display_size, imgui.get_style().font_scale_dpi
    return size.x / dpi, size.y / dpi
