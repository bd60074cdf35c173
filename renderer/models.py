"""The networks in memory: reads them on demand, keeps the last few, and says what the window must know of them."""

import contextlib
import itertools
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

import gan
from gan.device import choose_device, device_title
from gan.images import load_described
from gan.inference import low_res
from gan.inference.graphs import CudaRecorder, Recordings
from gan.networks.protocol import Generator
from gan.ops import cuda
from renderer import kernels, policy, promotion
from renderer.bands import style_bands
from renderer.device import memory_in_use
from renderer.protocol import LayerInfo, ModelInfo, Network
from renderer.stages import Cache

KEPT = 2
"""Networks kept in memory: flipping between two must not read files."""

AHEAD = 4
"""Networks kept beside those, read before anybody asked for a picture of them, where there is memory for it."""
AHEAD_SHARE = 0.5
"""Nothing is read ahead where that would take more than this share of the device's memory."""
SMALLEST_DRAFT = 32
"""Drafts of a lower resolution show too little."""

_PROGRESS_SECONDS = 0.1
_SLICE_SECONDS = 0.005
"""How long waiting for a network that is read ahead may keep a request waiting."""

_serials = itertools.count()

Loading = Callable[[float | None], None]
"""Called with the share of a download, 0..1, or None."""


@dataclass
class Model:
    """A generator in memory, and what its runs have told of it. The network itself is never changed."""

    G: Generator
    """What `gan.load` gives: z_dim, c_dim, w_dim, num_ws, mapping, synthesis."""
    device: torch.device
    info: ModelInfo
    serial: int = field(default_factory=lambda: next(_serials))
    """Differs at every reading, so that nothing computed by an earlier reading of the same file is reused."""
    layers: dict[str, LayerInfo] = field(default_factory=dict)
    """By name, as last run; empty before the first run."""
    shares: dict[str, float] = field(default_factory=dict)
    """Share of a whole run's time that was over after each layer, when it was last run."""
    whole_s: float = 0.0
    """How long that run took; 0 before the first."""
    draft_shares: dict[int, float] = field(default_factory=dict)
    """By resolution, share of a whole run's time that drafts have taken."""
    promoted: frozenset[str] = frozenset()
    """Layers that have overflowed in half precision and are computed in float32."""
    replays: Recordings = field(default_factory=lambda: Recordings(CudaRecorder()))
    """CUDA graphs of its pictures."""

    def draft(self, limit_s: float) -> int:
        """The resolution of the draft to draw where a picture may take `limit_s`; 0: a whole picture."""
        return policy.draft(limit_s, self.whole_s, self.drafts_s)

    @property
    def drafts_s(self) -> dict[int, float]:
        """How long drafts of each resolution should take, by what they lately took and by their multiplications."""
        shares = _drafts(self.G) | self.draft_shares
        return {side: share * self.whole_s for side, share in shares.items()}

    def drawn(self, draft: int, seconds: float) -> None:
        """A picture took so long: those to come are expected to. `draft` is its resolution, 0 if it was whole."""
        if not draft:
            self.whole_s = seconds
        elif self.whole_s:
            # The first one also makes what it is drawn with. Later ones count by half: any may have been held up.
            share, known = seconds / self.whole_s, self.draft_shares.get(draft)
            self.draft_shares[draft] = low_res.shares(self.G.synthesis)[draft] if known is None else (known + share) / 2

    @property
    def current_info(self) -> ModelInfo:
        """`info` with the layers as last run, and what has been noticed since."""
        noticed = [promotion.notice(self.promoted), *(cuda.notices() if self.device.type == "cuda" else ())]
        notice = " ".join(part for part in (self.info.notice, *noticed) if part)
        return replace(self.info, layers=tuple(self.layers.values()), notice=notice)

    @property
    def w_avg(self) -> torch.Tensor | None:
        """The mean of w [w_dim]; None where the network keeps none."""
        return self.G.mapping.mean


_Key = tuple[Network, torch.device]


class Models:
    """Networks by source and device. A failure to read one is not remembered.

    Args:
        preparation: Of the kernels that draw them.
        wait_for_kernels: A network is there only when what draws it fastest is (see `renderer.kernels`).
    """

    def __init__(self, preparation: kernels.Preparation, wait_for_kernels: bool = False) -> None:
        self._kept: Cache[Model] = Cache(KEPT)
        self._preparation = preparation
        self._wait = wait_for_kernels
        self._reader: ThreadPoolExecutor | None = None
        self._coming: tuple[_Key, Future[Model]] | None = None
        """The network that is read ahead."""

    def get(self, network: Network, device: str, loading: Loading) -> Model:
        """The network, read if it is not in memory. Raises `gan.LoadError` or `gan.device.NoDeviceError`."""
        key = network, choose_device(device)
        return self._kept.made(key, lambda: self._ready(self._read(key, loading)))

    def read_ahead(self, network: Network, device: str, check: Callable[[float], None]) -> bool:
        """Read a network in a thread; what `check` raises leaves it reading, and the next call waits for it again.

        Returns:
            Whether the network is in memory now; False where there is not enough to keep it, or it is no local file.
        """
        key = network, choose_device(device)
        if self._kept.get(key) is not None:
            return True
        if not self._has_room(key):
            self._kept.resize(KEPT)
            return False
        coming = self._begin(key)
        while not wait([coming], _SLICE_SECONDS).done:
            check(0.0)
        self._coming = None
        self._kept.resize(KEPT + AHEAD)
        self._kept.put(key, self._ready(coming.result()))
        return True

    def _read(self, key: _Key, loading: Loading) -> Model:
        if self._coming is not None and self._coming[0] == key:
            coming, self._coming = self._coming[1], None
            loading(None)
            return coming.result()
        return _load(*key, loading)

    def _begin(self, key: _Key) -> Future[Model]:
        if self._coming is not None and self._coming[0] != key:
            self._coming[1].cancel()  # one that has begun is read to its end, and let go
            self._coming = None
        if self._coming is None:
            self._reader = self._reader or ThreadPoolExecutor(1, "read-ahead")
            self._coming = key, self._reader.submit(_load_quietly, *key)
        return self._coming[1]

    def _has_room(self, key: _Key) -> bool:
        network, device = key
        size = None
        with contextlib.suppress(OSError):
            size = os.stat(network.source).st_size if os.path.isfile(network.source) else None
        used, there = memory_in_use(device)
        return size is not None and (not there or used + size <= AHEAD_SHARE * there)

    def kept(self, network: Network, device: str) -> Model | None:
        """The network if it is in memory."""
        return self._kept.get((network, choose_device(device)))

    def clear(self) -> None:
        """Let all networks go."""
        self._kept.clear()

    def _ready(self, model: Model) -> Model:
        self._preparation.make_ready(model.G.synthesis, model.device, self._wait)
        return model


def demo_network() -> Path:
    """The network that opens when none is named. Raises `gan.NotFoundError`."""
    name = Path("assets", "demo.safetensors")
    folders = [Path(__file__).resolve().parent.parent, Path(sys.prefix, "share", "stylescope")]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise gan.NotFoundError("The demo network is not installed; open a network of your own.", str(folders[0] / name))


@torch.inference_mode()  # as renders have it, which belongs to a thread
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
    """What the window must know of a generator; nothing of its layers, which its first run tells."""
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
        has_drafts=bool(_drafts(G)),
        has_mean=G.mapping.mean is not None,
    )


def _drafts(G: Generator) -> dict[int, float]:
    """The drafts worth looking at, ascending, with their shares of the multiplications."""
    return {side: share for side, share in low_res.shares(G.synthesis).items() if side >= SMALLEST_DRAFT}


def _driven(readers: tuple[str, ...]) -> str:
    """The layer to name a w vector by: the convolution, where a toRGB shares its vector."""
    return next((name for name in readers if "conv" in name), readers[0])
