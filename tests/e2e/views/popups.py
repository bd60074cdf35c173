"""Visits of all that opens over the window: menus, dialogs in their later states, notes of the first start."""

from collections.abc import Callable, Iterator
from pathlib import Path

from imgui_bundle import imgui

from foundation.bundled import RECORDED_RUNS
from tests.e2e.driver import Driver, Key
from tests.e2e.timeline.test_timeline_panel import PSI, WALK, keyed, spot
from tests.e2e.ui.test_held_menus import hold, middle
from tests.e2e.views.look import Stop, Visit
from tests.e2e.views.panels import LONG, front
from tests.mixed_pictures import make_mixed
from viz.commands.actions import ResetLayout
from viz.files.leaving_dialog import NAME as LEAVING
from viz.runs.menu import choosing
from viz.runs.new_dataset.state import MAKING
from viz.runs.new_run.dialog import form_of
from viz.runs.results_dialog import ShowResults
from viz.shell.app_bar import MENUS
from viz.start.downloads import DOWNLOADS, Download
from viz.state.params import put
from viz.state.scene import ShowDialog

TAKEN = ("save-results", "save-directions")
"""Dialogs that need an action for the chosen file."""
RIGHT = int(imgui.MouseButton_.right)


def menus(d: Driver, folder: Path) -> Iterator[Stop]:
    """Menus of the app bar, and those of a held right button."""
    d.wait_frame()
    d.press(Key.r)
    d.press(Key.b)
    for name in MENUS:
        yield f"menu {name}", lambda name=name: d.click(f"//**/{name}")

    def held(item: str) -> Callable[[], None]:
        def opens() -> None:
            hold(d, *middle(d, item))
            d.ctx.mouse_up(RIGHT)
            d.frames(2)

        return opens

    for item in ("//Generator/ψ/##track", "//Canvas/##picture"):
        yield f"menu of {item}", held(item)
    yield "menu of a swatch", lambda: d.click("//Mix/**/##swatch0", RIGHT)


def timeline(d: Driver, folder: Path) -> Iterator[Stop]:
    """Menus of the timeline, and the dialog of a film."""
    d.wait_frame()
    front(d, "Timeline")

    def at(path: str, seconds: float) -> Callable[[], None]:
        def opens() -> None:
            d.ctx.mouse_move_to_pos(spot(d, path, seconds))
            d.ctx.mouse_click(RIGHT)

        return opens

    yield "menu of a segment", at("latent", 2.0)
    yield "menu of a key", at("truncation.psi", 4.0)
    yield "what can be animated", lambda: d.click("//Timeline/**/##add")
    d.change(lambda scene: scene.request(ShowDialog("export")))
    yield "export of a film"


def dialogs(d: Driver, folder: Path) -> Iterator[Stop]:
    """Dialogs in states that they do not open in."""
    d.wait_frame()

    def opened(name: str) -> None:
        take = (lambda path: ResetLayout()) if name in TAKEN else None
        d.change(lambda scene: scene.request(ShowDialog(name, take)))
        d.frames(8)

    def closed() -> None:
        d.wait_for(lambda: not d.scene.interaction.dialog.name or d.press(Key.escape), what="the dialog to close")
        d.frames(3)

    opened("commands")
    yield "palette"
    d.ctx.key_chars("random")
    d.frames(3)
    yield "palette, searched"
    closed()
    d.wait_for(lambda: d.facts.runs, what="the recorded runs")
    for kind, name in enumerate(("training", "measurement")):
        opened("new-run")
        d.click(f"//**/kind/##{kind}")
        d.frames(6)
        yield f"new run, {name}"
        closed()
    form_of(d.facts).kind = "train"
    measured = next(run for run in d.facts.runs if run.kind == "train")
    d.change(lambda scene: scene.request(ShowResults(measured.folder)))
    d.frames(20)
    yield "results"
    closed()
    for name in ("browse-network", "browse-photos"):
        opened(name)
        yield f"dialog {name}"
        closed()
    for name in ("save-results", "save-directions", "save-network", LEAVING, "help", "settings", "about", "get-more"):
        opened(name)
        yield f"dialog {name}"
        closed()
    opened("save-session")
    file = folder / "a file with a long name that is no folder"
    file.write_bytes(b"")
    d.type_into("//**/##path", f"{file}/{4 * 'and what lies in it, '}session.stylescope")
    assert d.scene.interaction.dialog.name == "save-session", "nothing can be written there"
    yield "a file where a folder is needed"
    closed()
    d.facts.services[DOWNLOADS].now = Download("https://host/far.pkl", over=True, problem=LONG)
    opened("get-more")
    yield "a download that failed"
    closed()
    form_of(d.facts).put(form_of(d.facts).draft.put("data", "faces.zip").put("cfg", "paper256").put("batch", "7"))
    form_of(d.facts).outdir = "runs"
    opened("new-run")
    yield "a form with mistakes"
    closed()
    d.change(lambda scene: put(scene, "view.workspace", "train"))
    d.frames(20)
    yield "menu of a run", lambda: d.click(f"//Runs/**/##{measured.name}", RIGHT)
    d.change(lambda scene: choosing(scene, trashing=measured))
    yield "a run to the trash"


def dataset(d: Driver, folder: Path) -> Iterator[Stop]:
    """The dialog of a new dataset, with pictures looked at."""
    make_mixed(folder / "mixed", 120, ("a", "b"))
    for index in range(20):
        (folder / "mixed" / "a" / f"cut off {index}.png").write_bytes(b"no")
    d.wait_frame()
    d.app.drop([str(folder / "mixed")])
    making = d.facts.services[MAKING]
    d.wait_for(lambda: making.survey.done and making.picture.texture is not None, what="the pictures")
    d.frames(4)
    yield "new dataset, much left out"
    making.form.partial = True
    d.frames(3)
    yield "new dataset"


def welcome(d: Driver, folder: Path) -> Iterator[Stop]:
    """The first start, with its notes."""
    d.wait_for(lambda: d.facts.picture is not None, what="the first picture")
    d.frames(12)
    yield "first start"


def _of(package: str, *names: str) -> frozenset[str]:
    return frozenset(f"viz.{package}.{name}" for name in names)


VISITS = {
    "menus": Visit(menus, _of("shell", "app_bar")),
    "timeline's menus": Visit(timeline, _of("timeline", "menus", "segments", "export_dialog"), scene=keyed(WALK, PSI)),
    "dialogs": Visit(
        dialogs,
        _of("commands", "palette", "shortcut_list")
        | _of("files", "browse_dialog", "browse_list", "leaving_dialog", "save_dialog")
        | _of("runs", "menu", "results_dialog", "new_run.dialog", "new_run.fields", "new_run.measurements")
        | _of("shell", "dialogs", "settings_dialog")
        | _of("start", "get_more"),
        frozenset(path.name for path in RECORDED_RUNS.iterdir()),
    ),
    "dataset": Visit(dataset, _of("runs", "new_dataset.dialog")),
    "welcome": Visit(welcome, _of("start", "notes"), options={"options": {"welcome": True}}),
}
