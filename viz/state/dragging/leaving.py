"""Leaving a running drag without keeping what it has reached."""

from dataclasses import replace

from viz.state.scene import Scene


def abandoned(scene: Scene) -> Scene:
    """Return the scene without the running drag: document and points as they were before it began."""
    dragger = scene.interaction.dragger
    if dragger.running is None:
        return scene
    stage = dragger.stages[dragger.at]
    dragger = replace(
        dragger,
        running=None,
        shown=None,
        points=(),
        distances=(),
        left=(),
        nudged=False,
        moving=False,
        end="",
        problem="",
        pending=None,
    )
    pulled = replace(scene.view.pulled, points=stage.points)
    view = replace(scene.view, pulled=pulled)
    return replace(scene, view=view, preview=None, preview_name="").interacting(dragger=dragger)
