"""Changes of which layers take whose style. Pure functions of frozen state; standard library only."""

from collections.abc import Iterable
from dataclasses import replace

from renderer.parts import Latent, LayerStyle, Mixing, Source, WBlend


def layer(mixing: Mixing, ws: int) -> LayerStyle | None:
    """What w vector `ws` takes; None where it has the document's own style."""
    return next((one for one in mixing.layers if one.ws == ws), None)


def take(mixing: Mixing, ws: Iterable[int], source: Source | None, amount: float = 1.0) -> Mixing:
    """Let these w vectors take a style (None: the second one); those that are locked stay as they are."""
    return put(mixing, *(LayerStyle(i, source, amount) for i in free(mixing, ws)))


def clear(mixing: Mixing, ws: Iterable[int]) -> Mixing:
    """Give these w vectors the document's own style again; those that are locked stay as they are."""
    gone = set(free(mixing, ws))
    return replace(mixing, layers=tuple(one for one in mixing.layers if one.ws not in gone))


def blend(mixing: Mixing, ws: Iterable[int], amount: float) -> Mixing:
    """Change how much these w vectors take of the style that they take, 0..1."""
    touched = set(ws)
    return put(mixing, *(replace(one, amount=amount) for one in mixing.layers if one.ws in touched and not one.locked))


def put(mixing: Mixing, *layers: LayerStyle) -> Mixing:
    """This mixing with other settings for some w vectors."""
    kept = {one.ws: one for one in mixing.layers} | {one.ws: one for one in layers}
    return replace(mixing, layers=tuple(kept[i] for i in sorted(kept)))


def free(mixing: Mixing, ws: Iterable[int]) -> tuple[int, ...]:
    """Those of these w vectors that are not locked."""
    locked = {one.ws for one in mixing.layers if one.locked}
    return tuple(i for i in ws if i not in locked)


def style_of(latent: Latent, mixing: Mixing, ws: int) -> Source:
    """The style of one w vector, as a source that can be given to others."""
    own = next((one for one in mixing.acting if one.ws == ws), None)
    if own is None:
        return latent
    source = replace(latent, x=mixing.x, y=0.0, array=None) if own.source is None else own.source
    return source if own.amount == 1 else WBlend(((latent, 1 - own.amount), (source, own.amount)))
