"""Page of a film: the film itself once it is done, with Play and the way to another player."""

import os
from typing import Any

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from training_launcher.run import Run
from viz.runs.pages.player import FILM_PLAYER
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.actions import OpenOutside, RevealFolder
from viz.ui.theme import current as t

_RATE = 30.0
"""Frames per second of a film whose options do not say."""


def film_of(run: Run) -> str:
    """Return the path of a run's film; empty if it names none."""
    path = run.spec.get("out") or run.spec.get("output")
    return path if run.kind == "video" and isinstance(path, str) else ""


def rate_of(run: Run) -> float:
    """Return the frames per second of a run's film."""
    rate: Any = run.spec.get("fps")
    return float(rate) if isinstance(rate, int | float) and 0 < rate <= 240 else _RATE


def draw(scene: Scene, facts: Facts, run: Run) -> Scene:
    """Draw the page in the available space."""
    path, player = film_of(run), facts.services[FILM_PLAYER]
    name = os.path.basename(path)
    if run.live or run.state != "finished":
        text = "It appears here once it is done" if run.live else "It was not finished, so there is none"
        ui.empty_state("film-strip", name or "No film", text)
        return scene
    if not os.path.exists(path):
        ui.empty_state("film-strip", "The film is no longer there", ui.drawable(path))
        return scene
    texture = player.show(path, rate_of(run))
    scene = _head(scene, facts, path, name)
    a, room = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail()
    if texture is None or room.x < 2 or room.y < 2:
        ui.sentence(player.problem or "Reading…", a.x, a.y, room.x, "bad" if player.problem else "faint")
        return scene
    k = min(room.x / texture.width, room.y / texture.height)
    size = V(max(1.0, texture.width * k), max(1.0, texture.height * k))
    ui.picture(texture.id, (0, 0, 1, 1), V(a.x + (room.x - size.x) / 2, a.y), size, 3)
    if ui.hit("##film", V(max(1.0, room.x), size.y)):
        player.toggle()
    ui.tip("Pause" if player.playing else "Play")
    return scene


def _head(scene: Scene, facts: Facts, path: str, name: str) -> Scene:
    """Draw Play, the name, and the ways out."""
    player = facts.services[FILM_PLAYER]
    glyph, hint = ("pause", "Pause") if player.playing else ("play", "Play")
    if ui.button(glyph=glyph, kind="primary", id_="##play", hint=hint):  # type: ignore[arg-type]
        player.toggle()
    imgui.same_line(0, t.px(10))
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    ways = ui.measure("Open in player") + ui.measure("Show in folder") + t.px(2 * 38 + 8)
    text = ui.ellipsis(name, width - ways - t.px(90))
    x = p.x + ui.draw(text, p.x, p.y, "text", weight="bold", height=t.px(t.row))
    if player.frame >= 0:
        ui.draw(f"frame {player.frame}", x + t.px(10), p.y, "faint", t.small, height=t.px(t.row))
    imgui.set_cursor_screen_pos(V(p.x + width - ways, p.y))
    if ui.button("Open in player", "export", id_="##openfilm", hint="In the desktop's own program for it"):
        scene = scene.request(OpenOutside(path))
    imgui.same_line(0, t.px(8))
    if ui.button("Show in folder", "folder-open", id_="##filmfolder", hint=ui.drawable(os.path.dirname(path))):
        scene = scene.request(RevealFolder(os.path.dirname(path)))
    ui.space(6)
    return scene
