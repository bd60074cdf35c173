"""Base configurations of training, as published (REFERENCE: training). `gan.cli.train_config` adds the options."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.specs.train_defaults import ADA, Ada

ADA_KIMG, ADA_KIMG_RESUMED = 500, 100
EMA_KIMG_PER_IMAGE = 10 / 32
"""Half-life of the moving average for each image of the batch."""
EMA_RAMPUP = 0.05
GROW_KIMG = 600
"""Thousands of images over which progressive growing fades in, and then stabilises, a resolution (1710.10196)."""


@dataclass(frozen=True)
class Preset:
    """Values in which the base configurations differ."""

    generator: str
    """Class name for `gan.networks.build`."""
    discriminator: str
    generator_kwargs: Mapping[str, Any]
    loss_kwargs: Mapping[str, float]
    """Fields of `gan.training.loss.LossSettings`."""
    map_depth: int
    """Layers of the mapping network."""
    learning_rates: Callable[[int], tuple[float, float]]
    """Learning rates of G and D by resolution."""
    G_reg_interval: int | None
    D_reg_interval: int | None = 16
    base_factor: float = 1.0
    """Channels of G at high resolutions, relative to --cbase."""
    max_factor: float = 1.0
    """Maximum channels of G, relative to --cmax."""
    mapping_kwargs: Mapping[str, Any] = field(default_factory=dict)
    discriminator_kwargs: Mapping[str, Any] = field(default_factory=dict)
    ema_kimg: Callable[[int], float] = lambda batch: batch * EMA_KIMG_PER_IMAGE
    """Half-life of the moving average in thousands of images, by batch."""
    ema_rampup: float | None = EMA_RAMPUP


def preset(cfg: str, batch: int, grow: bool) -> Preset:
    """Return the base configuration of a name.

    Args:
        cfg: "stylegan1", "stylegan2", "stylegan3-t", "stylegan3-r", or a configuration of StyleGAN2-ADA.
        batch: Images in a batch, over all processes; scales the averages of StyleGAN3.
        grow: Build networks that grow progressively (StyleGAN1).
    """
    if cfg in ADA:
        return _ada(ADA[cfg])
    if cfg == "stylegan1":
        # The paper penalises the gradients in every batch, has no path lengths, and raises the rate with resolution.
        return Preset(
            "stylegan1.Generator",
            "stylegan1.Discriminator",
            {"progressive": grow},
            {"style_mixing_prob": 0.9},
            map_depth=8,
            learning_rates=_stylegan1_rates,
            G_reg_interval=None,
            D_reg_interval=None,
            base_factor=0.5,
        )
    if cfg == "stylegan2":
        return Preset(
            "stylegan2.Generator",
            "stylegan2.Discriminator",
            {"fused_modconv_default": "inference_only"},
            {"style_mixing_prob": 0.9, "pl_weight": 2.0},
            map_depth=8,
            learning_rates=lambda resolution: (0.002, 0.002),
            G_reg_interval=4,
        )
    # A 1x1 kernel has a ninth of the weights: StyleGAN3-R has twice the channels for it.
    rotation = cfg == "stylegan3-r"
    factor = 2.0 if rotation else 1.0
    kwargs: dict[str, Any] = {"magnitude_ema_beta": 0.5 ** (batch / 20000)}
    loss: dict[str, float] = {}
    if rotation:
        kwargs |= {"conv_kernel": 1, "use_radial_filters": True}
        loss = {"blur_init_sigma": 10.0, "blur_fade_kimg": batch * 200 / 32}
    return Preset(
        "stylegan3.Generator",
        "stylegan2.Discriminator",
        kwargs,
        loss,
        map_depth=2,
        learning_rates=lambda resolution: (0.0025, 0.002),
        G_reg_interval=None,
        base_factor=factor,
        max_factor=factor,
    )


def _ada(ada: Ada) -> Preset:
    return Preset(
        "stylegan2.Generator",
        "stylegan2.Discriminator",
        {"fused_modconv_default": "inference_only"},
        {} if ada.small else {"style_mixing_prob": 0.9, "pl_weight": 2.0},
        map_depth=ada.map_depth,
        learning_rates=lambda resolution: (ada.lr(resolution), ada.lr(resolution)),
        G_reg_interval=4,
        mapping_kwargs={"w_avg_beta": 0.995},
        discriminator_kwargs={"architecture": "orig"} if ada.small else {},
        ema_kimg=ada.ema_kimg,
        ema_rampup=ada.ema_rampup,
    )


def _stylegan1_rates(resolution: int) -> tuple[float, float]:
    rate = {128: 0.0015, 256: 0.002}.get(resolution, 0.003 if resolution > 256 else 0.001)
    return rate, rate
