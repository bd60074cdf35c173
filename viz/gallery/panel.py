"""The right panel while the gallery is shown: the seed under the pointer, the chosen ones, and their export."""

from dataclasses import dataclass, field, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.pictures import hint_of, name_of
from foundation.specs.film import KINDS, NAMES
from foundation.specs.formats import PICTURE_FORMATS
from foundation.words import counted
from viz.gallery.actions import ShelveSeeds, ShowSeed
from viz.gallery.export import SEED_EXPORTER, ExportSeeds, SeedsOptions, StopSeeds, folder_for
from viz.gallery.known import KNOWN
from viz.gallery.listing import Listing, reference_of
from viz.gallery.order import similarity
from viz.gallery.sheet import Sheet
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.scene import Scene
from viz.state.seeds.marks import mark_of, marked, marks_of, network_of
from viz.ui import widgets as ui
from viz.ui.icons import filled, icon
from viz.ui.numbers import duration
from viz.ui.theme import current as t

_SIZES = (0, 256, 512, 1024)
_WHICH = ("Chosen", "Starred", "All")
_NAME_WORDS = {"seed": "seed00088.png", "number": "88.png", "count": "001.png"}
_PREVIEW = "seed preview"
_FEW = 6
"""Pictures of the section Chosen."""


@dataclass
class Form:
    """Options of the export as they stand."""

    options: SeedsOptions = field(default_factory=SeedsOptions)
    which: int = 0
    shown: int | None = None
    """Seed that was shown large last."""


def options_of(facts: Facts) -> SeedsOptions:
    """Return the options of the export as they stand."""
    return facts.scratch.get(Form).options


def draw(scene: Scene, facts: Facts, sheet: Sheet, listing: Listing) -> Scene:
    """Draw the whole panel."""
    scene = _preview(scene, facts, sheet, listing)
    scene = _chosen(scene, facts, sheet)
    imgui.push_id("export")
    scene = _export(scene, facts, listing)
    imgui.pop_id()
    return scene


def _preview(scene: Scene, facts: Facts, sheet: Sheet, listing: Listing) -> Scene:
    choice = scene.interaction.seeds
    seed = choice.pointed if choice.pointed is not None else choice.cursor
    if not ui.section("Preview", summary="" if seed is None else f"seed {seed}"):
        return scene
    form = facts.scratch.get(Form)
    width = imgui.get_content_region_avail().x
    most = imgui.get_window_height() - t.px(466)
    side = min(width, max(most, t.px(120)))
    p = imgui.get_cursor_screen_pos()
    at = V(round(p.x + (width - side) / 2), p.y)
    if seed is None:
        ui.fill(at, V(at.x + side, at.y + side), "control", 0.5, t.radius)
        ui.draw("Point at a picture", at.x + side / 2, at.y, "faint", align=0.5, height=side)
    else:
        if seed != form.shown:
            form.shown = seed
            facts.thumbnails.opened(_PREVIEW)
        request = sheet.request(seed)
        found = facts.thumbnails.get(request, 512 if side > 256 else 256, _PREVIEW)
        if found is None:
            found = facts.thumbnails.known(request, 128) or facts.thumbnails.known(request, 64)
        ui.thumbnail(found, at, side, t.radius)
    imgui.dummy(V(width, side))
    return _about(scene, facts, listing, seed, width)


def _about(scene: Scene, facts: Facts, listing: Listing, seed: int | None, width: float) -> Scene:
    """Draw the star, the similarity and the rank, and what can be done with the seed."""
    marks = marks_of(scene.view, network_of(scene, facts))
    mark = "" if seed is None else mark_of(marks, seed)
    p, h = imgui.get_cursor_screen_pos(), t.px(t.row)
    glyph = filled("star") if mark == "starred" else icon("x" if mark == "rejected" else "star")
    clicked = ui.hit("##star", V(t.px(110), h))
    ui.tip("Star it, or take the star away", "P")
    x = p.x + ui.draw(glyph, p.x, p.y, "warn" if mark == "starred" else "faint", 12, height=h) + t.px(6)
    ui.draw(mark or "neither", x, p.y, "dim" if mark else "faint", t.small, height=h)
    if clicked and seed is not None:
        scene = marked(scene, facts, (seed,), "" if mark == "starred" else "starred")
    parts = []
    known, gallery = facts.services[KNOWN], scene.view.gallery
    reference = reference_of(gallery, known)
    own = None if seed is None else known.of(seed, 1)
    if own is not None and known.mean is not None and reference is not None:
        parts.append(f"similarity {float(similarity(own, known.mean, reference)[0]):.2f}".replace("-", "−"))
    place = listing.index(seed)
    if place is not None:
        parts.append(f"{place + 1} of {len(listing.shown.seeds)}")
    ui.draw("   ".join(parts), p.x + width, p.y, "dim", t.small, align=1, height=h)
    third = (width - t.px(8)) / 3
    there = seed is not None
    if ui.button("Show", "eye", width=third, id_="##show", hint="Show it on the canvas", keys="Enter", enabled=there):
        scene = scene.request(ShowSeed(seed or 0))
    imgui.same_line(0, t.px(4))
    if ui.button("Shelve", "plus", width=third, id_="##shelve", hint="Put it on the shelf", keys="B", enabled=there):
        scene = scene.request(ShelveSeeds((seed or 0,)))
    imgui.same_line(0, t.px(4))
    hint = "Sort by similarity to this one"
    text = "Find similar" if third > ui.measure("Find similar") + t.px(34) else "Similar"
    if ui.button(text, "magnifying-glass", width=third, id_="##similar", hint=hint, enabled=there):
        scene = similar_to(scene, seed)
    ui.space(6)
    return scene


def similar_to(scene: Scene, seed: int | None) -> Scene:
    """Return the scene with the seeds sorted by similarity to one of them; None: to the image."""
    choice = scene.interaction.seeds
    scene = scene.interacting(seeds=replace(choice, turn=choice.turn + 1))
    return put(scene, "view.gallery", replace(scene.view.gallery, sort="similar", like=seed))


def _chosen(scene: Scene, facts: Facts, sheet: Sheet) -> Scene:
    chosen = scene.interaction.seeds.chosen
    count = "none" if not chosen else counted(len(chosen), "seed")
    if not ui.section("Chosen", summary=count):
        return scene
    width, gap = imgui.get_content_region_avail().x, t.px(6)
    side = (width - gap * (_FEW - 1)) / _FEW
    p = imgui.get_cursor_screen_pos()
    if not chosen:
        ui.wrapped("Click pictures with Ctrl, or drag a rectangle.", "faint", t.small)
        ui.space(4)
        return scene
    more = len(chosen) - _FEW
    for index, seed in enumerate(chosen[:_FEW]):
        at = V(round(p.x + index * (side + gap)), p.y)
        if more > 0 and index == _FEW - 1:
            ui.fill(at, V(at.x + side, at.y + side), "control", 1, t.radius)
            ui.draw(f"+{more + 1}", at.x + side / 2, at.y, "dim", t.small, align=0.5, height=side)
        else:
            ui.thumbnail(facts.thumbnails.get(sheet.request(seed), 64, _PREVIEW), at, side, 3)
    imgui.dummy(V(width, side))
    ui.space(6)
    return scene


def which_seeds(scene: Scene, facts: Facts, listing: Listing, which: int) -> tuple[int, ...]:
    """Return the seeds that an export takes: the chosen ones, all with a star, or all that are shown."""
    if which == 0:
        return scene.interaction.seeds.chosen
    if which == 1:
        return marks_of(scene.view, network_of(scene, facts)).starred
    return tuple(listing.shown.seeds.tolist())


def _export(scene: Scene, facts: Facts, listing: Listing) -> Scene:
    form, model = facts.scratch.get(Form), facts.model
    seeds = which_seeds(scene, facts, listing, form.which)
    count = "nothing" if not seeds else counted(len(seeds), "picture")
    if not ui.section("Export", summary=count):
        return scene
    options = form.options
    width = ui.row_label("As")
    kinds = [one.capitalize() for one in KINDS]
    hints = ("A file each", "One picture of them all", "Their w vectors, W+, as .npz")
    kind = KINDS[ui.segmented("as", kinds, KINDS.index(options.kind), width, hints=hints, default=0)]
    latents = kind == "latents"
    with ui.greyed("Latents have no size" if latents else ""):
        ui.row_label("Size")
        sizes = [size for size in _SIZES if not model or size != model.height]
        names = [str(model.height) if model and not size else str(size) for size in sizes]
        hints_ = ("As the network renders it", *("Height in pixels" for _ in sizes[1:]))
        now = sizes.index(options.size) if options.size in sizes else 0
        size = sizes[ui.segmented("size", names, now, width, hints=hints_, default=0)]
    with ui.greyed("Latents are a .npz" if latents else ""):
        ui.row_label("Format")
        names = [name_of(one) for one in PICTURE_FORMATS]
        now = PICTURE_FORMATS.index(options.format)
        picked = ui.segmented("format", names, now, width, hints=[hint_of(one) for one in PICTURE_FORMATS], default=0)
    ui.row_label("Which")
    which_hints = ("What is chosen", "Every seed with a star", "All that the sheet shows")
    form.which = ui.segmented("which", _WHICH, form.which, width, hints=which_hints, default=0)
    ui.row_label("Folder")
    imgui.set_next_item_width(width)
    flags = imgui.InputTextFlags_.elide_left | imgui.InputTextFlags_.auto_select_all
    _, folder = ui.input_text("##folder", options.folder, str(folder_for(scene, replace(options, folder=""))), flags)
    ui.tip(f"Into {folder_for(scene, options)}; nothing is overwritten")
    options = replace(options, kind=kind, size=size, format=PICTURE_FORMATS[picked], folder=folder)
    form.options = _rest(options, width)
    return _foot(scene, facts, form, seeds, count)


def _rest(options: SeedsOptions, width: float) -> SeedsOptions:
    """Draw what only pictures or only sheets have."""
    if options.kind == "sheet":
        columns = ui.number("Columns", options.columns, default=0, hint="0: about as many as rows")
        gap = ui.number("Gap", options.gap, default=4, hint="Pixels between the pictures")
        captions = ui.switch("Seed under each picture", options.captions, "A caption with its number")
        return replace(options, columns=min(max(columns, 0), 1000), gap=min(max(gap, 0), 256), captions=captions)
    with ui.greyed("" if options.kind == "pictures" else "One file"):
        words = [_NAME_WORDS[one] for one in NAMES]
        now = NAMES.index(options.names)
        if ui.choice("Names", words[now], width=width, hint="By seed, by the number alone, or counted"):
            imgui.open_popup("names")
        picked, _ = ui.pick("names", words, now, width=width, default=0)
        recipe = ui.switch("Recipe in each picture", options.recipe, "Dropped on the window, it brings all back")
    return replace(options, names=options.names if picked is None else NAMES[picked], recipe=recipe)


def _foot(scene: Scene, facts: Facts, form: Form, seeds: tuple[int, ...], count: str) -> Scene:
    """Draw the button, or the progress in its place."""
    exporter, width = facts.services[SEED_EXPORTER], imgui.get_content_region_avail().x
    ui.space(4)
    state = exporter.state
    if exporter.running and state is not None:
        stop = ui.measure("Stop") + t.px(20)
        a = imgui.get_cursor_screen_pos()
        left = "" if state.left_s is None else f", {duration(state.left_s)} left"
        text = f"{state.done} of {state.total}{left}" if state.total else "opening the network"
        ui.progress(state.done / max(state.total, 1), width - stop - t.px(8))
        ui.tip("It goes on when the window is closed; see the workspace Train")
        imgui.same_line(0, t.px(8))
        if ui.button("Stop", width=stop, id_="##stop", hint="What is written stays"):
            scene = scene.request(StopSeeds())
        ui.draw(text, a.x, a.y + t.px(22), "dim", t.small, height=t.px(16))
        imgui.dummy(V(1, t.px(18)))
        return scene
    hint = f"Into {folder_for(scene, form.options)}"
    text = f"Export {count}" if seeds else "Export"
    if ui.button(text, "export", "primary", width=width, id_="##export", hint=hint, enabled=bool(seeds)):
        scene = scene.request(ExportSeeds(seeds, form.options))
    ui.space(6)
    return scene
