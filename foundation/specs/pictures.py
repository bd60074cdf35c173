"""Options of images, films and figures of a network, and of its file's conversion and inspection."""

from dataclasses import dataclass
from typing import Any

from foundation.specs.formats import (
    DirectionChoice,
    read_box,
    read_direction,
    read_numbers,
    read_pair,
    read_seeds,
    read_size,
)
from foundation.specs.options import option

PAPER_PSIS = (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)
"""Figure 8 of the StyleGAN paper."""


NETWORK_ENDINGS = {
    "safetensors": (".safetensors",),
    "torchscript": (".pt", ".ts", ".torchscript"),
    "onnx": (".onnx",),
}
"""Endings of each format that networks are written in."""


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
        metavar="FILE:STRENGTH[:LAYERS]",
        help="Direction in W to move along (.npy), on layers such as 0-3,5 or all; default: the first 8. "
        "Can be repeated.",
    )


@dataclass(frozen=True, kw_only=True)
class NetworkSpec:
    """Options of every command that opens a network."""

    network: str = option(help="File, URL or run folder of the network.", metavar="NETWORK")


@dataclass(frozen=True, kw_only=True)
class DrawingSpec(NetworkSpec):
    """Options of every command that renders images."""

    device: str = option("auto", help="Device: auto, cpu, cuda, cuda:1 or mps.")
    label: int | None = option(
        None, names=("--class",), low=0, help="Class of a conditional network; default: chosen by each seed."
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
class ImagesSpec(TruncatedSpec):
    """Render an image of each seed, or of each latent in a file."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds(default=())
    projected_w: str | None = option(
        None, metavar="FILE", help="Latents to render instead of seeds: .npz with the array w, or .npy."
    )
    noise_mode: str = _noise_mode()
    translate: tuple[float, float] = option(
        (0.0, 0.0), read=read_pair, metavar="X,Y", help="Translation of the image, in image widths (StyleGAN3)."
    )
    rotate: float = option(0.0, metavar="ANGLE", help="Rotation of the image, in degrees counterclockwise (StyleGAN3).")
    directions: tuple[DirectionChoice, ...] = _directions()


@dataclass(frozen=True, kw_only=True)
class VideoSpec(TruncatedSpec):
    """Render a film that interpolates from seed to seed and back to the first, as a seamless loop."""

    output: str = option(
        metavar="FILE", help="Output: .mp4, .gif, or a new folder of images (a name without extension)."
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
    keep_norm: bool = option(
        False, help="Preserve the distance from the mean w between keyframes, to avoid averaged images."
    )
    directions: tuple[DirectionChoice, ...] = _directions()


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

    output: str = option(
        metavar="FILE",
        endings=tuple(ending for endings in NETWORK_ENDINGS.values() for ending in endings),
        help="Output file: .safetensors, .pt, .ts or .torchscript (TorchScript), or .onnx.",
    )
    format: str | None = option(
        None,
        choices=tuple(NETWORK_ENDINGS),
        help="safetensors contains every network of the file; torchscript and onnx only the generator. Default: by the "
        "ending of the output.",
    )
    force_fp16: bool = option(
        False, help="Compute the four highest resolutions in half precision, with outputs limited to 256."
    )


@dataclass(frozen=True, kw_only=True)
class InspectSpec(NetworkSpec):
    """Print the contents of a network file, without building its networks."""
