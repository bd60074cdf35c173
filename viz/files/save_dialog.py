"""Dialog for saving a session or a latent, with confirmation before overwriting."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from imgui_bundle import imgui

from foundation.arrays import LATENT_SUFFIXES
from foundation.files import free_name
from renderer.document import session
from viz.files import network_saver
from viz.files.actions import SaveLatent, SaveNetwork, SaveSession
from viz.files.capture import folder_of
from viz.state.facts import Facts
from viz.state.scene import Action, Scene
from viz.ui import widgets as ui
from viz.ui.theme import current as t

SESSION, LATENT, RESULTS, NETWORK = "save-session", "save-latent", "save-results", "save-network"
DIRECTIONS = "save-directions"
TITLES = {
    SESSION: "Save session as",
    LATENT: "Save latent as",
    RESULTS: "Export results as",
    NETWORK: "Save network as",
    DIRECTIONS: "Save directions as",
}
_ENDINGS = {
    SESSION: (session.SUFFIX,),
    LATENT: LATENT_SUFFIXES,
    RESULTS: (".csv",),
    NETWORK: network_saver.ENDINGS,
    DIRECTIONS: (".npz", ".npy"),
}
_NAMES = {RESULTS: "metrics", NETWORK: "network", DIRECTIONS: "directions"}
_ACTIONS: dict[str, Callable[[str], Action]] = {SESSION: SaveSession, LATENT: SaveLatent, NETWORK: SaveNetwork}
_NOTES = {
    SESSION: "Everything: the document, the shelf, the view, and the arrays that they use.",
    LATENT: "The w vectors of the picture as it is now: .npz, or .npy by its ending.",
    NETWORK: "All networks of the open file, as far as the format holds them; the ending says which it is. "
    "Blends with other networks are saved as .safetensors.",
    DIRECTIONS: "All that are listed, with names, scale and layers: one .npz, or by its ending a .npy for each.",
    RESULTS: "A row for each figure of each network: value, pictures, feature network, time.",
}


@dataclass
class _Typed:
    """Typed path for each purpose."""

    paths: dict[str, str] = field(default_factory=dict)
    take: Callable[[str], Action] = SaveSession
    """Creates the action for the path."""
    fresh: bool = False


def start(scene: Scene, facts: Facts, name: str, take: Callable[[str], Action] | None = None) -> None:
    """Propose a file when the dialog `name` opens."""
    typed = facts.scratch.get(_Typed)
    typed.fresh, typed.take = True, take or _ACTIONS[name]
    if name == SESSION and facts.session:
        typed.paths[name] = facts.session
    elif name not in typed.paths:
        typed.paths[name] = str(
            free_name(folder_of(scene.settings) / f"{_NAMES.get(name, 'untitled')}{_ENDINGS[name][0]}")
        )


def target(name: str, typed: str) -> tuple[Path, str]:
    """Return the file of a typed path, with its suffix added, and why it is invalid; empty if it is valid."""
    text = typed.strip()
    path = Path(text).expanduser()
    if not text or text.endswith(("/", "\\")) or os.path.isdir(path):
        return path, "Type the name of the file too."
    if path.suffix.lower() not in _ENDINGS[name]:
        path = path.with_name(path.name + _ENDINGS[name][0])
    parent = next((one for one in path.parents if os.path.exists(one)), None)
    if not path.is_absolute() or (parent is not None and not os.path.isdir(parent)):
        return path, f"There is no folder {path.parent}."
    return path, ""


def _format(path: str) -> str:
    """Draw the choice of a network's format. Returns the path, with the chosen ending."""
    names, suffix = list(network_saver.FORMATS), Path(path).suffix.lower()
    now = network_saver.ENDINGS.index(suffix) if suffix in network_saver.ENDINGS else 0
    width = ui.row_label("Format", now != 0)
    hints = [hint for _, _, hint in network_saver.FORMATS.values()]
    chosen = ui.segmented("format", names, now, width=width, hints=hints)
    if chosen == now:
        return path
    stem = path[: -len(suffix)] if suffix in network_saver.ENDINGS else path
    return stem + network_saver.ENDINGS[chosen]


def draw(scene: Scene, facts: Facts, name: str) -> tuple[Scene, bool]:
    """Draw the content of the dialog. Returns the scene, and True once the dialog is done."""
    typed = facts.scratch.get(_Typed)
    ui.label(TITLES[name], "text", t.title, "bold", height=28)
    ui.wrapped(_NOTES[name], "dim")
    ui.space(6)
    if name == NETWORK:
        typed.paths[name] = _format(typed.paths[name])
    if typed.fresh:
        imgui.set_keyboard_focus_here()
        typed.fresh = False
    imgui.set_next_item_width(-1)
    flags = imgui.InputTextFlags_.enter_returns_true | imgui.InputTextFlags_.elide_left
    entered, typed.paths[name] = ui.input_text("##path", typed.paths[name], flags=flags)
    path, problem = target(name, typed.paths[name])
    there = not problem and os.path.exists(path)
    p = imgui.get_cursor_screen_pos()
    note = problem or (f"There is a {path.name} already." if there else f"Becomes {path.name}")
    token = "bad" if problem else "warn" if there else "faint"
    imgui.dummy(imgui.ImVec2(0, ui.sentence(note, p.x, p.y, imgui.get_content_region_avail().x, token)))
    words = "Replace" if there else "Save"
    pressed = ui.button(words, kind="danger" if there else "primary", id_="##write", enabled=not problem)
    imgui.same_line(0, t.px(8))
    if ui.button("Cancel", id_="##cancel", keys="Esc"):
        return scene, True
    if problem or not (pressed or (entered and not there)):  # Enter alone never overwrites
        return scene, False
    return scene.request(typed.take(str(path))), True
