"""One frame of the window: gathers the panels' input at its start, stores their scene at its end."""

import gc
from collections.abc import Callable
from dataclasses import replace

from imgui_bundle import hello_imgui, imgui

from renderer.ipc.interface import AnyRenderer
from viz.commands.shortcuts import Shortcuts
from viz.directions import effects as direction_effects
from viz.directions import piles
from viz.directions import search as direction_search
from viz.directions.library import LIBRARY
from viz.dragging import run as point_drag
from viz.files import actions as file_actions
from viz.files.drops import Dropped
from viz.files.memory import Memory
from viz.gallery import export as seed_export
from viz.link.measurements import SEEN
from viz.link.meters import Meters, Steady, work_clock
from viz.link.render_link import RenderLink
from viz.mixing import shelf
from viz.networks.actions import CompareNetworks
from viz.photos import watch as photo_watch
from viz.photos.actions import AddPhotos
from viz.runs import actions as run_actions
from viz.runs.data import RunWatch
from viz.runs.new_dataset import state as new_dataset
from viz.shell import dialogs, escape, layout
from viz.start import get_more
from viz.state import followed_run, motion, playback, settings_file, snapshots
from viz.state.facts import Facts, Figures, Scratch, Services
from viz.state.scene import Scene, ShowDialog, Window
from viz.state.settings import Options
from viz.state.step_names import name_of
from viz.state.store import Store
from viz.timeline import actions as timeline_actions
from viz.timeline import preview
from viz.ui import draw_cache


class Frame:
    """Scene and facts of the current frame."""

    def __init__(
        self,
        options: Options,
        renderer: AnyRenderer,
        store: Store,
        link: RenderLink,
        meters: Meters,
        services: Services,
        memory: Memory,
        shortcuts: Shortcuts,
    ) -> None:
        self._clock, self._renderer, self._store, self._link = options.clock, renderer, store, link
        self._services, self._memory, self._shortcuts = services, memory, shortcuts
        self.scene = store.scene
        self.scratch = Scratch()
        self.meters = meters
        self.saved = ""
        """Most recently written file."""
        self.facts = Facts(
            link.thumbnails, self.scratch, link.jobs, renderer.arrays, services=services, chance=options.chance
        )
        self._steady = Steady()
        self._phase = motion.Phase()
        self._overlay = playback.Overlay()
        self._drawn = self._last = self._clock()
        self._worked = work_clock()
        self._settled = False
        self._runs = RunWatch(hello_imgui.request_refresh)

    def begin(self) -> None:
        """Start timing the window's own work. Call before Dear ImGui's frame."""
        self._worked = work_clock()

    def start(self, window: Window, dropped: list[Dropped], changes: list[Callable[[Scene], Scene]]) -> None:
        """Receive renderer results, gather the facts, advance motion, and handle keys.

        Args:
            window: Executes requested actions.
            dropped: Files dropped on the window.
            changes: Changes of the scene from outside the panels.
        """
        now = self._clock()
        self.meters.frame.add((now - self._last) * 1000)
        self._last = now
        followed_run.look(self._store)
        self.scene = self._store.scene
        front = replace(self.scene.interaction.front, preview=self.scene.preview_name)
        self.scene = self.scene.interacting(front=front)
        if self.scene.preview is not None or self.scene.preview_name:
            self.scene = replace(self.scene, preview=None, preview_name="")
        self._link.poll(self.scene, now)
        self._after_poll()
        self.facts = self._gather(now)
        self._advance(now)
        self._drawn = now
        draw_cache.current.begin_frame()
        if photos := tuple(one.path for one in dropped if one.holds == "photo"):
            self.scene = self.scene.request(AddPhotos(photos))
        for one in dropped:
            if one.holds == "photo":
                continue
            if shelf.takes(self.facts, one.path):
                self.scene = shelf.dropped(self.scene, self.facts, one.path, one.together)
            elif one.together:
                self.scene = self.scene.request(CompareNetworks(one.together))
            elif new_dataset.takes(self.scene, one):
                self.scene = self.scene.request(new_dataset.MakeDataset(one.path))
            else:
                self.scene = file_actions.dropped(self.scene, window, one)
        self.scene = self._memory.arrive(self.scene, self.facts)
        self.scene = run_actions.report_launch(self.scene, window)
        self.scene = direction_search.look(self.scene, self.facts)
        self.scene = direction_effects.look(self.scene, self.facts)
        self.scene = piles.look(self.scene, self.facts)
        self.scene = point_drag.look(self.scene, self.facts)
        self.scene = self._services[LIBRARY].look(self.scene, self.facts, window.say)
        self.scene = photo_watch.look(self.scene, self.facts, window.say)
        for change in changes:
            self.scene = change(self.scene)
        self.scene = self._overlay.lay(self.scene)
        if imgui.is_key_pressed(imgui.Key.escape, False):
            before = self.scene.document
            self.scene = escape.pressed(self.scene, self.facts, self._store)
            if self.scene.document is not before:
                self.scene = self._overlay.lay(self.scene)
            self._shortcuts.skip()
        elif not dialogs.is_open(self.scene, self.facts):
            self.scene = self._shortcuts.run(self.scene, self.facts)
        else:
            self._shortcuts.skip()
        self.scene = _without_keyboard(self.scene)

    def finish(self, window: Window) -> None:
        """Execute the requested actions, and store the resulting scene."""
        self._services[SEEN].end_frame()
        self._take(window)
        self.scene = self._store.scene
        preview.look(self.scene, self.facts)
        held = imgui.is_any_item_active() and not imgui.get_io().want_text_input
        if not self._memory.opening:
            self._link.submit(self.scene, self._clock(), held)
        self._memory.look(self.scene, self._link)
        for sentence in self._renderer.arrays.networks.changed():
            what, _, why = sentence.partition(": ")
            window.say(what, f"{why[:1].upper()}{why[1:]}", bad=True)
        file_actions.report(window)
        timeline_actions.report(window)
        seed_export.report(window)
        get_more.report(self.scene, window)
        run_actions.report_changes(window)

    def end(self) -> None:
        """Stop timing the window's own work."""
        self.meters.ui.add((work_clock() - self._worked) * 1000)

    def close(self) -> None:
        """Stop watching runs."""
        self._runs.close()

    def _take(self, window: Window) -> None:
        scene = self._overlay.lift(self.scene)
        for path, at in self._overlay.fresh:
            window.say(f"{name_of(path)}: a key at {at:.2f} s", "The timeline shows, so a change is one of its moment.")
        done = 0
        while done < len(scene.actions):  # an action may request more
            scene, done = scene.actions[done].change(scene, window), done + 1
        for action in scene.actions:
            if isinstance(action, ShowDialog):
                scene = dialogs.show(scene, self.facts, action)
        scene = followed_run.end_frame(scene, self.facts)
        self._store.take(scene, imgui.is_any_item_active())
        for action in scene.actions:
            action.run(self._store.scene, window)

    def _gather(self, now: float) -> Facts:
        link, scene = self._link, self.scene
        changing = imgui.is_any_item_active() or scene.view.moving
        newest = Figures(link.frame, link.picture, link.layers)
        source = scene.document.network.source
        return replace(
            self.facts,
            model=link.frame.model if link.frame else None,
            frame=link.frame,
            picture=link.picture,
            image_version=link.image_version,
            spectrum=link.spectrum,
            layers=link.layers,
            figures=self._steady.figures(newest, now, changing),
            pixels=link.pixels,
            loading=link.loading,
            preparing=link.preparing,
            failure=link.failure,
            waiting_s=link.waiting_s(now),
            stalled_s=self._renderer.stalled_s if link.loading is None else 0.0,
            runs=self._runs.look(snapshots.run_folders(scene.settings, source)),
            snapshots=snapshots.snapshots_of(source),
            undo=self._store.undo_name,
            redo=self._store.redo_name,
            shelf_undo=self._store.shelf.undo_name,
            shelf_redo=self._store.shelf.redo_name,
            saved=self.saved,
            sessions=self._memory.recent.look(),
            keeping=self._memory.keeping,
            session=self._memory.files.path,
            states=self._memory.states(),
            measure=self.meters.figures,
            now=now,
            size=layout.design_size(),
            room=layout.room(),
        )

    def _after_poll(self) -> None:
        """Update data derived from the newest image: names of w vectors, recent networks, the layer shown."""
        frame = self._link.frame
        if frame is None:
            return
        if not self._settled:  # freeze start-up objects: collecting them takes longer than a frame
            self._settled = True
            gc.freeze()
        self._store.ws_names = frame.model.ws_names
        scene = self.scene
        if frame.model.network == scene.document.network:
            settings = settings_file.opened(scene.settings, frame.model.network.source)
            if settings is not scene.settings:
                scene = replace(scene, settings=settings)
            layer = scene.view.display.layer
            if layer is not None and all(layer != one.name for one in frame.model.layers):
                display = replace(scene.view.display, layer=None, channel=0)
                scene = replace(scene, view=replace(scene.view, display=display))
        self.scene = scene

    def _advance(self, now: float) -> None:
        """Advance motion and playback.

        The next frame comes at once, or, where images take longer than frames, with the next image: drawing the same
        again would take time from the renderer.
        """
        scene = self.scene
        moving = scene.view.motion
        seconds = motion.elapsed(self._drawn, now)
        self.scene = scene = playback.advanced(scene, seconds)
        if scene.view.moving and not self._link.brings_frame:
            hello_imgui.request_refresh()
        if not moving.playing:
            return
        if moving.orbit and not self._store.history.is_open:
            self._phase = motion.resumed(scene.document, self._phase)
        document, self._phase = motion.advance(scene.document, moving, seconds, self._phase)
        self.scene = replace(scene, document=document)


def _without_keyboard(scene: Scene) -> Scene:
    """Return the scene in which no tab has the keyboard: one that is drawn takes it again, a hidden one has lost it."""
    finder, photos = scene.interaction.finder, scene.interaction.photos
    if finder.keyboard:
        scene = scene.interacting(finder=replace(finder, keyboard=False))
    return scene.interacting(photos=replace(photos, keyboard=False)) if photos.keyboard else scene
