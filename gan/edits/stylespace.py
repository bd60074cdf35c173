"""StyleSpace: single style channels, ranked by what they change in the picture and how locally.

    e_c(p) = mean over pictures of ( ( G(s + sigma_c) - G(s - sigma_c) ) / 2 )^2 at pixel p
    strength_c = sqrt( mean of e_c inside R ) * ( sum of e_c inside R ) / ( sum of e_c )

where s are the styles, sigma_c the standard deviation of channel c alone (Wu et al., arXiv 2011.12799), and R the
painted region, or without one the tenth of the picture that the channel changes most. A channel ranks high if it
changes R much and the rest little.

A large network has thousands of channels. Those worth rendering are found by gradients: for images v of random signs,

    E[ ( v . J_c )^2 ] = | J_c |^2,   J_c the derivative of the picture by channel c

so a few backward passes tell of all channels how much each changes, inside R where there is one.
"""

import io
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundation.arrays import Floats
from foundation.files import write_bytes
from foundation.specs.editing.defaults import STYLESPACE_COUNT, STYLESPACE_PICTURES, STYLESPACE_SAMPLES
from gan.edits.features import differentiable
from gan.edits.found import Progress, Steps, finished, silent
from gan.edits.styles import StyleLayer, style_layers
from gan.images import Label, condition_of, device_of, label_of
from gan.networks.generator import StyleGenerator
from gan.networks.stylegan1 import SynthesisNetwork as StyleGAN1

SEED, PSI, CUTOFF = 5, 0.7, 8
"""Published: the random state of the samples, and their truncation."""
PROBES = 16
"""Backward passes for each picture."""
SHORTLIST = 4
"""Channels that are rendered for each one that is asked for."""
MOST = 0.1
"""Share of the picture that counts as the region where none is painted."""
_BATCH = 1000


@dataclass(frozen=True, eq=False)
class FoundChannels:
    """Style channels, the best first: K of them."""

    layers: tuple[str, ...]
    """Names of the layers, as in `style_channels`."""
    channels: tuple[int, ...]
    """Numbers of the styles in them."""
    indices: tuple[int, ...]
    """Positions in ws of the vectors that the layers read."""
    mean: Floats
    """float32 [K]: mean of the style over the samples."""
    sigma: Floats
    """float32 [K]: its standard deviation, the unit of the offsets."""
    strength: Floats
    """float32 [K]: what they are ranked by."""
    moves: Floats
    """float32 [K]: root mean square change of the whole picture by one sigma, pixels being 0..1."""
    share: Floats
    """float32 [K]: share of the squared change that lies inside the region (without one: in the tenth of the picture
    that the channel changes most); 1 is as local as can be."""

    def __len__(self) -> int:
        """Number of channels."""
        return len(self.channels)

    @property
    def names(self) -> tuple[str, ...]:
        """Names for people: `b8.conv0 channel 118`."""
        return tuple(f"{layer} channel {number}" for layer, number in zip(self.layers, self.channels, strict=True))

    def write(self, path: str | Path, **facts: Any) -> None:
        """Write a `.npz`, whole or not at all.

        It holds `channels`, `indices`, `mean`, `sigma`, `strength`, `moves` and `share`, [K] each, and `about`: the
        names of the layers with `facts` as JSON in UTF-8 bytes.
        """
        held, about = io.BytesIO(), {"method": "stylespace", "layers": self.layers, **facts}
        np.savez(
            held,
            channels=np.array(self.channels, np.int32),
            indices=np.array(self.indices, np.int32),
            mean=self.mean,
            sigma=self.sigma,
            strength=self.strength,
            moves=self.moves,
            share=self.share,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        )
        write_bytes(Path(path), held.getvalue())


def stylespace(
    G: StyleGenerator,
    count: int = STYLESPACE_COUNT,
    layers: Sequence[str] | None = None,
    region: Floats | None = None,
    *,
    samples: int = STYLESPACE_SAMPLES,
    pictures: int = STYLESPACE_PICTURES,
    label: Label | None = None,
    progress: Progress = silent,
) -> FoundChannels:
    """Find the style channels that change the picture, or a region of it, most and most locally.

    Args:
        G: A generator whose layers have styles. Of StyleGAN1 the channels are the scales.
        count: Maximum number of channels.
        layers: Names of the layers to search in; None for all.
        region: [H, W] in pixels of the network's images, 1 inside and 0 outside; None for none.
        samples: Number of w over which means and deviations are measured, as published.
        pictures: Number of pictures that are rendered with each channel moved.
        label: Class of all pictures, or the numbers of their condition; None for the class of each seed.
        progress: Called with (steps done, steps in all).

    Raises:
        ValueError: there is no such layer, the region is empty or of another size, or the network has no styles.
    """
    return finished(
        stylespace_steps(G, count, layers, region, samples=samples, pictures=pictures, label=label), progress
    )


def stylespace_steps(
    G: StyleGenerator,
    count: int = STYLESPACE_COUNT,
    layers: Sequence[str] | None = None,
    region: Floats | None = None,
    *,
    samples: int = STYLESPACE_SAMPLES,
    pictures: int = STYLESPACE_PICTURES,
    label: Label | None = None,
) -> Steps[FoundChannels]:
    """Do `stylespace` in steps, each of one or two pictures or one backward pass, for jobs that let others pass.

    Works in inference mode too: the gradients are of a copy of the network where its tensors have none.
    """
    chosen = _chosen(G, layers)
    inside = None if region is None else _checked(region, G.img_size)
    places = [(layer, channel) for layer in chosen for channel in range(_usable(G, layer))]
    ws, statistics = _sampled(G, chosen, samples, pictures, label)
    shortlist = min(SHORTLIST * count, len(places))
    by_gradients = shortlist < len(places)
    total = pictures * (PROBES * by_gradients + shortlist)
    sigma = np.concatenate([statistics[layer.name][1].cpu().numpy()[: _usable(G, layer)] for layer in chosen])
    if by_gradients:
        energy = np.zeros(len(places))
        steps = _gradients(G, chosen, ws, inside)
        for done, squares in enumerate(steps, start=1):
            energy += squares
            yield done, total
        order = np.argsort(-energy * sigma.astype(np.float64) ** 2, kind="stable")[:shortlist]
    else:
        order = np.arange(shortlist)
    ranks = np.zeros((3, shortlist))
    for i, place in enumerate(order):
        layer, channel = places[place]
        change = np.zeros(G.img_size)
        for k in range(pictures):
            change += _change(G, ws[k : k + 1], layer, channel, float(sigma[place])) / pictures
            yield total - pictures * shortlist + i * pictures + k + 1, total
        ranks[:, i] = [ranked[0] for ranked in _ranked(change[None], inside)]
    moves, share, strength = ranks
    best = np.argsort(-strength, kind="stable")[:count]
    found = [places[order[i]] for i in best]
    return FoundChannels(
        tuple(layer.name for layer, _ in found),
        tuple(channel for _, channel in found),
        tuple(layer.index for layer, _ in found),
        np.array([float(statistics[layer.name][0][channel]) for layer, channel in found], np.float32),
        sigma[order[best]].astype(np.float32),
        strength[best].astype(np.float32),
        moves[best].astype(np.float32),
        share[best].astype(np.float32),
    )


def _chosen(G: StyleGenerator, names: Sequence[str] | None) -> list[StyleLayer]:
    found = list(style_layers(G.synthesis))
    if not found:
        raise ValueError("The layers of this network have no styles, so there are no channels to search in.")
    unknown = [name for name in names or () if name not in G.synthesis.style_channels]
    if unknown:
        known = ", ".join(G.synthesis.style_channels)
        raise ValueError(f"There is no layer {unknown[0]} with styles: this network's are {known}.")
    running = [layer for layer in found if layer.name in G.synthesis.layer_names]
    return [layer for layer in running if names is None or layer.name in names]


def _usable(G: StyleGenerator, layer: StyleLayer) -> int:
    """Number of a layer's channels that are searched: StyleGAN1's shifts follow its scales, and are left out."""
    return layer.channels // 2 if isinstance(G.synthesis, StyleGAN1) else layer.channels


def _checked(region: Floats, size: tuple[int, int]) -> Floats:
    if region.shape != size:
        raise ValueError(f"The region has the size {list(region.shape)}, the pictures {list(size)}; paint it anew.")
    if not region.sum() > 0:
        raise ValueError("The region is empty: paint where to look.")
    return np.asarray(region, np.float32)


@torch.no_grad()
def _sampled(
    G: StyleGenerator, layers: Sequence[StyleLayer], samples: int, pictures: int, label: Label | None
) -> tuple[Tensor, dict[str, tuple[Tensor, Tensor]]]:
    """Return ws of the first pictures [pictures, num_ws, w_dim], and each layer's mean and deviation of its styles."""
    if not G.z_dim:
        raise ValueError("This network takes no z, so it has no w to search in.")
    device, numbers = device_of(G), np.random.RandomState(SEED)
    sums = {layer.name: torch.zeros(2, layer.channels, dtype=torch.float64) for layer in layers}
    count, first = max(samples, pictures), None
    psi = PSI if G.mapping.mean is not None else 1.0
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        z = torch.from_numpy(numbers.randn(size, G.z_dim)).float().to(device)
        c = None
        if G.c_dim:
            labels = [label_of(G, start + i, label) for i in range(size)]
            c = torch.cat([condition_of(G, one) for one in labels if one is not None]).to(device)
        ws = G.mapping(z, c, truncation_psi=psi, truncation_cutoff=CUTOFF)
        first = ws[:pictures].clone() if first is None else first
        for layer in layers:
            s = layer.affine(ws[: count - start, layer.index]).double().cpu()
            sums[layer.name] += torch.stack([s.sum(dim=0), s.square().sum(dim=0)])
    assert first is not None
    found = {}
    for name, (total, squares) in sums.items():
        mean = total / count
        found[name] = mean.float(), (squares / count - mean.square()).clamp_min(0).sqrt().float()
    return first, found


def _gradients(
    G: StyleGenerator, layers: Sequence[StyleLayer], ws: Tensor, inside: Floats | None
) -> Generator[np.ndarray[Any, Any], None, None]:
    """Yield `PROBES` estimates for each picture of |J_c|^2 of all channels [channels of all layers]."""
    synthesis = differentiable(G.synthesis)
    signs = torch.Generator().manual_seed(SEED)
    for one in ws:
        image, offsets = _tracked(G, synthesis, layers, one)
        for probe in range(PROBES):
            yield _probed(G, layers, image, offsets, inside, signs, probe == PROBES - 1)


@torch.inference_mode(False)
@torch.enable_grad()
def _tracked(
    G: StyleGenerator, synthesis: Any, layers: Sequence[StyleLayer], one: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return an image [C, H, W], 0..1, and the offsets that its gradients reach."""
    ws = one.clone()[None]
    offsets = {layer.name: torch.zeros(layer.channels, device=ws.device, requires_grad=True) for layer in layers}
    image: Tensor = synthesis(ws, style_offsets=offsets, noise_mode="const")
    return (image[0].float() / 2 + 0.5).clamp(0, 1), offsets


@torch.inference_mode(False)
@torch.enable_grad()
def _probed(
    G: StyleGenerator,
    layers: Sequence[StyleLayer],
    image: Tensor,
    offsets: dict[str, Tensor],
    inside: Floats | None,
    signs: torch.Generator,
    last: bool,
) -> np.ndarray[Any, Any]:
    probe = (torch.randint(0, 2, image.shape, generator=signs).float() * 2 - 1).to(image.device)
    if inside is not None:
        probe = probe * torch.from_numpy(inside).sqrt().to(image.device)
    found = torch.autograd.grad(
        image, list(offsets.values()), probe, retain_graph=not last, allow_unused=True, materialize_grads=True
    )
    parts = [x[: _usable(G, layer)].double().square().cpu() for layer, x in zip(layers, found, strict=True)]
    return np.asarray(torch.cat(parts).numpy())


@torch.no_grad()
def _change(G: StyleGenerator, ws: Tensor, layer: StyleLayer, channel: int, sigma: float) -> np.ndarray[Any, Any]:
    """Return the squared change of an image by one sigma, [H, W], the mean of its colours; pixels are 0..1."""
    images = []
    for way in (1, -1):
        offset = torch.zeros(layer.channels)
        offset[channel] = way * sigma
        image = G.synthesis(ws, style_offsets={layer.name: offset.to(ws.device)}, noise_mode="const")
        images.append((image[0].float() / 2 + 0.5).clamp(0, 1))
    return np.asarray(((images[0] - images[1]) / 2).square().mean(dim=0).double().cpu().numpy())


def _ranked(
    changes: np.ndarray[Any, Any], inside: Floats | None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return moves, share and strength [K] of squared changes [K, H, W], as the module's head says."""
    flat = changes.reshape(len(changes), -1)
    total = flat.sum(axis=1)
    if inside is None:
        most = max(1, round(MOST * flat.shape[1]))
        size, within = float(most), np.partition(flat, flat.shape[1] - most, axis=1)[:, -most:].sum(axis=1)
    else:
        size = float(inside.sum())
        within = flat @ inside.ravel().astype(np.float64)
    share = within / np.maximum(total, 1e-30)
    return np.sqrt(total / flat.shape[1]), share, np.sqrt(within / size) * share
