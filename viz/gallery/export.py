"""Export of seeds as pictures, a sheet or latents: a low-priority run that outlives the window, like a film."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from imgui_bundle import hello_imgui

from foundation.files import free_name
from foundation.specs.film import KINDS, SeedsSpec
from foundation.specs.formats import PictureFormat
from foundation.words import counted
from renderer.document.document import Gallery
from renderer.document.session import SUFFIX, Session, save
from viz.files.capture import folder_of
from viz.gallery.actions import word
from viz.state.facts import ServiceKey
from viz.state.scene import Action, Scene, Window
from viz.state.snapshots import run_folders
from viz.timeline.export import NICE, SESSIONS, THREADS, Exporter

SEED_EXPORTER: ServiceKey[Exporter] = ServiceKey("seed exporter")
MOST = 16_000
"""Most seeds of a run: their numbers must fit into a command line."""


@dataclass(frozen=True)
class SeedsOptions:
    """Options of an export."""

    kind: str = KINDS[0]
    format: PictureFormat = "png"
    size: int = 0
    """Height of each picture in pixels; 0: as rendered."""
    names: str = "seed"
    recipe: bool = True
    columns: int = 0
    gap: int = 4
    captions: bool = True
    folder: str = ""
    """Empty: `seeds` in the capture folder."""


def folder_for(scene: Scene, options: SeedsOptions) -> Path:
    """Return the folder that an export goes to."""
    return Path(options.folder).expanduser().absolute() if options.folder else folder_of(scene.settings) / "seeds"


@dataclass(frozen=True)
class ExportSeeds(Action):
    """Export seeds at the present settings, as a run."""

    seeds: tuple[int, ...]
    options: SeedsOptions

    def run(self, scene: Scene, window: Window) -> None:
        """Start the run."""
        exporter, options = window.facts.services[SEED_EXPORTER], self.options
        if not self.seeds:
            window.say("Nothing is chosen to export: choose some pictures first.", bad=True, about="seeds")
            return
        if len(self.seeds) > MOST:
            window.say(
                f"{len(self.seeds)} pictures are too many for one export: choose {MOST} at most.",
                bad=True,
                about="seeds",
            )
            return
        out = folder_for(scene, options)
        if options.kind == "latents":
            out = free_name(out / "seeds.npz")
        outdir = run_folders(scene.settings, "")[0]
        session = free_name(Path(outdir) / SESSIONS / f"seeds{SUFFIX}")
        still = replace(scene.view, gallery=Gallery())
        spec = SeedsSpec(
            session=str(session),
            seeds=self.seeds,
            out=str(out),
            kind=options.kind,
            format=options.format,
            size=options.size,
            names=options.names,
            recipe=options.recipe,
            columns=options.columns,
            gap=options.gap,
            captions=options.captions,
            device=scene.settings.device,
            threads=THREADS,
            nice=NICE,
        )
        try:
            save(session, Session(scene.document, still), window.facts.arrays)
            exporter.submit(spec, outdir, hello_imgui.request_refresh)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            window.say("The pictures could not be exported.", str(reason), bad=True, about="seeds")
        else:
            window.say(f"Exporting {word(self.seeds)}", f"Into {out}. It goes on beside the window.", about="seeds")


@dataclass(frozen=True)
class StopSeeds(Action):
    """Stop the export; what was written stays."""

    def run(self, scene: Scene, window: Window) -> None:
        """Stop its run."""
        window.facts.services[SEED_EXPORTER].cancel()


def report(window: Window) -> None:
    """Report an export that has ended since the last call. Call once a frame."""
    if (state := window.facts.services[SEED_EXPORTER].news()) is None:
        return
    folder = state.path if os.path.isdir(state.path) else str(Path(state.path).parent)
    if state.cancelled:
        window.say(f"Stopped the export; {state.done} of {counted(state.total, 'picture')} stay", folder, folder=folder)
    elif state.problem:
        window.say("The pictures could not be exported.", state.problem, bad=True, about="seeds")
    else:
        done = counted(state.total, "picture")
        window.say(f"Exported {done}", folder, folder=folder, about="seeds")
