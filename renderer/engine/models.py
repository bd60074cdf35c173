"""Networks in memory: read on demand, the last few cached, and described for the window."""

import contextlib
import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

import gan
from foundation.bands import style_bands
from foundation.bundled import DEMO
from gan.device import choose_device, device_title
from gan.images import load_described
from gan.inference import low_res as low_res_networks
from gan.inference.graphs import CudaRecorder, Recordings
from gan.networks.protocol import Generator
from gan.ops import cuda
from renderer.engine import kernels, policy, promotion
from renderer.engine.device import memory_in_use
from renderer.engine.stages import Cache
from renderer.ipc.protocol import LayerInfo, ModelInfo, Network

CACHED = 2
"""Networks cached: flipping between two must not read files."""

AHEAD = 4
"""Networks cached beside those, read before an image of them is requested, memory permitting."""
AHEAD_SHARE = 0.5
"""Largest share of the device's memory that reading ahead may use."""
LOWEST_RES = 32
"""Images of a lower resolution show too little."""

_PROGRESS_SECONDS = 0.1
_SLICE_SECONDS = 0.005
"""Longest time that waiting for a network read ahead may delay a request."""

_serials = itertools.count()

Loading = Callable[[float | None], None]
"""Called with the share of a download, 0..1, or None."""


@dataclass
class Model:
    """A generator in memory, and figures of its runs. The network itself is never changed."""

    G: Generator
    """Result of `gan.load`: z_dim, c_dim, w_dim, num_ws, mapping, synthesis."""
    device: torch.device
    info: ModelInfo
    serial: int = field(default_factory=lambda: next(_serials))
    """Differs at every reading, so that no result of an earlier reading of the same file is reused."""
    layers: dict[str, LayerInfo] = field(default_factory=dict)
    """By name, as last run; empty before the first run."""
    shares: dict[str, float] = field(default_factory=dict)
    """Share of a full run's time that was over after each layer, when it was last run."""
    full_s: float = 0.0
    """Seconds of that run; 0 before the first."""
    low_res_shares: dict[int, float] = field(default_factory=dict)
    """By resolution, share of a full run's time that low-res images have taken."""
    promoted: frozenset[str] = frozenset()
    """Layers that have overflowed in half precision and are computed in float32."""
    recordings: Recordings = field(default_factory=lambda: Recordings(CudaRecorder()))
    """CUDA graphs of its images."""

    def low_res(self, limit_s: float) -> int:
        """Return the resolution to render at if an image may take `limit_s`; 0: the full one."""
        return policy.low_res(limit_s, self.full_s, self.low_res_s)

    @property
    def low_res_s(self) -> dict[int, float]:
        """Expected seconds of each low resolution, by recent runs or by the number of multiplications."""
        shares = _low_res(self.G) | self.low_res_shares
        return {side: share * self.full_s for side, share in shares.items()}

    def ran(self, low_res: int, seconds: float) -> None:
        """Record the time of a run. `low_res` is its resolution, 0 for the full one."""
        if not low_res:
            self.full_s = seconds
        elif self.full_s:
            # The first one also builds its network. Later ones count by half: any may have been held up.
            share, known = seconds / self.full_s, self.low_res_shares.get(low_res)
            self.low_res_shares[low_res] = (
                low_res_networks.shares(self.G.synthesis)[low_res] if known is None else (known + share) / 2
            )

    @property
    def current_info(self) -> ModelInfo:
        """`info` with the layers as last run, and with recent notices."""
        noticed = [promotion.notice(self.promoted), *(cuda.notices() if self.device.type == "cuda" else ())]
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
        self._preparation = preparation
        self._wait = wait_for_kernels
        self._reader: ThreadPoolExecutor | None = None
        self._coming: tuple[_NetworkKey, Future[Model]] | None = None
        """The network being read ahead."""

    def get(self, network: Network, device: str, loading: Loading) -> Model:
        """Return a network, reading it if needed. Raises `gan.LoadError` or `gan.device.NoDeviceError`."""
        key = network, choose_device(device)
        return self._cache.made(key, lambda: self._ready(self._read(key, loading)))

    def read_ahead(self, network: Network, device: str, check: Callable[[float], None]) -> bool:
        """Read a network in a thread. If `check` raises, reading goes on, and the next call waits for it again.

        Returns:
            True once the network is in memory; False if memory is too small, or it is no local file.
        """
        key = network, choose_device(device)
        if self._cache.get(key) is not None:
            return True
        if not self._has_room(key):
            self._cache.resize(CACHED)
            return False
        coming = self._begin(key)
        while not wait([coming], _SLICE_SECONDS).done:
            check(0.0)
        self._coming = None
        self._cache.resize(CACHED + AHEAD)
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

    def _has_room(self, key: _NetworkKey) -> bool:
        network, device = key
        size = None
        with contextlib.suppress(OSError):
            size = os.stat(network.source).st_size if os.path.isfile(network.source) else None
        used, there = memory_in_use(device)
        return size is not None and (not there or used + size <= AHEAD_SHARE * there)

    def cached(self, network: Network, device: str) -> Model | None:
        """Return the network if it is in memory."""
        return self._cache.get((network, choose_device(device)))

    def clear(self) -> None:
        """Drop all networks."""
        self._cache.clear()

    def _ready(self, model: Model) -> Model:
        self._preparation.make_ready(model.G.synthesis, model.device, self._wait)
        return model


def demo_network() -> Path:
    """Return the file of the network that opens by default. Raises `gan.NotFoundError`."""
    if not DEMO.is_file():
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

    G, info = load_described(source, device, progress)
    return Model(G, device, describe_model(network, G, info, device))


def describe_model(network: Network, G: Generator, info: gan.NetworkInfo, device: torch.device) -> ModelInfo:
    """Describe a generator for the window; its layers are known after its first run."""
    names = tuple(_driven(readers) for readers in G.synthesis.ws_layers)
    stylegan3 = info.family.startswith("StyleGAN3")
    return ModelInfo(
        network=network,
        title=info.source.replace("\\", "/").rstrip("/").rpartition("/")[2],
        family=info.family,
        z_dim=G.z_dim,
        w_dim=G.w_dim,
        c_dim=G.c_dim,
        num_ws=G.num_ws,
        resolution=G.img_resolution,
        img_channels=G.img_channels,
        ws_names=names,
        ws_resolutions=tuple(G.synthesis.layer_size(name) for name in names),
        bands=style_bands(G.num_ws, stylegan3),
        noise_layers=tuple(G.synthesis.noise_layers),
        has_transform=G.synthesis.takes_transform,
        layers=(),
        device=device_title(device),
        notice=str(info.training_set_kwargs.get("notice", "")),
        has_mapping=G.mapping.num_layers > 0,
        has_low_res=bool(_low_res(G)),
        has_mean=G.mapping.mean is not None,
        file=info.source,
        sha256=info.sha256,
    )


def _low_res(G: Generator) -> dict[int, float]:
    """Return the useful low resolutions, ascending, with their shares of the multiplications."""
    return {side: share for side, share in low_res_networks.shares(G.synthesis).items() if side >= LOWEST_RES}


def _driven(readers: tuple[str, ...]) -> str:
    """Return the layer to name a w vector by: the convolution, where a toRGB shares its vector."""
    return next((name for name in readers if "conv" in name), readers[0])
