"""What panels ask the window to do."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from imgui_bundle import hello_imgui
from numpy.typing import NDArray

from renderer.document import recipe
from renderer.document.animate import requested
from renderer.document.document import request_for
from renderer.document.files import replacing
from renderer.document.recall import SUFFIXES
from renderer.document.recipe import Recipe
from renderer.document.session import Session
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import Network, Still
from training_launcher.results import as_csv
from viz.files import direction_files
from viz.files.capture import Writer, folder_of
from viz.files.sessions import Files, Say
from viz.link.background import Errands
from viz.link.jobs import Told
from viz.link.render_link import Incoming
from viz.runs.actions import done
from viz.runs.folders import folders
from viz.runs.launch import launched
from viz.runs.new_run import dialog as new_run
from viz.runs.new_run.form import Form
from viz.runs.results_dialog import Looking
from viz.runs.results_view import Shown
from viz.shell import dialogs
from viz.shell.desktop import dropped_source, reveal
from viz.state.facts import Facts
from viz.state.followed_run import Following, follow, put_beside
from viz.state.scene import (
    Ask,
    Beside,
    CancelExport,
    DismissFailure,
    Duplicate,
    ExportFilm,
    Follow,
    Jump,
    OpenDirection,
    OpenFile,
    OpenLatent,
    OpenNetwork,
    Quit,
    Redo,
    ResetLayout,
    RestartRenderer,
    ResumeRun,
    Retry,
    RevealFolder,
    SavePicture,
    SavePixels,
    SaveResults,
    SaveWindow,
    Scene,
    ShowDialog,
    ShowResults,
    StartFrom,
    StartRun,
    StopRun,
    TakePath,
    TrashRun,
    Undo,
)
from viz.state.store import Store
from viz.timeline.export import Exporter, FilmOptions

Photograph = Callable[[Callable[[NDArray[np.uint8]], None]], None]
"""Hands the next whole frame of the window to what it is given."""


class Deeds:
    """Does what panels ask for. Some asks change the scene and so belong to the frame's step; others follow it."""

    def __init__(
        self,
        store: Store,
        incoming: Incoming,
        renderer: AnyRenderer,
        say: Say,
        photograph: Photograph,
        files: Files,
        exporter: Exporter,
    ) -> None:
        self._store, self._incoming, self._renderer = store, incoming, renderer
        self._say, self._photograph, self._files = say, photograph, files
        self._exporter = exporter
        self._writer = Writer(hello_imgui.request_refresh)
        self._launches = Errands("launch", launched, hello_imgui.request_refresh)
        self._runs = Errands("run deeds", done, hello_imgui.request_refresh)
        self.saved = ""
        """File written last."""

    def before(self, scene: Scene, facts: Facts) -> Scene:
        """What must be part of this frame's step: the scene with it."""
        for ask in scene.asks:
            match ask:
                case OpenNetwork(source=source):
                    scene = opened(scene, source)
                case Follow(folder=""):
                    facts.scratch.get(Following).stop()
                case Follow(folder=folder):
                    scene = follow(scene, facts, folder)
                case Beside(source=source):
                    scene = put_beside(scene, facts, source)
                case Duplicate() | StartFrom() | TakePath():
                    scene = self._fill(scene, facts, ask)
                case ShowResults(folder=folder):
                    facts.scratch.get(Looking).folder = folder
                    scene = scene.ask(ShowDialog("results"))
                case SaveResults(path=path):
                    self._save_results(facts, Path(path))
                case _:
                    scene = self._files.ask(scene, facts, ask)
        for ask in scene.asks:
            if isinstance(ask, ShowDialog):
                dialogs.show(scene, facts, ask.name)
        return scene

    def after(self, asks: tuple[Ask, ...]) -> None:
        """What acts on the window, once the scene is taken."""
        for ask in asks:
            match ask:
                case Undo():
                    self._store.undo()
                case Redo():
                    self._store.redo()
                case Jump(done=done):
                    self._store.jump(done)
                case Retry():
                    self._incoming.retry()
                case RestartRenderer():
                    self._incoming.restarted()
                    self._renderer.restart()
                case DismissFailure():
                    self._incoming.failure = None
                case SavePicture():
                    self._save_picture()
                case SaveWindow():
                    self._photograph(lambda pixels: self._writer.write(self._folder(), pixels))
                case SavePixels(make=make):
                    self._writer.write(self._folder(), make)
                case ResetLayout():
                    hello_imgui.get_runner_params().docking_params.layout_reset = True
                case RevealFolder(path=path):
                    if problem := reveal(path):
                        self._say(problem, bad=True)
                case ExportFilm(options=options):
                    self._export(options)
                case CancelExport():
                    self._exporter.cancel()
                case StartRun():
                    self._launches.do(ask)
                case StopRun() | ResumeRun() | TrashRun():
                    self._runs.do(ask)
                case Quit():
                    hello_imgui.get_runner_params().app_shall_exit = True

    def dropped(self, scene: Scene, path: str) -> Scene:
        """The scene that asks for what was dropped on the window; a file of another kind gives a sentence."""
        suffix = Path(path).suffix.lower()
        if suffix in SUFFIXES:
            return scene.ask(OpenFile(path))
        if suffix == ".npz":
            return scene.ask(OpenLatent(path))
        if suffix in direction_files.SUFFIXES:
            return scene.ask(OpenDirection(path))
        source, problem = dropped_source(path)
        if problem:
            self._say(problem, bad=True)
            return scene
        return scene.ask(OpenNetwork(source))

    def written(self) -> None:
        """Tell of captures that have been written since the last call."""
        if written := self._writer.poll():
            if written.problem:
                self._say(written.problem, bad=True)
                return
            self.saved = written.path
            path = Path(written.path)
            self._say(f"Saved {path.name}", str(path.parent), folder=str(path.parent))

    def exported(self) -> None:
        """Tell of a film that has been exported since the last call."""
        if (state := self._exporter.news()) is None or state.cancelled:
            return
        if state.problem:
            self._say("The film could not be exported.", state.problem, bad=True)
            return
        path = Path(state.path)
        self.saved = state.path
        self._say(f"Saved {path.name}", str(path.parent), folder=str(path.parent))

    def launched(self, scene: Scene, facts: Facts) -> Scene:
        """Tell of a run that was started since the last call; the scene that follows it, if that was asked for."""
        if (news := self._launches.news()) is None:
            return scene
        if news.run is None:
            self._say("The run could not be started.", news.problem, bad=True)
            return scene
        started = "waits for its turn" if news.run.state == "queued" else "has started"
        self._say(f"{news.run.name} {started}", os.path.dirname(news.run.folder), folder=news.run.folder)
        return follow(scene, facts, news.run.folder) if news.follow else scene

    def told_of_runs(self) -> None:
        """Tell what came of deeds with runs since the last call."""
        while (news := self._runs.news()) is not None:
            text, detail, bad = news
            self._say(text, detail, bad=bad)

    def close(self) -> None:
        """Finish writing captures and what was asked of runs; films are made without the window."""
        self._launches.close()
        self._runs.close()
        self._writer.close()
        self._exporter.close()

    def _export(self, options: FilmOptions) -> None:
        scene = self._store.scene
        session = Session(scene.document, scene.view)
        device, outdir = scene.settings.device, folders(scene.settings, "")[0]
        try:
            self._exporter.start(options, session, self._renderer.arrays, device, outdir, hello_imgui.request_refresh)
        except (OSError, ValueError) as error:
            self._say("The film could not be exported.", str(error), bad=True)

    def _fill(self, scene: Scene, facts: Facts, ask: Duplicate | StartFrom | TakePath) -> Scene:
        """Fill the form for a new run, and open it."""
        form = facts.scratch.get(Form)
        new_run.start(scene, facts)
        match ask:
            case Duplicate(run=run):
                form.take_run(run)
            case StartFrom(source=source):
                form.kind = "train"
                form.put(form.draft.put("resume", source))
            case TakePath(path=path):
                form.take_path(path)
        return scene.ask(ShowDialog("new-run"))

    def _save_results(self, facts: Facts, path: Path) -> None:
        try:
            with replacing(path) as part:
                part.write_text(as_csv(facts.scratch.get(Shown).results), encoding="utf-8")
        except OSError as error:
            self._say(f"The results cannot be saved as {path}: {error.strerror or error}.", bad=True)
            return
        self.saved = str(path)
        self._say(f"Saved {path.name}", str(path.parent), folder=str(path.parent))

    def _folder(self) -> Path:
        return folder_of(self._store.scene.settings)

    def _save_picture(self) -> None:
        incoming, arrays = self._incoming, self._renderer.arrays
        frame, pixels, shown = incoming.frame, incoming.pixels(), incoming.shown
        if frame is None or pixels is None or shown is None:
            return
        made = Recipe(*shown)

        def write(pixels: NDArray[np.uint8]) -> None:
            self._writer.write(self._folder(), pixels, lambda: {recipe.KEY: recipe.write(made, arrays)})

        def rendered(told: Told) -> None:
            if told.result is not None:
                write(np.asarray(told.result))
            else:
                self._say("The picture could not be saved.", told.failure.message if told.failure else "", bad=True)

        if frame.low_res:
            request = request_for(made.document, made.display, self._store.scene.settings.device, 0)
            if made.at is not None:
                request = requested(request, made.document.timeline, made.at)
            incoming.works.once(Still(request), rendered)
        else:
            write(pixels.copy())


def opened(scene: Scene, source: str) -> Scene:
    """The scene with another network; the same one again is read afresh."""
    document = scene.document
    again = document.network.reload + 1 if document.network.source == source else 0
    return replace(scene, document=replace(document, network=Network(source, again)))
