"""The tab Directions as other parts of the window open it."""

from dataclasses import replace

from viz.state.interaction import DirectionFinder
from viz.state.scene import Scene

TAB = "Directions"
_WITHOUT = ("mix", "train")
"""Workspaces without the tab."""


def shown(scene: Scene, **changes: object) -> Scene:
    """Return the scene with the tab Directions in front, in a workspace that has it."""
    view = scene.view
    workspace = "explore" if view.workspace in _WITHOUT else view.workspace
    finder: DirectionFinder = replace(scene.interaction.finder, **changes)  # type: ignore[arg-type]
    scene = replace(scene, view=replace(view, workspace=workspace, panels_hidden=False))
    return scene.interacting(front=replace(scene.interaction.front, window=TAB), finder=finder)
