"""The three bands of layers (coarse, middle, fine), and short layer names."""

import re
from dataclasses import dataclass
from functools import lru_cache

from renderer.ipc.protocol import Mixing, ModelInfo


@dataclass(frozen=True)
class Band:
    """Range of neighbouring w vectors with a similar effect on the image (StyleGAN paper, section 3.1)."""

    name: str
    note: str
    """Its effect on the image, or the reason why it is empty."""
    token: str
    """Colour token of the theme."""
    ws: range


def bands_of(model: ModelInfo) -> tuple[Band, Band, Band]:
    """Return coarse, middle and fine w vectors of a network; the last one or two are empty in a small network."""
    middle, fine = model.bands
    ends = (0, min(middle, model.num_ws), min(fine, model.num_ws), model.num_ws)
    named = (
        ("Coarse", "pose, shape", "coarse"),
        ("Middle", "features, hair", "middle"),
        ("Fine", "colour, texture", "fine"),
    )
    size = f"{model.width} × {model.height}"
    return tuple(  # type: ignore[return-value]  # three of them
        Band(
            name,
            f"none: {size} ends before it"
            if end <= start
            else note
            if max(model.width, model.height) >= KNOWN_FROM
            else _sizes(model, start, end),
            token,
            range(start, end),
        )
        for (name, note, token), start, end in zip(named, ends, ends[1:], strict=False)
    )


KNOWN_FROM = 128
"""Least resolution of networks whose bands do what the StyleGAN paper says: it looked at networks of 1024 pixels."""


def _sizes(model: ModelInfo, start: int, end: int) -> str:
    """Return the resolutions of w vectors as a note: `4² to 16²`."""
    low, high = (f"{h}²" if h == w else f"{w} × {h}" for h, w in (model.ws_sizes[i] for i in (start, end - 1)))
    return low if low == high else f"{low} to {high}"


def band_of(model: ModelInfo, index: int) -> Band:
    """Return the band that contains w vector `index`."""
    return next(band for band in bands_of(model) if index in band.ws)


@lru_cache(maxsize=512)
def short_name(name: str) -> str:
    """Shorten a layer name for a narrow column, in the usual forms of the field.

    `b8.conv0` -> `8 ↑` (it upsamples to 8 x 8), `b8.conv1` -> `8`, `b8.torgb` -> `8 RGB`, `b4.input` -> `4 in`,
    `L3_52_512` -> `L3`.
    """
    if found := re.fullmatch(r"b(\d+)\.(conv0|conv1|torgb|input)", name):
        return found[1] + {"conv0": " ↑", "conv1": "", "torgb": " RGB", "input": " in"}[found[2]]
    if found := re.fullmatch(r"(L\d+)_\d+_\d+", name):
        return found[1]
    return name


def size_text(height: int, width: int) -> str:
    """Format a size: `36²`, or `36×52` where the sides differ."""
    return f"{height}²" if height == width else f"{height}×{width}"


def share_text(mixing: Mixing, ws: range) -> str:
    """Return the share of a band that comes from other styles: `base` or `65 %`; empty for an empty band."""
    if not ws:
        return ""
    taken = sum(one.amount for one in mixing.layers if one.ws in ws) / len(ws)
    return f"{round(taken * 100)} %" if taken else "base"
