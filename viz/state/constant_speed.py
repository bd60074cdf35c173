"""Constant rate of image change: background measurement of the timeline, and the switch."""

from dataclasses import replace

from renderer.document.arrays import AnyArray
from renderer.document.document import request_for
from renderer.document.parts import Display
from renderer.document.retiming import retimed
from renderer.document.timeline import fingerprint
from renderer.ipc.protocol import Changes
from viz.state.facts import Facts
from viz.state.keyframes import with_timeline
from viz.state.recording import derived
from viz.state.scene import Scene


def changes(scene: Scene) -> Changes:
    """Return the job that measures the timeline."""
    request = request_for(scene.document, Display(), scene.settings.device, 0)
    return Changes(request, replace(scene.document.timeline, constant_speed=False, retiming=None))


def measured(scene: Scene, facts: Facts) -> Scene:
    """Go on asking for the measurement, and return the scene with its result. Call once a frame."""
    measuring, timeline = scene.interaction.measuring, scene.document.timeline
    if measuring is None:
        return scene
    if fingerprint(timeline) != fingerprint(measuring.timeline):
        return scene.interacting(measuring=changes(scene) if timeline.acting else None)
    status = facts.jobs.ask(measuring)
    if not status.over:
        return scene
    scene = scene.interacting(measuring=None)
    if status.result is None or status.failure is not None:
        return scene
    return evened(scene, status.result)


def evened(scene: Scene, measured_changes: AnyArray) -> Scene:
    """Return the scene whose timeline has constant speed by its measured changes [samples], see `Changes`."""
    timeline = scene.document.timeline
    return with_timeline(scene, replace(timeline, retiming=retimed(timeline, measured_changes), constant_speed=True))


@derived
def share(scene: Scene, facts: Facts) -> float:
    """Return how much has been measured, in percent."""
    if scene.interaction.measuring is None:
        return 0.0
    status = facts.jobs.ask(scene.interaction.measuring)
    return 100 * status.done / max(status.total, 1)


def toggled_constant(scene: Scene) -> Scene:
    """Return the scene with constant speed off, or on: at once where the timeline is measured, else when it is."""
    timeline = scene.document.timeline
    if timeline.constant_speed or scene.interaction.measuring is not None:
        return with_timeline(scene.interacting(measuring=None), replace(timeline, constant_speed=False))
    if timeline.retiming and timeline.retiming.measured == fingerprint(timeline):
        return with_timeline(scene, replace(timeline, constant_speed=True))
    return scene.interacting(measuring=changes(scene))
