"""Names of undo steps and of parameters on the timeline."""

from dataclasses import fields, replace
from pathlib import PurePath

from foundation import bundled
from foundation.runs import snapshot_kimg
from foundation.seeds import seed_at
from renderer.document.document import Document, Swatch
from renderer.document.parts import LayerBend
from renderer.document.timeline import Timeline, Track
from renderer.ipc.protocol import (
    Direction,
    Latent,
    LayerStyle,
    Mixing,
    Network,
    Noise,
    StyleOffset,
    Transform,
    Truncation,
    Weights,
)
from viz.state.bands import short_name
from viz.state.swatches import source_name

NAMES = {
    "latent": "Latent",
    "mixing": "Mixing",
    "truncation": "Truncation",
    "weights": "Networks of layers",
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
"""Names by path; directions use their own name, other paths their last component."""


def name_of(path: str) -> str:
    """Return the name of a parameter."""
    root, _, rest = path.partition(".")
    if root in ("styles", "bends"):
        layer, _, word = rest.rpartition(".")
        return f"{layer} {word}"
    if root == "directions":
        return rest
    return NAMES.get(path) or path.rpartition(".")[2].replace("_", " ").capitalize()


def timeline_step(before: Timeline, after: Timeline) -> str:
    """Return a short name for the step between two timelines."""
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
    return _keys(old, new, name)


def _keys(old: Track, new: Track, name: str) -> str:
    """Return the name of a change of one track's keys: some added, removed, moved or changed, or others altogether."""
    values, found = {key.at: key for key in old.keys}, {key.at: key for key in new.keys}
    lost, gained = [at for at in values if at not in found], [at for at in found if at not in values]
    changed = [at for at in values if at in found and values[at] != found[at]]
    if not old.keys and len(gained) > 1:
        return f"Keys of {name}"
    match bool(lost), bool(gained), bool(changed):
        case True, False, False:
            return f"Remove {name} key" if len(lost) == 1 else f"Remove {len(lost)} {name} keys"
        case False, True, False:
            return f"Key {name}" if len(gained) == 1 else f"{len(gained)} keys of {name}"
        case False, False, True if len(changed) == 1:
            only = replace(found[changed[0]], way=values[changed[0]].way) == values[changed[0]]
            return f"Path {found[changed[0]].way.route}" if only else f"Change {name} key"
        case True, True, False if [key.value for key in old.keys] == [key.value for key in new.keys]:
            return f"Move {name} key" if len(lost) == 1 else f"Move {len(lost)} {name} keys"
    if sorted(map(repr, (key.value for key in old.keys))) == sorted(map(repr, (key.value for key in new.keys))):
        return f"Move {name} keys"
    return f"Other keys of {name}"


_BLENDS = {"z": "Z", "w": "W", "arc": "arc"}
_NOISE = {"none": "off", "const": "fixed", "random": "random"}


def step_name(before: Document, after: Document, ws_names: tuple[str, ...] = ()) -> str:
    """Return a short name for the step from `before` to `after`; empty if they are equal.

    `ws_names` are the names of the network's w vectors, used to name mixed layers.
    """
    if before == after:
        return ""
    changed = [field.name for field in fields(Document) if getattr(before, field.name) != getattr(after, field.name)]
    if len(changed) > 1 and after == Document(network=before.network, shelf=after.shelf):
        return "Reset everything"
    if len(changed) > 2:
        return f"{len(changed)} changes"
    return ", ".join(_part(name, before, after, ws_names) for name in changed)


def _part(name: str, before: Document, after: Document, ws_names: tuple[str, ...]) -> str:
    """Return the name of a change of one document part."""
    match name:
        case "network":
            return _network(before.network, after.network)
        case "latent":
            return _latent(before.latent, after.latent)
        case "mixing":
            return _mixing(before.mixing, after.mixing, ws_names, after.shelf)
        case "truncation":
            return _truncation(before.truncation, after.truncation)
        case "noise":
            return _noise(before.noise, after.noise)
        case "transform":
            return _transform(before.transform, after.transform)
        case "directions":
            return _directions(before.directions, after.directions)
        case "styles":
            return _styles(before.styles, after.styles)
        case "bends":
            return _bends(before.bends, after.bends)
        case "shelf":
            return shelf_step(before.shelf, after.shelf)
        case "timeline":
            return timeline_step(before.timeline, after.timeline)
        case "networks":
            more = len(after.networks) > len(before.networks)
            return "Add network" if more else "Remove network"
        case "weights":
            return _weights(before.weights, after.weights)
        case "force_fp32":
            return "Use fp32" if after.force_fp32 else "Native precision"
        case _:
            return name.replace("_", " ").capitalize()


def _network(before: Network, after: Network) -> str:
    if before.source == after.source and before.raw != after.raw:
        return "Generator as trained" if after.raw else "Average generator"
    if before.source == after.source:
        return "Reload"
    return f"Open {bundled.NAMES.get(after.source) or PurePath(after.source).name or after.source}"


def _latent(before: Latent, after: Latent) -> str:
    if after == Latent() and _count(before, after) > 1:
        return "Reset latent"
    if before.array != after.array and after.array:
        return "Stored latent"
    if (before.x, before.y) != (after.x, after.y):
        if after.stored == 1:
            return "Stored latent"
        seed = seed_at(after.x, after.y)
        whole = float(after.x).is_integer() and float(after.y).is_integer()
        return f"Seed {_figure(seed, 0)}" if whole else f"Walk to {_figure(after.x, 2)}, {_figure(after.y, 2)}"
    if before.array != after.array:
        return "Seeds again"
    if before.blend != after.blend:
        return f"Blend in {_BLENDS[after.blend]}"
    if before.condition != after.condition:
        return "Condition" if after.condition else "Class"
    if before.label != after.label:
        return "Class by seed" if after.label is None else f"Class {after.label}"
    if before.label_b != after.label_b:
        return "No second class" if after.label_b is None else f"Second class {after.label_b}"
    return f"Class mix {round(after.label_mix * 100)} %"


def _mixing(before: Mixing, after: Mixing, ws_names: tuple[str, ...], shelf: tuple[Swatch, ...]) -> str:
    if before.layers != after.layers:
        return _mixed_layers(before, after, ws_names, shelf)
    if before.solo != after.solo:
        return f"Solo {_layers(after.solo, ws_names)}" if after.solo else "Solo off"
    return f"Style seed {_figure(after.x, 0 if float(after.x).is_integer() else 2)}"


def _mixed_layers(before: Mixing, after: Mixing, ws_names: tuple[str, ...], shelf: tuple[Swatch, ...]) -> str:
    was, now = {one.ws: one for one in before.layers}, {one.ws: one for one in after.layers}
    changed = sorted(ws for ws in was.keys() | now.keys() if was.get(ws) != now.get(ws))
    where, pairs = _layers(changed, ws_names), [_pair(was, now, ws) for ws in changed]
    if all(replace(one, locked=other.locked) == other for one, other in pairs):
        return f"{'Lock' if any(other.locked for _, other in pairs) else 'Unlock'} {where}"
    if not after.ws:
        return "No mixing"
    gone, new = [ws for ws in changed if ws not in now], [ws for ws in changed if ws not in was]
    if len(gone) == len(changed):
        return f"Unmix {where}"
    sources = {other.source for _, other in pairs}
    first, last = pairs[0]
    if len(sources) == 1 and last.source is not None and not gone and (new or first.source != last.source):
        return f"{where} ← {source_name(last.source, shelf)}"
    if gone or new:
        return f"Mix {where if len(new) == len(changed) else _layers(after.ws, ws_names)}"
    return f"{where} {round(last.amount * 100)} %" if first.source == last.source else f"Mix {where}"


def _pair(was: dict[int, LayerStyle], now: dict[int, LayerStyle], ws: int) -> tuple[LayerStyle, LayerStyle]:
    """Return the style of a w vector before and after; defaults where it is not listed."""
    nothing = LayerStyle(ws, amount=0.0)
    return was.get(ws, nothing), now.get(ws, nothing)


def _layers(ws: tuple[int, ...] | list[int], ws_names: tuple[str, ...]) -> str:
    if len(ws) > 1:
        return f"{len(ws)} layers"
    return ws_names[ws[0]] if ws[0] < len(ws_names) else f"layer {ws[0]}"


def _truncation(before: Truncation, after: Truncation) -> str:
    if after == Truncation() and _count(before, after) > 1:
        return "Reset truncation"
    if before.psis != after.psis:
        return "ψ by layer" if after.psis else "ψ for all layers"
    if before.psi != after.psi:
        return f"ψ {_figure(after.psi, 2)}"
    return "Truncate all layers" if after.cutoff is None else f"Truncate {after.cutoff} layers"


def _noise(before: Noise, after: Noise) -> str:
    if after == Noise() and _count(before, after) > 1:
        return "Reset noise"
    if before.mode != after.mode:
        return f"Noise {_NOISE[after.mode]}"
    if before.seed != after.seed:
        return f"Noise seed {after.seed}"
    if before.strength != after.strength:
        return f"Noise {_figure(after.strength, 2)} ×"
    return _layer_noise(before, after)


def _layer_noise(before: Noise, after: Noise) -> str:
    names = {one.layer for one in (*before.layers, *after.layers)}
    changed = sorted(name for name in names if before.of(name) != after.of(name))
    where = changed[0] if len(changed) == 1 else f"in {len(changed)} layers"
    was, now = before.of(changed[0]), after.of(changed[0])
    if was.on != now.on:
        return f"Noise {'on' if now.on else 'off'} {where}"
    if was.strength != now.strength:
        return f"Noise {_figure(now.strength, 2)} × {where}"
    return f"Noise seed {'as all' if now.seed is None else now.seed} {where}"


def _weights(before: Weights, after: Weights) -> str:
    """Return the name of a change of the networks of layers."""
    if before.layers == after.layers:
        if after.mapping_blended:
            return "Mapping blended"
        return "Mapping of the network" if after.mapping is None else f"Mapping of {network_name(after.mapping)}"
    if not after.layers:
        return "One network again"
    was, now = {one.layer: one for one in before.layers}, {one.layer: one for one in after.layers}
    changed = [layer for layer in (now | was) if was.get(layer) != now.get(layer)]
    where = changed[0] if len(changed) == 1 else f"{len(changed)} layers"
    left = [now[layer] for layer in changed if layer in now]
    if not left:
        return f"Network off {where}"
    name, amounts = network_name(left[0].network), {round(one.amount * 100) for one in left}
    if any(one.layer not in was or was[one.layer].network != one.network for one in left):
        return f"{name} on {where}"
    return f"{where} {name} {amounts.pop()} %" if len(amounts) == 1 else f"Amounts in {where}"


def network_name(network: Network) -> str:
    """Return the file name of a network without its ending; of a snapshot its training time."""
    kimg = snapshot_kimg(network.source)
    if kimg is not None:
        return f"kimg {kimg:g}"
    return PurePath(network.source.replace("\\", "/")).stem or "demo"


def _directions(before: tuple[Direction, ...], after: tuple[Direction, ...]) -> str:
    if len(before) != len(after):
        more, fewer = (after, before) if len(after) > len(before) else (before, after)
        odd = next(one for i, one in enumerate(more) if i >= len(fewer) or one != fewer[i])
        return f"{'Add' if more is after else 'Remove'} {odd.name}"
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    if len(changed) > 1:
        return "Directions"
    was, now = changed[0]
    if was.name != now.name:
        return f"Name {now.name}"
    if was.array != now.array:
        return f"Turn {now.name} around"
    if was.strength == now.strength:
        return f"Layers of {now.name}"
    if not now.sigma:
        return f"{now.name} {_figure(now.strength, 2)}"
    figure = _figure(now.strength, 2).rstrip("0").rstrip(".")
    return f"{now.name} {'+' if now.strength > 0 else ''}{figure} σ"


def style_name(one: StyleOffset) -> str:
    """Return the name of a style channel."""
    return one.name or f"{one.layer} channel {one.channel}"


def _caption(one: StyleOffset) -> str:
    """Return the name of a style channel for a narrow caption."""
    return one.name or f"{short_name(one.layer)} channel {one.channel}"


def _styles(before: tuple[StyleOffset, ...], after: tuple[StyleOffset, ...]) -> str:
    was, now = {one.place: one for one in before}, {one.place: one for one in after}
    new, gone = [one for one in after if one.place not in was], [one for one in before if one.place not in now]
    if new and not gone:
        return f"Add {_caption(new[0])}" if len(new) == 1 else f"Add {len(new)} style channels"
    if gone and not new:
        return f"Remove {_caption(gone[0])}" if len(gone) == 1 else f"Remove {len(gone)} style channels"
    changed = [place for place in now if was.get(place) != now[place]]
    if len(changed) != 1 or gone:
        return "Style channels"
    old, one = was[changed[0]], now[changed[0]]
    if old.strength != one.strength:
        return f"{_caption(one)} {_figure(one.strength, 2)}{' σ' if one.sigma != 1 else ''}"
    return f"Rename {_caption(old)}" if old.name != one.name else f"Unit of {_caption(one)}"


def _bends(before: tuple[LayerBend, ...], after: tuple[LayerBend, ...]) -> str:
    was, now = {one.place: one for one in before}, {one.place: one for one in after}
    changed = [
        place for place in (*was, *(place for place in now if place not in was)) if was.get(place) != now.get(place)
    ]
    if len(changed) != 1:
        return "Layer bending"
    old, new = was.get(changed[0]), now.get(changed[0])
    one = new or old
    assert one is not None
    words = f"{one.kind} {short_name(one.layer)}"
    if old is None or new is None:
        return f"Add {words}" if old is None else f"Remove {words}"
    if old.strength != new.strength:
        return f"{words[0].upper()}{words[1:]} {_figure(new.strength, 2)}"
    return f"Channels of {words}" if old.channels != new.channels else f"Seed of {words}"


def shelf_step(before: tuple[Swatch, ...], after: tuple[Swatch, ...]) -> str:
    """Return the name of a change of the shelf."""
    new = [one for one in after if one not in before]
    gone = [one for one in before if one not in after]
    if new and not gone:
        return f"Shelve {new[0].name}" if len(new) == 1 else f"Shelve {len(new)}"
    if gone and not new:
        return f"Unshelve {gone[0].name}" if len(gone) == 1 else f"Unshelve {len(gone)}"
    return "Shelf"


def _transform(before: Transform, after: Transform) -> str:
    if after == Transform() and _count(before, after) > 1:
        return "Reset transform"
    moved, turned = (before.x, before.y) != (after.x, after.y), before.angle != after.angle
    if moved:
        return "Move and turn" if turned else f"Translate {_figure(after.x, 2)}, {_figure(after.y, 2)}"
    if turned:
        return f"Rotate {_figure(after.angle, 1).removesuffix('.0')}°"
    return "Whole pixels on" if after.whole_pixels else "Whole pixels off"


def _count(before: object, after: object) -> int:
    """Count the fields that differ."""
    return sum(getattr(before, name) != getattr(after, name) for name in before.__dataclass_fields__)  # type: ignore[attr-defined]


def _figure(value: float, digits: int) -> str:
    """Format a number for display: with a real minus sign, and no minus zero."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")
