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
from gan import transforms
from gan.device import choose_device
from gan.display import to_rgba8
from gan.io.download import Progress
from gan.io.errors import AbsentNetworkError
from gan.networks.generator import StyleGenerator
from gan.networks.noise import NoiseSetting
from gan.networks.protocol import Generator, SynthesisOptions

ImageArray = npt.NDArray[np.uint8]
"""uint8 [H, W, 3]."""


def load_generator(source: str | Path, device: str = "auto", progress: Progress | None = None) -> StyleGenerator:
    """Load the best generator of a file, URL or run folder: G_ema, or G if it has no other.

    Args:
        source: As in `gan.load`.
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        progress: Called with (bytes so far, bytes in all or None) during a download.

    Raises:
        LoadError: as `gan.load`.
        NoDeviceError: there is no such device.
    """
    return load_described(source, choose_device(device), progress)[0]


def load_described(
    source: str | Path, device: torch.device, progress: Progress | None = None
) -> tuple[StyleGenerator, gan.NetworkInfo]:
    """Load the same generator with the description of its file. Raises `LoadError` as `gan.load`."""
    try:
        nets = gan.load(source, device=device, only=("G_ema",), progress=progress)
    except AbsentNetworkError:
        # A training without a moving average writes only G. An average that cannot be built is no reason to draw G.
        nets = gan.load(source, device=device, only=("G",), progress=progress)
    G = nets.G if nets.G_ema is None else nets.G_ema
    assert G is not None
    return G, nets.info


def device_of(G: Generator) -> torch.device:
    """Return the device of a generator."""
    return next(iter(G.parameters())).device


def label_of(G: Generator, seed: int, label: int | None) -> int | None:
    """Return the class of a seed: the chosen one, else the seed's own; None for networks without classes.

    Raises ValueError if the network has no such class.
    """
    if G.c_dim == 0:
        return None
    if label is None:
        return seed_class(seed, G.z_dim, G.c_dim)
    if not 0 <= label < G.c_dim:
        raise ValueError(f"There is no class {label}: this network's are 0-{G.c_dim - 1}.")
    return label


@torch.no_grad()
def styles(
    G: Generator, seeds: Sequence[int], *, psi: float = 1.0, label: int | None = None, cutoff: int | None = None
) -> torch.Tensor:
    """Compute the truncated w vectors of seeds: [N, num_ws, w_dim] on the network's device.

    Args:
        G: A generator.
        seeds: Any whole numbers.
        psi: Truncation, 1 for none.
        label: The class of all; None for that of each seed. Networks without classes ignore it.
        cutoff: Number of leading layers to truncate; None for all.

    Raises:
        ValueError: there are no seeds, no such class, or no mean of w to truncate with.
    """
    if not seeds:
        raise ValueError("There are no seeds to draw; give some, as in 0,1,4-6.")
    return torch.cat([_style(G, seed, psi, label, cutoff) for seed in seeds])


def _style(G: Generator, seed: int, psi: float, label: int | None, cutoff: int | None) -> torch.Tensor:
    device = device_of(G)
    z = torch.from_numpy(seed_z(seed, G.z_dim))[None].float().to(device) if G.z_dim else None
    number, one_hot = label_of(G, seed, label), None
    if number is not None:
        one_hot = torch.zeros(1, G.c_dim, device=device)
        one_hot[0, number] = 1
    return G.mapping(z, one_hot, truncation_psi=psi, truncation_cutoff=cutoff)


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

    @property
    def moves(self) -> bool:
        """True if the image is translated or rotated."""
        return self.translate != (0.0, 0.0) or self.rotate % 360 != 0

    def check(self, G: Generator) -> None:
        """Raise ValueError if the network does not support these settings."""
        if self.moves and not G.synthesis.takes_transform:
            raise ValueError("This network has no input to move; leave translate and rotate out or take a StyleGAN3.")


PLAIN = RenderOptions()
"""Constant noise, nothing moved."""


@torch.inference_mode()
def render(G: Generator, ws: torch.Tensor, options: RenderOptions = PLAIN, seed: int = 0) -> ImageArray:
    """Render the image of one ws [num_ws, w_dim], uint8 [H, W, 3].

    Args:
        G: A generator.
        ws: On the network's device.
        drawing: See `RenderOptions`.
        seed: Where the noise_mode "random" starts.

    Raises:
        ValueError: ws or `options` does not fit the network.
    """
    options.check(G)
    arguments: SynthesisOptions = {"noise_mode": options.noise_mode, "noise": options.noise}
    if options.noise_mode == "random":
        arguments["generator"] = torch.Generator().manual_seed(seed % 2**63)
    if options.moves:
        arguments["input_transform"] = transforms.inverse(transforms.affine(options.translate, options.rotate))
    return np.ascontiguousarray(to_rgba8(G.synthesis(ws[None], **arguments)[0])[..., :3])


def grid(images: Iterable[ImageArray], columns: int) -> ImageArray:
    """Tile images of one size in rows of `columns`, [rows H, columns W, 3]; missing cells are black.

    Raises ValueError if there are no images, or fewer columns than one.
    """
    tiles = list(images)
    if not tiles or columns < 1:
        raise ValueError("A grid needs at least one picture and one column.")
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[i : i + columns], axis=1) for i in range(0, len(tiles), columns)]
    return np.concatenate(rows)
