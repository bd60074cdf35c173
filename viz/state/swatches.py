"""Creating, naming, ordering and opening swatches of the shelf. Pure functions."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from foundation.seeds import seed_at
from renderer.document.document import Document, Swatch
from renderer.document.mixing import first_latent, rebased, style_of
from renderer.ipc.protocol import Latent, LayerStyle, Mixing, Source, WBlend

Kind = Literal["seed", "saved", "photo"]
Shelf = tuple[Swatch, ...]

MOST_SEEDS = 64
"""Maximum number of seeds in one input line."""
_PART = re.compile(r"\s*(-?\d+)\s*(?:-\s*(\d+)\s*)?")


def seed_text(x: float) -> str:
    """Format a seed, with two decimals if it lies between two."""
    return str(round(x)) if x == round(x) else f"{x:.2f}".replace("-", "−")


def source_name(source: Source, shelf: Shelf = ()) -> str:
    """Return the name of a style: its name on the shelf, or its seed."""
    known = next((one.name for one in shelf if one.latent == source and not one.mixing.layers), None)
    if known is not None:
        return known
    if isinstance(source, WBlend):
        return " + ".join(source_name(part, shelf) for part, _ in source.parts)
    if source.stored:
        return "stored"
    if source.y == round(source.y):
        return seed_text(seed_at(source.x, source.y))
    return f"{seed_text(source.x)}, {seed_text(source.y)}"


def kind_of(swatch: Swatch) -> Kind:
    """Return the kind of a swatch: a plain seed, an edited style, or a fitted photo."""
    if swatch.photo:
        return "photo"
    plain = isinstance(swatch.latent, Latent) and not swatch.latent.stored and not swatch.mixing.layers
    return "seed" if plain else "saved"


def of_seed(seed: int, like: Latent) -> Swatch:
    """Return the swatch of a seed, with the blend and the classes of `like`."""
    return Swatch(str(seed), like.at_seed(seed))


def present(document: Document) -> Swatch:
    """Return the current style of a document, without locks and ignoring solo."""
    name = source_name(document.latent, document.shelf)
    acting = tuple(replace(one, locked=False) for one in document.mixing.acting)
    if not acting:
        return Swatch(name, document.latent)
    return Swatch(f"{name} mix", document.latent, Mixing(document.mixing.x, acting))


def shelved(shelf: Shelf, swatch: Swatch) -> Shelf:
    """Return the shelf with a swatch appended; unchanged if it already holds that style."""
    return shelf if known(shelf, swatch) is not None else (*shelf, swatch)


def joined(shelf: Shelf, other: Shelf) -> Shelf:
    """Return the shelf with the swatches of another one that it does not hold."""
    for swatch in other:
        shelf = shelved(shelf, swatch)
    return shelf


def known(shelf: Shelf, swatch: Swatch) -> Swatch | None:
    """Return the swatch of the shelf with the same style, ignoring names."""
    same = (one for one in shelf if (one.latent, one.mixing) == (swatch.latent, swatch.mixing))
    return next(same, None)


def renamed(shelf: Shelf, index: int, name: str) -> Shelf:
    """Return the shelf with one swatch renamed; an empty name changes nothing."""
    name = name.strip()
    return shelf if not name else (*shelf[:index], replace(shelf[index], name=name), *shelf[index + 1 :])


def removed(shelf: Shelf, index: int) -> Shelf:
    """Return the shelf without one swatch."""
    return shelf[:index] + shelf[index + 1 :]


def moved(shelf: Shelf, index: int, slot: int) -> Shelf:
    """Return the shelf with one swatch moved into the gap before `slot`, counted before the move."""
    rest = removed(shelf, index)
    slot -= slot > index
    return (*rest[:slot], shelf[index], *rest[slot:])


def opened(document: Document, swatch: Swatch, num_ws: int) -> Document:
    """Return the document in the style of a swatch; locked layers keep their style."""
    if isinstance(swatch.latent, WBlend):
        styles = tuple(LayerStyle(i, style_of(swatch.latent, swatch.mixing, i)) for i in range(num_ws))
        latent, mixing = first_latent(swatch.latent), Mixing(document.mixing.x, styles)
    else:
        x = swatch.mixing.x if swatch.mixing.layers else document.mixing.x
        latent, mixing = swatch.latent, replace(swatch.mixing, x=x)
    if swatch.network is not None:
        document = replace(document, network=swatch.network)
    return replace(document, latent=latent, mixing=rebased((document.latent, document.mixing), (latent, mixing)))


def seeds_of(text: str) -> tuple[int, ...]:
    """Parse seeds in command line syntax: `88`, `1,2,5-7`. Raises ValueError with a message."""
    seeds: list[int] = []
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part.strip()}” is no seed; write numbers and ranges, as 88 or 1,2,5-7.")
        first = int(found[1])
        last = first if found[2] is None else int(found[2])
        if last < first or len(seeds) + last - first >= MOST_SEEDS:
            raise ValueError(f"{MOST_SEEDS} seeds at most, from the lower to the higher, as 5-7.")
        seeds += range(first, last + 1)
    return tuple(seeds)


def uses(swatch: Swatch, mixing: Mixing, bands: Iterable[range]) -> tuple[float, ...]:
    """Return the share of each band that uses a swatch, 0..1."""
    taken = {
        one.ws: one.amount for one in mixing.layers if one.source == style_of(swatch.latent, swatch.mixing, one.ws)
    }
    return tuple(sum(taken.get(i, 0.0) for i in ws) / max(len(ws), 1) for ws in bands)
