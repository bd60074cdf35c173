"""Datasets: reading and prefetching images and labels from a zip file or a folder, in a reproducible order."""

from gan.data.loader import Loader
from gan.data.reader import DatasetError, ImageSource
from gan.data.sequence import IndexSequence

__all__ = ["DatasetError", "ImageSource", "IndexSequence", "Loader"]
