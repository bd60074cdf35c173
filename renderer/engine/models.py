"""Networks in memory: read on demand, the last few cached, and described for the window."""

import contextlib
import copy
import itertools
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

import gan
from foundation.bundled import DEMO
from gan import mps
from gan.device import choose_device
from gan.edits.blend import MAPPING, Parts, mapping_misfit, mean_parts, misfit, w_misfit
from gan.edits.rendered_blends import BYTES, MOST, Blend, Blends
from gan.images import load_described
from gan.inference import cpu
from gan.inference import low_res as low_res_networks
from gan.inference.graphs import CudaRecorder, Recordings
from gan.networks.generator import StyleGenerator
from gan.ops import cuda
from renderer.engine import kernels, policy, promotion
from renderer.engine.base import SLICE_SECONDS
from renderer.engine.describing import describe_model, useful_low_res
from renderer.engine.device import memory_in_use, release_memory, thread_counts, use_threads
from renderer.engine.stages import Cache
from renderer.ipc.protocol import LayerInfo, ModelInfo, Network, NetworkFacts, OtherNetwork, Weights

CACHED = 2
"""Networks cached: flipping between two must not read files."""

AHEAD = 4
"""Networks cached beside those, read before an image of them is requested, memory permitting."""
AHEAD_BYTES, AHEAD_PART = 1 << 29, 0.125
"""Memory that these may use, but for one of them: so many bytes, or this share of the device's memory if that is more.
Six networks of 256 pixels are compared at once, and one that has left memory is read again for each picture."""
AHEAD_SHARE = 0.5
"""Largest share of the device's memory that reading ahead may use."""

MULTIPLICATIONS_PER_SECOND = {"cpu": 4e10, "mps": 5e11, "cuda": 5e12}
"""Of a device, roughly: for the resolution of a network's first image."""

_PROGRESS_SECONDS = 0.1

_serials = itertools.count()

Loading = Callable[[float | None], None]
"""Called with the share of a download, 0..1, or None."""


@dataclass
class Model:
    """A generator in memory, and figures of its runs. The network itself is never changed."""

    G: StyleGenerator
    """Result of `gan.load`: z_dim, c_dim, w_dim, num_ws, mapping, synthesis."""
    device: torch.device
    info: ModelInfo
    serial: int = field(default_factory=lambda: next(_serials))
    """Differs at every reading, so that no result of an earlier reading of the same file is reused."""
    layers: dict[str, LayerInfo] = field(default_factory=dict)
    """By name, as last run; empty before the first run."""
    shares: dict[str, float] = field(default_factory=dict)
    """Share of a full run's time that was over after each layer, when it was last run."""
    promoted: frozenset[str] = frozenset()
    """Layers that have overflowed in half precision and are computed in float32."""
    recordings: Recordings = field(default_factory=lambda: Recordings(CudaRecorder()))
    """CUDA graphs of its images."""
    plans: kernels.Coming | None = None
    """Its plans on the CPU while they are being made; None where none were asked for. Of a blend, those of the network
    that it starts from."""
    blend: Blend | None = None
    """Its weights, where they are blended."""
    pace: policy.Pace = field(init=False)
    fast_pace: policy.Pace = field(init=False)
    """Of images of lower precision."""
    """Times of its runs, and the resolutions chosen by them."""

    def __post_init__(self) -> None:
        per_second = MULTIPLICATIONS_PER_SECOND.get(self.device.type, MULTIPLICATIONS_PER_SECOND["cpu"])
        full_s = low_res_networks.multiplications(self.G.synthesis) / per_second
        self.pace = policy.Pace(useful_low_res(self.G), self.G.img_resolution, full_s)
        self.fast_pace = policy.Pace(useful_low_res(self.G), self.G.img_resolution, full_s)

    def with_blend(self, blend: Blend, others: tuple[OtherNetwork, ...]) -> "Model":
        """Return this network with blended weights. Times and layers are shared: its images take as long."""
        G = blend.G
        model = copy.copy(self)
        model.G, model.blend = G, blend
        model.info = replace(self.info, z_dim=G.z_dim, c_dim=G.c_dim, others=others)
        if G.synthesis is not self.G.synthesis or G.mapping is not self.G.mapping:
            model.serial = next(_serials)
            model.recordings = Recordings(CudaRecorder())
        return model

    @property
    def low_res_sides(self) -> tuple[int, ...]:
        """Useful low resolutions, ascending; empty where the network has none."""
        return tuple(useful_low_res(self.G))

    @property
    def low_res_s(self) -> dict[int, float]:
        """Expected seconds of each low resolution."""
        return {side: self.pace.expected_s(side) for side in self.low_res_sides}

    @property
    def _shape(self) -> tuple[object, ...]:
        """Everything that the times of its runs depend on."""
        layers = [(name, self.G.synthesis.layer_size(name)) for name in self.G.synthesis.layer_names]
        return self.device, self.info.family, sum(x.numel() for x in self.G.synthesis.parameters()), layers

    def expect(self, other: "Model") -> None:
        """Expect the times of another network of the same shape."""
        if other.pace.measured and not self.pace.measured and other._shape == self._shape:
            self.pace.expect(other.pace)
            self.fast_pace.expect(other.fast_pace)
            self.shares = dict(other.shares)

    @property
    def has_fast(self) -> bool:
        """True if the device renders images of a lower precision sooner, once their plan is ready."""
        synthesis = self.G.synthesis if self.blend is None else self.blend.first.synthesis
        return self.device.type == "cpu" and cpu.has_fast() and cpu.has_fast_plan(synthesis)

    def hurried(self, fast: bool, limit_s: float) -> tuple[bool, int]:
        """Return precision (True for the lower one) and resolution (0 for the full one) of an image in motion.

        A network whose exact images take no longer than the limit is shown in them: an image of lower precision would
        only have to be followed by another one.

        Args:
            fast: True if images of lower precision may be shown.
            limit_s: Longest time of an image in seconds; 0 for full resolution whatever it takes.
        """
        fast = fast and self.has_fast
        if limit_s <= 0:
            return fast, 0
        side = self.pace.side(limit_s)
        quick = not side and self.pace.expected_s(0) <= policy.LOWER * limit_s
        return (True, self.fast_pace.side(limit_s)) if fast and not quick else (False, side)

    def share_cores(self, side: int, fast: bool, held: bool) -> None:
        """Choose the number of threads of the next image, by its resolution, precision, and `held` of its request."""
        fewer, most = thread_counts()
        count = fewer
        if self.device.type == "cpu":
            count = (self.fast_pace if fast else self.pace).threads(fewer, most, side, held)
        use_threads(count)
        self.pace.use(count)
        self.fast_pace.use(count)

    @property
    def current_info(self) -> ModelInfo:
        """`info` with the layers as last run, and with recent notices."""
        kind = self.device.type
        own = cuda.notices() if kind == "cuda" else mps.notices() if kind == "mps" else ()
        noticed = [promotion.notice(self.promoted), *own]
        notice = " ".join(part for part in (self.info.notice, *noticed) if part)
        return replace(self.info, layers=tuple(self.layers.values()), notice=notice)

    @property
    def w_avg(self) -> torch.Tensor | None:
        """Mean of w [w_dim]; None if the network has none."""
        return self.G.mapping.mean


_NetworkKey = tuple[Network, torch.device]


class Models:
    """Networks by source and device. A failure to read one is not remembered.

    Args:
        preparation: Of their kernels.
        wait_for_kernels: Return a network only once its kernels are compiled (see `renderer.engine.kernels`).
    """

    def __init__(self, preparation: kernels.Preparation, wait_for_kernels: bool = False) -> None:
        self._cache: Cache[_NetworkKey, Model] = Cache(CACHED)
        self._blended: Cache[tuple[object, ...], Model] = Cache(
            BYTES, lambda model: max(0 if model.blend is None else model.blend.nbytes, BYTES // MOST)
        )
        self._blends = Blends()
        self._fits: Cache[tuple[int, int], tuple[str, str]] = Cache(256)
        self._together = CACHED
        """Networks cached: those of a blend must be in memory together."""
        self._made = 0
        self._preparation = preparation
        self._wait = wait_for_kernels
        self._reader: ThreadPoolExecutor | None = None
        self._coming: tuple[_NetworkKey, Future[Model]] | None = None
        """The network being read ahead."""

    def get(self, network: Network, device: str, loading: Loading) -> Model:
        """Return a network, reading it if needed. Raises `gan.LoadError` or `gan.device.NoDeviceError`."""
        key = network, choose_device(device)
        model = self._in_memory(key, loading)
        return model if model.plans is not None else self._ready(model)

    def _in_memory(self, key: _NetworkKey, loading: Loading) -> Model:
        """Return a network, reading it if needed; nothing is prepared for rendering by it."""
        model = self._cache.get(key)
        if model is None:
            model = self._cache.put(key, self._read(key, loading))
            self._made += 1
            if key[1].type == "cpu" and self._made > self._together:
                release_memory()  # of the network that left the cache
        return model

    def blend(self, base: Model, weights: Weights, loading: Loading) -> Model:
        """Return a network with the weights that a document says, reading others if needed.

        Networks that do not fit are left out; `ModelInfo.others` says why. Raises like `get`.
        """
        others = tuple(one for one in weights.others if one != base.info.network)
        if not others:
            return base
        if (together := max(CACHED, len(others) + 1)) != self._together:
            self._together = together
            self._cache.resize(together)
        models = [self._in_memory((one, base.device), loading) for one in others]
        layers, said = self._parts(base, weights, dict(zip(others, models, strict=True)))
        key = base.serial, tuple(one.serial for one in models), tuple(layers.items()), said
        found = self._blended.get(key)
        if found is None:
            made = self._blends.get(base.G, [one.G for one in models], layers)
            found = self._blended.put(key, base.with_blend(made, said))
        return found

    def _parts(
        self, base: Model, weights: Weights, models: Mapping[Network, Model]
    ) -> tuple[dict[str, Parts], tuple[OtherNetwork, ...]]:
        """Return the parts of each layer, by the place of a network in `models`, and what there is to say of them."""
        fits = {network: self._fit(base, other) for network, other in models.items()}
        places = dict(zip(models, range(len(models)), strict=True))
        parts: dict[str, list[tuple[int, float]]] = {}
        known = {name for row in base.info.blend_rows for name in row}
        for one in weights.layers:
            if one.layer in known and one.amount > 0 and not fits.get(one.network, ("A",))[0]:
                parts.setdefault(one.layer, []).append((places[one.network], one.amount))
        layers: dict[str, Parts] = {name: tuple(some) for name, some in parts.items()}
        mapping = _mapping_parts(base, weights, layers, places)
        if mapping and not any(fits[list(models)[place]][1] for place, _ in mapping if weights.mapping_blended):
            layers[MAPPING] = mapping
        said = []
        for network, other in models.items():
            info, (in_layers, in_mapping) = other.info, fits[network]
            problem = in_layers or (in_mapping if weights.mapping_blended else "")
            said.append(OtherNetwork(network, info.title, info.sha256, info.fingerprint, problem))
        return layers, tuple(said)

    def _fit(self, base: Model, other: Model) -> tuple[str, str]:
        """Return why the layers of two networks cannot be blended, and their mapping networks; empty if they can."""
        return self._fits.made(
            (base.serial, other.serial),
            lambda: (misfit(base.G, other.G), mapping_misfit(base.G, other.G)),
        )

    def beside(self, base: Model, network: Network, loading: Loading) -> NetworkFacts:
        """Describe a network beside another one, reading it if needed. Raises like `get`."""
        other = self._in_memory((network, base.device), loading)
        info, (in_layers, _) = other.info, self._fit(base, other)
        tensors = itertools.chain(other.G.parameters(), other.G.buffers())
        return NetworkFacts(
            title=info.title,
            family=info.family,
            resolution=info.resolution,
            z_dim=info.z_dim,
            w_dim=info.w_dim,
            c_dim=info.c_dim,
            num_ws=info.num_ws,
            nbytes=sum(one.nbytes for one in tensors),
            misfit=in_layers,
            w_misfit=w_misfit(other.G, base.G),
        )

    def read_ahead(self, network: Network, device: str, check: Callable[[float], None]) -> bool:
        """Read a network in a thread. If `check` raises, reading goes on, and the next call waits for it again.

        Returns:
            True once the network is in memory; False if memory is too small, or it is no local file.
        """
        key = network, choose_device(device)
        if self._cache.get(key) is not None:
            return True
        ahead = self._room_ahead(key)
        if not ahead:
            self._cache.resize(self._together)
            return False
        coming = self._begin(key)
        while not wait([coming], SLICE_SECONDS).done:
            check(0.0)
        self._coming = None
        self._cache.resize(self._together + ahead)
        self._cache.put(key, self._ready(coming.result()))
        return True

    def _read(self, key: _NetworkKey, loading: Loading) -> Model:
        if self._coming is not None and self._coming[0] == key:
            coming, self._coming = self._coming[1], None
            loading(None)
            return coming.result()
        return _load(*key, loading)

    def _begin(self, key: _NetworkKey) -> Future[Model]:
        if self._coming is not None and self._coming[0] != key:
            self._coming[1].cancel()  # a running read ends, and its result is dropped
            self._coming = None
        if self._coming is None:
            self._reader = self._reader or ThreadPoolExecutor(1, "read-ahead")
            self._coming = key, self._reader.submit(_load_quietly, *key)
        return self._coming[1]

    def _room_ahead(self, key: _NetworkKey) -> int:
        """Return how many networks of this size may be read ahead; 0 where memory is short, or it is no local file."""
        network, device = key
        size = None
        with contextlib.suppress(OSError):
            size = os.stat(network.source).st_size if os.path.isfile(network.source) else None
        used, there = memory_in_use(device)
        if size is None or (there and used + size > AHEAD_SHARE * there):
            return 0
        with_plans = 2 * max(size, 1)  # kernels have weights arranged for them
        return max(1, min(AHEAD, max(AHEAD_BYTES, int(AHEAD_PART * there)) // with_plans))

    def cached(self, network: Network, device: str) -> Model | None:
        """Return the network if it is in memory and was made ready; one that was read for a blend alone is not."""
        model = self._cache.get((network, choose_device(device)))
        return None if model is None or model.plans is None else model

    def clear(self) -> None:
        """Drop all networks."""
        self._cache.clear()
        self._blended.clear()
        self._blends.clear()
        self._together = CACHED
        self._cache.resize(CACHED)

    def _ready(self, model: Model) -> Model:
        for other in self._cache.values():
            model.expect(other)
        model.plans = self._preparation.make_ready(model.G.synthesis, model.device, self._wait)
        return model


def demo_network() -> Path:
    """Return the file of the network that opens by default. Raises `gan.NotFoundError`."""
    if not os.path.isfile(DEMO):
        raise gan.NotFoundError("The demo network is not installed; open a network of your own.", str(DEMO))
    return DEMO


@torch.inference_mode()  # as renders use it, but the mode belongs to a thread
def _load_quietly(network: Network, device: torch.device) -> Model:
    return _load(network, device, lambda share: None)


def _load(network: Network, device: torch.device, loading: Loading) -> Model:
    source = network.source or str(demo_network())
    loading(None)
    shown_at = 0.0

    def progress(done: int, total: int | None) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at > _PROGRESS_SECONDS:
            shown_at = time.monotonic()
            loading(min(done / total, 1.0) if total else None)

    G, info = load_described(source, device, progress, "off", raw=network.raw)
    return Model(G, device, describe_model(network, G, info, device))


def _mapping_parts(base: Model, weights: Weights, layers: Mapping[str, Parts], places: Mapping[Network, int]) -> Parts:
    """Return the parts of the mapping network: one other network's own, or the mean shares of all layers."""
    if not weights.mapping_blended:
        place = None if weights.mapping is None else places.get(weights.mapping)
        return () if place is None else ((place, 1.0),)
    return mean_parts(base.G, layers)
