"""Edits of style mixing. Pure functions of frozen state; standard library only."""

from collections.abc import Iterable
from dataclasses import replace

from renderer.document.parts import Latent, LayerStyle, Mixing, Source, WBlend


def layer(mixing: Mixing, ws: int) -> LayerStyle | None:
    """Return the style of w vector `ws`; None if it has the image's own."""
    return next((one for one in mixing.layers if one.ws == ws), None)


def take(mixing: Mixing, ws: Iterable[int], source: Source | None, amount: float = 1.0) -> Mixing:
    """Assign a style to w vectors (None: the second one), except locked ones."""
    return put(mixing, *(LayerStyle(i, source, amount) for i in free(mixing, ws)))


def clear(mixing: Mixing, ws: Iterable[int]) -> Mixing:
    """Reset w vectors to the image's own style, except locked ones."""
    gone = set(free(mixing, ws))
    layers = tuple(one for one in mixing.layers if one.ws not in gone)
    return replace(mixing, layers=layers, solo=tuple(i for i in mixing.solo if i not in gone))


def blend(mixing: Mixing, ws: Iterable[int], amount: float) -> Mixing:
    """Change the share of the assigned style of w vectors, 0..1."""
    touched = set(ws)
    return put(mixing, *(replace(one, amount=amount) for one in mixing.layers if one.ws in touched and not one.locked))


def put(mixing: Mixing, *layers: LayerStyle) -> Mixing:
    """Return this mixing with other settings for some w vectors."""
    kept = {one.ws: one for one in mixing.layers} | {one.ws: one for one in layers}
    return replace(mixing, layers=tuple(kept[i] for i in sorted(kept)))


def free(mixing: Mixing, ws: Iterable[int]) -> tuple[int, ...]:
    """Return the w vectors that are not locked."""
    locked = {one.ws for one in mixing.layers if one.locked}
    return tuple(i for i in ws if i not in locked)


def lock(mixing: Mixing, ws: Iterable[int], on: bool) -> Mixing:
    """Lock w vectors as they are, or unlock them; locking one with the image's own style assigns no other."""
    touched = tuple(ws)
    changed = [replace(layer(mixing, i) or LayerStyle(i, amount=0.0), locked=on) for i in touched]
    mixing = put(mixing, *changed)
    return mixing if on else replace(mixing, layers=tuple(one for one in mixing.layers if not _is_idle(one, touched)))


def _is_idle(one: LayerStyle, ws: tuple[int, ...]) -> bool:
    return one.ws in ws and one.source is None and one.amount == 0


def solo(mixing: Mixing, ws: Iterable[int]) -> Mixing:
    """Solo w vectors; all act again if these were soloed already, or there are none."""
    wanted = tuple(sorted(i for i in ws if i in mixing.ws))
    return replace(mixing, solo=() if wanted == mixing.solo else wanted)


def mixed(mixing: Mixing) -> tuple[int, ...]:
    """Return the indices of the w vectors with a share of another style, ascending."""
    return tuple(one.ws for one in mixing.layers if one.amount != 0)


def first_latent(source: Source) -> Latent:
    """Return the latent of a source, or the first of a blend."""
    while isinstance(source, WBlend):
        source = source.parts[0][0] if source.parts else Latent()
    return source


def second_of(latent: Source, mixing: Mixing) -> Latent:
    """Return the second style: its own seed, the blend and the classes of the first style."""
    return first_latent(latent).at_seed(mixing.x)


def style_of(latent: Source, mixing: Mixing, ws: int) -> Source:
    """Return the style of one w vector, as a source for others."""
    own = next((one for one in mixing.acting if one.ws == ws), None)
    if own is None:
        return latent
    source = second_of(latent, mixing) if own.source is None else own.source
    return source if own.amount == 1 else WBlend(((latent, 1 - own.amount), (source, own.amount)))


def rebased(before: tuple[Source, Mixing], after: tuple[Latent, Mixing]) -> Mixing:
    """Return the mixing of `after`, with the w vectors that `before` locks as they are there."""
    latent, mixing = before
    locked = [one for one in mixing.layers if one.locked]
    kept = [LayerStyle(one.ws, style_of(latent, mixing, one.ws), locked=True) for one in locked]
    changed = put(after[1], *kept)
    solo_too = changed.solo and tuple(sorted({*changed.solo, *(one.ws for one in kept)}))
    return replace(changed, solo=solo_too)


def swap(latent: Latent, mixing: Mixing, ws: int) -> tuple[Latent, Mixing] | None:
    """Exchange the image's own style with that of w vector `ws`, in all layers.

    Locked w vectors keep their style. None if `ws` has no other style, or a blend, which cannot be the image's own.
    """
    own = layer(mixing, ws)
    if own is None or own.amount == 0 or isinstance(own.source, WBlend):
        return None
    base = second_of(latent, mixing) if own.source is None else own.source
    if own.source is None and (latent.y, latent.stored) == (0.0, 0.0):
        after = replace(mixing, x=latent.x)
    else:
        given = tuple(replace(one, source=latent) if one.source == own.source else one for one in mixing.layers)
        after = replace(mixing, layers=given)
    return base, rebased((latent, mixing), (base, after))
