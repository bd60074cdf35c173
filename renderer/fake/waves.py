"""Waves of the test pattern: coarse, middle and fine ones follow the styles of their bands."""

import itertools
import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from foundation.specs.formats import BEND_KINDS
from renderer.ipc.protocol import ImageState, ModelInfo, Source, WBlend

Floats = npt.NDArray[np.float32]

DETAIL = 128
"""Larger images repeat pixels: benchmarks then measure the transport of an image, not numpy's sines."""


def wave(image: ImageState, model: ModelInfo, channel: int, size: int) -> Floats:
    """One channel [size, size] of about -1..1, or its [128, 128] version if that can be enlarged to it."""
    detail = DETAIL if size > DETAIL and size % DETAIL == 0 else size
    grid = (np.arange(detail, dtype=np.float32) + 0.5) / detail - 0.5
    transform = image.transform if model.has_transform else replace(image.transform, x=0.0, y=0.0, angle=0.0)
    x, y = grid[None] - np.float32(transform.x), grid[:, None] - np.float32(transform.y)
    turn = math.radians(-transform.angle)
    x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
    total = np.zeros((detail, detail), np.float32)
    for band, (first, last) in enumerate(itertools.pairwise((0, *model.bands, model.num_ws))):
        if first == last:
            continue
        place = place_of(image, range(first, last))
        phase, way = place * (1.3 + 0.4 * band) + channel, place * 0.7 + band + 0.3 * channel
        frequency = 2 * math.pi * 1.5 * 3**band
        total += np.sin(frequency * (x * math.cos(way) + y * math.sin(way)) + phase) / (2 + band)
    counts = dict(model.style_layers)
    names = list(counts)
    for one in image.styles:
        if one.channel < counts.get(one.layer, 0):
            wave = 2 * math.pi * (1 + one.channel % 7)
            total += np.float32(0.02 * one.amount) * np.sin(wave * (x + 0.1 * names.index(one.layer) * y))
    for bend in image.bends:
        if bend.layer in counts and (not bend.channels or channel in bend.channels):
            wave = 1 + BEND_KINDS.index(bend.kind)
            shift = 0.3 * bend.seed + names.index(bend.layer)
            total += np.float32(0.02 * bend.strength) * np.sin(2 * math.pi * wave * (x - y) + shift)
    total *= sum(image.truncation.of(model.num_ws)) / model.num_ws
    if image.noise.mode != "none":
        drawn, shares = image.noise.seed if image.noise.mode == "random" else 0, dict[int, float]()
        for layer in model.noise_layers:
            own = image.noise.of(layer)
            seed = (drawn if own.seed is None else own.seed) % 2**32
            shares[seed] = shares.get(seed, 0.0) + own.on * own.strength * image.noise.strength
        for seed, strength in shares.items():
            drawing = np.random.RandomState(seed).randn(detail, detail).astype(np.float32)
            total += 0.05 * strength / len(model.noise_layers) * drawing
    return total


def place_of(image: ImageState, ws: range) -> float:
    """Return the mean position of the styles of w vectors on a line."""
    base = _spot(image.latent)
    place = base
    for layer in image.mixing.acting:
        if layer.ws in ws:
            other = image.mixing.x if layer.source is None else _spot(layer.source)
            place += layer.amount * (other - base) / len(ws)
    for direction in image.directions:
        moved = len(range(max(direction.first, ws.start), min(direction.last + 1, ws.stop)))
        place += direction.strength * moved / len(ws)
    weights = image.weights
    for i, one in enumerate(weights.layers):
        place += one.amount * (1 + i / 8 + len(one.layer) / 64) / 16
    return place + (weights.mapping is not None) / 8 + weights.mapping_blended / 4


def _spot(source: Source) -> float:
    if isinstance(source, WBlend):
        return sum(weight * _spot(part) for part, weight in source.parts)
    seed = source.x + 10 * source.y
    if source.array is None:
        return seed
    return seed + source.stored * (int(source.array.sha256[:4], 16) / 1000 - seed)
