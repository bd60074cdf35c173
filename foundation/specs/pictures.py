"""Options of images, films and figures of a network, and of its file's conversion and inspection."""

from dataclasses import dataclass
from typing import Any

from foundation.specs.formats import (
    DirectionChoice,
    read_direction,
    read_numbers,
    read_pair,
    read_seeds,
    read_size,
)
from foundation.specs.options import option

PAPER_PSIS = (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)
"""Figure 8 of the StyleGAN paper."""


def _seeds(**rest: Any) -> Any:
    return option(read=read_seeds, metavar="SEEDS", help="Seeds, as in 0,1,4-6.", **rest)


def _outdir() -> Any:
    return option(metavar="DIR", help="Folder for the pictures; made if it is missing.")


def _directions() -> Any:
    return option(
        (),
        read=read_direction,
        multiple=True,
        names=("--direction",),
        metavar="FILE:STRENGTH[:LAYERS]",
        help="A direction in W to go along (.npy), on layers such as 0-3,5 or all; the first 8 if none are named. "
        "May be given again.",
    )


@dataclass(frozen=True, kw_only=True)
class NetworkSpec:
    """Options of every command that opens a network."""

    network: str = option(help="File, address or run folder of the network.", metavar="NETWORK")


@dataclass(frozen=True, kw_only=True)
class DrawingSpec(NetworkSpec):
    """Options of every command that renders images."""

    device: str = option("auto", help="Where to compute: auto, cpu, cuda, cuda:1 or mps.")
    label: int | None = option(
        None, names=("--class",), low=0, help="Class of a conditional network; if not given, each seed draws its own."
    )


@dataclass(frozen=True, kw_only=True)
class TruncatedSpec(DrawingSpec):
    """Options of every command that renders at one truncation."""

    trunc: float = option(1.0, help="Truncation psi.", low=-10.0, high=10.0)


@dataclass(frozen=True, kw_only=True)
class ImagesSpec(TruncatedSpec):
    """Make a picture of each seed, or of each latent in a file."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds(default=())
    projected_w: str | None = option(
        None, metavar="FILE", help="Latents to draw in place of seeds: .npz with the array w, or .npy."
    )
    noise_mode: str = option(
        "const", choices=("const", "random", "none"), help="Noise as stored, drawn afresh from the seed, or none."
    )
    translate: tuple[float, float] = option(
        (0.0, 0.0), read=read_pair, metavar="X,Y", help="How far to move the picture, in its widths (StyleGAN3)."
    )
    rotate: float = option(0.0, metavar="ANGLE", help="How far to turn it, in degrees counterclockwise (StyleGAN3).")
    directions: tuple[DirectionChoice, ...] = _directions()


@dataclass(frozen=True, kw_only=True)
class VideoSpec(TruncatedSpec):
    """Make a film that walks from seed to seed and back to the first, without a seam."""

    output: str = option(metavar="FILE", help="The film: .mp4, .gif, or a new folder of pictures if it has no ending.")
    seeds: tuple[int, ...] = _seeds()
    shuffle_seed: int | None = option(None, help="Seed of a random order of the keyframes; if not given, as listed.")
    grid: tuple[int, int] = option((1, 1), read=read_size, metavar="WxH", help="Cells of the picture, as in 4x2.")
    num_keyframes: int | None = option(
        None, low=1, help="Keyframes of each cell; if not given, the seeds are shared out evenly."
    )
    w_frames: int = option(120, low=1, help="Frames from one keyframe to the next.")
    fps: float = option(60.0, low=0.1, high=240.0, help="Frames a second.")
    interpolation: str = option("cubic", choices=("linear", "cubic", "slerp"), help="How the walk goes through W.")
    keep_norm: bool = option(False, help="Keep the distance from the average in between, so that nothing fades to it.")
    directions: tuple[DirectionChoice, ...] = _directions()


@dataclass(frozen=True, kw_only=True)
class MixingSpec(TruncatedSpec):
    """Make the grid of style mixing: each cell is its row's picture with some styles of its column's."""

    outdir: str = _outdir()
    rows: tuple[int, ...] = option(read=read_seeds, metavar="SEEDS", help="Seeds of the rows, as in 85,100,75.")
    cols: tuple[int, ...] = option(read=read_seeds, metavar="SEEDS", help="Seeds of the columns, as in 55,821.")
    styles: tuple[int, ...] = option(
        tuple(range(7)), read=read_seeds, metavar="LAYERS", help="Layers that take the column's styles, as in 0-6."
    )


@dataclass(frozen=True, kw_only=True)
class NoiseFiguresSpec(TruncatedSpec):
    """Show what noise does: how pixels vary with it, and what it does in which layers (StyleGAN, figures 4 and 5)."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds()
    realisations: int = option(100, low=2, high=100000, help="Pictures to take the standard deviation of.")


@dataclass(frozen=True, kw_only=True)
class TruncationFigureSpec(DrawingSpec):
    """Show what truncation does, from a picture through the average to its opposite (StyleGAN, figure 8)."""

    outdir: str = _outdir()
    seeds: tuple[int, ...] = _seeds()
    psis: tuple[float, ...] = option(
        PAPER_PSIS, read=read_numbers, names=("--trunc",), metavar="PSI,...", help="Values of psi, one for each column."
    )


@dataclass(frozen=True, kw_only=True)
class ConvertSpec(NetworkSpec):
    """Write a network in another format: all of it to keep, or the generator alone for other programs."""

    output: str = option(metavar="FILE", help="The file to write.")
    format: str = option(
        "safetensors",
        choices=("safetensors", "torchscript", "onnx"),
        help="safetensors holds every network of the file; torchscript and onnx hold the generator.",
    )


@dataclass(frozen=True, kw_only=True)
class InspectSpec(NetworkSpec):
    """Tell what a network file holds, without building its networks."""
