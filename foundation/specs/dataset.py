"""Options of the dataset tool."""

from dataclasses import dataclass

from foundation.specs.formats import read_box, read_seeds, read_size
from foundation.specs.options import option


@dataclass(frozen=True)
class DatasetSpec:
    """Make a training set in the official format.

    The source is a folder or zip file of images, a film (.mp4, .mov, .mkv, .webm, .avi, .mpg), an LSUN database,
    cifar-10-python.tar.gz, cifar-100-python.tar.gz, train-images-idx3-ubyte.gz (MNIST), a folder of SVHN's pickles, an
    HDF5 file or a folder of StyleGAN's TFRecords. Images that cannot be used are reported and skipped.

    `dataset display` shows the images of any source one after another, `dataset extract` writes them as files, `dataset
    compare` compares two sources. The verbs of StyleGAN1's and 2's tools, such as `dataset create-svhn DEST SOURCE`,
    have their published options.
    """

    source: str = option(help="Source of the images.", metavar="PATH")
    dest: str = option(help="Zip file or new folder to write.", metavar="ZIP|DIR")
    classes: tuple[int, ...] = option(
        (), read=read_seeds, help="Classes to use, as in 0,2-3 (not in the official tools); default: all."
    )
    max_images: int | None = option(None, help="Maximum number of images; default: all.", low=1)
    shuffle: bool = option(False, help="Take the images in the random order of the published StyleGAN1 and 2 tools.")
    stack_digits: bool = option(
        False, help="Of MNIST: a million images of three random digits as red, green and blue, as published."
    )
    crop: tuple[int, ...] = option(
        (),
        read=read_box,
        metavar="X,Y,W,H",
        help="Part of each image to use before anything else, in pixels, as in 25,57,128,128 for CelebA's faces; "
        "default: all of it.",
    )
    transform: str | None = option(
        None,
        help="Crop the largest square from the centre, or a wide rectangle that is padded with black bars: with the "
        "published rows (width x height / width of the image), or in the proportions of --resolution.",
        choices=("center-crop", "center-crop-wide", "center-crop-wide-proportional"),
    )
    resolution: tuple[int, int] | None = option(
        None, read=read_size, help="Output size, as in 256x256; default: unchanged.", metavar="WxH"
    )
    resize_filter: str = option("lanczos", help="Filter for resizing.", choices=("box", "lanczos"))
    channels: int | None = option(
        None,
        low=1,
        high=4,
        help="1 for grey, 3 for colour, 4 for colour with transparency (not in the official tools); default: those of "
        "all images, or 3 if they differ. Transparency that is not kept becomes white.",
    )
    folder_classes: bool = option(
        False,
        help="Label the images by the sub-folders that they lie in, in the order of their names, instead of by "
        "dataset.json (not in the official tools).",
    )
    skip_duplicates: bool = option(
        False,
        help="Leave out images that are nearly the same as an earlier one (not in the official tools).",
    )
    frames_per_second: float = option(
        1.0, help="Of a film: frames to take for each second (not in the official tools).", low=0.001, high=1000
    )
    partial: bool = option(
        False,
        help="Accept a source of which more than 10 % of the images cannot be used (not in the official tools).",
    )


@dataclass(frozen=True)
class DisplaySpec:
    """Show the images of a dataset one after another with their labels: any key or a click goes on, Esc ends."""

    source: str = option(help="Any source of the dataset tool.", metavar="PATH")
    save: str | None = option(None, help="Write the first 64 as one image instead.", metavar="PNG", endings=(".png",))


@dataclass(frozen=True)
class ExtractSpec:
    """Write the images of a dataset as img00000000.png and so on, whatever format it has."""

    source: str = option(help="Any source of the dataset tool.", metavar="PATH")
    outdir: str = option(help="New folder to write.", metavar="DIR")


@dataclass(frozen=True)
class CompareSpec:
    """Compare two datasets, image by image and label by label. The exit status is 1 if they differ."""

    source: str = option(help="Any source of the dataset tool.", metavar="PATH")
    other: str = option(help="Another one.", metavar="PATH")
    ignore_labels: bool = option(False, help="Compare the images alone.")
