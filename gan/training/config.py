"""Configuration of a training run, with every default resolved."""

from dataclasses import dataclass

from gan.io.networks import Architecture
from gan.training.augment.ada import AdaSettings
from gan.training.augment.settings import Augmentations

from .loss import LossSettings
from .phases import OptimizerSettings


@dataclass(frozen=True)
class TrainConfig:
    """Settings of a training run; `gan.cli.train_config` builds them from the options and the dataset."""

    G: Architecture
    """Architecture of the generator."""
    D: Architecture
    """Architecture of the discriminator."""
    G_optimizer: OptimizerSettings
    """The generator's optimiser."""
    D_optimizer: OptimizerSettings
    """The discriminator's optimiser."""
    G_reg_interval: int | None
    """Batches between regularisations of the generator; None for no separate phase."""
    D_reg_interval: int | None
    """Batches between regularisations of the discriminator; None for no separate phase."""
    loss: LossSettings
    """Weights of the losses."""
    augment: Augmentations | None
    """Augmentation of the discriminator's images; None for none."""
    augment_p: float
    """Probability of augmentation at the start."""
    ada: AdaSettings | None
    """Adaptation of that probability; None to keep it fixed."""
    batch: int
    """Images in a batch, over all processes."""
    batch_gpu: int
    """Micro-batch: images that one process handles at a time."""
    gpus: int
    """Number of processes."""
    ema_kimg: float
    """Half-life of the generator's moving average, in thousands of images."""
    ema_rampup: float | None
    """The half-life is at most this share of the images shown; None for no such limit."""
    total_kimg: int
    """Length of the training, in thousands of images."""
    tick_kimg: float
    """Thousands of images between lines of statistics."""
    snapshot_ticks: int
    """Ticks between snapshots."""
    seed: int
    """Seed of all random numbers."""
    workers: int
    """Data loading threads per process."""
    bf16: bool
    """Compute the layers of half precision in bfloat16 on a CPU."""
    nhwc: bool
    """Keep images and weights with the channels last."""
    allow_tf32: bool
    """Allow TensorFloat-32 on a GPU."""
    worker_timeout_s: float
    """Seconds after which a process that does not answer is lost."""
    cudnn_benchmark: bool
    """Enable cuDNN benchmarking."""
    grow_kimg: float | None
    """Progressive growing: thousands of images for fading in, and again for stabilising, each resolution; None for
    training at the full resolution from the start."""
    resume: str | None
    """Network to start from (transfer learning); None for fresh weights."""
    resume_partial: bool
    """Accept a network to start from of which little fits."""
    metrics: tuple[str, ...]
    """Names of the metrics to measure at each snapshot."""
    detectors: tuple[str, ...]
    """Official TorchScript files of the metrics' feature networks."""
    trust_detectors: bool
    """Run them wherever they came from."""
    metrics_async: bool
    """Measure in a separate process."""
