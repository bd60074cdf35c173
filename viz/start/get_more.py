"""Dialog "Get more": published networks with size, licence and source; nothing is fetched before Download."""

from dataclasses import dataclass

from imgui_bundle import ImVec2 as V
from imgui_bundle import imgui

from foundation.networks.published import Published
from viz.files.actions import OpenNetwork
from viz.start.downloads import DOWNLOADS, Downloads
from viz.state.facts import Facts
from viz.state.scene import Action, Scene, Window
from viz.ui import widgets as ui
from viz.ui.theme import current as t

NAME, TITLE, WIDTH = "get-more", "Get more networks", 720
_ROW, _ROWS = 44, 8


@dataclass
class Typed:
    """Text to find."""

    text: str = ""


@dataclass(frozen=True)
class GetNetwork(Action):
    """Download a published network into the cache."""

    address: str

    def run(self, scene: Scene, window: Window) -> None:
        """Start it."""
        window.facts.services[DOWNLOADS].start(self.address)


def start(scene: Scene, facts: Facts) -> None:
    """Prepare the dialog."""
    facts.scratch.get(Typed).text = ""
    facts.services[DOWNLOADS].retry()


def size_text(size: int | None) -> str:
    """Return a size for people; empty while unknown."""
    return "" if size is None else f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def matching(published: tuple[Published, ...], text: str) -> list[Published]:
    """Return the networks of whose name, family and licence all typed words are part."""
    words = text.lower().split()
    return [one for one in published if all(word in f"{one.name} {one.family} {one.licence}".lower() for word in words)]


def draw(scene: Scene, facts: Facts) -> tuple[Scene, bool]:
    """Draw the dialog. Returns the scene, and True once it is done."""
    downloads, typed = facts.services[DOWNLOADS], facts.scratch.get(Typed)
    downloads.look()
    ui.label(TITLE, "text", t.title, "bold", height=28)
    ui.wrapped(
        "Published networks. Nothing is fetched before Download; then it stays in the cache of this computer.", "dim"
    )
    ui.space(6)
    imgui.set_next_item_width(-1)
    _, typed.text = ui.input_text("##find", typed.text, "Find, as in ffhq 256")
    ui.space(6)
    if downloads.offline:
        text = "There is no connection to the published networks"
        if ui.error_strip(text, downloads.offline, ("Try again",), dismiss=False) == "Try again":
            downloads.retry()
        ui.space(6)
    if downloads.now is not None and downloads.now.problem:
        text = f"{_name(downloads, downloads.now.address)} could not be downloaded"
        if ui.error_strip(text, downloads.now.problem):
            downloads.now = None
        ui.space(6)
    found, opened = matching(downloads.published, typed.text), ""
    imgui.push_style_var(imgui.StyleVar_.item_spacing, V(0, 0))
    if imgui.begin_child("rows", V(0, t.px(_ROW) * _ROWS)):
        if not found:
            ui.empty_state("magnifying-glass", "No such network", "Try a shorter word, as in afhq")
        clipper = imgui.ListClipper()
        clipper.begin(len(found), t.px(_ROW))
        while clipper.step():
            for index in range(clipper.display_start, clipper.display_end):
                scene, chosen = _row(scene, facts, downloads, found[index])
                opened = chosen or opened
    imgui.end_child()
    imgui.pop_style_var()
    ui.space(8)
    width = ui.measure("Close") + t.px(24)
    imgui.set_cursor_pos_x(imgui.get_window_width() - t.px(16) - width)
    done = ui.button("Close", width=width, id_="##close", keys="Esc", hint="A download goes on meanwhile")
    if opened:
        return scene.request(OpenNetwork(opened)), True
    return scene, done


def _row(scene: Scene, facts: Facts, downloads: Downloads, one: Published) -> tuple[Scene, str]:
    """Draw a network. Returns the scene, and its address if it is to be opened."""
    p, width, h = imgui.get_cursor_screen_pos(), imgui.get_content_region_avail().x - t.px(12), t.px(_ROW)
    there, now = downloads.has(one.address), downloads.now
    size = downloads.ask(one.address) if not there else None
    imgui.push_id(ui.drawable(one.name))
    button = t.px(96)
    name, room = ui.ellipsis(one.name, width - button - t.px(220), weight="bold"), width - button - t.px(16)
    ui.draw(name, p.x, p.y + t.px(3), "text", weight="bold", height=t.px(20))
    mine = now is not None and now.address == one.address
    about = "  ·  ".join(part for part in (one.family, f"{one.resolution} px", one.licence, one.about) if part)
    ui.draw(ui.ellipsis(about, room, t.small), p.x, p.y + t.px(22), "dim", t.small, height=t.px(16))
    imgui.set_cursor_screen_pos(p)
    imgui.dummy(V(width - button - t.px(8), h - t.px(2)))
    ui.tip(f"{one.address}\nLicence: {one.licence}, {one.page}")
    opened, right = "", p.x + width - button
    if mine and now is not None and not now.over:
        share = now.done / now.total if now.total else 0.0
        text = f"{size_text(now.done)} of {size_text(now.total)}" if now.total else size_text(now.done)
        ui.draw(text, right - t.px(12), p.y, "dim", t.small, align=1, height=t.px(24))
        imgui.set_cursor_screen_pos(V(right - t.px(132), p.y + t.px(16)))
        ui.progress(share, t.px(120))
        imgui.set_cursor_screen_pos(V(right, p.y + t.px(8)))
        if ui.button("Cancel", width=button, id_="##cancel", hint="Nothing of it stays"):
            downloads.cancel()
    else:
        text = "in the cache" if there else size_text(size)
        ui.draw(text, right - t.px(12), p.y, "good" if there else "dim", t.small, align=1, height=h - t.px(4))
        imgui.set_cursor_screen_pos(V(right, p.y + t.px(8)))
        if there and ui.button("Open", width=button, id_="##open", hint="Open it; the file in the cache is verified"):
            opened = one.address
        waits = "Another one is being downloaded" if downloads.running else ""
        if not there:
            with ui.greyed(waits):
                hint = f"Into the cache, from {one.address.split('/')[2]}"
                if ui.button("Download", "download-simple", width=button, id_="##get", hint=hint):
                    scene = scene.request(GetNetwork(one.address))
    imgui.pop_id()
    imgui.set_cursor_screen_pos(V(p.x, p.y + h))
    imgui.dummy(V(1, 0))
    return scene, opened


def _name(downloads: Downloads, address: str) -> str:
    return next((one.name for one in downloads.published if one.address == address), address)


def report(scene: Scene, window: Window) -> None:
    """Report a download that has ended since the last call, unless the dialog shows it. Call once a frame."""
    downloads = window.facts.services[DOWNLOADS]
    over = downloads.news()
    if over is None or over.cancelled or scene.interaction.dialog.name == NAME:
        return
    name = _name(downloads, over.address)
    if over.problem:
        window.say(f"{name} could not be downloaded.", over.problem, bad=True, about="download")
    else:
        window.say(f"{name} is there", "Open it from Get more, or from its address.", about="download")
