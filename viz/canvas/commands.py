"""Commands of the tools over the canvas. See `viz.commands.table` for the rest."""

from collections.abc import Callable
from dataclasses import replace

from renderer.document.document import Tool
from viz.dragging.commands import brush_taken
from viz.state.facts import Facts
from viz.state.scene import Command, Scene


def of_tools() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "tool-walk", "Tools", "Walk", "Drag the picture through the latents",
            _taking("walk"), ("1",),
            checked=lambda scene, facts: scene.view.tool == "walk",
        ),
        Command(
            "tool-transform", "Tools", "Transform", "Move and turn the network's input",
            _taking("transform"), ("2",),
            lambda scene, facts: facts.model is not None and facts.model.has_transform,
            lambda scene, facts: scene.view.tool == "transform",
        ),
        Command(
            "tool-inspect", "Tools", "Inspect pixels", "Magnify and read pixels",
            _taking("inspect"), ("3",),
            checked=lambda scene, facts: scene.view.tool == "inspect",
        ),
        Command(
            "tool-brush", "Tools", "Brush", "Paint what a drag may change, or the region that measures look at",
            brush_taken, ("5",),
            checked=lambda scene, facts: scene.view.tool == "brush",
        ),
    )  # fmt: skip


def _taking(tool: Tool) -> Callable[[Scene, Facts], Scene]:
    return lambda scene, facts: replace(scene, view=replace(scene.view, tool=tool))
