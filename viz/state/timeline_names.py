"""What the timeline's parameters and changes are called."""

from renderer.document.timeline import Timeline, Track

NAMES = {
    "latent": "Latent",
    "mixing": "Mixing",
    "truncation": "Truncation",
    "truncation.psi": "ψ",
    "truncation.cutoff": "ψ layers",
    "noise": "Noise",
    "noise.seed": "Noise seed",
    "noise.strength": "Noise strength",
    "transform.x": "Translate x",
    "transform.y": "Translate y",
    "transform.angle": "Rotate",
    "mixing.x": "Style seed",
    "latent.label_mix": "Class mix",
    "display.scale_db": "Gain",
    "display.layer": "Layer shown",
    "display.channel": "Channel",
}
"""By path; a direction is called by its own name, and what is not listed by the last word of its path."""


def name_of(path: str) -> str:
    """What a parameter is called."""
    if path.startswith("directions."):
        return path.removeprefix("directions.")
    return NAMES.get(path) or path.rpartition(".")[2].replace("_", " ").capitalize()


def timeline_step(before: Timeline, after: Timeline) -> str:
    """A short name for the step between two timelines."""
    if before.tracks != after.tracks:
        return _tracks(before, after)
    if before.seconds != after.seconds:
        return f"Timeline of {after.seconds:g} s"
    if before.fps != after.fps:
        return f"{after.fps:g} fps"
    if before.loop != after.loop:
        return "Loop" if after.loop else "No loop"
    if before.keep_norm != after.keep_norm:
        return "Keep the distance" if after.keep_norm else "Straight through W"
    return "Constant speed" if after.constant_speed else "Speed as keyed"


def _tracks(before: Timeline, after: Timeline) -> str:
    was, now = {one.path: one for one in before.tracks}, {one.path: one for one in after.tracks}
    changed = [path for path in (*was, *(path for path in now if path not in was)) if was.get(path) != now.get(path)]
    if not changed:
        return "Order of tracks"
    if len(changed) > 1:
        return f"Key {len(changed)} parameters" if len(now) >= len(was) else "Clear the timeline"
    path = changed[0]
    old, new, name = was.get(path, Track(path)), now.get(path, Track(path)), name_of(path)
    if old.muted != new.muted:
        return f"Mute {name}" if new.muted else f"Unmute {name}"
    if old.interpolation != new.interpolation:
        return f"{name} {new.interpolation}"
    if len(new.keys) < len(old.keys):
        return f"Remove {name} key"
    if len(new.keys) > len(old.keys):
        return f"Key {name}" if len(new.keys) == len(old.keys) + 1 else f"Keys of {name}"
    moved = [key.at for key in old.keys] != [key.at for key in new.keys]
    return f"Move {name} key" if moved else f"Change {name} key"
