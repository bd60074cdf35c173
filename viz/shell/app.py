"""Application window: opens it, and runs its frames, bars and dialogs from hello_imgui's loop."""

import gc
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from imgui_bundle import hello_imgui, imgui, immapp
from numpy.typing import NDArray

from foundation import background
from foundation.bundled import NAMES
from foundation.network_files import newest_network
from renderer.document.document import Document
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import Network
from viz.commands.actions import set_full_screen
from viz.commands.key_events import KeyEvents
from viz.commands.mouse_events import InOrder
from viz.commands.shortcuts import Shortcuts
from viz.commands.table import WORKSPACES, commands
from viz.directions.library import Library
from viz.files.drops import Drops
from viz.files.memory import Memory
from viz.gl import upload
from viz.gl.screen import Screen
from viz.link.measurements import Seen
from viz.link.meters import Meters
from viz.link.render_link import RenderLink
from viz.runs.new_dataset import state as new_dataset
from viz.shell import app_bar, dialogs, headless, layout, panel_sizes, panel_table, runner, services, status_bar, work
from viz.shell.closing import Leaving
from viz.shell.error_guard import Guard
from viz.shell.frame import Frame
from viz.shell.pacing import IDLE_FPS, Pacing
from viz.start import first_steps
from viz.state.facts import Facts, Scratch
from viz.state.interaction import Following, Interaction, Message
from viz.state.keyframes import under
from viz.state.scene import Closing, Scene
from viz.state.settings import Options, Settings, shown_scale
from viz.state.settings_file import SettingsWriter
from viz.state.store import Store
from viz.ui import draw_cache, theme
from viz.ui.notifications import with_message

__all__ = ["App", "Options"]

_SIZES = "sizes"
"""Name under which the file of layouts keeps the window's size and scale."""


class App:
    """One window; implements `viz.state.scene.Window`. `run()` opens it and returns when it is closed."""

    def __init__(self, settings: Settings, renderer: AnyRenderer, options: Options) -> None:
        self.options, self._clock = options, options.clock
        self.renderer = renderer
        self._said: list[Message] = []
        document = Document(network=Network(newest_network(options.network) or options.network or options.first))
        interaction = Interaction(following=Following(waiting=settings.followed))
        self.store = Store(Scene(document=document, settings=settings, interaction=interaction), options.clock)
        self.commands = {command.id: command for command in commands(options.chance)}
        draw_cache.current.opened(checks=options.strict)
        under.opened()
        meters, seen = Meters(), Seen()
        self.link = RenderLink(renderer, meters, self._clock, seen)
        self.guard = Guard(self._said.append, self._clock)
        background.report_to(self.guard.later)
        folder = options.config_dir if options.keep else None
        self._settings = SettingsWriter(folder, settings, options.overrides, options.kept)
        self._memory = Memory(options, renderer.arrays, self.say, self.store)
        if options.welcome and options.keep:
            self.store.adopt(first_steps.begun(self.store.scene, self._memory.fresh))
        self._leaving = Leaving(self._memory, runner.end)
        library = Library(folder, renderer.arrays, hello_imgui.request_refresh)
        self.services = services.built(seen, self._memory, self.link.film, library)
        self.key_events = KeyEvents()
        self._order = InOrder(self.key_events.received)
        shortcuts = Shortcuts(self.commands.values(), self.key_events)
        self._frame = Frame(options, renderer, self.store, self.link, meters, self.services, self._memory, shortcuts)
        self._look: tuple[object, ...] = ()
        self._size = (0.0, 0.0)
        self._title = ""
        self._window_wanted: list[Callable[[NDArray[np.uint8]], None]] = []
        self._drops = Drops(hello_imgui.request_refresh, new_dataset.holds_pictures)
        self._pacing = Pacing()
        self.screen = Screen()
        self._changes: list[Callable[[Scene], Scene]] = []
        self._tabs = layout.Tabs()
        self._sizes = panel_sizes.Sizes()
        self._arranging = layout.Arranging()
        if options.problem:
            self.say(options.problem, bad=True)

    # -- for actions, tests and the tour --

    @property
    def scene(self) -> Scene:
        """Current scene."""
        return self.store.scene

    @property
    def facts(self) -> Facts:
        """Input of the panels in the newest frame."""
        return self._frame.facts

    @property
    def scratch(self) -> Scratch:
        """State of single panels."""
        return self._frame.scratch

    @property
    def meters(self) -> Meters:
        """Series of measurements."""
        return self._frame.meters

    @property
    def steps(self) -> Store:
        """Undo and redo."""
        return self.store

    @property
    def messages(self) -> tuple[Message, ...]:
        """Displayed and pending notifications."""
        return (*self.scene.interaction.notifications.messages, *self._said)

    @property
    def up_to_date(self) -> bool:
        """Return True if the shown image, or a failure, answers the current document."""
        return self.link.answered and not self.link.stale(self.store.scene)

    def say(self, text: str, detail: str = "", **more: Any) -> None:
        """Show a message over the image, starting with the next frame. See `viz.state.scene.Say`."""
        self._said.append(Message(text, detail, at=self._clock(), **more))

    def dismiss_messages(self) -> None:
        """Hide all messages."""
        self._said.clear()
        notifications = replace(self.scene.interaction.notifications, messages=())
        self.store.adopt(self.scene.interacting(notifications=notifications))

    def saved(self, path: str, about: str = "save", size: str = "") -> None:
        """Report a file that was written, with the size of its image as text."""
        self._frame.saved = path
        folder = os.path.dirname(path)
        text = f"Saved {os.path.basename(path)}{f', {size} pixels' if size else ''}"
        self.say(text, folder, folder=folder, about=about)

    def change(self, change: Callable[[Scene], Scene]) -> None:
        """Change the scene from outside the panels, as one undo step, in the next frame."""
        self._changes.append(change)
        hello_imgui.request_refresh()

    def drop(self, paths: list[str]) -> None:
        """Open files dropped on the window, one after the other from the next frame on."""
        self._drops.add(paths)
        hello_imgui.request_refresh()

    def wake(self) -> None:
        """Draw the window because the renderer has answered. Called from any thread.

        In motion one frame does: the next image brings the next one.
        """
        runner.wake(one_frame=self.link.brings_frame)

    def close_window(self, how: Closing = "kept") -> None:
        """Close the window, when the work is safe."""
        self._leaving.ask(how)
        hello_imgui.request_refresh()

    def photograph(self, take: Callable[[NDArray[np.uint8]], None]) -> None:
        """Pass the next complete window frame, [H, W, 3] bytes, to `take`."""
        self._window_wanted.append(take)

    @property
    def photographing(self) -> bool:
        """True while a screenshot of the next frame is pending."""
        return bool(self._window_wanted)

    def run(self, watch: Callable[["App", hello_imgui.RunnerParams], None] | None = None) -> None:
        """Open the window; returns when it is closed. Raises RuntimeError if no window can be opened.

        `watch` receives the parameters just before that, to add its own callbacks.
        """
        headless.prepare()
        params = self.runner_params()
        if watch is not None:
            watch(self, params)
        immapp.immapp_cpp.run(params, self.add_ons())  # `immapp.run` reads sources of all callers first, for 80 ms

    @staticmethod
    def add_ons() -> immapp.AddOnsParams:
        """Return the hello_imgui add-ons to initialise."""
        return immapp.AddOnsParams(with_implot=True)

    def runner_params(self) -> hello_imgui.RunnerParams:
        """Return hello_imgui's parameters of this window."""
        params = runner.configured(self.options, IDLE_FPS)
        self._callbacks(params.callbacks)
        self.screen.attach(params.callbacks)
        panels = [(name, self.guard.panel(name, self._drawer(draw, name))) for name, draw in panel_table.PANELS]
        scale = self._scale(self.options.size)
        size = self.options.size[0] / scale, self.options.size[1] / scale
        layouts = [layout.docking(workspace, panels, *size) for workspace in WORKSPACES]
        first = WORKSPACES.index(self.scene.view.workspace)
        params.docking_params = layouts[first]
        params.alternative_docking_layouts = layouts[:first] + layouts[first + 1 :]
        return params

    def close(self) -> None:
        """Finish writing captures and sessions."""
        services.close(self.services)
        self._memory.close()

    # -- set-up --

    def _callbacks(self, callbacks: hello_imgui.RunnerCallbacks) -> None:
        callbacks.load_additional_fonts = theme.load_fonts
        callbacks.setup_imgui_config = self._configure
        callbacks.setup_imgui_style = lambda: theme.apply(self._tokens(), self._scale(self.options.size))
        callbacks.post_init = self._opened
        callbacks.pre_new_frame = self.guard.wrap("The window", self._before)
        callbacks.post_new_frame = self.guard.wrap("The window", self._start)
        callbacks.post_render_dockable_windows = self.guard.wrap("A dialog", self._draw_dialogs)
        callbacks.before_imgui_render = self.guard.wrap("The window", self._finish)
        callbacks.before_swap = self.guard.wrap("The window", self._before_swap)
        callbacks.before_exit = self.guard.wrap("The window", self._left)
        for kind, height, name, draw in (
            (hello_imgui.EdgeToolbarType.top, layout.APP_BAR, "The app bar", self._draw_app_bar),
            (hello_imgui.EdgeToolbarType.bottom, layout.STATUS_BAR, "The status bar", self._draw_status_bar),
        ):
            options = hello_imgui.EdgeToolbarOptions()
            options.size_em = height / theme.font_size(theme.current.body)
            options.window_padding_em = imgui.ImVec2(0, 0)
            callbacks.add_edge_toolbar(kind, self.guard.panel(name, draw), options)

    def _drawer(self, draw: Callable[[Scene, Facts], Scene], name: str) -> Callable[[], None]:
        tabs = name in (*layout.TABS, layout.START)

        def gui() -> None:
            self._arranging.pin(tabs)
            self._frame.scene = draw(self._frame.scene, self._frame.facts)
            layout.fade_end()

        def centre() -> None:
            if layout.begin_centre():
                gui()
            imgui.end()

        return centre if name == layout.CENTRE else gui

    def _configure(self) -> None:
        io = imgui.get_io()
        io.config_flags |= imgui.ConfigFlags_.nav_enable_keyboard  # Tab and the arrows reach every control
        io.config_error_recovery_enable_assert = self.options.strict
        io.config_error_recovery_enable_tooltip = self.options.strict
        io.config_error_recovery_enable_debug_log = True  # Dear ImGui requires at least one error output

    def _opened(self) -> None:
        runner.on_drop(self.drop)
        runner.on_close(self.close_window)
        self._order.listen()
        self._sizes.load(hello_imgui.load_user_pref(_SIZES) if self.options.keep else "")
        upload.current.open()
        self.screen.open()

    def _left(self) -> None:
        set_full_screen(False)  # the next window opens at its usual size
        if self.options.keep:
            hello_imgui.save_user_pref(_SIZES, self._sizes.text())
        self._settings.close()
        self._drops.close()
        upload.current.settle()
        self.link.free()
        self._frame.close()
        services.free(self.services)
        upload.current.settle()
        upload.current.close()
        background.report_to(None)
        gc.unfreeze()

    def _tokens(self) -> theme.Tokens:
        return theme.LIGHT if self.store.scene.settings.scheme == "light" else theme.DARK

    def _scale(self, room: tuple[float, float]) -> float:
        """Return the scale of the interface in a window of this size: the one set, or the largest that fits."""
        return shown_scale(self.store.scene.settings.scale, room)

    # -- one frame --

    def _before(self) -> None:
        """Apply theme, scale, size and workspace. Called before Dear ImGui's frame."""
        self._frame.begin()
        self.guard.show_later()
        scene, params = self.store.scene, hello_imgui.get_runner_params()
        settings, dpi = scene.settings, hello_imgui.dpi_window_size_factor()
        pixels = imgui.get_io().display_size
        room = (pixels.x / dpi, pixels.y / dpi) if min(pixels.x, pixels.y) > 0 else self.options.size
        look = (settings.scheme, self._scale(room), dpi)
        if look != self._look:
            theme.apply(self._tokens(), look[1], dpi)
            params.imgui_window_params.background_color = theme.current.vec4("base")  # seen at rounded corners
            self.screen.forget()
            self._look = look
            self._size = (0.0, 0.0)
        if (size := layout.design_size()) != self._size and min(size) > 0:
            layout.resize(params, *size)
            self._size = size
        if hello_imgui.current_layout_name() != scene.view.workspace:
            self._tabs.leave()
            hello_imgui.switch_layout(scene.view.workspace)
        if min(size) > 0 and not scene.view.panels_hidden:
            extent = panel_sizes.Extent(*size, theme.current.scale)
            if self._sizes.look(scene.view.workspace, extent):
                self._tabs.again()
            covered = scene.view.sorting or scene.view.networks.on
            self._sizes.grow(scene.view.workspace, extent, covered, scene.view.lens.on)
            self._sizes.fold(scene.view.workspace, extent, not scene.document.timeline.tracks)
        self._arranging.look(params, scene.view, panel_table.has_fakes(scene, self.facts))
        self._pacing.frame(time.process_time())
        pace = params.fps_idling
        pace.vsync_to_monitor, pace.fps_max = settings.vsync, float(settings.frame_limit)
        pace.fps_idle = self._idle_fps()

    def _idle_fps(self) -> float:
        link = self.link
        waiting = not link.answered or link.moving or self.facts.loading is not None or bool(self.messages)
        return self._pacing.idle_fps(
            moving=link.brings_frame,
            waiting=waiting or work.hurries(self.facts),
            typing=imgui.get_io().want_text_input,
        )

    def _start(self) -> None:
        """Begin the panels' frame. Called at the start of Dear ImGui's."""
        self._order.next_frame()
        self._notify()
        view, front = self.scene.view, self.scene.interaction.front
        if front.window:
            self._tabs.choose(view.workspace, front.window)
            self.store.adopt(self.scene.interacting(front=replace(front, window="")))
        self._tabs.look(view.workspace, view.panels_hidden or view.in_gallery, view.start)
        dropped = self._drops.take(self._memory.files.busy)
        if self._drops:
            hello_imgui.request_refresh()
        changes, self._changes = self._changes, []  # changes that raise must not run again
        self._frame.start(self, dropped, changes)

    def _notify(self) -> None:
        """Show new messages, and remove expired ones."""
        scene, messages = self.store.scene, self._said.copy()
        self._said.clear()
        for message in messages:
            scene = with_message(scene, message)
        self.store.adopt(scene.interacting(notifications=scene.interaction.notifications.at(self._clock())))

    def _draw_app_bar(self) -> None:
        app_bar.paint_surface()
        self._frame.scene = app_bar.draw(self._frame.scene, self._frame.facts, self.commands)

    def _draw_status_bar(self) -> None:
        app_bar.paint_surface()
        self._frame.scene = status_bar.draw(self._frame.scene, self._frame.facts)

    def _draw_dialogs(self) -> None:
        self._frame.scene = dialogs.draw(self._frame.scene, self._frame.facts, self.commands)

    def _finish(self) -> None:
        """Store the panels' scene. Called at the end of Dear ImGui's frame."""
        self._frame.finish(self)
        if problem := self._settings.look(self.scene.settings, self._clock()):
            self.say(problem, bad=True)
        self.store.adopt(self._leaving.look(self.scene))
        self._name_window()
        upload.current.settle()
        self._frame.end()
        self.screen.prepare()

    def _name_window(self) -> None:
        """Let the title of the window tell the session and the network."""
        source = self.scene.document.network.source
        title = app_bar.window_title(self.facts.session, NAMES.get(source, source))
        if title != self._title:
            self._title = title
            runner.name(title)

    def _before_swap(self) -> None:
        """Take a pending screenshot of the rendered frame."""
        self.screen.draw()
        upload.current.drawn()
        if self._window_wanted:
            takers, self._window_wanted = self._window_wanted, []
            pixels = runner.read_window()
            for take in takers:
                take(pixels)
