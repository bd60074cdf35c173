"""From options to a `TrainConfig`: what each base configuration implies, as published (REFERENCE: training)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gan.io.networks import Architecture
from gan.networks import CLASS_NAMES
from gan.training.augment.ada import AdaSettings
from gan.training.augment.settings import PIPELINES

from .config import TrainConfig
from .errors import TrainingError
from .loss import LossSettings
from .phases import OptimizerSettings

ADA_KIMG, ADA_KIMG_RESUMED = 500, 100
EMA_KIMG_PER_IMAGE = 10 / 32
"""Half-life of the moving average for each image of the batch."""
EMA_RAMPUP = 0.05
GROW_KIMG = 600
"""Progressive growing fades each resolution in over so many thousand images, then stays as long (1710.10196)."""


@dataclass(frozen=True)
class Options:
    """Options of the command line that `resolve` takes; see `training_launcher.specs.train` for the meanings."""

    cfg: str
    gpus: int
    batch: int
    gamma: float
    aug: str
    resume: str | None
    freezed: int
    p: float
    target: float
    batch_gpu: int | None
    cbase: int
    cmax: int
    glr: float | None
    dlr: float | None
    map_depth: int | None
    zdim: int
    wdim: int
    mbstd_group: int
    metrics: tuple[str, ...]
    metrics_async: bool
    kimg: int
    tick: float
    snap: int
    seed: int
    fp32: bool
    nobench: bool
    workers: int
    grow: bool


@dataclass(frozen=True)
class _Preset:
    """Differences between the base configurations."""

    generator: str
    discriminator: str
    generator_kwargs: Mapping[str, Any]
    loss_kwargs: Mapping[str, float]
    map_depth: int
    learning_rates: Callable[[int], tuple[float, float]]
    """From the resolution to those of G and D."""
    G_reg_interval: int | None
    D_reg_interval: int | None = 16
    base_factor: float = 1.0
    """Channels of G at high resolutions, relative to --cbase."""
    max_factor: float = 1.0
    """The most channels of G, relative to --cmax."""


def resolve(options: Options, resolution: int, channels: int, label_dim: int) -> TrainConfig:
    """Turn options into a configuration.

    Args:
        options: From the command line.
        resolution: Width and height of the dataset's images.
        channels: Their colour channels.
        label_dim: Size of the labels; 0 for an unconditional network.

    Raises:
        TrainingError: the options do not fit one another or the dataset.
    """
    o = options
    preset = _preset(o)
    batch_gpu = _micro_batch(o)
    _check(o, preset, resolution, label_dim)
    transfer = o.resume is not None
    G_lr, D_lr = preset.learning_rates(resolution)
    sizes = {"c_dim": label_dim, "img_resolution": resolution, "img_channels": channels}
    # StyleGAN1 was never anything but single precision.
    single = o.fp32 and o.cfg != "stylegan1"
    precision: dict[str, Any] = {"num_fp16_res": 0, "conv_clamp": None} if single else {}
    loss = dict(preset.loss_kwargs)
    if transfer:
        loss.pop("blur_init_sigma", None)
    return TrainConfig(
        G=Architecture(preset.generator, _generator(o, preset, sizes, precision)),
        D=Architecture(preset.discriminator, _discriminator(o, preset, sizes, precision)),
        G_optimizer=OptimizerSettings(G_lr if o.glr is None else o.glr),
        D_optimizer=OptimizerSettings(D_lr if o.dlr is None else o.dlr),
        G_reg_interval=preset.G_reg_interval,
        D_reg_interval=preset.D_reg_interval,
        loss=LossSettings(r1_gamma=o.gamma, **loss),  # type: ignore[arg-type]
        augment=None if o.aug == "noaug" else PIPELINES["bgc"],
        augment_p=o.p if o.aug == "fixed" else 0.0,
        ada=AdaSettings(o.target, ADA_KIMG_RESUMED if transfer else ADA_KIMG) if o.aug == "ada" else None,
        batch=o.batch,
        batch_gpu=batch_gpu,
        gpus=o.gpus,
        ema_kimg=o.batch * EMA_KIMG_PER_IMAGE,
        ema_rampup=None if transfer else EMA_RAMPUP,
        total_kimg=o.kimg,
        tick_kimg=o.tick,
        snapshot_ticks=o.snap,
        seed=o.seed,
        workers=o.workers,
        cudnn_benchmark=not o.nobench,
        grow_kimg=GROW_KIMG if o.grow else None,
        resume=o.resume,
        metrics=o.metrics,
        metrics_async=o.metrics_async,
    )


def _preset(o: Options) -> _Preset:
    if o.cfg == "stylegan1":
        # The paper penalises the gradients in every batch, has no path lengths, and raises the rate with resolution.
        return _Preset(
            "stylegan1.Generator",
            "stylegan1.Discriminator",
            {"progressive": o.grow},
            {"style_mixing_prob": 0.9},
            map_depth=8,
            learning_rates=_stylegan1_rates,
            G_reg_interval=None,
            D_reg_interval=None,
            base_factor=0.5,
        )
    if o.cfg == "stylegan2":
        return _Preset(
            "stylegan2.Generator",
            "stylegan2.Discriminator",
            {"fused_modconv_default": "inference_only"},
            {"style_mixing_prob": 0.9, "pl_weight": 2.0},
            map_depth=8,
            learning_rates=lambda resolution: (0.002, 0.002),
            G_reg_interval=4,
        )
    # A 1x1 kernel has a ninth of the weights: StyleGAN3-R has twice the channels for it.
    rotation = o.cfg == "stylegan3-r"
    factor = 2.0 if rotation else 1.0
    kwargs: dict[str, Any] = {"magnitude_ema_beta": 0.5 ** (o.batch / 20000)}
    loss: dict[str, float] = {}
    if rotation:
        kwargs |= {"conv_kernel": 1, "use_radial_filters": True}
        loss = {"blur_init_sigma": 10.0, "blur_fade_kimg": o.batch * 200 / 32}
    return _Preset(
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


def _stylegan1_rates(resolution: int) -> tuple[float, float]:
    rate = {128: 0.0015, 256: 0.002}.get(resolution, 0.003 if resolution > 256 else 0.001)
    return rate, rate


def _generator(o: Options, preset: _Preset, sizes: Mapping[str, int], precision: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "z_dim": o.zdim,
        "w_dim": o.wdim,
        **sizes,
        "channel_base": int(o.cbase * preset.base_factor),
        "channel_max": int(o.cmax * preset.max_factor),
        **precision,
        "mapping_kwargs": {"num_layers": preset.map_depth if o.map_depth is None else o.map_depth},
        **preset.generator_kwargs,
    }


def _discriminator(
    o: Options, preset: _Preset, sizes: Mapping[str, int], precision: Mapping[str, Any]
) -> dict[str, Any]:
    if o.cfg == "stylegan1":
        base = {"channel_base": int(o.cbase * preset.base_factor), "channel_max": o.cmax}
        return {**sizes, **base, "progressive": o.grow, "mbstd_group_size": o.mbstd_group}
    return {
        **sizes,
        "channel_base": o.cbase,
        "channel_max": o.cmax,
        **precision,
        "block_kwargs": {"freeze_layers": o.freezed},
        "epilogue_kwargs": {"mbstd_group_size": o.mbstd_group},
    }


def _micro_batch(o: Options) -> int:
    if o.batch % o.gpus != 0:
        raise TrainingError(f"--batch={o.batch} must be a multiple of --gpus={o.gpus}.")
    batch_gpu = o.batch // o.gpus if o.batch_gpu is None else o.batch_gpu
    if o.batch % (o.gpus * batch_gpu) != 0:
        raise TrainingError(f"--batch={o.batch} must be a multiple of --gpus={o.gpus} times --batch-gpu={batch_gpu}.")
    if batch_gpu % o.mbstd_group != 0:
        raise TrainingError(
            f"The {batch_gpu} images that a GPU works on at a time must be a multiple of --mbstd-group="
            f"{o.mbstd_group}: choose another --batch, --batch-gpu or --mbstd-group."
        )
    return batch_gpu


def _check(o: Options, preset: _Preset, resolution: int, label_dim: int) -> None:
    for name in (preset.generator, preset.discriminator):
        if name not in CLASS_NAMES:
            raise TrainingError(f"This version cannot train {o.cfg}: it has no {name}; choose another --cfg.")
    if resolution < 8 or resolution & (resolution - 1):
        raise TrainingError(
            f"The images are {resolution}x{resolution}, but their size must be a power of two of at least 8: make a "
            "dataset with `python -m gan dataset --resolution`."
        )
    if o.grow and o.cfg != "stylegan1":
        raise TrainingError(f"--grow is for --cfg=stylegan1; {o.cfg} trains at its full resolution from the start.")
    if o.freezed and o.cfg == "stylegan1":
        raise TrainingError("--freezed is not there for --cfg=stylegan1; leave it out.")
