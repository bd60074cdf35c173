"""Compare section: the current state A beside a stored state B, and copying layers from B."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from renderer.document.document import CompareMode, Document
from renderer.document.mixing import clear, layer, style_of, take
from renderer.ipc.protocol import ModelInfo
from viz.history.panel import START, name_of, with_b
from viz.state.bands import band_of, bands_of, short_name
from viz.state.facts import Facts, Snapshot
from viz.state.followed_run import PutBeside
from viz.state.recording import derived
from viz.state.scene import Scene
from viz.state.snapshots import current, nearest, snapshots_of
from viz.state.step_names import step_name
from viz.ui import widgets as ui
from viz.ui.param_rows import slider_row
from viz.ui.theme import current as t

MODES: tuple[tuple[CompareMode, str, str], ...] = (
    ("off", "Off", "Only the present picture"),
    ("split", "Split", "A at the left, B at the right of a line that can be dragged"),
    ("flip", "Flip", "One or the other, changed by X"),
    ("difference", "Difference", "A − B: orange where A is brighter, blue where B is"),
)
PARTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("truncation",), "Truncation"),
    (("noise",), "Noise"),
    (("directions", "styles", "bends"), "Directions"),
    (("transform",), "Transform"),
)
"""Other parts that can be copied from B: document fields and label."""


@dataclass
class Chosen:
    """w vectors selected for copying from B, and the current stroke over their cells."""

    ws: frozenset[int] = frozenset()
    painting: bool | None = None


def height(scene: Scene, tall: bool) -> float:
    """Return the default height of the section in pixels; the user may fold or unfold it."""
    compare = scene.view.compare
    if compare.b is None:
        return t.px(28 + 30 + 28 if tall else 28)
    return t.px(28 + 30 + 28 * 4 + (28 if compare.mode in ("flip", "difference") else 0))


def merged(document: Document, b: Document, ws: Iterable[int]) -> Document:
    """Return the document with B's styles in these layers; locked layers keep their own."""
    mixing = document.mixing
    for i in ws:
        style = style_of(b.latent, b.mixing, i)
        mixing = clear(mixing, (i,)) if style == document.latent else take(mixing, (i,), style)
    return replace(document, mixing=mixing)


def differing(document: Document, b: Document, num_ws: int) -> frozenset[int]:
    """Return the layers whose style differs in B."""
    return frozenset(
        i for i in range(num_ws) if style_of(document.latent, document.mixing, i) != style_of(b.latent, b.mixing, i)
    )


@derived
def names(scene: Scene, facts: Facts) -> tuple[str, str]:
    """Return the names of A and B, from the steps that made them."""
    states, b = facts.states, scene.view.compare.b
    a = name_of(states, states.now) if states.states else START
    if b is None:
        return a, ""
    found = next((i for i, (_, document) in enumerate(states.states) if document is b), None)
    return a, "kept" if found is None else name_of(states, found)


def draw(scene: Scene, facts: Facts) -> Scene:
    """Draw the section."""
    compare = scene.view.compare
    a, b = names(scene, facts)
    tall = imgui.get_window_height() > t.px(760)
    summary = f"A {a}   B {b}" if b else "nothing kept yet"
    if not ui.section("Compare", summary=summary, open_=tall or compare.b is not None):
        return scene
    imgui.push_id("compare")
    index = [mode for mode, _, _ in MODES].index(compare.mode)
    width = imgui.get_content_region_avail().x
    imgui.begin_disabled(compare.b is None)
    picked = ui.segmented("modes", [name for _, name, _ in MODES], index, width, hints=[hint for _, _, hint in MODES])
    imgui.end_disabled()
    if picked != index:
        scene = replace(scene, view=replace(scene.view, compare=replace(compare, mode=MODES[picked][0], flipped=False)))
    ui.space(4)
    if compare.b is None:
        if ui.button(
            "Keep this state as B", "push-pin", hint="Then change something and compare", keys="C", id_="##keepB"
        ):
            scene = with_b(scene, scene.document)
        imgui.same_line(0, t.px(4))
        shown = scene.view.networks
        hint = "Each network of the document draws the present state in a cell of its own"
        if ui.button("Networks", "cube", hint=hint, on=shown.on, id_="##networks"):
            scene = replace(scene, view=replace(scene.view, networks=replace(shown, on=not shown.on)))
        imgui.pop_id()
        return scene
    scene = _shown(scene)
    scene = _snapshot(scene, facts, compare.b)
    if facts.model is not None:
        scene = _merge(scene, facts, facts.model, compare.b)
    imgui.pop_id()
    ui.space(4)
    return scene


def _shown(scene: Scene) -> Scene:
    """Draw the controls of the mode."""
    compare = scene.view.compare
    if compare.mode == "difference":
        scene = slider_row(scene, "view.compare.gain")
    elif compare.mode == "flip":
        words = "Show A" if compare.flipped else "Show B"
        if ui.button(words, hint="Change between the two", keys="X", id_="##flip"):
            scene = replace(scene, view=replace(scene.view, compare=replace(compare, flipped=not compare.flipped)))
    return scene


@derived
def _snapshots_of_b(scene: Scene, facts: Facts) -> tuple[Snapshot, ...]:
    b = scene.view.compare.b
    return () if b is None else snapshots_of(b.network.source)


def _snapshot(scene: Scene, facts: Facts, b: Document) -> Scene:
    """Draw the slider over the snapshots of B's run."""
    found = snapshots_of(b.network.source)
    if len(found) < 2 or scene.interaction.beside.source != b.network.source:
        return scene
    now, low, high = found[current(found, b.network.source)].kimg, found[0].kimg, found[-1].kimg
    hint = "Training time of the network that draws B; A is set in the section Network"
    target = ui.slider("B at", now, low, high, high, "kimg", "%.0f", origin=low, hint=hint)
    path = found[nearest(found, target)].path
    return scene.request(PutBeside(path)) if target != now and path != b.network.source else scene


def _merge(scene: Scene, facts: Facts, model: ModelInfo, b: Document) -> Scene:
    """Draw layer selection and copy buttons. Hovering over a button previews its result."""
    chosen = facts.scratch.get(Chosen)
    if b.network != scene.document.network:
        ui.row_label("Take")
        ui.label("B has another network", "faint", t.small, height=t.row)
        return scene
    _cells(scene, model, chosen, b)
    gap = t.px(4)
    width = (imgui.get_content_region_avail().x - 3 * gap) / 4
    for k, band in enumerate(bands_of(model)):
        if k:
            imgui.same_line(0, gap)
        on = bool(band.ws) and chosen.ws >= set(band.ws)
        hint = f"Choose the {band.name.lower()} layers" if band.ws else f"{band.name} layers: {band.note}"
        if ui.button(band.name, on=on, width=width, id_=f"##choose{k}", hint=hint, enabled=bool(band.ws)):
            chosen.ws = chosen.ws - set(band.ws) if on else chosen.ws | set(band.ws)
    imgui.same_line(0, gap)
    ws = sorted(i for i in chosen.ws if i < model.num_ws)
    words = f"Take {len(ws)}" if ws else "Take"
    after = merged(scene.document, b, ws)
    scene = _takes(scene, words, "primary", width, after, "##take", "these layers from B")
    for k, (parts, name) in enumerate(PARTS):
        if k:
            imgui.same_line(0, gap)
        after = replace(scene.document, **{part: getattr(b, part) for part in parts})
        scene = _takes(scene, name, "plain", width, after, f"##part{k}", f"B's {name.lower()}")
    return scene


def _takes(scene: Scene, words: str, kind: str, width: float, after: Document, id_: str, noun: str) -> Scene:
    """Draw a button that makes `after` the document, and previews it while hovered."""
    able = after != scene.document
    hint = f"Take {noun}: {step_name(scene.document, after) or 'nothing would change'}"
    look = kind if able else "plain"
    if ui.button(words, kind=look, width=width, id_=id_, enabled=able, hint=hint):  # type: ignore[arg-type]
        return replace(scene, document=after, preview=None)
    if able and imgui.is_item_hovered():
        return replace(scene, preview=after)
    return scene


def _cells(scene: Scene, model: ModelInfo, chosen: Chosen, b: Document) -> None:
    """Draw a cell per layer in its band's colour: press or paint to select. Layers equal in B are faint."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x, t.px(t.row)
    step, other = width / model.num_ws, differing(scene.document, b, model.num_ws)
    if not imgui.is_mouse_down(imgui.MouseButton_.left):
        chosen.painting = None
    for i in range(model.num_ws):
        x = p.x + i * step
        imgui.set_cursor_screen_pos(V(x, p.y))
        pressed = _pressed(i, V(step, h))
        over = imgui.is_item_hovered(imgui.HoveredFlags_.allow_when_blocked_by_active_item)
        on = i in chosen.ws
        if pressed:
            chosen.painting = not on
        if (pressed or over) and chosen.painting is not None and on != chosen.painting:
            chosen.ws = chosen.ws | {i} if chosen.painting else chosen.ws - {i}
            on = chosen.painting
        token, low = band_of(model, i).token, V(x + t.px(1), p.y + t.px(3))
        ui.fill(low, V(x + step - t.px(1), p.y + h - t.px(3)), token, 0.85 if on else 0.3 if i in other else 0.1, 2)
        locked = (own := layer(scene.document.mixing, i)) is not None and own.locked
        state = "locked" if locked else "differs in B" if i in other else "the same in B"
        ui.tip(f"{short_name(model.ws_names[i])}: {state}")
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width, h))


def _pressed(index: int, size: V) -> bool:
    ui.hit(f"##cell{index}", size)
    return imgui.is_item_activated()
