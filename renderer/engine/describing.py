"""Descriptions of loaded networks for the window."""

import torch

import gan
from foundation.bands import style_bands
from gan.device import device_title
from gan.edits.blend import rows_of
from gan.edits.drag.settings import usual_last
from gan.inference import low_res as low_res_networks
from gan.io.fingerprint import known_fingerprint
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import Generator
from renderer.ipc.protocol import ModelInfo, Network

LOWEST_RES = 32
"""Images of a lower resolution show too little."""


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
        height=G.img_size[0],
        width=G.img_size[1],
        img_channels=G.img_channels,
        ws_names=names,
        ws_sizes=tuple(G.synthesis.layer_size(name) for name in names),
        bands=style_bands(G.num_ws, stylegan3),
        noise_layers=tuple(G.synthesis.noise_layers),
        has_transform=G.synthesis.takes_transform,
        layers=(),
        device=device_title(device),
        notice=" ".join(filter(None, (str(info.training_set_kwargs.get("notice", "")), *info.notices))),
        has_mapping=G.mapping.num_layers > 0,
        has_low_res=bool(useful_low_res(G)),
        has_mean=G.mapping.mean is not None,
        file=info.source,
        sha256=info.sha256,
        style_layers=tuple(G.synthesis.style_channels.items()),
        fingerprint=_fingerprint(network, G, info, device),
        generators=_generators(info),
        blend_rows=rows_of(G) if isinstance(G, StyleGenerator) else (),
        usual_drag=usual_last(G.synthesis),
    )


def _generators(info: gan.NetworkInfo) -> tuple[str, ...]:
    return tuple(name for name in ("G_ema", "G") if name in info.architectures)


def _fingerprint(network: Network, G: Generator, info: gan.NetworkInfo, device: torch.device) -> str:
    """Return the fingerprint of a network with numbers; empty for stand-ins."""
    if not isinstance(G, torch.nn.Module) or device.type == "meta":
        return ""
    return known_fingerprint(G, info.sha256, "G" if network.raw else "G_ema")


def useful_low_res(G: Generator) -> dict[int, float]:
    """Return the useful low resolutions, ascending, with their shares of the multiplications."""
    return {side: share for side, share in low_res_networks.shares(G.synthesis).items() if side >= LOWEST_RES}


def _driven(readers: tuple[str, ...]) -> str:
    """Return the layer to name a w vector by: the convolution, where a toRGB shares its vector."""
    return next((name for name in readers if "conv" in name), readers[0])
