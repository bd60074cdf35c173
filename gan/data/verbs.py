"""Verbs of the published StyleGAN1 and 2 dataset tools, as conversions of ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from foundation.specs.dataset import DatasetSpec
from foundation.specs.options import option

_FACE = 128
"""Side of the part that is cut out of CelebA's images, in pixels."""


@dataclass(frozen=True)
class Verb:
    """One verb: `dataset NAME DEST SOURCE [options]`."""

    name: str
    help: str
    options: type
    """Spec of its own options."""
    file: str = ""
    """File of the source's folder that is read; empty for the source itself."""
    made: Callable[[Any], Mapping[str, Any]] = field(default=lambda own: MappingProxyType({}))
    """Returns the fields of the conversion, of the filled options."""


@dataclass(frozen=True)
class NoOptions:
    """A verb without options."""


@dataclass(frozen=True)
class StackOptions:
    """Number of images of stacked digits."""

    num_images: int = option(1_000_000, help="Number of images.", low=1)


@dataclass(frozen=True)
class ShuffleOptions:
    """Order of the images."""

    shuffle: bool = option(True, help="Take the images in the published random order.")


@dataclass(frozen=True)
class CelebaOptions:
    """Centre of the faces in CelebA's aligned images."""

    cx: int = option(89, help="Centre of the part to cut out, in pixels from the left.", low=64)
    cy: int = option(121, help="Centre of the part to cut out, in pixels from the top.", low=64)


@dataclass(frozen=True)
class LsunOptions:
    """Size and number of LSUN's images."""

    resolution: int = option(256, help="Size of the squares in pixels.", low=4)
    max_images: int | None = option(None, help="Maximum number of images; default: all.", low=1)


@dataclass(frozen=True)
class LsunWideOptions:
    """Size and number of LSUN's wide images."""

    width: int = option(512, help="Width of the images in pixels.", low=4)
    height: int = option(384, help="Height of the images in pixels, within black bars above and below.", low=4)
    max_images: int | None = option(None, help="Maximum number of images; default: all.", low=1)


def _shuffled(own: Any) -> Mapping[str, Any]:
    return {"shuffle": getattr(own, "shuffle", True)}


VERBS = (
    Verb("create-mnist", "Make a dataset of MNIST, in a folder with its files.", NoOptions,
         "train-images-idx3-ubyte.gz", _shuffled),
    Verb("create-mnistrgb", "Make images of three digits of MNIST as red, green and blue.", StackOptions,
         "train-images-idx3-ubyte.gz", lambda own: {"stack_digits": True, "max_images": own.num_images}),
    Verb("create-cifar10", "Make a dataset of CIFAR-10, in a folder with its archive.", NoOptions,
         "cifar-10-python.tar.gz", _shuffled),
    Verb("create-cifar100", "Make a dataset of CIFAR-100, in a folder with its archive.", NoOptions,
         "cifar-100-python.tar.gz", _shuffled),
    Verb("create-svhn", "Make a dataset of SVHN, a folder of train_1.pkl to train_3.pkl.", NoOptions, "", _shuffled),
    Verb("create-lsun", "Make a dataset of squares of an LSUN database.", LsunOptions, "",
         lambda own: {"transform": "center-crop", "resolution": (own.resolution,) * 2, "max_images": own.max_images}),
    Verb("create-lsun-wide", "Make a dataset of wide images of an LSUN database, in squares.", LsunWideOptions, "",
         lambda own: {"transform": "center-crop-wide", "resolution": (own.width, own.height),
                      "max_images": own.max_images}),
    Verb("create-celeba", "Make a dataset of the faces in CelebA's aligned images.", CelebaOptions, "",
         lambda own: {"shuffle": True, "crop": (own.cx - _FACE // 2, own.cy - _FACE // 2, _FACE, _FACE)}),
    Verb("create-from-images", "Make a dataset of a folder of images.", ShuffleOptions, "", _shuffled),
    Verb("create-from-hdf5", "Make a dataset of an HDF5 file.", ShuffleOptions, "", _shuffled),
)  # fmt: skip
"""Published verbs that make datasets; there they wrote TFRecords."""


def conversion_of(verb: Verb, dest: str, source: str, own: Any) -> DatasetSpec:
    """Return the conversion that a verb stands for.

    Args:
        verb: The verb.
        dest: Zip file or new folder to write.
        source: The source, or the folder of its file.
        own: The filled options.
    """
    place = Path(source)
    named = place / verb.file if verb.file and place.name != verb.file else place
    return DatasetSpec(source=str(named), dest=dest, **verb.made(own))
