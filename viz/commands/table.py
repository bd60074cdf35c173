"""Table of all commands of menus and keyboard: name, keys, help, availability, function."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from renderer.document.document import Camera, Document, View, Workspace
from renderer.ipc.protocol import Latent, Network
from viz.analysis.commands import of_analysis
from viz.canvas.commands import of_tools
from viz.commands.actions import FullScreen, ResetLayout, is_full_screen
from viz.commands.command_line import command_for
from viz.commands.scaling import next_scale, scaled
from viz.directions.commands import of_directions
from viz.dragging.commands import of_dragging
from viz.files.actions import CopyPicture, OpenNetwork, OpenRecentSession, SavePicture, SaveSession, SaveWindow
from viz.files.leaving_dialog import CloseWindow
from viz.files.sources import bundled
from viz.gallery.commands import of_seeds
from viz.generate.latent import snapped, thrown
from viz.generate.layer_bending import bend_commands
from viz.generate.style_channels import style_commands
from viz.gl.camera import actual_size
from viz.history.actions import ChooseBranch, Redo, Undo
from viz.history.panel import with_b
from viz.mixing.commands import mixing
from viz.networks.commands import networks
from viz.photos.commands import of_photos
from viz.runs.commands import of_following, of_runs
from viz.start.commands import of_start
from viz.state import motion
from viz.state.dragging.leaving import abandoned
from viz.state.facts import Facts
from viz.state.params import put
from viz.state.playback import toggled
from viz.state.scene import Command as Command
from viz.state.scene import Scene, ShowDialog
from viz.timeline.commands import timeline_commands
from viz.ui import widgets as ui
from viz.ui.actions import RedoShelf, UndoShelf

WORKSPACES: tuple[Workspace, ...] = ("explore", "mix", "analyse", "train")
"""Workspaces in the order of their keys."""


def commands(chance: random.Random) -> tuple[Command, ...]:
    """Return all commands in menu order. Random seeds come from `chance`."""
    every = (
        *_file(),
        *_edit(chance),
        *_view(),
        *of_tools(),
        *mixing(),
        *networks(),
        *style_commands(),
        *bend_commands(),
        *of_directions(),
        *of_analysis(),
        *of_photos(),
        *of_dragging(),
        *timeline_commands(),
        *of_seeds(),
        *of_start(),
        *_network(),
        *of_runs(),
        *of_following(),
        *_help(),
    )
    return _in_order(every)


_AFTER = {
    "save-grid": "save-picture",
    "add-direction": "save-latent",
    "find-directions": "save-latent",
    "add-photos": "open-session",
    "paste-photo": "open-session",
    "drag-export": "save-latent",
    "tool-drag": "tool-inspect",
}
"""Commands of other tables that belong behind one of this."""
_LAST = ("settings", "quit")
"""Commands at the end of their menus."""


def _in_order(every: Sequence[Command]) -> tuple[Command, ...]:
    """Return the commands with those of `_AFTER` and `_LAST` in their places."""
    by_id = {command.id: command for command in every}
    found = []
    for command in every:
        if command.id not in _AFTER and command.id not in _LAST:
            found.append(command)
            found += [by_id[other] for other, place in _AFTER.items() if place == command.id and other in by_id]
    return (*found, *(by_id[id_] for id_ in _LAST))


def _file() -> tuple[Command, ...]:
    return (
        Command(
            "open", "File", "Open network…", "A network file: .pkl, .safetensors, .pt, .pth or .ckpt",
            _dialog("browse-network"), ("Ctrl+O",),
        ),
        Command(
            "open-run", "File", "Open run folder…", "Its newest snapshot, and a slider through all",
            _dialog("browse-run"), ("Ctrl+Shift+O",),
        ),
        Command(
            "save-picture", "File", "Save picture", "As a numbered file in the capture folder",
            lambda scene, facts: scene.request(SavePicture()), ("Ctrl+S",), _has_picture,
        ),
        Command(
            "copy-picture", "File", "Copy picture", "To the clipboard, as it would be saved",
            lambda scene, facts: scene.request(CopyPicture()), ("Ctrl+C",), _has_picture,
        ),
        Command(
            "open-session", "File", "Open session…", "Or a picture or film that StyleScope saved: all of it comes back",
            _dialog("browse-session"), ("Ctrl+Alt+O",),
        ),
        Command(
            "open-last", "File", "Open last session", "What was there when a window was last closed",
            lambda scene, facts: scene.request(OpenRecentSession()),
            available=lambda scene, facts: bool(facts.sessions),
        ),
        Command(
            "save-session", "File", "Save session", "Everything, into the file it came from",
            lambda scene, facts: scene.request(SaveSession()), ("Ctrl+Alt+S",),
        ),
        Command("save-session-as", "File", "Save session as…", "Everything, into a file", _dialog("save-session")),
        Command(
            "add-direction", "File", "Add direction…", "Vectors to go along in W, from a .npz, .npy or .pt file",
            _dialog("browse-direction"),
        ),
        Command(
            "open-latent", "File", "Open latent…", "w vectors from a .npz, .npy or .pt file", _dialog("browse-latent"),
            available=lambda scene, facts: facts.model is not None,
        ),
        Command(
            "save-latent", "File", "Save latent as…", "The w vectors of this picture", _dialog("save-latent"),
            available=_has_picture,
        ),
        Command(
            "save-network", "File", "Save network as…", "The open network in another format", _dialog("save-network"),
            available=lambda scene, facts: facts.model is not None,
        ),
        Command(
            "save-window", "File", "Save window", "The whole window as a numbered PNG",
            lambda scene, facts: scene.request(SaveWindow()), ("Ctrl+Shift+S",),
        ),
        Command(
            "copy-command", "File", "Copy as command line", "The command that makes this picture; for seeds alone",
            _copy_command, available=lambda scene, facts: bool(command_for(scene.document)),
        ),
        Command(
            "quit", "File", "Quit", "Close the window", lambda scene, facts: scene.request(CloseWindow()), ("Ctrl+Q",)
        ),
    )  # fmt: skip


def _edit(chance: random.Random) -> tuple[Command, ...]:
    def random_seed(scene: Scene, facts: Facts) -> Scene:
        return _latent(scene, thrown(scene.document.latent, chance))

    def snap(scene: Scene, facts: Facts) -> Scene:
        return _latent(scene, snapped(scene.document.latent))

    return (
        Command(
            "undo", "Edit", "Undo", "Take back the last step", _undo, ("Ctrl+Z",),
            lambda scene, facts: bool(facts.undo) or scene.interaction.dragger.running is not None, repeats=True,
        ),
        Command(
            "redo", "Edit", "Redo", "Do the step taken back once more", lambda scene, facts: scene.request(Redo()),
            ("Ctrl+Shift+Z", "Ctrl+Y"), lambda scene, facts: bool(facts.redo), repeats=True,
        ),
        Command(
            "earlier-branch", "Edit", "Earlier branch", "The steps that were undone before something else was done",
            lambda scene, facts: scene.request(ChooseBranch(len(facts.states.branches) - 1)),
            available=lambda scene, facts: bool(facts.states.branches),
        ),
        Command(
            "undo-shelf", "Edit", "Undo on the shelf", "Take back what was last put on the shelf or taken off it",
            lambda scene, facts: scene.request(UndoShelf()), ("Ctrl+Alt+Z",),
            lambda scene, facts: bool(facts.shelf_undo), repeats=True,
        ),
        Command(
            "redo-shelf", "Edit", "Redo on the shelf", "Do the change of the shelf taken back once more",
            lambda scene, facts: scene.request(RedoShelf()), ("Ctrl+Alt+Shift+Z",),
            lambda scene, facts: bool(facts.shelf_redo), repeats=True,
        ),
        Command("random-seed", "Edit", "Random seed", "Another latent, by chance", random_seed, ("R",), repeats=True),
        Command("snap", "Edit", "Snap to whole seeds", "The nearest latent of the grid", snap, ("N",)),
        Command(
            "play", "Edit", "Play or stop", "The timeline, or a walk from seed to seed; stops everything that moves",
            _play, ("Space",), checked=lambda scene, facts: scene.view.moving, on_release=True,
        ),
        Command(
            "reset", "Edit", "Reset everything", "All defaults but the network and the shelf; can be undone", _reset
        ),
        Command(
            "low-res-motion", "View", "Low resolution in motion", "Or whole pictures always",
            lambda scene, facts: put(scene, "settings.drafts", not scene.settings.drafts),
            checked=lambda scene, facts: scene.settings.drafts,
        ),
        Command(
            "fast-motion", "View", "Lower precision in motion", "Or exact pictures always; what is saved is exact",
            lambda scene, facts: put(
                scene, "settings.precision", "exact" if scene.settings.precision == "motion" else "motion"
            ),
            checked=lambda scene, facts: scene.settings.precision != "exact",
        ),
        Command(
            "settings", "Edit", "Settings…", "Device, frame limit, folders, scale", _dialog("settings"), ("Ctrl+,",)
        ),
    )  # fmt: skip


def _view() -> tuple[Command, ...]:
    workspaces = tuple(
        Command(
            f"workspace-{name}", "View", name.capitalize(), f"The {name.capitalize()} workspace",
            lambda scene, facts, name=name: _viewing(scene, workspace=name, panels_hidden=False), (f"Ctrl+{number}",),  # type: ignore[misc]
            checked=lambda scene, facts, name=name: scene.view.workspace == name,  # type: ignore[misc]
        )
        for number, name in enumerate(WORKSPACES, 1)
    )  # fmt: skip
    return (
        *workspaces,
        Command(
            "hide-panels", "View", "Hide panels", "Only the picture",
            lambda scene, facts: _viewing(scene, panels_hidden=not scene.view.panels_hidden), ("Tab",),
            checked=lambda scene, facts: scene.view.panels_hidden,
        ),
        Command(
            "full-screen", "View", "Full screen", "The window over the whole screen, and back",
            lambda scene, facts: scene.request(FullScreen()), ("F11",), checked=lambda scene, facts: is_full_screen(),
        ),
        Command(
            "unlock-layout", "View", "Unlock layout", "Show tab bars and let panels be moved",
            lambda scene, facts: _viewing(scene, unlocked=not scene.view.unlocked),
            checked=lambda scene, facts: scene.view.unlocked,
        ),
        Command(
            "reset-layout", "View", "Reset layout", "Put the panels of this workspace back",
            lambda scene, facts: scene.request(ResetLayout()),
        ),
        Command(
            "compare", "View", "Compare", "Keep this state as B, then show it beside the present one, and not",
            _compare, ("C",), _has_picture, lambda scene, facts: scene.view.compare.mode != "off",
        ),
        Command(
            "keep-b", "View", "Keep this state as B", "What the present state is compared with from now on",
            lambda scene, facts: with_b(scene, scene.document), ("Shift+C",), _has_picture,
        ),
        Command(
            "flip", "View", "Flip", "Show B instead of the present state; a held key shows it while held",
            _flip, ("X",), lambda scene, facts: scene.view.compare.b is not None, lambda scene, facts: _flipped(scene),
            holds=True,
        ),
        Command(
            "fit", "View", "Fit", "The whole picture",
            lambda scene, facts: _viewing(scene, camera=Camera()), ("F",), _has_picture,
        ),
        Command(
            "actual-size", "View", "1:1", "One picture pixel on one screen pixel",
            lambda s, f: _viewing(s, camera=actual_size(s.view.camera)), ("0",), _has_picture,
        ),
        Command(
            "larger", "View", "Larger interface", "Up to what the window has room for",
            scaled(up=True), ("Ctrl++", "Ctrl+Plus"), lambda s, f: next_scale(s, f, up=True) is not None,
            repeats=True,
        ),
        Command(
            "smaller", "View", "Smaller interface", "Down to 75 %",
            scaled(up=False), ("Ctrl+−", "Ctrl+Minus"), lambda s, f: next_scale(s, f, up=False) is not None,
            repeats=True,
        ),
        Command(
            "scale-1", "View", "Interface at 100 %", "",
            lambda scene, facts: _set(scene, scale=1.0), ("Ctrl+0",),
        ),
        Command(
            "light", "View", "Light colours", "Light or dark surfaces",
            lambda s, f: _set(s, scheme="dark" if s.settings.scheme == "light" else "light"),
            checked=lambda scene, facts: scene.settings.scheme == "light",
        ),
    )  # fmt: skip


def _network() -> tuple[Command, ...]:
    def reload(scene: Scene, facts: Facts) -> Scene:
        network = scene.document.network
        return replace(scene, document=replace(scene.document, network=replace(network, reload=network.reload + 1)))

    comes_along = tuple(
        Command(
            f"network-{Path(source).stem or 'demo'}", "Network", name, "Comes with StyleScope",
            lambda scene, facts, source=source: scene.request(OpenNetwork(source)),  # type: ignore[misc]
            checked=lambda scene, facts, source=source: scene.document.network.source == source,  # type: ignore[misc]
        )
        for source, name in bundled()
    )  # fmt: skip
    return (
        Command("reload", "Network", "Reload", "Read the same file again", reload, ("Ctrl+R",)),
        *comes_along,
    )  # fmt: skip


def _help() -> tuple[Command, ...]:
    return (
        Command("help", "Help", "Keyboard shortcuts", "All keys", _dialog("help"), ("Ctrl+/",)),
        Command("commands", "Help", "Every command…", "Find a command by its name", _dialog("commands"), ("Ctrl+K",)),
        Command("about", "Help", "About StyleScope", "Version and licences", _dialog("about")),
    )


def _dialog(name: str) -> Callable[[Scene, Facts], Scene]:
    return lambda scene, facts: scene.request(ShowDialog(name))


def _has_picture(scene: Scene, facts: Facts) -> bool:
    return facts.picture is not None


def _viewing(scene: Scene, **changes: object) -> Scene:
    view: View = replace(scene.view, **changes)  # type: ignore[arg-type]
    return replace(scene, view=view)


def _set(scene: Scene, **changes: object) -> Scene:
    return replace(scene, settings=replace(scene.settings, **changes))  # type: ignore[arg-type]


def _latent(scene: Scene, latent: Latent) -> Scene:
    document = scene.document
    return replace(scene, document=replace(document, latent=latent))


def _copy_command(scene: Scene, facts: Facts) -> Scene:
    ui.copy_text(command_for(scene.document))
    return scene


def _undo(scene: Scene, facts: Facts) -> Scene:
    """Return the scene before the last step; a running drag is the last one."""
    return scene.request(Undo()) if scene.interaction.dragger.running is None else abandoned(scene)


def _compare(scene: Scene, facts: Facts) -> Scene:
    compare = scene.view.compare
    if compare.b is None:
        return with_b(scene, scene.document)
    return _viewing(scene, compare=replace(compare, mode="split" if compare.mode == "off" else "off", flipped=False))


def _flipped(scene: Scene) -> bool:
    return scene.view.compare.mode == "flip" and scene.view.compare.flipped


def _flip(scene: Scene, facts: Facts) -> Scene:
    return _viewing(scene, compare=replace(scene.view.compare, mode="flip", flipped=not _flipped(scene)))


def _play(scene: Scene, facts: Facts) -> Scene:
    now = scene.view.motion
    if not now.playing and (scene.document.timeline.acting or scene.view.playback.playing):
        return toggled(scene)
    return _viewing(scene, motion=motion.stopped(now) if now.playing else replace(now, latent=True))


def _reset(scene: Scene, facts: Facts) -> Scene:
    still, now = _viewing(scene, motion=motion.stopped(scene.view.motion)), scene.document
    network = Network(now.network.source, now.network.reload)
    return replace(still, document=Document(network=network, shelf=now.shelf))
