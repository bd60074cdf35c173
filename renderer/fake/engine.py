"""Test pattern: waves that follow every control. Standard library and numpy."""

import itertools
import math
import time
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from renderer.document.bands import style_bands
from renderer.engine.base import Rendered, Watch
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import (
    LAYER_TILE,
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    Failure,
    ImageState,
    LayerInfo,
    ModelInfo,
    Network,
    RenderRequest,
    Source,
    Statistics,
    ThumbnailRequest,
    WBlend,
)

Family = Literal["StyleGAN2", "StyleGAN3-T"]
Floats = npt.NDArray[np.float32]

_LOW_RES_SHARE, _LOWEST_RES = 4, 32
"""Divisor of the resolution of low-res images, and the lowest resolution."""
_DETAIL = 128
"""Larger images repeat pixels: benchmarks then measure the transport of an image, not numpy's sines."""


def model_info(network: Network, family: Family, resolution: int) -> ModelInfo:
    """Describe an unconditional 3-channel network of this family."""
    stylegan3 = family == "StyleGAN3-T"
    layers = _stylegan3_layers(resolution) if stylegan3 else _stylegan2_layers(resolution)
    driven = layers if stylegan3 else [layer for layer in layers[:-1] if "conv" in layer.name] + [layers[-1]]
    names, sizes = [layer.name for layer in driven], [layer.width for layer in driven]
    return ModelInfo(
        network=network,
        title=network.source.replace("\\", "/").rpartition("/")[2] or "test pattern",
        family=family,
        z_dim=512,
        w_dim=512,
        c_dim=0,
        num_ws=len(names),
        resolution=resolution,
        img_channels=3,
        ws_names=tuple(names),
        ws_resolutions=tuple(sizes),
        bands=style_bands(len(names), stylegan3),
        noise_layers=() if stylegan3 else tuple(layer.name for layer in layers if "conv" in layer.name),
        has_transform=stylegan3,
        layers=tuple(layers),
        device="CPU",
        notice="This is a test pattern, not a network.",
        has_low_res=resolution // _LOW_RES_SHARE >= _LOWEST_RES,
    )


def _stylegan2_layers(resolution: int) -> list[LayerInfo]:
    layers = []
    for log in range(2, int(math.log2(resolution)) + 1):
        size, channels = 2**log, min(32768 // 2**log, 512)
        convs = ["conv1"] if size == 4 else ["conv0", "conv1"]
        layers += [LayerInfo(f"b{size}.{conv}", channels, size, size, "float32") for conv in convs]
        layers.append(LayerInfo(f"b{size}.torgb", 3, size, size, "float32"))
    return layers


def _stylegan3_layers(resolution: int) -> list[LayerInfo]:
    # The sizes and channels of StyleGAN3-T's 14 layers and ToRGB (arXiv 2106.12423, appendix C).
    layers = [LayerInfo("input", 512, 36, 36, "float32")]
    for i in range(15):
        share = min(i / 12, 1)
        cutoff = 2 * (resolution / 2 / 2) ** share
        stopband = 2**2.1 * (resolution / 2 * 2**0.3 / 2**2.1) ** share
        rate = 2 ** math.ceil(math.log2(min(stopband * 2, resolution)))
        size = resolution if i >= 13 else rate + 20
        channels = 3 if i == 14 else round(min(32768 / 2 / cutoff, 512))
        layers.append(LayerInfo(f"L{i}_{size}_{channels}", channels, size, size, "float32"))
    return layers


class FakeEngine:
    """Draws waves: coarse, middle and fine ones follow the styles of their bands, psi is the contrast."""

    def __init__(self, family: Family = "StyleGAN3-T", resolution: int = 256, full_ms: float = 0.0) -> None:
        self._family = family
        self._resolution = resolution
        self._full_ms = full_ms
        """Pretended time of a full image."""

    def render(self, request: RenderRequest, watch: Watch) -> Rendered:
        """Everything that a frame shows."""
        started = time.perf_counter()
        model = model_info(request.image.network, self._family, self._resolution)
        display = request.display
        layer = next((layer for layer in model.layers if layer.name == display.layer), None)
        size, count = (model.resolution, 3) if layer is None else (layer.width, layer.channels)
        shown = 1 if display.channels == "one" else 3
        first = min(max(display.channel, 0), count - shown)
        channels = range(first, first + shown)
        waves = np.stack([_wave(request.image, model, channel, size) for channel in channels])
        hurried = model.has_low_res and layer is None and 0 < request.low_res_ms < self._full_ms
        low_res = size // _LOW_RES_SHARE if hurried else 0
        if low_res:
            waves = waves[:, ::_LOW_RES_SHARE, ::_LOW_RES_SHARE].repeat(_LOW_RES_SHARE, 1).repeat(_LOW_RES_SHARE, 2)
        images = [(PICTURE, _enlarged(to_rgba(_displayed(waves, display)), size))]
        radial: tuple[tuple[float, float], ...] = ()
        if display.spectrum.on:
            spectrum, radial = _spectrum(waves[0], display.spectrum.range_db, display.spectrum.beta)
            images.append((SPECTRUM, _enlarged(to_rgba(spectrum[None]), size)))
        if display.layer_table:
            tiles = [_wave(request.image, model, i, LAYER_TILE) for i in range(len(model.layers))]
            images.append((LAYERS, to_rgba(np.concatenate(tiles, axis=1)[None])))
        statistics = Statistics(float(waves.mean()), float(waves.std()), float(np.abs(waves).max()))
        return Rendered(
            images=tuple(images),
            model=model,
            milliseconds=(("synthesis", 1000 * (time.perf_counter() - started)),),
            statistics=statistics,
            selected=statistics,
            layers=model.layers,
            layer_statistics=(statistics,) * len(model.layers) if display.layer_table else (),
            radial=radial,
            memory=(1 << 30, 8 << 30),
            low_res=low_res,
            full_ms=self._full_ms,
        )

    def thumbnail(self, wanted: ThumbnailRequest, watch: Watch) -> RGBA:
        """Return a thumbnail [size, size, 4]."""
        model = model_info(wanted.request.image.network, self._family, self._resolution)
        waves = [_wave(wanted.request.image, model, channel, wanted.size) for channel in range(3)]
        return _enlarged(to_rgba(_displayed(np.stack(waves), wanted.request.display)), wanted.size)

    def still(self, request: RenderRequest, watch: Watch) -> RGBA:
        """Return the image alone [H, W, 4]."""
        return dict(FakeEngine.render(self, request, watch).images)[PICTURE]

    def styles(self, request: RenderRequest, watch: Watch) -> Floats:
        """Numbers in place of w vectors."""
        model = model_info(request.image.network, self._family, self._resolution)
        rows = [_place(request.image, range(i, i + 1)) for i in range(model.num_ws)]
        return np.repeat(np.array(rows, np.float32)[:, None], model.w_dim, axis=1)

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """There is nothing to read."""
        return True

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Words for an error."""
        return Failure(request.request_id, "render", f"The test pattern could not be drawn: {error}.", "Try another.")


def _wave(image: ImageState, model: ModelInfo, channel: int, size: int) -> Floats:
    """One channel [size, size] of about -1..1, or its [128, 128] version if that can be enlarged to it."""
    detail = _DETAIL if size > _DETAIL and size % _DETAIL == 0 else size
    grid = (np.arange(detail, dtype=np.float32) + 0.5) / detail - 0.5
    transform = image.transform if model.has_transform else replace(image.transform, x=0.0, y=0.0, angle=0.0)
    x, y = grid[None] - np.float32(transform.x), grid[:, None] - np.float32(transform.y)
    turn = math.radians(-transform.angle)
    x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
    total = np.zeros((detail, detail), np.float32)
    for band, (first, last) in enumerate(itertools.pairwise((0, *model.bands, model.num_ws))):
        if first == last:
            continue
        place = _place(image, range(first, last))
        phase, way = place * (1.3 + 0.4 * band) + channel, place * 0.7 + band + 0.3 * channel
        frequency = 2 * math.pi * 1.5 * 3**band
        total += np.sin(frequency * (x * math.cos(way) + y * math.sin(way)) + phase) / (2 + band)
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


def _place(image: ImageState, ws: range) -> float:
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
    return place


def _spot(source: Source) -> float:
    if isinstance(source, WBlend):
        return sum(weight * _spot(part) for part, weight in source.parts)
    if source.array is not None:
        return int(source.array.sha256[:4], 16) / 1000
    return source.x + 10 * source.y


def _displayed(waves: Floats, display: Display) -> Floats:
    if display.normalize:
        waves = waves / np.abs(waves).max(axis=(1, 2), keepdims=True).clip(1e-8)
    if display.scale_db:
        waves = waves * np.float32(10 ** (display.scale_db / 20))
    return waves


def _spectrum(wave: Floats, range_db: float, beta: float) -> tuple[Floats, tuple[tuple[float, float], ...]]:
    """Return the power spectrum as an image [H, W] in -1..1, and its radial mean as (cycles per pixel, dB)."""
    size = len(wave)
    window = np.kaiser(size, beta)
    power = np.abs(np.fft.fftshift(np.fft.fft2((wave - wave.mean()) * window * window[:, None]))) ** 2
    power = (power / power.mean().clip(1e-20)).clip(1e-20)
    distance = np.hypot(*np.meshgrid(*[np.arange(size) - size // 2] * 2)).astype(int)
    means = np.bincount(distance.ravel(), power.ravel()) / np.bincount(distance.ravel())
    radial = tuple((i / size, 10 * math.log10(mean)) for i, mean in enumerate(means[: size // 2]))
    return (10 * np.log10(power) / range_db).astype(np.float32), radial


def to_rgba(channels: Floats) -> RGBA:
    """Float channels [1 or 3, H, W] -> opaque [H, W, 4]: trunc(clip(127.5 x + 128, 0, 255))."""
    picture = np.full((*channels.shape[1:], 4), 255, np.uint8)
    picture[..., :3] = np.clip(channels * 127.5 + 128, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return picture


def _enlarged(picture: RGBA, size: int) -> RGBA:
    repeats = size // len(picture)
    return picture if repeats == 1 else picture.repeat(repeats, 0).repeat(repeats, 1)
