"""Left part of the tab: the ways to find directions, the settings of the chosen one, and its button."""

from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.specs.editing.defaults import (
    MEASURE_SAMPLES,
    MEASURE_WORDS,
    PCA_COMPONENTS,
    PCA_SAMPLES,
    SEFA_COMPONENTS,
    STYLESPACE_COUNT,
)
from viz.directions import piles, search, ways
from viz.state.facts import Facts
from viz.state.interaction import DirectionFinder
from viz.state.scene import Scene
from viz.ui import widgets as ui
from viz.ui.cells import cells_of
from viz.ui.theme import current as t

ANY = "any"


def draw(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the list of ways and, below it, the settings of the chosen one."""
    p, wide = imgui.get_cursor_screen_pos(), width > t.px(215)
    ui.draw("Find by", p.x, p.y, "text", t.small, "bold", height=t.px(18))
    imgui.dummy(V(width, t.px(18)))
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    for entry in ways.ENTRIES:
        scene = _entry(scene, facts, entry, width, wide)
    imgui.pop_style_var()
    ui.space(6)
    p = imgui.get_cursor_screen_pos()
    ui.fill(p, V(p.x + width, p.y + t.px(1)), "line", 1, 0)
    ui.space(8)
    return _settings(scene, facts, width)


def _entry(scene: Scene, facts: Facts, entry: ways.Entry, width: float, wide: bool) -> Scene:
    finder, why = scene.interaction.finder, ways.lacks(entry.way, facts.model)
    on, h, p = finder.way == entry.way, t.px(26), imgui.get_cursor_screen_pos()
    with ui.greyed(why):
        clicked = ui.hit(f"##way {entry.name}", V(width, h))
        hot = imgui.is_item_hovered()
        if on or hot:
            ui.fill(p, V(p.x + width, p.y + h), "accent" if on else "hover", 0.16 if on else 0.6, 4)
        ui.draw(ui.icon(entry.glyph), p.x + t.px(16), p.y, "accent" if on else "dim", 12, align=0.5, height=h)
        x = p.x + t.px(32)
        x += ui.draw(entry.name, x, p.y, "text" if on or hot else "dim", height=h) + t.px(10)
        note, end = why or entry.note, p.x + width - t.px(8)
        if wide and end - x > t.px(30):
            ui.draw(ui.ellipsis(note, end - x, t.small), end, p.y, "faint", t.small, align=1, height=h)
        ui.focus_ring()
        ui.tip(entry.hint)
    return _setting(scene, way=entry.way) if clicked and not why else scene


def _setting(scene: Scene, **changes: object) -> Scene:
    finder: DirectionFinder = replace(scene.interaction.finder, **changes)  # type: ignore[arg-type]
    return scene.interacting(finder=finder)


def _settings(scene: Scene, facts: Facts, width: float) -> Scene:
    if scene.interaction.finder.way == "piles":
        return _piles(scene, facts, width)
    with ui.greyed("A search is running" if scene.interaction.finder.running is not None else ""):
        match scene.interaction.finder.way:
            case "sefa":
                scene = _sefa(scene)
            case "stylespace":
                scene = _stylespace(scene, facts)
            case "classes":
                scene = _classes(scene, facts)
            case "measure":
                scene = _measure(scene, facts)
            case _:
                scene = _pca(scene)
        if scene.interaction.finder.way != "stylespace":
            scene = _layers(scene, facts)
    ui.space(6)
    return _button(scene, facts, width)


def _piles(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the button that opens the two piles, and what is in them."""
    if ui.button("Sort pictures", "hand-pointing", "primary", width=width, id_="##sort pictures", hint="Esc closes it"):
        scene = piles.opened(scene, facts)
    own = piles.own(scene, facts)
    if own is not None and own.choices:
        _line(f"Two piles: {own.left} | {own.right}, {own.count}", width)
    return scene


def _pca(scene: Scene) -> Scene:
    pca = scene.interaction.finder.pca
    samples = ui.slider("Pictures", pca.samples, 1000, 100_000, PCA_SAMPLES, fmt="%.0f", hint="How many w it looks at")
    count = ui.slider(
        "Components", pca.components, 1, 200, PCA_COMPONENTS, fmt="%.0f", hint="How many directions it finds at most"
    )
    return _setting(scene, pca=replace(pca, samples=round(samples), components=round(count)))


def _sefa(scene: Scene) -> Scene:
    sefa = scene.interaction.finder.sefa
    count = ui.slider(
        "Components", sefa.components, 1, 200, SEFA_COMPONENTS, fmt="%.0f", hint="How many directions it finds at most"
    )
    return _setting(scene, sefa=replace(sefa, components=round(count)))


@dataclass
class _Typed:
    """Search texts of the lists of classes and layers."""

    start: str = ""
    end: str = ""
    layer: str = ""


ALL_LAYERS = "all"


def _stylespace(scene: Scene, facts: Facts) -> Scene:
    finder, typed = scene.interaction.finder, facts.scratch.get(_Typed)
    layer = ways.style_layer(finder, facts.model)
    names = [name for name, _ in facts.model.style_layers] if facts.model else []
    hint = "Layers whose channels are searched; each channel belongs to one"
    if ui.choice("Layer", layer or ALL_LAYERS, hint=hint):
        imgui.open_popup("search layers")
    low, width = imgui.get_item_rect_min(), imgui.get_item_rect_size().x
    imgui.set_next_window_pos(V(low.x, low.y + t.px(t.row + 2)), imgui.Cond_.appearing)
    chosen = names.index(layer) + 1 if layer else 0
    picked, typed.layer = ui.pick("search layers", [ALL_LAYERS, *names], chosen, typed.layer, width, 0)
    if picked is not None:
        layer = names[picked - 1] if picked else ""
    count = ui.slider(
        "Channels",
        finder.channels.channels,
        1,
        200,
        STYLESPACE_COUNT,
        fmt="%.0f",
        hint="How many it finds: the strongest",
    )
    scene = _region(scene, facts, "The strongest inside it; without one, those that act most in one place")
    return _setting(scene, channels=replace(finder.channels, channels=round(count), layer=layer))


def _classes(scene: Scene, facts: Facts) -> Scene:
    classes, typed = scene.interaction.finder.classes, facts.scratch.get(_Typed)
    count = facts.model.c_dim if facts.model else 0
    start, typed.start = _class("From", classes.start, count, typed.start, "The class that it leads away from")
    end, typed.end = _class("To", classes.end, count, typed.end, "The class that it leads to")
    return _setting(scene, classes=replace(classes, start=start, end=end))


def _class(name: str, value: int | None, count: int, typed: str, hint: str) -> tuple[int | None, str]:
    if ui.choice(name, ANY if value is None else str(value), hint=f"{hint}; {ANY}: the mean of all others"):
        imgui.open_popup(ui.drawable(f"class {name}"))
    low, width = imgui.get_item_rect_min(), imgui.get_item_rect_size().x
    imgui.set_next_window_pos(V(low.x, low.y + t.px(t.row + 2)), imgui.Cond_.appearing)
    entries = [ANY, *(str(number) for number in range(count))]
    picked, typed = ui.pick(f"class {name}", entries, 0 if value is None else value + 1, typed, width, 0)
    if picked is None:
        return value, typed
    return None if picked == 0 else picked - 1, typed


def _region(scene: Scene, facts: Facts, why: str = "") -> Scene:
    """Draw the row of the painted region."""
    share = ways.painted(scene, facts)
    width = ui.row_label("Region", share > 0)
    text = f"Painted, {max(100 * share, 1):.0f} %" if share else "Paint…"
    hint = "\n".join(filter(None, (why, "Takes the brush in hand; right click: the whole picture")))
    if ui.button(text, "paint-brush", on=share > 0, width=width, id_="##paint region", hint=hint, keys="5"):
        scene = scene.interacting(brush=replace(scene.interaction.brush, paints="region"))
        scene = replace(scene, view=replace(scene.view, tool="brush"))
    if ui.right_clicked() == "click":
        scene = replace(scene, view=replace(scene.view, finds=replace(scene.view.finds, region=None)))
    return scene


def _measure(scene: Scene, facts: Facts) -> Scene:
    scene = _region(scene, facts)
    finder = scene.interaction.finder
    measure, changed = finder.measure, finder.measure.words != MEASURE_WORDS[0]
    if ui.choice("Make it", measure.words, changed=changed, hint="Along the direction the region becomes so"):
        imgui.open_popup("make it")
    low, room = imgui.get_item_rect_min(), imgui.get_item_rect_size().x
    imgui.set_next_window_pos(V(low.x, low.y + t.px(t.row + 2)), imgui.Cond_.appearing)
    now = MEASURE_WORDS.index(measure.words)
    picked, _ = ui.pick("make it", MEASURE_WORDS, now, width=max(room, t.px(150)), default=0)
    words = measure.words if picked is None else MEASURE_WORDS[picked]
    samples = ui.slider(
        "Pictures",
        measure.samples,
        100,
        2000,
        MEASURE_SAMPLES,
        fmt="%.0f",
        hint="How many pictures it measures",
    )
    hint = "So that it does not change what your other sliders do"
    keep = ui.switch("Keep other directions fixed", finder.keep, hint)
    return _setting(scene, measure=replace(measure, words=words, samples=round(samples)), keep=keep)


def _layers(scene: Scene, facts: Facts) -> Scene:
    finder, cells = scene.interaction.finder, cells_of(facts.model)
    if not cells:
        return scene
    whole = (0, len(cells) - 1)
    now = ways.layers_of(finder, facts.model) or whole
    width = ui.row_label("Layers", now != whole)
    after = ui.band_range("find layers", now, cells, whole, width)
    if after == now:
        return scene
    return _setting(scene, layers=None if after == whole else after)


def _button(scene: Scene, facts: Facts, width: float) -> Scene:
    """Draw the button that starts the search; while it runs, how far it is, and a button that stops it."""
    finder, why = scene.interaction.finder, ways.missing(scene, facts)
    if finder.running is not None:
        done, total = search.progress(scene, facts)
        if ui.button("Stop", "stop", width=width, id_="##stop search", hint="End the search; nothing is left of it"):
            scene = search.stopped(scene)
        ui.progress(done / max(total, 1), width)
        _line(f"{done} of {total}", width)
        return scene
    again = any(group.way == finder.way for group in scene.view.finds.groups)
    text = "Find again" if again else "Find"
    if ui.button(
        text,
        "magnifying-glass",
        "primary",
        width=width,
        id_="##find",
        hint=why or ways.entry_of(finder.way).hint,
        keys="Enter",
        enabled=not why,
    ):
        scene = search.begun(scene, facts)
    newest = next((group for group in scene.view.finds.groups if group.way == finder.way and group.seconds), None)
    if newest is not None:
        _line(f"{newest.note.partition(',')[0]} in {newest.seconds:.1f} s", width)
    return scene


def _line(text: str, width: float) -> None:
    p, h = imgui.get_cursor_screen_pos(), t.px(18)
    ui.draw(ui.ellipsis(text, width, t.small), p.x, p.y, "faint", t.small, height=h)
    imgui.dummy(V(width, h))
