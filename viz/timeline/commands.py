"""Commands of the timeline."""

from dataclasses import replace

from viz.state.facts import Facts
from viz.state.keyframes import jumped, key_set, key_toggled, present_paths, under, with_timeline
from viz.state.playback import scrubbed
from viz.state.scene import Command, Scene, ShowDialog
from viz.timeline.segments import segment_commands
from viz.timeline.walks import walked, walks


def timeline_commands() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "key", "Timeline", "Key at the playhead", "Of the row under the mouse, or the latent; again removes it",
            _key, ("K",),
        ),
        Command(
            "key-all", "Timeline", "Key the present state", "The latent and all else that is animated or changed",
            lambda scene, facts: key_set(scene, *present_paths(scene)), ("Shift+K",),
        ),
        Command(
            "previous-key", "Timeline", "Previous key", "The playhead on the key before it",
            lambda scene, facts: jumped(scene, -1), ("Shift+←",),
            _has_keys, repeats=True,
        ),
        Command(
            "next-key", "Timeline", "Next key", "The playhead on the key after it",
            lambda scene, facts: jumped(scene, 1), ("Shift+→",),
            _has_keys, repeats=True,
        ),
        Command(
            "to-start", "Timeline", "To the start", "The playhead at the beginning",
            lambda scene, facts: scrubbed(scene, 0.0), available=_has_keys,
        ),
        Command(
            "clear-timeline", "Timeline", "Clear the timeline", "All keys; can be undone", _clear, available=_has_keys,
        ),
        *(
            Command(
                walk.id, "Timeline", walk.name, walk.help, lambda scene, facts, walk=walk: walked(scene, facts, walk),  # type: ignore[misc]
                available=walk.available,
            )
            for walk in walks()
        ),
        *segment_commands(),
        Command(
            "export", "Timeline", "Export film…", "MP4, GIF or PNGs, in the background",
            lambda scene, facts: scene.request(ShowDialog("export")), ("Ctrl+E",), _has_keys,
        ),
    )  # fmt: skip


def _has_keys(scene: Scene, facts: Facts) -> bool:
    return bool(scene.document.timeline.acting)


def _key(scene: Scene, facts: Facts) -> Scene:
    return key_toggled(scene, under.now() or "latent")


def _clear(scene: Scene, facts: Facts) -> Scene:
    return with_timeline(scene, replace(scene.document.timeline, tracks=(), retiming=None, constant_speed=False))
