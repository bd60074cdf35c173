"""Test pattern: waves that follow every control. Standard library and numpy."""

import hashlib
import math
import time
from collections.abc import Sequence
from concurrent.futures import Future
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from foundation.bands import style_bands
from foundation.specs.editing.distances import DISTANCES
from renderer.document.arrays import ArrayStore
from renderer.document.directions.piles import PileFound
from renderer.document.directions.searches import (
    ChannelTable,
    ClassSearch,
    FoundTable,
    MeasureSearch,
    PcaSearch,
    SefaSearch,
    StyleSpaceSearch,
)
from renderer.document.lens.jobs import EquivarianceFound
from renderer.engine.base import Rendered, Searching, Small, Steps, Watch
from renderer.fake.effects import Waves
from renderer.fake.figures import figure
from renderer.fake.travel import Travel
from renderer.fake.waves import place_of, wave
from renderer.ipc.frames import RGBA
from renderer.ipc.protocol import (
    LAYER_TILE,
    LAYERS,
    PICTURE,
    SPECTRUM,
    ClosestW,
    Display,
    Diversity,
    Drag,
    Effects,
    Equivariance,
    Failure,
    Geodesic,
    LayerInfo,
    ModelInfo,
    Network,
    NetworkFacts,
    PathMap,
    RadialPower,
    RenderRequest,
    SampleW,
    SortPiles,
    Statistics,
    ThumbnailRequest,
)

Family = Literal["StyleGAN2", "StyleGAN3-T"]
Floats = npt.NDArray[np.float32]

_LOW_RES_SHARE, _LOWEST_RES = 4, 32
"""Divisor of the resolution of low-res images, and the lowest resolution."""


@lru_cache(64)
def model_info(network: Network, family: Family, resolution: int) -> ModelInfo:
    """Describe an unconditional 3-channel network of this family."""
    stylegan3 = family == "StyleGAN3-T"
    layers = _stylegan3_layers(resolution) if stylegan3 else _stylegan2_layers(resolution)
    driven = layers if stylegan3 else [layer for layer in layers[:-1] if "conv" in layer.name] + [layers[-1]]
    names = [layer.name for layer in driven]
    return ModelInfo(
        network=network,
        title=network.source.replace("\\", "/").rpartition("/")[2] or "test pattern",
        family=family,
        z_dim=512,
        w_dim=512,
        c_dim=0,
        num_ws=len(names),
        resolution=resolution,
        height=resolution,
        width=resolution,
        img_channels=3,
        ws_names=tuple(names),
        ws_sizes=tuple((layer.height, layer.width) for layer in driven),
        bands=style_bands(len(names), stylegan3),
        noise_layers=() if stylegan3 else tuple(layer.name for layer in layers if "conv" in layer.name),
        has_transform=stylegan3,
        layers=tuple(layers),
        device="CPU",
        style_layers=tuple((layer.name, 4 if layer.name == "input" else max(layer.channels, 64)) for layer in layers),
        notice="This is a test pattern, not a network.",
        has_low_res=resolution // _LOW_RES_SHARE >= _LOWEST_RES,
        blend_rows=_rows([layer.name for layer in layers], names),
        usual_drag=len(names) // 2,
        fingerprint=hashlib.sha256(
            f"{network.source} {family} {resolution}".encode("utf-8", "backslashreplace")
        ).hexdigest(),
    )


def _rows(layers: Sequence[str], driven: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the layers of each row, see `ModelInfo.blend_rows`."""
    rows: list[list[str]] = []
    for name in layers:
        if name in driven:
            rows.append([])
        rows[-1].append(name)
    return tuple(tuple(row) for row in rows)


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

    def __init__(
        self,
        family: Family = "StyleGAN3-T",
        resolution: int = 256,
        full_ms: float = 0.0,
        arrays: ArrayStore | None = None,
    ) -> None:
        self._arrays = arrays or ArrayStore()
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
        waves = np.stack([wave(request.image, model, channel, size) for channel in channels])
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
            tiles = [wave(request.image, model, i, LAYER_TILE) for i in range(len(model.layers))]
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

    def thumbnails(self, wanted: Sequence[ThumbnailRequest], rough: bool, watch: Watch) -> tuple[Small, ...]:
        """Return the thumbnail of the first one, fine at once."""
        first = wanted[0]
        model = model_info(first.request.image.network, self._family, self._resolution)
        waves = [wave(first.request.image, model, channel, first.size) for channel in range(3)]
        return (Small(_enlarged(to_rgba(_displayed(np.stack(waves), first.request.display)), first.size)),)

    def still(self, request: RenderRequest, watch: Watch, keep: bool = False) -> RGBA:
        """Return the image alone [H, W, 4]."""
        return dict(FakeEngine.render(self, request, watch).images)[PICTURE]

    def deep_still(self, request: RenderRequest, watch: Watch) -> npt.NDArray[np.uint16]:
        """Return the image alone [H, W, 4], each value repeated in the lower byte."""
        return self.still(request, watch).astype(np.uint16) * np.uint16(257)

    def styles(self, request: RenderRequest, watch: Watch) -> Floats:
        """Numbers in place of w vectors."""
        model = model_info(request.image.network, self._family, self._resolution)
        rows = [place_of(request.image, range(i, i + 1)) for i in range(model.num_ws)]
        return np.repeat(np.array(rows, np.float32)[:, None], model.w_dim, axis=1)

    def search(self, work: Searching, watch: Watch) -> Steps:
        """Directions by chance, the same ones at each search."""
        w_dim = model_info(work.request.image.network, self._family, self._resolution).w_dim
        if isinstance(work, Geodesic):
            yield 1, 2
            return np.zeros((work.points, w_dim), np.float32)
        if isinstance(work, Equivariance):
            yield 1, 2, _equivariance(work, 1)
            return _equivariance(work, work.pictures)
        if isinstance(work, RadialPower | Diversity | PathMap | ClosestW):
            return (yield from figure(work, self._resolution, w_dim))
        if isinstance(work, SortPiles):
            yield 0, 1
            count, random = len(work.left) + len(work.right), np.random.RandomState(len(work.left))
            vector, odds = random.randn(w_dim).astype(np.float32), random.randn(work.count).astype(np.float32)
            vector /= np.linalg.norm(vector)
            return PileFound(0.5 + min(count, 30) / 75, 1 / max(count, 1), 1.5, vector, odds).packed()
        if isinstance(work, SampleW):
            yield 0, work.count
            seeds = range(work.first_seed, work.first_seed + work.count)
            return np.stack([np.random.RandomState(seed % 2**32).randn(w_dim) for seed in seeds]).astype(np.float32)
        match work.way:
            case StyleSpaceSearch():
                yield 0, 1
                layers = model_info(work.request.image.network, self._family, self._resolution).style_layers
                numbers = np.arange(work.way.channels)
                falling = np.linspace(0.4, 0.01, len(numbers), dtype=np.float32)
                own = [name for name, _ in layers].index(work.way.layer) if work.way.layer else None
                places = np.full_like(numbers, own) if own is not None else numbers % len(layers)
                return ChannelTable(places, numbers // len(layers), places % 4, 1 + falling, falling).packed()
            case PcaSearch() | SefaSearch():
                count, total = work.way.components, getattr(work.way, "samples", 0)
            case ClassSearch():
                count, total = 1, work.way.samples
            case MeasureSearch():
                count, total = 1 + bool(work.way.keep), work.way.samples
        for done in range(0, total, max(total // 4, 1)):
            yield done, total
        vectors = np.random.RandomState(len(repr(work.way))).randn(count, w_dim)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        falling = np.linspace(0.4, 0.01, count, dtype=np.float32)
        return FoundTable(vectors.astype(np.float32), 1 + falling, falling).packed()

    def effects(self, work: Effects, watch: Watch) -> Waves:
        """Effects of a direction on the waves."""
        return Waves(work, model_info(work.request.image.network, self._family, self._resolution))

    def drag(self, work: Drag, watch: Watch) -> Travel:
        """Handles that travel straight to their targets."""
        return Travel(work, self.styles(work.request, watch), self._arrays)

    def read_ahead(self, request: RenderRequest, watch: Watch) -> bool:
        """There is nothing to read."""
        return True

    def measured(self, a: RGBA, b: RGBA) -> Future[npt.NDArray[np.float64]]:
        """Return the mean square of the difference of the pixels, 0..1."""
        done: Future[npt.NDArray[np.float64]] = Future()
        value = np.square((a[..., :3].astype(np.float64) - b[..., :3]) / 255).mean() if a.shape == b.shape else 1.0
        done.set_result(np.array([value, len(DISTANCES) - 1]))
        return done

    def describe(self, request: RenderRequest, other: Network, watch: Watch) -> NetworkFacts:
        """Describe a network of the same kind."""
        info = model_info(other, self._family, self._resolution)
        sizes = info.resolution, info.z_dim, info.w_dim, info.c_dim, info.num_ws
        return NetworkFacts(info.title, info.family, *sizes, nbytes=1 << 20)

    def failure(self, request: RenderRequest, error: Exception) -> Failure:
        """Words for an error."""
        return Failure(request.request_id, "render", f"The test pattern could not be drawn: {error}.", "Try another.")


def _equivariance(work: Equivariance, pictures: int) -> Floats:
    """Figures that fall and rise along the path, a little higher the more pictures there are."""
    share = np.linspace(0, 1, work.points, dtype=np.float32)
    counts = np.full(work.points, pictures, np.float32)
    return EquivarianceFound(60 - 5 * share + pictures / 10, 40 + 5 * share + pictures / 10, counts).packed()


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
