"""Constant rate of image change: background measurement of the timeline, and the switch."""

from dataclasses import replace

from renderer.document.document import request_for
from renderer.document.parts import Display
from renderer.document.retiming import retimed
from renderer.document.timeline import fingerprint
from renderer.ipc.protocol import Changes
from viz.state.facts import Facts
from viz.state.keyframes import with_timeline
from viz.state.recording import derived
from viz.state.scene import Scene


class Measuring:
    """Measurement in progress, or None; held in `Facts.scratch`."""

    def __init__(self) -> None:
        self.of: Changes | None = None


def changes(scene: Scene) -> Changes:
    """Return the job that measures the timeline."""
    request = request_for(scene.document, Display(), scene.settings.device, 0)
    return Changes(request, replace(scene.document.timeline, constant_speed=False, retiming=None))


def measured(scene: Scene, facts: Facts) -> Scene:
    """Poll the measurement in progress, and apply its result to the timeline."""
    measuring, timeline = facts.scratch.get(Measuring), scene.document.timeline
    if measuring.of is None:
        return scene
    if fingerprint(timeline) != fingerprint(measuring.of.timeline):
        measuring.of = changes(scene) if timeline.acting else None
        return scene
    told = facts.works.ask(measuring.of)
    if told.over:
        measuring.of = None
        if told.result is not None and told.failure is None:
            return with_timeline(scene, replace(timeline, retiming=retimed(timeline, told.result), constant_speed=True))
    return scene


@derived
def share(scene: Scene, facts: Facts) -> float:
    """Return the progress of the measurement in percent."""
    measuring = facts.scratch.get(Measuring)
    if measuring.of is None:
        return 0.0
    told = facts.works.ask(measuring.of)
    return 100 * told.done / max(told.total, 1)


def toggled_constant(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with constant speed toggled; an unmeasured timeline is measured first."""
    timeline, measuring = scene.document.timeline, facts.scratch.get(Measuring)
    if timeline.constant_speed or measuring.of is not None:
        measuring.of = None
        return with_timeline(scene, replace(timeline, constant_speed=False))
    if timeline.retiming and timeline.retiming.measured == fingerprint(timeline):
        return with_timeline(scene, replace(timeline, constant_speed=True))
    measuring.of = changes(scene)
    return scene
