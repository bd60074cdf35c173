"""Configuration of a training run: the filled spec and the dataset give the `TrainConfig`.

Each option is spelled once, where it takes effect. Those of the dataset and the device are read in `gan.cli.train`.
"""

from collections.abc import Mapping
from typing import Any

from foundation.specs.names import source_of
from foundation.specs.train import TrainSpec
from foundation.specs.train_defaults import resolved
from foundation.specs.training_rules import batch_per_gpu, broken
from gan.io.networks import Architecture
from gan.networks import CLASS_NAMES
from gan.training import presets
from gan.training.augment.ada import AdaSettings
from gan.training.augment.settings import PIPELINES
from gan.training.config import TrainConfig
from gan.training.errors import TrainingError
from gan.training.loss import LossSettings
from gan.training.phases import OptimizerSettings


def train_config(spec: TrainSpec, resolution: int, channels: int, label_dim: int) -> TrainConfig:
    """Build the configuration of a training run.

    Args:
        spec: The filled spec.
        resolution: Width and height of the dataset's images, in pixels.
        channels: Their colour channels.
        label_dim: Size of the labels; 0 for an unconditional network.

    Raises:
        TrainingError: the options do not fit one another or the dataset.
    """
    spec = resolved(spec, resolution)
    if wrong := broken(spec, resolution):
        raise TrainingError(wrong[0].command)
    assert spec.batch is not None
    assert spec.gamma is not None
    assert spec.kimg is not None
    base = presets.preset(spec.cfg, spec.batch, spec.grow)
    _check(spec, base)
    resume = source_of(spec.resume)
    transfer = resume is not None
    G_lr, D_lr = base.learning_rates(resolution)
    sizes = {"c_dim": label_dim, "img_resolution": resolution, "img_channels": channels}
    # StyleGAN1 only supports single precision.
    single = spec.fp32 and spec.cfg != "stylegan1"
    precision: dict[str, Any] = {"num_fp16_res": 0, "conv_clamp": None} if single else {}
    loss = dict(base.loss_kwargs)
    if transfer:
        loss.pop("blur_init_sigma", None)
    ada_kimg = presets.ADA_KIMG_RESUMED if transfer else presets.ADA_KIMG
    return TrainConfig(
        G=Architecture(base.generator, _generator(spec, base, sizes, precision)),
        D=Architecture(base.discriminator, _discriminator(spec, base, sizes, precision)),
        G_optimizer=OptimizerSettings(G_lr if spec.glr is None else spec.glr),
        D_optimizer=OptimizerSettings(D_lr if spec.dlr is None else spec.dlr),
        G_reg_interval=base.G_reg_interval,
        D_reg_interval=base.D_reg_interval,
        loss=LossSettings(r1_gamma=spec.gamma, **loss),  # type: ignore[arg-type]
        augment=None if spec.aug == "noaug" else PIPELINES[spec.augpipe],
        augment_p=spec.p if spec.aug == "fixed" else 0.0,
        ada=AdaSettings(spec.target, ada_kimg) if spec.aug == "ada" else None,
        batch=spec.batch,
        batch_gpu=batch_per_gpu(spec),
        gpus=spec.gpus,
        ema_kimg=base.ema_kimg(spec.batch),
        ema_rampup=None if transfer else base.ema_rampup,
        total_kimg=spec.kimg,
        tick_kimg=spec.tick,
        snapshot_ticks=spec.snap,
        seed=spec.seed,
        workers=spec.workers,
        bf16=spec.bf16,
        nhwc=spec.nhwc,
        allow_tf32=spec.allow_tf32,
        worker_timeout_s=spec.worker_timeout,
        cudnn_benchmark=not spec.nobench,
        grow_kimg=presets.GROW_KIMG if spec.grow else None,
        resume=resume,
        resume_partial=spec.resume_partial,
        metrics=spec.metrics,
        detectors=spec.detector,
        trust_detectors=spec.trust_detector,
        metrics_async=spec.metrics_async,
    )


def _generator(
    spec: TrainSpec, base: presets.Preset, sizes: Mapping[str, int], precision: Mapping[str, Any]
) -> dict[str, Any]:
    assert spec.cbase is not None
    return {
        "z_dim": spec.zdim,
        "w_dim": spec.wdim,
        **sizes,
        "channel_base": int(spec.cbase * base.base_factor),
        "channel_max": int(spec.cmax * base.max_factor),
        **precision,
        "mapping_kwargs": {
            "num_layers": base.map_depth if spec.map_depth is None else spec.map_depth,
            **base.mapping_kwargs,
        },
        **base.generator_kwargs,
    }


def _discriminator(
    spec: TrainSpec, base: presets.Preset, sizes: Mapping[str, int], precision: Mapping[str, Any]
) -> dict[str, Any]:
    assert spec.cbase is not None
    if spec.cfg == "stylegan1":
        capacity = {"channel_base": int(spec.cbase * base.base_factor), "channel_max": spec.cmax}
        return {**sizes, **capacity, "progressive": spec.grow, "mbstd_group_size": spec.mbstd_group}
    return {
        **sizes,
        **base.discriminator_kwargs,
        "channel_base": spec.cbase,
        "channel_max": spec.cmax,
        **precision,
        "block_kwargs": {"freeze_layers": spec.freezed},
        "epilogue_kwargs": {"mbstd_group_size": spec.mbstd_group},
    }


def _check(spec: TrainSpec, base: presets.Preset) -> None:
    for name in (base.generator, base.discriminator):
        if name not in CLASS_NAMES:
            raise TrainingError(f"This version cannot train {spec.cfg}: it has no {name}; choose another --cfg.")
