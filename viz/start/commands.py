"""Commands of Start."""

from dataclasses import replace

from viz.start import first_steps, get_more
from viz.state.facts import Facts
from viz.state.scene import Command, Scene, ShowDialog


def of_start() -> tuple[Command, ...]:
    """Return the commands."""
    return (
        Command(
            "start", "View", "Start", "Networks, examples and recent sessions, in a tab below the picture", _start,
            checked=lambda scene, facts: scene.view.start,
        ),
        Command(
            "get-more", "Network", "Get more…", "Published networks to download",
            lambda scene, facts: scene.request(ShowDialog(get_more.NAME)),
        ),
        Command(
            "first-steps", "Help", "First steps", "Four things to try, beside their controls", first_steps.again,
        ),
    )  # fmt: skip


def _start(scene: Scene, facts: Facts) -> Scene:
    view, on = scene.view, not scene.view.start
    workspace = "explore" if on and view.workspace in ("mix", "train") else view.workspace
    gallery = replace(view.gallery, on=view.gallery.on and not on)
    return replace(scene, view=replace(view, start=on, workspace=workspace, gallery=gallery))
