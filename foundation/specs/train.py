"""Options of a training run. Names and defaults are the published ones; those without are marked."""

from dataclasses import dataclass

from foundation.specs.formats import read_names
from foundation.specs.options import option

CONFIGURATIONS = (
    *("stylegan1", "stylegan2", "stylegan3-t", "stylegan3-r"),
    *("auto", "ada-stylegan2", "paper256", "paper512", "paper1024", "cifar"),
)
"""StyleGAN1's, StyleGAN3's, and StyleGAN2-ADA's: its stylegan2 is ada-stylegan2 here."""
PIPELINES = ("blit", "geom", "color", "filter", "noise", "cutout", "bg", "bgc", "bgcf", "bgcfn", "bgcfnc")

_SCHEDULE = "Schedule"
_NETWORK = "Network"
_AUGMENTATION = "Augmentation"
_OUTPUT = "Output"
_MACHINE = "Machine"


@dataclass(frozen=True)
class TrainSpec:
    """Train a network.

    A new run gets its own folder in --outdir. --resume=NETWORK starts from another network's weights (transfer
    learning); --resume=RUN_FOLDER alone continues a run exactly from its last saved state. Press Ctrl+C, or send
    SIGTERM, to stop with a snapshot.
    """

    outdir: str = option(help="Folder in which the run folder is created.", metavar="DIR")
    cfg: str = option(
        help="Base configuration: StyleGAN1's, StyleGAN3's stylegan2 and stylegan3, or those of StyleGAN2-ADA (auto to "
        "cifar), which set batch and gamma by themselves.",
        choices=CONFIGURATIONS,
    )
    data: str = option(help="Dataset: zip file or folder.", metavar="ZIP|DIR")
    gpus: int = option(1, help="Number of GPUs, or of processes without GPUs.", low=1)
    batch: int | None = option(
        None, help="Images in a batch, over all GPUs; needed but with a configuration of StyleGAN2-ADA.", low=1
    )
    gamma: float | None = option(
        None,
        help="Weight of R1 regularisation, which depends on the dataset and the resolution; needed but with a "
        "configuration of StyleGAN2-ADA.",
        low=0,
    )
    cond: bool = option(False, help="Train a conditional network; the dataset needs labels.")
    mirror: bool = option(False, help="Double the dataset with mirrored images.")
    aug: str = option("ada", help="Augmentation.", choices=("noaug", "ada", "fixed"), group=_AUGMENTATION)
    augpipe: str = option("bgc", help="Augmentation pipeline.", choices=PIPELINES, group=_AUGMENTATION)
    subset: int | None = option(
        None, help="Number of images to train on, drawn with the random seed; default: all.", low=1
    )
    resume: str | None = option(
        None,
        help="Network to start from (file, URL, or one of ffhq256, ffhq512, ffhq1024, celebahq256, lsundog256), run "
        "folder to continue, or noresume.",
        metavar="FILE|URL|NAME|DIR",
    )
    resume_partial: bool = option(
        False,
        help="Accept a network to start from of which less than 90 % fits (not in the official tools).",
        group=_NETWORK,
    )
    freezed: int = option(0, help="Number of frozen discriminator layers (Freeze-D).", low=0, group=_NETWORK)
    p: float = option(0.2, help="Probability of augmentation with --aug=fixed.", low=0, high=1, group=_AUGMENTATION)
    target: float = option(0.6, help="Target of --aug=ada.", low=0, high=1, group=_AUGMENTATION)
    batch_gpu: int | None = option(None, help="Images per GPU at a time; default: batch / gpus.", low=1, group=_MACHINE)
    cbase: int | None = option(
        None,
        help="Capacity: channels are cbase / resolution, at most cmax; default: 32768, or by configuration.",
        low=1,
        group=_NETWORK,
    )
    cmax: int = option(512, help="Maximum number of channels of a layer.", low=1, group=_NETWORK)
    glr: float | None = option(
        None, help="Learning rate of G; default by configuration: 0.002, 0.0025, ...", low=0, group=_SCHEDULE
    )
    dlr: float | None = option(
        None, help="Learning rate of D; default by configuration: 0.002, ...", low=0, group=_SCHEDULE
    )
    map_depth: int | None = option(
        None, help="Layers of the mapping network; default by configuration: 8 or 2.", low=1, high=64, group=_NETWORK
    )
    zdim: int = option(512, help="Size of z (not in the official tools).", low=1, high=65536, group=_NETWORK)
    wdim: int = option(512, help="Size of w (not in the official tools).", low=1, high=65536, group=_NETWORK)
    mbstd_group: int | None = option(
        None,
        help="Group size of the minibatch standard deviation; default: 4, or by configuration.",
        low=1,
        group=_NETWORK,
    )
    desc: str | None = option(None, help="Words to add to the run folder's name.", metavar="TEXT", group=_OUTPUT)
    metrics: tuple[str, ...] = option(
        ("auto",),
        read=read_names,
        help="Metrics of each snapshot, comma-separated, or none; auto selects one that is available.",
        metavar="NAMES",
        group=_OUTPUT,
    )
    detector: tuple[str, ...] = option(
        (),
        read=str,
        multiple=True,
        metavar="FILE",
        help="An official TorchScript file for the metrics, inception-2015-12-05.pt or vgg16.pt. It is a program, run "
        "in a process that cannot write. Can be repeated. (Not in the official tools.)",
        group=_OUTPUT,
    )
    trust_detector: bool = option(
        False,
        help="Run detectors that were not fetched from the published addresses: only if you trust where they came from "
        "(not in the official tools).",
        group=_OUTPUT,
    )
    metrics_async: bool = option(
        False, help="Measure in a separate process while training continues (not in the official tools).", group=_OUTPUT
    )
    kimg: int | None = option(
        None,
        help="Length of the training in thousands of images; default: 25000, with cifar 100000.",
        low=0,
        group=_SCHEDULE,
    )
    tick: float = option(4, help="Thousands of images between log lines of statistics.", low=0.001, group=_OUTPUT)
    snap: int = option(
        50, help="Ticks between snapshots; the first ones are at 0, 1, 2, 4, 8 ...", low=1, group=_OUTPUT
    )
    seed: int = option(0, help="Random seed.", low=0, group=_SCHEDULE)
    fp32: bool = option(False, help="Disable half precision.", group=_MACHINE)
    bf16: bool = option(
        False,
        help="On a CPU that multiplies bfloat16 numbers, compute the layers of half precision in that type, "
        "which is faster (not in the official tools).",
        group=_MACHINE,
    )
    nobench: bool = option(False, help="Disable cuDNN benchmarking.", group=_MACHINE)
    nhwc: bool = option(False, help="Keep images and weights with the channels last.", group=_MACHINE)
    allow_tf32: bool = option(
        False, help="Allow TensorFloat-32 in matrix products and convolutions on a GPU.", group=_MACHINE
    )
    workers: int = option(3, help="Data loading threads per GPU.", low=0, group=_MACHINE)
    worker_timeout: float = option(
        30,
        help="Seconds after which a process that does not answer is given up and the run stops with its state saved "
        "(not in the official tools).",
        low=1,
        group=_MACHINE,
    )
    grow: bool = option(
        False, help="Grow progressively from 8x8 (stylegan1 only; not in the official tools).", group=_SCHEDULE
    )
    device: str = option("auto", help="Device: auto, cuda, mps or cpu (not in the official tools).", group=_MACHINE)
