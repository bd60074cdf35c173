"""The window: its frame loop, and what panels ask of it."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from imgui_bundle import hello_imgui, imgui, immapp

from renderer.client import AnyRenderer
from renderer.document import Document
from renderer.protocol import Network
from viz import (
    app_bar,
    canvas,
    dialogs,
    headless,
    layout,
    motion,
    settings_file,
    shortcuts,
    snapshots,
    status_bar,
    theme,
)
from viz.capture import Writer, default_folder
from viz.commands import commands
from viz.desktop import dropped_source, on_drop, reveal
from viz.errors import Guard
from viz.facts import Facts, Scratch
from viz.incoming import Incoming
from viz.meters import Meters
from viz.panels import analysis, generator, mix, performance, train
from viz.scene import (
    Ask,
    DismissFailure,
    OpenNetwork,
    Quit,
    Redo,
    ResetLayout,
    RestartRenderer,
    Retry,
    RevealFolder,
    SavePicture,
    SaveWindow,
    Scene,
    ShowDialog,
    Undo,
)
from viz.settings import Settings
from viz.store import Store
from viz.strips import Board, Message
from viz.viewport import Viewport
from viz.window_picture import read_window

SAVE_AFTER_S = 1.0
"""Settings are written this long after they changed last."""
_IDLE_FPS, _WAITING_FPS, _TYPING_FPS = 1.0, 8.0, 4.0


@dataclass(frozen=True)
class Options:
    """How a window starts."""

    network: str = ""
    """Path, URL or run folder; empty for the demo network."""
    config_dir: Path = field(default_factory=settings_file.config_dir)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings that the command line set for this session only."""
    kept: Settings = Settings()
    """The settings on file, which overrides do not change."""
    keep: bool = True
    """Whether settings and layouts are kept in `config_dir`."""
    problem: str = ""
    """A sentence to show at the start."""
    size: tuple[int, int] = (1440, 900)
    strict: bool = False
    """Whether misuse of Dear ImGui raises, as tests want it, instead of being put right."""
    idling: bool = True
    clock: Callable[[], float] = time.perf_counter
    chance: random.Random = field(default_factory=random.Random)


class App:
    """One window. `run()` opens it and returns when it is closed."""

    def __init__(self, settings: Settings, renderer: AnyRenderer, options: Options) -> None:
        self.options = options
        self.renderer = renderer
        self._clock = options.clock
        self.store = Store(Scene(document=Document(network=Network(options.network)), settings=settings), options.clock)
        self.commands = {command.id: command for command in commands(options.chance)}
        self.scratch = Scratch()
        self.board = self.scratch.get(Board)
        self.meters = Meters()
        self.incoming = Incoming(renderer, self.meters, self._clock)
        self.guard = Guard(self.board, self._clock)
        self._writer = Writer(hello_imgui.request_refresh)
        self._scene = self.store.scene
        self._facts = Facts(self.incoming.thumbnails, self.scratch)
        self._phase = motion.Phase()
        self._began = self._drawn = self._last = self._clock()
        self._look: tuple[object, ...] = ()
        self._size = (0.0, 0.0)
        self._hidden = False
        self._saved = ""
        self._kept = settings
        self._changed_at = 0.0
        self._picture_wanted = False
        self._window_wanted: list[Callable[[Any], None]] = []
        self._dropped: list[str] = []
        self._changes: list[Callable[[Scene], Scene]] = []
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

    def photograph(self, take: Callable[[Any], None]) -> None:
        """Hand the next whole frame of the window, [H, W, 3] bytes, to `take`."""
        self._window_wanted.append(take)

    def run(self) -> None:
        """Open the window; returns when it is closed. Raises RuntimeError where none can be opened."""
        headless.prepare()
        immapp.run(self.runner_params(), self.add_ons())

    @staticmethod
    def add_ons() -> immapp.AddOnsParams:
        """What hello_imgui must set up besides Dear ImGui."""
        return immapp.AddOnsParams(with_implot=True)

    def runner_params(self) -> hello_imgui.RunnerParams:
        """Everything that hello_imgui needs to run this window."""
        params = hello_imgui.RunnerParams()
        window = params.app_window_params
        window.window_title = "StyleScope"
        window.window_geometry.size = self.options.size
        window.restore_previous_geometry = self.options.keep
        params.ini_disable = not self.options.keep
        params.ini_folder_type = hello_imgui.IniFolderType.absolute_path
        params.ini_filename = str(self.options.config_dir / "layout.ini")
        params.remember_selected_alternative_layout = False
        params.renderer_backend_options.open_gl_options.anti_aliasing_samples = 0
        background = hello_imgui.DefaultImGuiWindowType.provide_full_screen_dock_space
        params.imgui_window_params.default_imgui_window_type = background
        params.imgui_window_params.remember_theme = False
        params.fps_idling.enable_idling = self.options.idling
        params.fps_idling.time_active_after_last_event = 0.5
        params.fps_idling.fps_idle = _IDLE_FPS
        self._callbacks(params.callbacks)
        panels = [(name, self.guard.panel(name, self._drawer(draw, name))) for name, draw in self._panels()]
        layouts = [layout.docking(workspace, panels, *self.options.size) for workspace in layout.WORKSPACES]
        first = layout.WORKSPACES.index(self.scene.view.workspace)
        params.docking_params = layouts[first]
        params.alternative_docking_layouts = layouts[:first] + layouts[first + 1 :]
        return params

    def close(self) -> None:
        """Finish writing captures."""
        self._writer.close()

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
        callbacks.before_exit = self._leaving
        for kind, height, name, draw in (
            (hello_imgui.EdgeToolbarType.top, layout.APP_BAR, "The app bar", self._draw_app_bar),
            (hello_imgui.EdgeToolbarType.bottom, layout.STATUS_BAR, "The status bar", self._draw_status_bar),
        ):
            options = hello_imgui.EdgeToolbarOptions()
            options.size_em = height / theme.font_size(theme.current.body)
            options.window_padding_em = imgui.ImVec2(0, 0)
            callbacks.add_edge_toolbar(kind, self.guard.panel(name, draw), options)

    def _panels(self) -> list[tuple[str, Callable[[Scene, Facts], Scene]]]:
        return [
            ("Canvas", canvas.draw),
            ("Generator", generator.draw),
            ("Mix", mix.draw),
            ("Layers & spectrum", analysis.draw),
            ("Performance", performance.draw),
            ("Snapshots", train.draw),
        ]

    def _drawer(self, draw: Callable[[Scene, Facts], Scene], name: str) -> Callable[[], None]:
        tabs = name in layout.TABS

        def gui() -> None:
            layout.pin(self._scene.view.unlocked, tabs)
            self._scene = draw(self._scene, self._facts)

        return gui

    def _configure(self) -> None:
        io = imgui.get_io()
        io.config_flags |= imgui.ConfigFlags_.nav_enable_keyboard  # Tab and the arrows reach every control
        io.config_error_recovery_enable_assert = self.options.strict
        io.config_error_recovery_enable_tooltip = self.options.strict
        io.config_error_recovery_enable_debug_log = True  # Dear ImGui insists on one way of telling

    def _opened(self) -> None:
        on_drop(self.drop)

    def _leaving(self) -> None:
        self._keep_settings()
        self.incoming.free()
        self.scratch.get(Viewport).free()

    def _tokens(self) -> theme.Tokens:
        return theme.LIGHT if self.store.scene.settings.scheme == "light" else theme.DARK

    # -- one frame --

    def _before(self) -> None:
        """Before Dear ImGui's frame: what changes the window itself."""
        self._began = self._clock()
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
            hello_imgui.switch_layout(scene.view.workspace)
        layout.hide(params, scene.view.panels_hidden)
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
        self.meters.frame.add((self._began - self._last) * 1000)
        self._last = self._began
        self._scene = self.store.scene
        self.incoming.poll(self._scene, now)
        self._after_poll()
        self._facts = self._gather(now)
        self._advance(now)
        self._drawn = now
        for path in self._dropped:
            self._open_dropped(path)
        self._dropped.clear()
        for change in self._changes:
            self._scene = change(self._scene)
        self._changes.clear()
        if imgui.is_key_pressed(imgui.Key.escape, False):
            self._escape()
        elif not dialogs.is_open(self._facts):
            self._scene = shortcuts.run(self._scene, self._facts, self.commands.values())

    def _gather(self, now: float) -> Facts:
        history, incoming = self.store.history, self.incoming
        self.board.stalled_s = self.renderer.stalled_s if incoming.loading is None else 0.0
        return Facts(
            thumbnails=incoming.thumbnails,
            scratch=self.scratch,
            model=incoming.frame.model if incoming.frame else None,
            frame=incoming.frame,
            picture=incoming.picture,
            spectrum=incoming.spectrum,
            layers=incoming.layers,
            pixels=incoming.pixels,
            loading=incoming.loading,
            failure=incoming.failure,
            waiting_s=incoming.waiting_s(now),
            snapshots=snapshots.snapshots_of(self._scene.document.network.source),
            undo=history.undo_name,
            redo=history.redo_name,
            saved=self._saved,
            performance=self.meters.figures(),
            now=now,
            size=layout.design_size(),
        )

    def _after_poll(self) -> None:
        """What a new picture changes besides the picture."""
        frame = self.incoming.frame
        if frame is None:
            return
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
        if not moving.playing:
            return
        if not moving.orbit:
            self._phase = replace(self._phase, noise=self._phase.noise)
        elif not self.store.history.is_open:
            self._phase = motion.resumed(scene.document, self._phase)
        seconds = motion.elapsed(self._drawn, now)
        document, self._phase = motion.advance(scene.document, moving, seconds, self._phase)
        self._scene = replace(scene, document=document)
        hello_imgui.request_refresh()

    def _escape(self) -> None:
        """Cancel the innermost thing: dialog, drag, motion."""
        if imgui.get_io().want_text_input or dialogs.close(self._facts):
            return
        if imgui.is_any_item_active() and self.store.history.is_open:
            self.store.cancel()
            imgui.internal.clear_active_id()
            self._scene = replace(self._scene, document=self.store.document)
        view = self._scene.view
        if view.motion.playing:
            self._scene = replace(self._scene, view=replace(view, motion=motion.stopped(view.motion)))

    def _draw_app_bar(self) -> None:
        _paint_bar()
        self._scene = app_bar.draw(self._scene, self._facts, self.commands)

    def _draw_status_bar(self) -> None:
        _paint_bar()
        self._scene = status_bar.draw(self._scene, self._facts)

    def _draw_dialogs(self) -> None:
        self._scene = dialogs.draw(self._scene, self._facts, self.commands)

    def _finish(self) -> None:
        """At the end of Dear ImGui's frame: the scene that panels made becomes the present one."""
        asks = self._scene.asks
        for ask in asks:
            self._before_taking(ask)
        self.store.take(self._scene, imgui.is_any_item_active())
        for ask in asks:
            self._after_taking(ask)
        self._scene = self.store.scene
        self.incoming.submit(self._scene, self._clock())
        if self._scene.settings is not self._kept and not self._changed_at:
            self._changed_at = self._clock()
        if self._changed_at and self._clock() - self._changed_at > SAVE_AFTER_S:
            self._keep_settings()
        if written := self._writer.poll():
            self._saved = written.path or self._saved
            if written.path:
                path = Path(written.path)
                self.say(f"Saved {path.name}", str(path.parent), folder=str(path.parent))
            else:
                self.say(written.problem, bad=True)
        self.meters.ui.add((self._clock() - self._began) * 1000)

    def _before_swap(self) -> None:
        """The frame is drawn and not yet shown: the moment to photograph it."""
        if self._window_wanted:
            takers, self._window_wanted = self._window_wanted, []
            pixels = read_window()
            for take in takers:
                take(pixels)

    # -- what panels ask for --

    def _before_taking(self, ask: Ask) -> None:
        """Asks that change the scene: they are part of this frame's step."""
        match ask:
            case OpenNetwork(source=source):
                self._open(source)
            case ShowDialog(name=name):
                dialogs.show(self._facts, name)

    def _after_taking(self, ask: Ask) -> None:
        """Asks that act on the window, once the scene is taken."""
        match ask:
            case Undo():
                self.store.undo()
            case Redo():
                self.store.redo()
            case Retry():
                self.incoming.retry()
            case RestartRenderer():
                self.incoming.retry()
                self.renderer.restart()
            case DismissFailure():
                self.incoming.failure = None
            case SavePicture():
                self._save_picture()
            case SaveWindow():
                self.photograph(lambda pixels: self._writer.write(self._capture_folder(), pixels))
            case ResetLayout():
                hello_imgui.get_runner_params().docking_params.layout_reset = True
            case RevealFolder(path=path):
                if problem := reveal(path):
                    self.say(problem, bad=True)
            case Quit():
                hello_imgui.get_runner_params().app_shall_exit = True

    def _open(self, source: str) -> None:
        document = self._scene.document
        again = document.network.reload + 1 if document.network.source == source else 0
        self._scene = replace(self._scene, document=replace(document, network=Network(source, again)))

    def _open_dropped(self, path: str) -> None:
        source, problem = dropped_source(path)
        if problem:
            self.say(problem, bad=True)
        else:
            self._scene = self._scene.ask(OpenNetwork(source))

    def _capture_folder(self) -> Path:
        chosen = self.scene.settings.capture_dir
        return Path(chosen).expanduser() if chosen else default_folder()

    def _save_picture(self) -> None:
        pixels = self.incoming.pixels()
        if pixels is not None:
            self._writer.write(self._capture_folder(), pixels.copy())

    def _keep_settings(self) -> None:
        self._changed_at = 0.0
        settings = self.store.scene.settings
        if settings is self._kept or not self.options.keep:
            return
        self._kept = settings
        try:
            settings_file.save(
                self.options.config_dir, settings_file.without(settings, self.options.overrides, self.options.kept)
            )
        except OSError as error:
            self.say(f"The settings cannot be kept in {self.options.config_dir}: {error.strerror or error}.", bad=True)


def _paint_bar() -> None:
    """The surface of the app bar and the status bar."""
    a, size = imgui.get_window_pos(), imgui.get_window_size()
    corner = imgui.ImVec2(a.x + size.x, a.y + size.y)
    imgui.get_window_draw_list().add_rect_filled(a, corner, theme.current.u32("base"))
