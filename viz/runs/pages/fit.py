"""Page of a fit: photo and result, the curve of the distance, its figures, and the ways to use it."""

from pathlib import Path

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.fits import PROJECTED, PROJECTION, TARGET
from training_launcher.run import Run
from viz.photos import curve_column
from viz.photos.earlier import TakeUpFit, photo_of
from viz.photos.fits import FITS, FitNow
from viz.photos.fitting import SPACES
from viz.photos.pictures import PHOTO_PICTURES
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui import plots
from viz.ui import widgets as ui
from viz.ui.actions import RevealFolder
from viz.ui.theme import current as t


class _Result:
    """Result whose picture was read last: the file is read again when the fit has another one."""

    def __init__(self) -> None:
        self.of: tuple[str, int, float | None] | None = None


def draw(scene: Scene, facts: Facts, run: Run) -> Scene:
    """Draw the page in the available space."""
    now = facts.services[FITS].follow(run.folder)
    if now is None or not (now.curve or now.fit.has_result):
        text = "Its first steps appear here" if run.live or now is None else "It has no steps"
        ui.empty_state("image", Path(photo_of(run)).name or "A folder of photos", text)
        return scene
    scene = _head(scene, facts, run, now)
    p, room, gap = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail(), t.px(10)
    side = max(1.0, min((room.x - t.px(240)) / 2 - 2 * gap, room.y - t.px(18)))
    if side < t.px(96):  # the curve goes below
        side = max(1.0, min((room.x - gap) / 2, room.y * 0.52 - t.px(18)))
    pair = 2 * side + gap
    _picture(facts, str(Path(run.folder) / TARGET), "Photo", V(p.x, p.y), side)
    _picture(facts, _result(facts, run, now), "Result", V(p.x + side + gap, p.y), side)
    beside = room.x - pair - 2 * gap > t.px(240)
    if beside:
        imgui.set_cursor_screen_pos(V(p.x + pair + 2 * gap, p.y))
        _curve(now, room.x - pair - 2 * gap, max(side, t.px(plots.LEAST)) + t.px(18))
    else:
        imgui.set_cursor_screen_pos(V(p.x, p.y + side + t.px(22)))
        _curve(now, room.x, max(room.y - side - t.px(26), t.px(plots.LEAST + 20)))
    return scene


def _head(scene: Scene, facts: Facts, run: Run, now: FitNow) -> Scene:
    """Draw what was fitted, and the buttons."""
    p, width = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x
    space = SPACES["tuned" if run.spec.get("tune") else "w+" if run.spec.get("space") == "w+" else "w"]
    parts = [Path(photo_of(run)).name, space]
    if now.ws is not None:
        parts.append(f"w {now.ws.shape[0]} × {now.ws.shape[1]}")
    why = "" if now.ended else "It has no result yet" if not now.live else "Once it is done, or stopped"
    why = why or ("No network is open yet" if facts.model is None else "")
    why = why or _other(facts, now)
    buttons = (
        ("Put on the shelf", "stack", why, why or "As a style to mix with"),
        ("Show", "eye", why, why or "Make it the picture on the canvas"),
        ("Open in Photos", "image", "", "Photo and result on the canvas; to go on, or to fit again"),
        ("Folder", "folder-open", "", f"Its files, {PROJECTED} among them"),
    )
    widths = [ui.measure(name) + t.px(38) for name, *_ in buttons]
    small = sum(widths) + t.px(8 * 3 + 60) > width
    if small:
        widths = [t.px(t.row)] * len(buttons)
    room = width - sum(widths) - t.px(8) * len(buttons)
    ui.draw(ui.ellipsis(", ".join(parts), room), p.x, p.y, "text", weight="bold", height=t.px(t.row))
    x = p.x + width - sum(widths) - t.px(8) * (len(buttons) - 1)
    for (name, glyph, reason, hint), wide in zip(buttons, widths, strict=True):
        imgui.set_cursor_screen_pos(V(x, p.y))
        text = "" if small else name
        hint = f"{name}: {hint}" if small else hint
        if ui.button(text, glyph, width=wide, id_=f"##fit {name}", hint=hint, enabled=not reason):  # type: ignore[arg-type]
            scene = _pressed(scene, name, run)
        x += wide + t.px(8)
    imgui.set_cursor_screen_pos(V(p.x, p.y + t.px(t.row + 8)))
    return scene


def _other(facts: Facts, now: FitNow) -> str:
    """Return why the result does not belong to the open network; empty if it does."""
    model = facts.model
    if model is None or now.ws is None or now.ws.shape == (model.num_ws, model.w_dim):
        return ""
    return f"It was fitted to another network: {Path(str(now.run.spec.get('network', ''))).name}"


def _pressed(scene: Scene, name: str, run: Run) -> Scene:
    match name:
        case "Put on the shelf":
            return scene.request(TakeUpFit(run, shelve=True))
        case "Show":
            return put(scene, "view.workspace", "explore").request(TakeUpFit(run, show=True))
        case "Open in Photos":
            return scene.request(TakeUpFit(run))
        case _:
            return scene.request(RevealFolder(run.folder))


def _result(facts: Facts, run: Run, now: FitNow) -> str:
    """Return the path of the result's picture, which is read anew once it is another one."""
    path = str(Path(run.folder) / PROJECTION)
    read, of = facts.scratch.get(_Result), (path, now.fit.step, now.fit.result_distance)
    if read.of != of:
        if now.fit.has_result:
            facts.services[PHOTO_PICTURES].again(path)
        read.of = of
    return path if now.fit.has_result else ""


def _picture(facts: Facts, path: str, text: str, a: V, side: float) -> None:
    """Draw a picture with its name below."""
    found = facts.services[PHOTO_PICTURES].get(path) if path else None
    if found is not None and found.texture is not None:
        k = side / max(found.texture.width, found.texture.height)
        ui.picture(found.texture.id, (0, 0, 1, 1), a, V(found.texture.width * k, found.texture.height * k), 3)
    else:
        ui.fill(a, V(a.x + side, a.y + side), "control", 1, 4)
        words = "Reading…" if path and found is None else "No picture" if path else "Not yet"
        ui.draw(words, a.x + side / 2, a.y, "faint", t.small, align=0.5, height=side)
    ui.draw(text, a.x, a.y + side, "dim", t.small, height=t.px(18))


def _curve(now: FitNow, width: float, height: float) -> None:
    """Draw the distance by step under its name, with the newest value."""
    p, h = imgui.get_cursor_screen_pos(), t.px(18)
    value = now.fit.result_distance if now.ended and now.fit.result_distance is not None else None
    if value is None and now.curve:
        value = now.curve[-1][1]
    ui.draw(ui.ellipsis(f"Distance, {now.fit.distance}", width - t.px(60), t.small), p.x, p.y, "dim", t.small, height=h)
    if value is not None:
        ui.draw(f"{value:.3g}", p.x + width, p.y, "text", weight="bold", align=1, height=h)
    imgui.set_cursor_screen_pos(V(p.x, p.y + h))
    if now.curve:
        curve_column.curve(now, width, height - h - t.px(8))
