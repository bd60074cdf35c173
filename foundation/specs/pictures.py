"""Options of images, films and figures of a network, and of its file's conversion, inspection and blending."""

from dataclasses import dataclass
from typing import Any

from foundation.specs.formats import (
    CHECKERBOARD,
    BendChoice,
    DirectionChoice,
    LayerShare,
    PictureFormat,
    StyleChoice,
    read_background,
    read_bend,
    read_box,
    read_condition,
    read_direction,
    read_layer_share,
    read_numbers,
    read_pair,
    read_seeds,
    read_size,
    read_style,
)
from foundation.specs.options import option

RAMP_WIDTH = 1.0
"""Width of a logistic ramp between two networks, in positions."""
PAPER_PSIS = (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)
"""Figure 8 of the StyleGAN paper."""


NETWORK_ENDINGS = {
    "safetensors": (".safetensors",),
    "torchscript": (".pt", ".ts", ".torchscript"),
    "onnx": (".onnx",),
    "official-pickle": (".pkl",),
    "state-dict": (".pth", ".pt"),
    "rosinality": (".pt", ".pth"),
}
"""Endings of each format that networks are written in; the first format of an ending is its default."""


def _seeds(**rest: Any) -> Any:
    return option(read=read_seeds, metavar="SEEDS", help="Seeds, as in 0,1,4-6.", **rest)


def _outdir() -> Any:
    return option(metavar="DIR", help="Output folder; created if missing.")


def _noise_mode() -> Any:
    return option(
        "const", choices=("const", "random", "none"), help="Noise mode: stored constants, random by seed, or none."
    )


def _directions() -> Any:
    return option(
        (),
        read=read_direction,
        multiple=True,
        names=("--direction",),
        metavar="FILE[@NAME]:STRENGTH[:LAYERS]",
        help="Direction in W to move along (.npz, .npy, .pt), of several in a file the one of a name or number; on "
        "layers such as 0-3,5 or all; default: those that the file names, or the first 8. Can be repeated.",
    )


def _style_offsets() -> Any:
    return option(
        (),
        read=read_style,
        multiple=True,
        names=("--style-offset",),
        metavar="LAYER:CHANNEL:AMOUNT",
        help="Offset of one style channel (StyleSpace), as in b8.conv0:118:2.5; layers as named by `inspect`. "
        "Can be repeated.",
    )


def _bends() -> Any:
    return option(
        (),
        read=read_bend,
        multiple=True,
        names=("--bend",),
        metavar="LAYER:KIND:AMOUNT[:CHANNELS]",
        help="Operation on the feature maps of a layer: multiply, zoom (factors), turn (degrees), mirror (share), "
        "threshold, noise (standard deviations); on channels such as 0-3,5, default: all. Can be repeated.",
    )


@dataclass(frozen=True, kw_only=True)
class NetworkSpec:
    """Options of every command that opens a network."""

    network: str = option(
        help="File, URL or run folder of the network, or the name of a published one.", metavar="NETWORK"
    )


@dataclass(frozen=True, kw_only=True)
class DrawingSpec(NetworkSpec):
    """Options of every command that renders images."""

    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")
    label: int | None = option(
        None, names=("--class",), low=0, help="Class of a conditional network; default: chosen by each seed."
    )
    condition: tuple[float, ...] = option(
        (),
        read=read_condition,
        metavar="C,...",
        help="Numbers that a conditional network gets in place of a class, as many as it takes, or a .txt, .csv "
        "or .json file of them (not in the official tools).",
    )
    trunc_cutoff: int | None = option(
        None,
        low=0,
        help="Number of leading layers that truncation applies to; default: all. 8 is what StyleGAN1's figures use "
        "(not in the official tools).",
    )


@dataclass(frozen=True, kw_only=True)
class TruncatedSpec(DrawingSpec):
    """Options of every command that renders at one truncation."""

    trunc: float = option(1.0, help="Truncation psi.", low=-10.0, high=10.0)


@dataclass(frozen=True, kw_only=True)
class EditedSpec(TruncatedSpec):
    """Options of every command that edits single images: the input transform, directions, styles and feature maps."""

    translate: tuple[float, float] = option(
        (0.0, 0.0), read=read_pair, metavar="X,Y", help="Translation of the image, in image widths (StyleGAN3)."
    )
    rotate: float = option(0.0, metavar="ANGLE", help="Rotation of the image, in degrees counterclockwise (StyleGAN3).")
    directions: tuple[DirectionChoice, ...] = _directions()
    style_offsets: tuple[StyleChoice, ...] = _style_offsets()
    bends: tuple[BendChoice, ...] = _bends()


@dataclass(frozen=True, kw_only=True)
class ImagesSpec(EditedSpec):
    """Render an image of each seed, or of each latent in a file."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds(default=())
    projected_w: str | None = option(
        None, metavar="FILE", help="Latents to render instead of seeds: .npz with the array w, .npy or .pt."
    )
    noise_mode: str = _noise_mode()
    format: PictureFormat = option(
        "png",
        choices=("png", "jpeg", "webp"),
        help="Format of the files; WebP is without loss (not in the official tools).",
    )


@dataclass(frozen=True, kw_only=True)
class VideoSpec(TruncatedSpec):
    """Render a film that interpolates from seed to seed and back to the first, as a seamless loop."""

    output: str = option(
        metavar="FILE", help="Output: .mp4, .webm, .gif, or a new folder of images (a name without extension)."
    )
    seeds: tuple[int, ...] = _seeds()
    shuffle_seed: int | None = option(None, help="Seed to shuffle the keyframes with; default: the listed order.")
    grid: tuple[int, int] = option((1, 1), read=read_size, metavar="WxH", help="Grid of images, as in 4x2.")
    num_keyframes: int | None = option(
        None, low=1, help="Keyframes of each cell; default: the seeds are divided evenly."
    )
    w_frames: int = option(120, low=1, help="Frames from one keyframe to the next.")
    fps: float = option(60.0, low=0.1, high=240.0, help="Frames per second.")
    interpolation: str = option("cubic", choices=("linear", "cubic", "slerp"), help="Interpolation in W.")
    background: str = option(
        CHECKERBOARD,
        read=read_background,
        metavar="COLOUR",
        help="What images with transparency lie over: checkerboard, or a colour as in #ff8000. A folder of images "
        "and .webm keep the transparency.",
    )
    keep_norm: bool = option(
        False, help="Preserve the distance from the mean w between keyframes, to avoid averaged images."
    )
    directions: tuple[DirectionChoice, ...] = _directions()
    style_offsets: tuple[StyleChoice, ...] = _style_offsets()
    bends: tuple[BendChoice, ...] = _bends()


@dataclass(frozen=True, kw_only=True)
class MixingSpec(TruncatedSpec):
    """Render a style mixing grid: each cell is its row's image with some styles of its column's."""

    outdir: str = _outdir()
    rows: tuple[int, ...] = option(read=read_seeds, metavar="SEEDS", help="Seeds of the rows, as in 85,100,75.")
    cols: tuple[int, ...] = option(read=read_seeds, metavar="SEEDS", help="Seeds of the columns, as in 55,821.")
    styles: tuple[int, ...] = option(
        tuple(range(7)), read=read_seeds, metavar="LAYERS", help="Layers that take the column's styles, as in 0-6."
    )
    noise_mode: str = _noise_mode()


@dataclass(frozen=True, kw_only=True)
class NoiseFiguresSpec(TruncatedSpec):
    """Show the effect of noise: the variation of pixels, and the contribution of layers (StyleGAN, figures 4 and 5)."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds()
    realisations: int = option(100, low=2, high=100000, help="Number of images for the standard deviation.")


@dataclass(frozen=True, kw_only=True)
class TruncationFigureSpec(DrawingSpec):
    """Show the effect of truncation, from an image through the mean to its opposite (StyleGAN, figure 8)."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds()
    psis: tuple[float, ...] = option(
        PAPER_PSIS, read=read_numbers, names=("--trunc",), metavar="PSI,...", help="Values of psi, one per column."
    )


@dataclass(frozen=True, kw_only=True)
class UncuratedFigureSpec(TruncatedSpec):
    """Render many images of one random state in columns of several sizes (StyleGAN, figures 2 and 10 to 12)."""

    outdir: str = _outdir()
    lods: tuple[int, ...] = option(
        (0, 1, 2, 2, 3, 3),
        read=read_seeds,
        metavar="LEVELS",
        help="Level of detail of each column: images of half the size for every level.",
    )
    rows: int = option(3, help="Images in a column of full size; others have as many as fit.", low=1, high=1000)
    seed: int = option(5, help="Seed of the random state that all images are drawn from.", low=0)
    crop: tuple[int, ...] = option(
        (), read=read_box, metavar="X,Y,W,H", help="Part of each image to show, in pixels; default: all of it."
    )


@dataclass(frozen=True, kw_only=True)
class ConvertSpec(NetworkSpec):
    """Convert a network to another format: all networks of the file, or the generator alone for other programs."""

    network: str = option(
        names=("--network", "--source"),
        metavar="NETWORK",
        help="File, URL or run folder of the network, or the name of a published one; or as --source.",
    )
    output: str = option(
        names=("--output", "--dest"),
        metavar="FILE",
        endings=tuple(dict.fromkeys(ending for endings in NETWORK_ENDINGS.values() for ending in endings)),
        help="Output file, or as --dest: .safetensors, .pkl (official-pickle), .pth (state-dict), .pt, .ts or "
        ".torchscript (TorchScript), or .onnx.",
    )
    format: str | None = option(
        None,
        choices=tuple(NETWORK_ENDINGS),
        help="safetensors, official-pickle and rosinality contain every network of the file; state-dict, torchscript "
        "and onnx only the generator. Default: by the ending of the output.",
    )
    force_fp16: bool = option(
        False, help="Compute the four highest resolutions in half precision, with outputs limited to 256."
    )


@dataclass(frozen=True, kw_only=True)
class InspectSpec(NetworkSpec):
    """Print the contents of a network file, without building its networks."""


@dataclass(frozen=True, kw_only=True)
class MadeNetworkSpec(NetworkSpec):
    """Options of every command that writes a network made from others."""

    output: str = option(metavar="FILE", endings=(".safetensors",), help="Output: the network (.safetensors).")


@dataclass(frozen=True, kw_only=True)
class BlendSpec(MadeNetworkSpec):
    """Blend networks: each layer interpolates the weights of NETWORK and of another one of the same architecture."""

    others: tuple[str, ...] = option(
        read=str,
        multiple=True,
        names=("--with",),
        metavar="NETWORK",
        help="Another network: file, URL or run folder. Can be repeated.",
    )
    cut: str | None = option(
        None,
        metavar="PLACE",
        help="Hard cut: layers up to this resolution or layer, inclusive, from NETWORK, those above from --with, as in "
        "32 or L5.",
    )
    ramp: str | None = option(
        None,
        metavar="PLACE",
        help="Logistic ramp around a resolution and level, or a layer, as in 16, 16:1 or L5.",
    )
    width: float = option(RAMP_WIDTH, low=0.0, help="Width of the ramp in positions, two a resolution; 0: a hard edge.")
    amount: float | None = option(None, low=0.0, high=1.0, help="Share of --with in all layers, 0 to 1.")
    layers: tuple[LayerShare, ...] = option(
        (),
        read=read_layer_share,
        multiple=True,
        names=("--layer",),
        metavar="LAYER:AMOUNT[:NUMBER]",
        help="Share of a layer as named by `inspect`, of the first or another --with; goes before the options above. "
        "Can be repeated.",
    )
    mapping: str | None = option(
        None,
        metavar="WHICH",
        help="Mapping network and mean of w: first, blended (by the mean share), or the number of a --with. Default: "
        "blended with --amount, else first.",
    )


@dataclass(frozen=True, kw_only=True)
class SnapshotsSpec(MadeNetworkSpec):
    """Average the snapshots of a run: an exponential moving average with another half-life than the training's."""

    half_life: float = option(low=0.0, metavar="KIMG", help="Half-life of the average in kimg.")
    first: float | None = option(None, low=0.0, metavar="KIMG", help="First snapshot; default: the oldest.")
    last: float | None = option(None, low=0.0, metavar="KIMG", help="Last snapshot; default: the newest.")
    which: str = option(
        "auto",
        choices=("auto", "G", "G_ema"),
        help="Generator to average: as trained (G) or its moving average (G_ema); auto: G where all snapshots hold it.",
    )
