"""Table of all commands of menus and keyboard: name, keys, help, availability, function."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from renderer.document.document import Camera, Document, View, Workspace
from renderer.ipc.protocol import Network
from viz.commands.actions import ResetLayout
from viz.commands.command_line import command_for
from viz.files.actions import OpenNetwork, OpenRecentSession, SavePicture, SaveSession, SaveWindow
from viz.files.leaving_dialog import CloseWindow
from viz.files.sources import bundled
from viz.gl.camera import actual_size
from viz.history.actions import ChooseBranch, Redo, Undo
from viz.history.panel import with_b
from viz.mixing.commands import mixing
from viz.runs.commands import of_following, of_runs
from viz.state import motion
from viz.state.facts import Facts
from viz.state.playback import toggled
from viz.state.scene import Command as Command
from viz.state.scene import Scene, ShowDialog
from viz.state.settings import SCALES
from viz.timeline.commands import timeline_commands
from viz.ui import widgets as ui
from viz.ui.actions import RedoShelf, UndoShelf

WORKSPACES: tuple[Workspace, ...] = ("explore", "mix", "analyse", "train")
"""Workspaces in the order of their keys."""
SEEDS = 100_000
"""Upper bound of random seeds: short enough to remember and to share."""


def commands(chance: random.Random) -> tuple[Command, ...]:
    """Return all commands in menu order. Random seeds come from `chance`."""
    return (
        *_file(),
        *_edit(chance),
        *_view(),
        *_tools(),
        *mixing(),
        *timeline_commands(),
        *_network(),
        *of_runs(),
        *of_following(),
        *_help(),
    )


def _file() -> tuple[Command, ...]:
    return (
        Command(
            "open", "File", "Open network…", "A network file: .pkl or .safetensors",
            _dialog("browse-network"), ("Ctrl+O",),
        ),
        Command(
            "open-run", "File", "Open run folder…", "Its newest snapshot, and a slider through all",
            _dialog("browse-run"), ("Ctrl+Shift+O",),
        ),
        Command(
            "save-picture", "File", "Save picture", "As a numbered PNG in the capture folder",
            lambda scene, facts: scene.request(SavePicture()), ("Ctrl+S",), _has_picture,
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
            "add-direction", "File", "Add direction…", "A vector to go along in W, from a .npy file",
            _dialog("browse-direction"),
        ),
        Command(
            "open-latent", "File", "Open latent…", "w vectors from a .npz or .npy file", _dialog("browse-latent"),
            available=lambda scene, facts: facts.model is not None,
        ),
        Command(
            "save-latent", "File", "Save latent as…", "The w vectors of this picture", _dialog("save-latent"),
            available=_has_picture,
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
        return _latent(scene, float(chance.randrange(SEEDS)), 0.0)

    def snap(scene: Scene, facts: Facts) -> Scene:
        latent = scene.document.latent
        return _latent(scene, float(round(latent.x)), float(round(latent.y)))

    return (
        Command(
            "undo", "Edit", "Undo", "Take back the last step", lambda scene, facts: scene.request(Undo()), ("Ctrl+Z",),
            lambda scene, facts: bool(facts.undo), repeats=True,
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
            "flip", "View", "Flip", "Show B instead of the present state, and back",
            _flip, ("X",), lambda scene, facts: scene.view.compare.b is not None, lambda scene, facts: _flipped(scene),
        ),
        Command(
            "fit", "View", "Fit", "The whole picture",
            lambda scene, facts: _viewing(scene, camera=Camera()), ("F",), _has_picture,
        ),
        Command(
            "actual-size", "View", "1:1", "One picture pixel on one screen pixel",
            lambda s, f: _viewing(s, camera=actual_size(s.view.camera)), ("0",), _has_picture,
        ),
        Command("larger", "View", "Larger interface", "", _scaled(up=True), ("Ctrl++", "Ctrl+Plus"), repeats=True),
        Command("smaller", "View", "Smaller interface", "", _scaled(up=False), ("Ctrl+−", "Ctrl+Minus"), repeats=True),
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


def _tools() -> tuple[Command, ...]:
    return (
        Command(
            "tool-walk", "Tools", "Walk", "Drag the picture through the latents",
            lambda scene, facts: _viewing(scene, tool="walk"), ("1",),
            checked=lambda scene, facts: scene.view.tool == "walk",
        ),
        Command(
            "tool-transform", "Tools", "Transform", "Move and turn the network's input",
            lambda scene, facts: _viewing(scene, tool="transform"), ("2",),
            lambda scene, facts: facts.model is not None and facts.model.has_transform,
            lambda scene, facts: scene.view.tool == "transform",
        ),
        Command(
            "tool-inspect", "Tools", "Inspect pixels", "Magnify and read pixels",
            lambda scene, facts: _viewing(scene, tool="inspect"), ("3",),
            checked=lambda scene, facts: scene.view.tool == "inspect",
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


def _latent(scene: Scene, x: float, y: float) -> Scene:
    document = scene.document
    return replace(scene, document=replace(document, latent=replace(document.latent, x=x, y=y)))


def _copy_command(scene: Scene, facts: Facts) -> Scene:
    ui.copy_text(command_for(scene.document))
    return scene


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
    still = _viewing(scene, motion=motion.stopped(scene.view.motion))
    return replace(
        still,
        document=Document(
            network=Network(scene.document.network.source, scene.document.network.reload), shelf=scene.document.shelf
        ),
    )


def _scaled(up: bool) -> Callable[[Scene, Facts], Scene]:
    def run(scene: Scene, facts: Facts) -> Scene:
        now = scene.settings.scale
        beyond = [scale for scale in SCALES if (scale > now if up else scale < now)]
        return _set(scene, scale=min(beyond) if up else max(beyond)) if beyond else scene

    return run
