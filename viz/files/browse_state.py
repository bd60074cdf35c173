"""State of the file browser, and navigation between folders."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from imgui_bundle import hello_imgui

from viz.files.browse_list import Columns
from viz.files.browse_purposes import FOLDERS, RUN, suffixes_of
from viz.files.folder_listing import Entry, Order, Reading, arrange
from viz.state.scene import Action

_FIRST_LOOK_S = 0.03
"""Maximum seconds to block on reading a folder before progress is shown."""


@dataclass
class Browser:
    """State of the dialog; `mode` is empty while it is closed."""

    mode: str = ""
    take: Callable[[str], Action] | None = None
    """Creates the action for the chosen path; None opens it as a network."""
    appearing: bool = False
    reading: Reading | None = None
    chosen: str = ""
    """Path of the marked entry."""
    find: str = ""
    typed: str = ""
    """Content of the path field."""
    message: str = ""
    """Error of the last operation."""
    hidden: bool = False
    order: Order = "name"
    descending: bool = False
    to_find: bool = False
    """True to focus the search field."""
    scroll: bool = False
    """True to scroll to the marked entry."""
    columns: Columns = field(default_factory=Columns)
    shown: tuple[Entry, ...] = ()
    shown_for: tuple[object, ...] = ()

    @property
    def folder(self) -> str:
        """Displayed folder."""
        return self.reading.path if self.reading else ""

    def marked(self) -> Entry | None:
        """Marked entry, if it is displayed."""
        return next((entry for entry in self.shown if entry.path == self.chosen), None)

    def up(self) -> None:
        """Show the parent folder, with the previous folder marked."""
        above = os.path.dirname(self.folder)
        if above and above != self.folder:
            came_from = self.folder
            self.go(above)
            self.chosen, self.scroll = came_from, True

    def go(self, folder: str) -> None:
        """Show another folder."""
        if self.reading:
            self.reading.stop()
        folder = os.path.abspath(folder)
        self.reading = Reading(folder, hello_imgui.request_refresh, suffixes_of(self.mode))
        self.reading.wait(_FIRST_LOOK_S)
        self.typed, self.chosen, self.find, self.message = folder, "", "", ""
        self.to_find, self.shown_for, self.scroll = True, (), True

    def arrange(self) -> None:
        """Filter and sort again if any input changed."""
        entries = self.reading.entries if self.reading else ()
        wanted = (id(entries), self.find, self.hidden, self.order, self.descending, self.mode)
        if wanted != self.shown_for:
            self.shown_for = wanted
            self.shown = arrange(
                entries,
                find=self.find,
                hidden=self.hidden,
                order=self.order,
                descending=self.descending,
                only_folders=self.mode in (RUN, *FOLDERS),
            )
