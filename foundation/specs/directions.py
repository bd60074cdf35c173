"""Options of the commands that find directions in W."""

from dataclasses import dataclass

from foundation.specs.editing.defaults import (
    BOUNDARY_RATIO,
    BOUNDARY_SPLIT,
    CLASS_SAMPLES,
    MEASURE_SAMPLES,
    MEASURE_WORDS,
    PCA_COMPONENTS,
    PCA_SAMPLES,
    PCA_SEED,
    SEFA_COMPONENTS,
    STYLESPACE_COUNT,
    STYLESPACE_PICTURES,
    STYLESPACE_SAMPLES,
)
from foundation.specs.formats import read_box, read_names, read_seeds
from foundation.specs.options import option
from foundation.specs.pictures import DrawingSpec


@dataclass(frozen=True, kw_only=True)
class SheetSpec(DrawingSpec):
    """Options of the contact sheet of every search."""

    sheet: str | None = option(
        None,
        metavar="FILE",
        endings=(".png",),
        help="Contact sheet: a row for each of the first 20 results, from -3 to 3 standard deviations.",
    )
    sheet_seed: int = option(0, help="Seed of the sheet's pictures.")
    trunc: float = option(0.7, help="Truncation psi of the sheet's pictures.", low=-10.0, high=10.0)


@dataclass(frozen=True, kw_only=True)
class SearchSpec(SheetSpec):
    """Options of every search for directions."""

    output: str = option(
        metavar="FILE",
        endings=(".npz",),
        help="Output: the directions, each times its standard deviation, with names, sigma and layers (.npz).",
    )
    each: str | None = option(None, metavar="DIR", help="Folder for each direction as a .npy file of its own.")
    layers: tuple[int, ...] | None = option(
        None, read=read_seeds, metavar="LAYERS", help="Layers to act on, as in 0-3,5; default: all."
    )
    measure_layers: bool = option(
        False,
        help="Write for each direction the fewest layers in a row that have 90 % of its change of pictures, as the "
        "window measures them; else all those of --layers are written.",
    )


@dataclass(frozen=True, kw_only=True)
class PcaSpec(SearchSpec):
    """Find the main variations of w, or of a layer's activations (GANSpace)."""

    samples: int = option(PCA_SAMPLES, low=2, high=10_000_000, help="Number of w to analyse; of pictures for a layer.")
    components: int = option(PCA_COMPONENTS, low=1, high=4096, help="Maximum number of directions.")
    layer: str | None = option(None, help="Layer whose activations are analysed, as named by `inspect`; default: w.")
    seed: int = option(PCA_SEED, low=0, high=2**32 - 1, help="Seed of the samples.")


@dataclass(frozen=True, kw_only=True)
class SefaSpec(SearchSpec):
    """Find the directions that the weights change most, without any picture (SeFa)."""

    components: int = option(SEFA_COMPONENTS, low=1, high=4096, help="Maximum number of directions.")
    method: str = option(
        "sefa", choices=("sefa", "svd"), help="Eigenvectors of normalised weights, or singular vectors of plain ones."
    )


@dataclass(frozen=True, kw_only=True)
class StyleSpaceSpec(SheetSpec):
    """Find the style channels that change the picture, or a region of it, most and most locally (StyleSpace)."""

    output: str = option(
        metavar="FILE",
        endings=(".npz",),
        help="Output: the channels, their layers, means, standard deviations and how they change the picture (.npz).",
    )
    channels: int = option(STYLESPACE_COUNT, low=1, high=100_000, help="Maximum number of channels.")
    layers: tuple[str, ...] | None = option(
        None, read=read_names, metavar="LAYER,...", help="Layers to search in, as named by `inspect`; default: all."
    )
    region: tuple[int, ...] = option(
        (), read=read_box, metavar="X,Y,W,H", help="Region in pixels to look in; default: where each channel acts most."
    )
    samples: int = option(
        STYLESPACE_SAMPLES, low=2, high=10_000_000, help="Number of w over which deviations are measured."
    )
    pictures: int = option(
        STYLESPACE_PICTURES, low=1, high=1000, help="Number of pictures that each channel is tried on."
    )


@dataclass(frozen=True, kw_only=True)
class BoundarySpec(SearchSpec):
    """Find the direction that separates w by a score, with a linear support vector machine (InterFaceGAN)."""

    latents: str = option(metavar="FILE", help="The w vectors: .npz with the array w, or .npy, [N, w_dim].")
    scores: str = option(metavar="FILE", help="Their scores: .npy, or .npz with the array scores, [N].")
    ratio: float = option(
        BOUNDARY_RATIO, low=0.0, high=1.0, help="Share of the pictures taken from each end of the scores."
    )
    split: float = option(
        BOUNDARY_SPLIT, low=0.0, high=1.0, help="Share of those that is learned from; the rest tests."
    )
    seed: int = option(0, low=0, high=2**32 - 1, help="Seed of the shuffling.")
    conditions: tuple[str, ...] = option(
        (),
        read=str,
        multiple=True,
        names=("--keep",),
        metavar="FILE",
        help="Direction (.npy) whose measure is kept fixed. Can be repeated.",
    )


@dataclass(frozen=True, kw_only=True)
class MeasureSpec(SearchSpec):
    """Find the direction along which a measure of the picture, or of a region in it, grows."""

    make: str = option(choices=MEASURE_WORDS, help="What the direction makes of the region.")
    region: tuple[int, ...] = option(
        (), read=read_box, metavar="X,Y,W,H", help="Region in pixels of the sheet seed's picture; default: all of it."
    )
    samples: int = option(MEASURE_SAMPLES, low=16, high=1_000_000, help="Number of pictures to measure.")


@dataclass(frozen=True, kw_only=True)
class ClassesSpec(SearchSpec):
    """Find the directions from class to class of a conditional network."""

    start: int | None = option(None, low=0, help="Class to start from; default: the mean of the others.")
    to: tuple[int, ...] = option(read=read_seeds, metavar="CLASSES", help="Classes to lead to, as in 0-3.")
    samples: int = option(CLASS_SAMPLES, low=2, high=1_000_000, help="Number of w for each class.")
