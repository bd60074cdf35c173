"""Defaults of a training that depend on its configuration, the GPUs and the dataset. Standard library only.

StyleGAN3's tool asks for GPUs, batch and gamma; StyleGAN2-ADA's derives them. Its `stylegan2` differs from StyleGAN3's
and is called `ada-stylegan2` here.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from foundation.specs.train import TrainSpec

KIMG, CBASE, MBSTD_GROUP = 25000, 32768, 4
"""Published defaults of the configurations without others."""


@dataclass(frozen=True)
class Ada:
    """A configuration of StyleGAN2-ADA. Functions take the GPUs and the resolution."""

    batch: Callable[[int, int], int]
    gamma: Callable[[int, int], float]
    """Weight of R1, by resolution and batch."""
    mbstd_group: Callable[[int], int]
    """By the images of a GPU in a batch."""
    cbase: Callable[[int], int]
    lr: Callable[[int], float]
    ema_kimg: Callable[[int], float]
    """Half-life of G_ema by batch."""
    ema_rampup: float | None
    map_depth: int
    kimg: int = KIMG
    reference_gpus: int | None = None
    """GPUs that share a batch, however many there are; None for the given ones."""
    small: bool = False
    """CIFAR's: no path lengths, no style mixing, a discriminator without residual connections."""


def _fixed(
    batch: int, mbstd: int, cbase: int, lr: float, gamma: float, ema: float, rampup: float | None, depth: int,
    kimg: int = KIMG, gpus: int = 8, small: bool = False,
) -> Ada:  # fmt: skip
    return Ada(
        lambda _gpus, _resolution: batch, lambda _resolution, _batch: gamma, lambda _share: mbstd,
        lambda _resolution: cbase, lambda _resolution: lr, lambda _batch: ema, rampup, depth, kimg, gpus, small,
    )  # fmt: skip


ADA: Mapping[str, Ada] = MappingProxyType(
    {
        "auto": Ada(
            batch=lambda gpus, resolution: max(min(gpus * min(4096 // resolution, 32), 64), gpus),
            gamma=lambda resolution, batch: 0.0002 * resolution**2 / batch,
            mbstd_group=lambda share: min(share, 4),
            cbase=lambda resolution: 32768 if resolution >= 512 else 16384,
            lr=lambda resolution: 0.002 if resolution >= 1024 else 0.0025,
            ema_kimg=lambda batch: batch * 10 / 32,
            ema_rampup=0.05,
            map_depth=2,
        ),
        "ada-stylegan2": _fixed(32, 4, 32768, 0.002, 10, 10, None, 8),
        "paper256": _fixed(64, 8, 16384, 0.0025, 1, 20, None, 8),
        "paper512": _fixed(64, 8, 32768, 0.0025, 0.5, 20, None, 8),
        "paper1024": _fixed(32, 4, 32768, 0.002, 2, 10, None, 8),
        "cifar": _fixed(64, 32, 32768, 0.0025, 0.01, 500, 0.05, 2, kimg=100000, gpus=2, small=True),
    }
)
"""StyleGAN2-ADA's configurations by name."""


def kimg_of(spec: TrainSpec) -> int:
    """Return the length of a training in thousands of images."""
    if spec.kimg is not None:
        return spec.kimg
    return ADA[spec.cfg].kimg if spec.cfg in ADA else KIMG


def resolved(spec: TrainSpec, resolution: int | None) -> TrainSpec:
    """Return a spec with the values that its configuration gives for options left out.

    Args:
        spec: Individually valid options.
        resolution: Width and height of the images in pixels; None if unknown, which leaves some options out.
    """
    spec = dataclasses.replace(spec, kimg=kimg_of(spec))
    if spec.cfg not in ADA:
        return dataclasses.replace(
            spec,
            cbase=CBASE if spec.cbase is None else spec.cbase,
            mbstd_group=MBSTD_GROUP if spec.mbstd_group is None else spec.mbstd_group,
        )
    if resolution is None:
        return spec
    ada = ADA[spec.cfg]
    batch = ada.batch(spec.gpus, resolution) if spec.batch is None else spec.batch
    share = _share(spec, ada, batch)
    return dataclasses.replace(
        spec,
        batch=batch,
        batch_gpu=share,
        gamma=ada.gamma(resolution, batch) if spec.gamma is None else spec.gamma,
        mbstd_group=max(ada.mbstd_group(share), 1) if spec.mbstd_group is None else spec.mbstd_group,
        cbase=ada.cbase(resolution) if spec.cbase is None else spec.cbase,
        map_depth=ada.map_depth if spec.map_depth is None else spec.map_depth,
        glr=ada.lr(resolution) if spec.glr is None else spec.glr,
        dlr=ada.lr(resolution) if spec.dlr is None else spec.dlr,
    )


def _share(spec: TrainSpec, ada: Ada, batch: int) -> int:
    """Images that a GPU works on at a time: those of the published number of GPUs, where fewer are given."""
    if spec.batch_gpu is not None:
        return spec.batch_gpu
    reference = ada.reference_gpus if ada.reference_gpus is not None and spec.batch is None else spec.gpus
    return max(batch // max(reference, spec.gpus), 1)
