"""Application window: opens it, and runs its frames, bars and dialogs from hello_imgui's loop."""

import gc
import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from imgui_bundle import hello_imgui, imgui, immapp
from numpy.typing import NDArray

from foundation import background
from foundation.runs import newest_network
from renderer.document.document import Document
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import Network
from viz.commands.shortcuts import Shortcuts
from viz.commands.table import WORKSPACES, commands
from viz.files.drops import Drops
from viz.files.memory import Memory
from viz.gl import upload
from viz.link.measurements import Seen
from viz.link.meters import Meters
from viz.link.render_link import RenderLink
from viz.shell import app_bar, dialogs, headless, layout, panel_table, runner, services, status_bar
from viz.shell.closing import Leaving
from viz.shell.error_guard import Guard
from viz.shell.frame import Frame
from viz.state.facts import Facts, Scratch
from viz.state.interaction import Following, Interaction, Message
from viz.state.scene import Closing, Scene
from viz.state.settings import Options, Settings
from viz.state.settings_file import SettingsWriter
from viz.state.store import Store
from viz.ui import draw_cache, theme
from viz.ui.notifications import with_message

__all__ = ["App", "Options"]

_IDLE_FPS, _WAITING_FPS, _TYPING_FPS = 0.5, 8.0, 4.0


class App:
    """One window; implements `viz.state.scene.Window`. `run()` opens it and returns when it is closed."""

    def __init__(self, settings: Settings, renderer: AnyRenderer, options: Options) -> None:
        self.options, self._clock = options, options.clock
        self.renderer = renderer
        self._said: list[Message] = []
        document = Document(network=Network(newest_network(options.network) or options.network))
        interaction = Interaction(following=Following(waiting=settings.followed))
        self.store = Store(Scene(document=document, settings=settings, interaction=interaction), options.clock)
        self.commands = {command.id: command for command in commands(options.chance)}
        draw_cache.current.opened(checks=options.strict)
        meters, seen = Meters(), Seen()
        self.link = RenderLink(renderer, meters, self._clock, seen)
        self.guard = Guard(self._said.append, self._clock)
        background.report_to(self.guard.later)
        folder = options.config_dir if options.keep else None
        self._settings = SettingsWriter(folder, settings, options.overrides, options.kept)
        self._memory = Memory(options, renderer.arrays, self.say, self.store)
        self._leaving = Leaving(self._memory, runner.end)
        self.services = services.built(seen, self._memory)
        shortcuts = Shortcuts(self.commands.values())
        self._frame = Frame(options, renderer, self.store, self.link, meters, self.services, self._memory, shortcuts)
        self._look: tuple[object, ...] = ()
        self._size = (0.0, 0.0)
        self._window_wanted: list[Callable[[NDArray[np.uint8]], None]] = []
        self._drops = Drops()
        self._changes: list[Callable[[Scene], Scene]] = []
        self._tabs = layout.Tabs()
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

    def say(self, text: str, detail: str = "", *, bad: bool = False, folder: str = "", shelf: bool = False) -> None:
        """Show a message over the image, starting with the next frame. See `viz.state.scene.Say`."""
        self._said.append(Message(text, detail, bad, folder=folder, shelf=shelf, at=self._clock()))

    def dismiss_messages(self) -> None:
        """Hide all messages."""
        self._said.clear()
        notifications = replace(self.scene.interaction.notifications, messages=())
        self.store.adopt(self.scene.interacting(notifications=notifications))

    def saved(self, path: str) -> None:
        """Report a file that was written."""
        self._frame.saved = path
        folder = os.path.dirname(path)
        self.say(f"Saved {os.path.basename(path)}", folder, folder=folder)

    def change(self, change: Callable[[Scene], Scene]) -> None:
        """Change the scene from outside the panels, as one undo step, in the next frame."""
        self._changes.append(change)
        hello_imgui.request_refresh()

    def drop(self, paths: list[str]) -> None:
        """Open files dropped on the window, one after the other from the next frame on."""
        self._drops.add(paths)
        hello_imgui.request_refresh()

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
        immapp.run(params, self.add_ons())

    @staticmethod
    def add_ons() -> immapp.AddOnsParams:
        """Return the hello_imgui add-ons to initialise."""
        return immapp.AddOnsParams(with_implot=True)

    def runner_params(self) -> hello_imgui.RunnerParams:
        """Return hello_imgui's parameters of this window."""
        params = runner.configured(self.options, _IDLE_FPS)
        self._callbacks(params.callbacks)
        panels = [(name, self.guard.panel(name, self._drawer(draw, name))) for name, draw in panel_table.PANELS]
        layouts = [layout.docking(workspace, panels, *self.options.size) for workspace in WORKSPACES]
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
        callbacks.setup_imgui_style = lambda: theme.apply(self._tokens(), self.scene.settings.scale)
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
        tabs = name in layout.TABS

        def gui() -> None:
            self._arranging.pin(tabs)
            self._frame.scene = draw(self._frame.scene, self._frame.facts)

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
        upload.current.open()

    def _left(self) -> None:
        self._settings.close()
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

    # -- one frame --

    def _before(self) -> None:
        """Apply theme, scale, size and workspace. Called before Dear ImGui's frame."""
        self._frame.begin()
        self.guard.show_later()
        scene, params = self.store.scene, hello_imgui.get_runner_params()
        settings = scene.settings
        look = (settings.scheme, settings.scale, hello_imgui.dpi_window_size_factor())
        if look != self._look:
            before = theme.current.scale
            theme.apply(self._tokens(), settings.scale, look[2])
            if self._look:
                layout.rescale(theme.current.scale / before)
            self._look = look
            self._size = (0.0, 0.0)
        if (size := layout.design_size()) != self._size and min(size) > 0:
            layout.resize(params, *size)
            self._size = size
        if hello_imgui.current_layout_name() != scene.view.workspace:
            self._tabs.leave()
            hello_imgui.switch_layout(scene.view.workspace)
        self._arranging.look(params, scene.view)
        pace = params.fps_idling
        pace.vsync_to_monitor, pace.fps_max = settings.vsync, float(settings.frame_limit)
        pace.fps_idle = self._idle_fps()

    def _idle_fps(self) -> float:
        if not self.link.answered or self.facts.loading is not None or self.messages:
            return _WAITING_FPS
        return _TYPING_FPS if imgui.get_io().want_text_input else _IDLE_FPS

    def _start(self) -> None:
        """Begin the panels' frame. Called at the start of Dear ImGui's."""
        self._notify()
        self._tabs.look(self.scene.view.workspace, self.scene.view.panels_hidden)
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
        upload.current.settle()
        self._frame.end()

    def _before_swap(self) -> None:
        """Take a pending screenshot of the rendered frame."""
        upload.current.drawn()
        if self._window_wanted:
            takers, self._window_wanted = self._window_wanted, []
            pixels = runner.read_window()
            for take in takers:
                take(pixels)
