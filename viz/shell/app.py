"""The window: its frame loop, and what panels ask of it."""

import gc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from imgui_bundle import hello_imgui, imgui, immapp
from numpy.typing import NDArray

from renderer.document.document import Document
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import Network
from viz.commands.shortcuts import Shortcuts
from viz.commands.table import commands
from viz.files.memory import Memory
from viz.generate import noise_map
from viz.gl import upload
from viz.gl.viewport import Viewport
from viz.history import compare_view
from viz.link.measurements import Seen
from viz.link.meters import Meters, Steady, work_clock
from viz.link.render_link import Incoming
from viz.mixing import drag_view
from viz.runs import focus, folders
from viz.runs.watch import RunWatch
from viz.shell import app_bar, dialogs, headless, layout, panel_table, runner, status_bar
from viz.shell.actions import Deeds
from viz.shell.desktop import on_drop
from viz.shell.error_guard import Guard
from viz.shell.screenshot import read_window
from viz.state import followed_run, motion, playback, settings_file, snapshots
from viz.state.facts import Facts, Figures, Scratch
from viz.state.options import Options
from viz.state.scene import Scene
from viz.state.settings import Settings
from viz.state.settings_writer import Keeper
from viz.state.store import Store
from viz.timeline.export import Exporter
from viz.timeline.walks import Chance
from viz.ui import draw_cache, theme
from viz.ui.notifications import Board, Message

__all__ = ["App", "Options"]

_IDLE_FPS, _WAITING_FPS, _TYPING_FPS = 0.5, 8.0, 4.0


class App:
    """One window. `run()` opens it and returns when it is closed."""

    def __init__(self, settings: Settings, renderer: AnyRenderer, options: Options) -> None:
        self.options = options
        self.renderer = renderer
        self._clock = options.clock
        self.store = Store(Scene(document=Document(network=Network(options.network)), settings=settings), options.clock)
        self.commands = {command.id: command for command in commands(options.chance)}
        self._shortcuts = Shortcuts(self.commands.values())
        self.scratch = Scratch()
        self.board = self.scratch.get(Board)
        self.scratch.get(followed_run.Following).waiting = settings.followed
        self.scratch.get(Chance).random = options.chance
        draw_cache.current.opened(checks=options.strict)
        self.meters = Meters()
        self._steady = Steady()
        self.incoming = Incoming(renderer, self.meters, self._clock, self.scratch.get(Seen))
        self.guard = Guard(self.board, self._clock)
        self._keeper = Keeper(options, settings)
        self._memory = Memory(options, renderer.arrays, self.say, self.store)
        files, exporter = self._memory.files, self.scratch.get(Exporter)
        self._deeds = Deeds(self.store, self.incoming, renderer, self.say, self.photograph, files, exporter)
        self._scene = self.store.scene
        self._facts = Facts(self.incoming.thumbnails, self.scratch, self.incoming.works, renderer.arrays)
        self._phase = motion.Phase()
        self._overlay = playback.Overlay()
        self._drawn = self._last = self._clock()
        self._worked = work_clock()
        self._look: tuple[object, ...] = ()
        self._size = (0.0, 0.0)
        self._settled = False
        self._window_wanted: list[Callable[[NDArray[np.uint8]], None]] = []
        self._dropped: list[str] = []
        self._changes: list[Callable[[Scene], Scene]] = []
        self._seen = self.scratch.get(Seen)
        self._tabs = layout.Tabs()
        self._arranging = layout.Arranging()
        self._runs = RunWatch(hello_imgui.request_refresh)
        if options.problem:
            self.say(options.problem, bad=True)

    # -- for others --

    @property
    def scene(self) -> Scene:
        """The present scene."""
        return self.store.scene

    @property
    def facts(self) -> Facts:
        """What panels were told in the newest frame."""
        return self._facts

    @property
    def up_to_date(self) -> bool:
        """Whether the picture shown answers the present document, or a failure does."""
        return self.incoming.answered and not self.incoming.stale(self.store.scene)

    def say(self, text: str, detail: str = "", *, bad: bool = False, folder: str = "") -> None:
        """Show a message over the picture."""
        self.board.say(Message(text, detail, bad, folder=folder, at=self._clock()))

    def change(self, change: Callable[[Scene], Scene]) -> None:
        """Change the scene from outside the panels, as one step, at the next frame."""
        self._changes.append(change)
        hello_imgui.request_refresh()

    def drop(self, paths: list[str]) -> None:
        """Take files dropped on the window, at the next frame."""
        self._dropped += paths
        hello_imgui.request_refresh()

    def photograph(self, take: Callable[[NDArray[np.uint8]], None]) -> None:
        """Hand the next whole frame of the window, [H, W, 3] bytes, to `take`."""
        self._window_wanted.append(take)

    @property
    def photographing(self) -> bool:
        """True while someone waits for the pixels of the next frame."""
        return bool(self._window_wanted)

    def run(self, watch: Callable[["App", hello_imgui.RunnerParams], None] | None = None) -> None:
        """Open the window; returns when it is closed. Raises RuntimeError where none can be opened.

        `watch` gets the parameters just before, to add callbacks of its own.
        """
        headless.prepare()
        params = self.runner_params()
        if watch is not None:
            watch(self, params)
        immapp.run(params, self.add_ons())

    @staticmethod
    def add_ons() -> immapp.AddOnsParams:
        """What hello_imgui must set up besides Dear ImGui."""
        return immapp.AddOnsParams(with_implot=True)

    def runner_params(self) -> hello_imgui.RunnerParams:
        """Everything that hello_imgui needs to run this window."""
        params = runner.configured(self.options, _IDLE_FPS)
        self._callbacks(params.callbacks)
        panels = [(name, self.guard.panel(name, self._drawer(draw, name))) for name, draw in panel_table.PANELS]
        layouts = [layout.docking(workspace, panels, *self.options.size) for workspace in layout.WORKSPACES]
        first = layout.WORKSPACES.index(self.scene.view.workspace)
        params.docking_params = layouts[first]
        params.alternative_docking_layouts = layouts[:first] + layouts[first + 1 :]
        return params

    def close(self) -> None:
        """Finish writing captures and sessions."""
        self._deeds.close()
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
        callbacks.before_exit = self.guard.wrap("The window", self._leaving)
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
            self._scene = draw(self._scene, self._facts)

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
        io.config_error_recovery_enable_debug_log = True  # Dear ImGui insists on one way of telling

    def _opened(self) -> None:
        on_drop(self.drop)
        upload.current.open()

    def _leaving(self) -> None:
        self._keeper.keep()
        upload.current.settle()
        self.incoming.free()
        self.scratch.get(Viewport).free()
        self._runs.close()
        focus.free(self._facts)
        compare_view.free(self._facts)
        noise_map.free(self._facts)
        upload.current.settle()
        upload.current.close()
        gc.unfreeze()

    def _tokens(self) -> theme.Tokens:
        return theme.LIGHT if self.store.scene.settings.scheme == "light" else theme.DARK

    # -- one frame --

    def _before(self) -> None:
        """Before Dear ImGui's frame: what changes the window itself."""
        self._worked = work_clock()
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
        if not self.incoming.answered or self._facts.loading is not None or self.board.messages:
            return _WAITING_FPS
        return _TYPING_FPS if imgui.get_io().want_text_input else _IDLE_FPS

    def _start(self) -> None:
        """At the start of Dear ImGui's frame: what came from the renderer, the facts, motion and keys."""
        now = self._clock()
        self.meters.frame.add((now - self._last) * 1000)
        self._last = now
        followed_run.look(self.store, self.scratch)
        self._scene = self.store.scene
        if self._scene.preview is not None:
            self._scene = replace(self._scene, preview=None)
        self.incoming.poll(self._scene, now)
        self._after_poll()
        self._facts = self._gather(now)
        self._advance(now)
        self._drawn = now
        draw_cache.current.begin_frame()
        self._tabs.look(self._scene.view.workspace)
        for path in self._dropped:
            self._scene = self._deeds.dropped(self._scene, path)
        self._dropped.clear()
        self._scene = self._memory.arrive(self._scene, self._facts)
        self._scene = self._deeds.launched(self._scene, self._facts)
        changes, self._changes = self._changes, []  # one that raises must not come again
        for change in changes:
            self._scene = change(self._scene)
        self._scene = self._overlay.lay(self._scene)
        if imgui.is_key_pressed(imgui.Key.escape, False):
            self._escape()
        elif not dialogs.is_open(self._facts):
            self._scene = self._shortcuts.run(self._scene, self._facts)

    def _gather(self, now: float) -> Facts:
        history, incoming = self.store.history, self.incoming
        changing = imgui.is_any_item_active() or self._scene.view.moving
        newest = Figures(incoming.frame, incoming.picture, incoming.layers)
        self.board.stalled_s = self.renderer.stalled_s if incoming.loading is None else 0.0
        return Facts(
            thumbnails=incoming.thumbnails,
            scratch=self.scratch,
            works=incoming.works,
            arrays=self.renderer.arrays,
            model=incoming.frame.model if incoming.frame else None,
            frame=incoming.frame,
            picture=incoming.picture,
            image_version=incoming.image_version,
            spectrum=incoming.spectrum,
            layers=incoming.layers,
            figures=self._steady.figures(newest, now, changing),
            pixels=incoming.pixels,
            loading=incoming.loading,
            preparing=incoming.preparing,
            failure=incoming.failure,
            waiting_s=incoming.waiting_s(now),
            runs=self._runs.look(folders.folders(self._scene.settings, self._scene.document.network.source)),
            snapshots=snapshots.snapshots_of(self._scene.document.network.source),
            undo=history.undo_name,
            redo=history.redo_name,
            saved=self._deeds.saved,
            has_last=self._memory.files.has_last,
            session=self._memory.files.path,
            states=self._memory.states(),
            measure=self.meters.figures,
            now=now,
            size=layout.design_size(),
        )

    def _after_poll(self) -> None:
        """What a new picture changes besides the picture."""
        frame = self.incoming.frame
        if frame is None:
            return
        if not self._settled:  # what is there now stays: looking through it takes longer than a frame
            self._settled = True
            gc.collect()
            gc.freeze()
        self.store.ws_names = frame.model.ws_names
        scene = self._scene
        if frame.model.network == scene.document.network:
            settings = settings_file.opened(scene.settings, frame.model.network.source)
            if settings is not scene.settings:
                scene = replace(scene, settings=settings)
            layer = scene.view.display.layer
            if layer is not None and all(layer != one.name for one in frame.model.layers):
                display = replace(scene.view.display, layer=None, channel=0)
                scene = replace(scene, view=replace(scene.view, display=display))
        self._scene = scene

    def _advance(self, now: float) -> None:
        """Move what moves by itself."""
        scene = self._scene
        moving = scene.view.motion
        seconds = motion.elapsed(self._drawn, now)
        self._scene = scene = playback.advanced(scene, seconds)
        if scene.view.playback.playing:
            hello_imgui.request_refresh()
        if not moving.playing:
            return
        if not moving.orbit:
            self._phase = replace(self._phase, noise=self._phase.noise)
        elif not self.store.history.is_open:
            self._phase = motion.resumed(scene.document, self._phase)
        document, self._phase = motion.advance(scene.document, moving, seconds, self._phase)
        self._scene = replace(scene, document=document)
        hello_imgui.request_refresh()

    def _escape(self) -> None:
        """Cancel the innermost thing: dialog, drag, motion."""
        if imgui.get_io().want_text_input or dialogs.close(self._facts) or drag_view.escape(self._facts):
            return
        if imgui.is_any_item_active() and self.store.history.is_open:
            self.store.cancel()
            imgui.internal.clear_active_id()
            self._scene = self._overlay.lay(replace(self._scene, document=self.store.document))
        if self._scene.view.playback.playing:
            self._scene = playback.toggled(self._scene)
        view = self._scene.view
        if view.motion.playing:
            self._scene = replace(self._scene, view=replace(view, motion=motion.stopped(view.motion)))

    def _draw_app_bar(self) -> None:
        app_bar.paint_surface()
        self._scene = app_bar.draw(self._scene, self._facts, self.commands)

    def _draw_status_bar(self) -> None:
        app_bar.paint_surface()
        self._scene = status_bar.draw(self._scene, self._facts)

    def _draw_dialogs(self) -> None:
        self._scene = dialogs.draw(self._scene, self._facts, self.commands)

    def _finish(self) -> None:
        """At the end of Dear ImGui's frame: the scene that panels made becomes the present one."""
        self._seen.end_frame()
        asks = self._scene.asks
        scene = self._deeds.before(self._overlay.lift(self._scene), self._facts)
        scene = followed_run.end_frame(scene, self._facts)
        self.store.take(scene, imgui.is_any_item_active())
        self._deeds.after(asks)
        self._scene = self.store.scene
        now = self._clock()
        held = self.store.history.is_open and not self._scene.view.moving
        self.incoming.submit(self._scene, now, held)
        if problem := self._keeper.look(self._scene.settings, now):
            self.say(problem, bad=True)
        self._memory.look(self._scene)
        self._deeds.written()
        self._deeds.exported()
        self._deeds.told_of_runs()
        upload.current.settle()
        self.meters.ui.add((work_clock() - self._worked) * 1000)

    def _before_swap(self) -> None:
        """The frame is drawn and not yet shown: the moment to photograph it."""
        upload.current.drawn()
        if self._window_wanted:
            takers, self._window_wanted = self._window_wanted, []
            pixels = read_window()
            for take in takers:
                take(pixels)
