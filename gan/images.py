"""Images of seeds in a few calls, for commands, figures and films.

Styles are mapped and images rendered one at a time, not in batches, so that an image's bytes never depend on others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

import gan
from foundation.seeds import seed_class, seed_z
from foundation.specs.formats import ALPHA_CHANNELS
from gan import transforms
from gan.device import choose_device
from gan.display import to_rgba8
from gan.inference.cpu import KernelUse
from gan.io.download import Progress
from gan.io.errors import AbsentNetworkError
from gan.networks.generator import StyleGenerator
from gan.networks.noise import NoiseSetting
from gan.networks.protocol import Generator, SynthesisOptions
from gan.networks.steps import Bends

ImageArray = npt.NDArray[np.uint8]
"""uint8 [H, W, 3], or [H, W, 4] of networks with transparency."""


def load_generator(source: str | Path, device: str = "auto", progress: Progress | None = None) -> StyleGenerator:
    """Load the best generator of a file, URL or run folder: G_ema, or G if it has no other.

    Args:
        source: As in `gan.load`.
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        progress: Called with (bytes so far, bytes in all or None) during a download.

    On a CPU the first image waits for the network's kernels, so that all images are made in the same way.

    Raises:
        LoadError: as `gan.load`.
        NoDeviceError: there is no such device.
    """
    return load_described(source, choose_device(device), progress)[0]


def load_described(
    source: str | Path,
    device: torch.device,
    progress: Progress | None = None,
    kernels: KernelUse = "wait",
    *,
    raw: bool = False,
) -> tuple[StyleGenerator, gan.NetworkInfo]:
    """Load the same generator with the description of its file. Raises `LoadError` as `gan.load`.

    `kernels` is "off" for programs that prepare them themselves; `raw` prefers G, the generator as trained, to G_ema.
    """
    wanted, other = (("G",), ("G_ema",)) if raw else (("G_ema",), ("G",))
    try:
        nets = gan.load(source, device=device, only=wanted, progress=progress, kernels=kernels)
    except AbsentNetworkError as first:
        # A training without a moving average writes only G. An average that cannot be built is no reason to draw G.
        try:
            nets = gan.load(source, device=device, only=other, progress=progress, kernels=kernels)
        except AbsentNetworkError:
            raise first from None
    G = nets.G if nets.G_ema is None else nets.G_ema
    assert G is not None
    return G, nets.info


def device_of(G: Generator) -> torch.device:
    """Return the device of a generator."""
    return next(iter(G.parameters())).device


Label = int | tuple[float, ...]
"""A class, or the numbers of a condition."""


def condition_of(G: Generator, label: Label) -> torch.Tensor:
    """Return the condition c [1, c_dim] of a class or of numbers, on the CPU."""
    if isinstance(label, tuple):
        return torch.tensor([label], dtype=torch.float32)
    c = torch.zeros(1, G.c_dim)
    c[0, label] = 1
    return c


def label_of(G: Generator, seed: int, label: Label | None) -> Label | None:
    """Return the condition of a seed: the chosen one, else the seed's own class; None for networks without condition.

    Raises ValueError if the network has no such class, or takes another count of numbers.
    """
    if G.c_dim == 0:
        return None
    if isinstance(label, tuple):
        if len(label) != G.c_dim:
            raise ValueError(f"This network's condition has {G.c_dim} numbers, and {len(label)} are given.")
        return label
    if label is None:
        return seed_class(seed, G.z_dim, G.c_dim)
    if not 0 <= label < G.c_dim:
        raise ValueError(f"There is no class {label}: this network's are 0-{G.c_dim - 1}.")
    return label


@torch.no_grad()
def styles(
    G: Generator, seeds: Sequence[int], *, psi: float = 1.0, label: Label | None = None, cutoff: int | None = None
) -> torch.Tensor:
    """Compute the truncated w vectors of seeds: [N, num_ws, w_dim] on the network's device.

    Args:
        G: A generator.
        seeds: Any whole numbers.
        psi: Truncation, 1 for none.
        label: The class of all, or the numbers of their condition; None for the class of each seed. Networks without
            condition ignore it.
        cutoff: Number of leading layers to truncate; None for all.

    Raises:
        ValueError: there are no seeds, no such class, or no mean of w to truncate with.
    """
    if not seeds:
        raise ValueError("There are no seeds to draw; give some, as in 0,1,4-6.")
    return torch.cat([_style(G, seed, psi, label, cutoff) for seed in seeds])


def _style(G: Generator, seed: int, psi: float, label: Label | None, cutoff: int | None) -> torch.Tensor:
    device = device_of(G)
    z = torch.from_numpy(seed_z(seed, G.z_dim))[None].float().to(device) if G.z_dim else None
    chosen = label_of(G, seed, label)
    c = None if chosen is None else condition_of(G, chosen).to(device)
    return G.mapping(z, c, truncation_psi=psi, truncation_cutoff=cutoff)


@dataclass(frozen=True)
class RenderOptions:
    """Render settings besides the styles."""

    noise_mode: str = "const"
    """"const", "random" or "none"; see the synthesis networks."""
    noise: Mapping[str, NoiseSetting] = field(default_factory=dict)
    """Settings of single layers, likewise."""
    translate: tuple[float, float] = (0.0, 0.0)
    """Movement of the image, in its widths, to the right and down. StyleGAN3 only."""
    rotate: float = 0.0
    """Rotation of the image, in degrees, counterclockwise. StyleGAN3 only."""
    style_offsets: Mapping[str, torch.Tensor] = field(default_factory=dict)
    """[channels] by layer, added to the styles, on the network's device; see `gan.edits.styles.offset_of`."""
    bends: Bends = field(default_factory=dict)
    """Operations on the outputs of layers."""

    @property
    def moves(self) -> bool:
        """True if the image is translated or rotated."""
        return self.translate != (0.0, 0.0) or self.rotate % 360 != 0

    def check(self, G: Generator) -> None:
        """Raise ValueError if the network does not support these settings."""
        if self.moves and not G.synthesis.takes_transform:
            raise ValueError("This network has no input to move; leave translate and rotate out or take a StyleGAN3.")

    def arguments(self, seed: int = 0) -> SynthesisOptions:
        """Return the synthesis network's arguments; `seed` is where the noise_mode "random" starts."""
        found: SynthesisOptions = {"noise_mode": self.noise_mode, "noise": self.noise}
        if self.noise_mode == "random":
            found["generator"] = torch.Generator().manual_seed(seed % 2**63)
        if self.bends:
            found["bends"] = self.bends
        if self.style_offsets:
            found["style_offsets"] = self.style_offsets
        if self.moves:
            found["input_transform"] = transforms.inverse(transforms.affine(self.translate, self.rotate))
        return found


PLAIN = RenderOptions()
"""Constant noise, nothing moved."""


@torch.inference_mode()
def render(G: Generator, ws: torch.Tensor, options: RenderOptions = PLAIN, seed: int = 0) -> ImageArray:
    """Render the image of one ws [num_ws, w_dim], uint8 [H, W, 3]; [H, W, 4] of a network with an alpha channel.

    Args:
        G: A generator.
        ws: On the network's device.
        drawing: See `RenderOptions`.
        seed: Where the noise_mode "random" starts.

    Raises:
        ValueError: ws or `options` does not fit the network.
    """
    options.check(G)
    pixels = to_rgba8(G.synthesis(ws[None], **options.arguments(seed))[0])
    return pixels if G.img_channels == ALPHA_CHANNELS else np.ascontiguousarray(pixels[..., :3])


def grid(images: Iterable[ImageArray], columns: int) -> ImageArray:
    """Tile images of one size in rows of `columns`, [rows H, columns W, C]; missing cells are 0: black, or clear.

    Raises ValueError if there are no images, or fewer columns than one.
    """
    tiles = list(images)
    if not tiles or columns < 1:
        raise ValueError("A grid needs at least one picture and one column.")
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[i : i + columns], axis=1) for i in range(0, len(tiles), columns)]
    return np.concatenate(rows)
