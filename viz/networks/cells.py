"""Cells of the comparison of networks: what each one draws. Pure functions of frozen state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from string import ascii_uppercase
from typing import Literal

from foundation.runs import number_of, snapshot_kimg
from renderer.document.document import Document, NetworksMatch
from renderer.ipc.protocol import ArrayRef, Latent, Mixing, Network, Noise, Truncation, Weights
from viz.networks.weights import known as others_of
from viz.networks.weights import letter

MOST = 6
"""Most cells."""
Kind = Literal["base", "other", "blend"]


@dataclass(frozen=True)
class Cell:
    """One network in the comparison."""

    kind: Kind
    network: Network
    letter: str
    name: str
    note: str
    """Training time, or what a blend is made of."""
    document: Document
    """State that it draws."""
    waits: bool = False
    """True while the w that it is to draw is not known."""


def titled(network: Network) -> tuple[str, str]:
    """Return the name of a network and its training time: of a snapshot, those of its run."""
    path = PurePath(network.source.replace("\\", "/"))
    kimg = snapshot_kimg(path.name)
    if kimg is None:
        return path.stem or "demo", ""
    folder = path.parent.name
    name = folder.split("-", 1)[1] if number_of(folder) is not None else folder
    return name or path.stem, f"kimg {kimg:g}"


Closest = Mapping[Network, ArrayRef]
"""The w whose pictures are closest to that of A, as far as they are known."""


def cells_of(document: Document, match: NetworksMatch, closest: Closest | None = None) -> tuple[Cell, ...]:
    """Return the cells: A alone, the other networks, and the blend while it differs from A."""
    blended = bool(document.weights.others)
    others = others_of(document)[: MOST - 1 - blended]
    plain = replace(document, weights=replace(document.weights, layers=())) if blended else document
    if plain.weights.others:
        plain = replace(plain, weights=Weights())
    name, note = titled(document.network)
    cells = [Cell("base", document.network, "A", name, note, plain)]
    for network in others:
        name, note = titled(network)
        ref = (closest or {}).get(network)
        shown = matched(plain, network, match) if match != "closest" or ref is None else nearest(plain, network, ref)
        waits = match == "closest" and ref is None
        cells.append(Cell("other", network, letter(document, network), name, note, shown, waits))
    if blended:
        used = [letter(document, one) for one in document.weights.others]
        end = len(others_of(document)) + 1
        called = ascii_uppercase[end] if end < len(ascii_uppercase) else "*"
        cells.append(Cell("blend", document.network, called, "Blend", f"A with {', '.join(used)}", document))
    return tuple(cells)


def matched(document: Document, network: Network, match: NetworksMatch) -> Document:
    """Return what another network draws of the state of the document's own.

    By seed each network maps the seed itself; by w all draw what the mapping network of the document's own returns.
    """
    weights = Weights(mapping=document.network) if match == "w" else Weights()
    return replace(document, network=network, weights=weights)


def nearest(document: Document, network: Network, ref: ArrayRef) -> Document:
    """Return what another network draws of the w that is closest: nothing of the document's changes of w acts on it."""
    return replace(
        document,
        network=network,
        weights=Weights(),
        latent=Latent(array=ref),
        mixing=Mixing(),
        truncation=Truncation(),
        directions=(),
        styles=(),
        bends=(),
        noise=Noise(),
    )


def grid(count: int) -> tuple[int, int]:
    """Return the columns and rows of so many cells."""
    return (max(count, 1), 1) if count <= 2 else (2, 2) if count <= 4 else (3, 2)
