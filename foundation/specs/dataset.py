"""Options of the dataset tool."""

from dataclasses import dataclass

from foundation.specs.formats import read_seeds, read_size
from foundation.specs.options import option


@dataclass(frozen=True)
class DatasetSpec:
    """Make a training set in the official format.

    The source is a folder or zip file of pictures, an LSUN database, cifar-10-python.tar.gz,
    train-images-idx3-ubyte.gz (MNIST) or a folder of StyleGAN's TFRecords. Pictures that cannot be used are told and
    left out.
    """

    source: str = option(help="Where the pictures are.", metavar="PATH")
    dest: str = option(help="Zip file or new folder to write.", metavar="ZIP|DIR")
    classes: tuple[int, ...] = option(
        (), read=read_seeds, help="Take pictures of these classes only, as in 0,2-3 (an option of ours); default: all."
    )
    max_images: int | None = option(None, help="Take so many of the first pictures; default: all.", low=1)
    transform: str | None = option(
        None,
        help="Cut the largest square from the middle, or a wide piece between black bars.",
        choices=("center-crop", "center-crop-wide"),
    )
    resolution: tuple[int, int] | None = option(
        None, read=read_size, help="Size of the result, as in 256x256; default: as it is.", metavar="WxH"
    )
